"""Establishments from a workbook: new ones are entered, those that are there get what the file knows better."""

import re
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Role
from audit.services import record_many
from core import clock
from core.errors import Invalid
from core.models import bulk_change
from core.text import fold
from core.verdicts import Verdict
from core.workbooks import Cell
from enterprises import duplicates, import_parts
from enterprises.import_parts import NOT_ITS_OWN, Known
from enterprises.models import NO_TRADE, Certificate, DuplicatePair, Enterprise, MatchKey, YearFacts
from enterprises.permissions import may_enter
from enterprises.services import check_digit, clean_tax_code, industries
from imports.columns import (
    Choice,
    Column,
    Day,
    Digits,
    MoneyOrNot,
    Whole,
    WholeOrNot,
    Wrong,
    dropped_zero,
    shown,
)
from imports.importers import CHANGED, NEW, SAME, Importer, Row, Stored, register
from imports.places import Commune, Gazetteer
from jobs.services import Run, enqueue, handler
from places.models import Area, Level
from programmes.kinds import kinds_in_words, kinds_on, trade_names, trades_on

# What offices write for a kind of business beside its full name.
PAIRS = "enterprises.pairs"
SHORT = (
    ("enterprise", "DN"),
    ("enterprise", "Công ty"),
    ("cooperative", "HTX"),
    ("cooperative_group", "THT"),
    ("household", "HKD"),
    ("household", "Hộ"),
)


class TaxCode(Digits):
    """A tax code with its check digit; Excel drops a zero in front, which the check digit proves."""

    def value(self, cell: Cell, context: Any, notes: list[str]) -> str | None:
        text = shown(cell).strip()
        if isinstance(cell, int) and len(text) == 9 and check_digit("0" + text[:8]) == int(text[8]):
            notes.append(dropped_zero(self.label, text))
            text = "0" + text
        try:
            return clean_tax_code(text)
        except Invalid as error:
            raise Wrong(error.fields["tax_code"][0]) from None


def _kinds(context: Any) -> Iterable[tuple[Any, str]]:
    return kinds_on(None, context["province"]).items()


NONE_OF_THEM = gettext_lazy("None of the trades of the law")


VERSION, VERSION_OF = "2025", "industry_version"


def _trades(context: Any) -> Iterable[tuple[Any, str]]:
    return [*trades_on(None, context["province"]).items(), (NO_TRADE, str(NONE_OF_THEM))]


def _trade_codes(context: Any) -> Iterable[tuple[Any, str]]:
    return [(code, code) for code in trades_on(None, context["province"])]


class Industry(Column):
    """A code of the classification of industries, alone, with its name («1610 - Cưa, xẻ …»), or the name alone."""

    def words(self, context: Any) -> str:
        return _("A code of the classification (VSIC 2025, section C), for example 1610, or its name.")

    def options(self, context: Any) -> list[str]:
        return [f"{code} - {name}" for code, name in industries().items()]

    def value(self, cell: Cell, context: Any, notes: list[str]) -> str:
        text = " ".join(shown(cell).split())
        match = re.match(r"([A-Za-z]|\d{1,5})(?:\s*[-–.:]\s*\S.*)?$", text)
        code = (
            match[1].upper() if match else next((c for c, name in industries().items() if fold(name) == fold(text)), "")
        )
        if code not in industries():
            raise Wrong(
                _("«%(cell)s» is no code of the classification of 2025, section C. Choose one of the list.")
                % {"cell": text[:60]}
            )
        return code


@register
class Enterprises(Importer):
    kind = "enterprises"
    title = gettext_lazy("Establishments")
    lead = gettext_lazy(
        "One row for each establishment. It is recognised by its tax code, otherwise by name and commune: one that is "
        "registered already gets what the file says; an empty cell leaves what is stored."
    )
    model = Enterprise
    sheet = gettext_lazy("Establishments")
    file = "mau-nhap-co-so"
    columns = (
        Column(
            "name",
            gettext_lazy("Name"),
            gettext_lazy("As on the registration of the business."),
            required=True,
            also=("Tên cơ sở", "Tên cơ sở CNNT", "Tên doanh nghiệp", "Tên đơn vị", "Name"),
            example="Công ty TNHH Cơ khí Minh Họa",
            width=46,
        ),
        TaxCode(
            "tax_code",
            gettext_lazy("Tax code"),
            gettext_lazy("10 digits, 10-3 for a dependent unit, or 12 for a household business. Empty: not reported."),
            also=("MST", "Mã số doanh nghiệp", "Tax code"),
            example="0100233488",
        ),
        Choice(
            "kind",
            gettext_lazy("Kind of business"),
            required=True,
            also=("Loại hình cơ sở", "Loại hình doanh nghiệp", "Kind of business"),
            example="Doanh nghiệp",
            among=_kinds,
            other=lambda context: SHORT,
        ),
        Commune(
            "area",
            gettext_lazy("Commune"),
            required=True,
            also=("Xã, phường", "Địa bàn", "Xã", "Địa phương", "Commune"),
            example="",
            width=26,
        ),
        Column("address", gettext_lazy("Address"), also=("Địa chỉ cụ thể", "Address"), width=40),
        Whole(
            "headcount",
            gettext_lazy("Workers"),
            also=("Lao động", "Số lao động", "Tổng số lao động", "Workers"),
            largest=1_000_000,
        ),
        Column(
            "representative",
            gettext_lazy("Legal representative"),
            also=("Người đại diện", "Chủ cơ sở", "Giám đốc", "Legal representative"),
            most=150,
        ),
        Digits(
            "phone",
            gettext_lazy("Telephone"),
            also=("SĐT", "Số điện thoại", "Điện thoại", "Telephone"),
            most=20,
            lengths=(10,),
            example="0912345678",
        ),
        Column(
            "main_product",
            gettext_lazy("Main product"),
            also=("Sản phẩm", "Sản phẩm chính", "Sản phẩm chủ lực", "Main product"),
            width=30,
        ),
        Column("technology", gettext_lazy("Technology"), also=("Công nghệ", "Technology"), most=500, width=30),
        Column("raw_material", gettext_lazy("Raw material"), also=("Nguyên liệu", "Raw material"), most=500, width=30),
        Column("craft_village", gettext_lazy("Craft village"), also=("Làng nghề", "Craft village"), most=200),
        Choice(
            "trade",
            gettext_lazy("Trade by law"),
            gettext_lazy("Its name or its code."),
            also=("Ngành nghề", "Ngành nghề được hỗ trợ", "Trade"),
            among=_trades,
            other=_trade_codes,
            width=40,
        ),
        Industry(
            "industry_code",
            gettext_lazy("Industry (VSIC 2025)"),
            also=("Mã ngành", "Mã VSIC", "VSIC", "Ngành kinh tế", "Industry"),
            example="1610",
            width=30,
        ),
        Whole(
            "year",
            gettext_lazy("Year of the figures"),
            gettext_lazy(
                "The year that workers, women, capital, revenue and tax are of. Empty with workers alone: this year."
            ),
            also=("Năm", "Năm báo cáo", "Số liệu năm", "Year"),
            least=1950,
            largest=2200,
            example="2025",
        ),
        WholeOrNot(
            "women",
            gettext_lazy("Women among them"),
            also=("Lao động nữ", "Số lao động nữ", "Trong đó nữ", "Nữ", "Women"),
            largest=1_000_000,
            example="12",
        ),
        MoneyOrNot("capital_vnd", gettext_lazy("Capital"), also=("Vốn", "Vốn điều lệ", "Tổng nguồn vốn", "Capital")),
        MoneyOrNot("revenue_vnd", gettext_lazy("Revenue"), also=("Doanh thu", "Tổng doanh thu", "Revenue")),
        MoneyOrNot(
            "tax_paid_vnd",
            gettext_lazy("Tax paid"),
            also=("Nộp thuế", "Thuế đã nộp", "Nộp ngân sách", "Nộp NSNN", "Tax paid"),
        ),
        Column(
            "certificate",
            gettext_lazy("Certificate"),
            gettext_lazy("For example a certified quality or environmental system. Another one: in another import."),
            also=("Chứng nhận", "Tên chứng nhận", "Certificate"),
            most=200,
            width=30,
        ),
        Column("certificate_no", gettext_lazy("Number of the certificate"), also=("Số chứng nhận",), most=60),
        Column("certificate_issuer", gettext_lazy("Certificate issued by"), also=("Nơi cấp chứng nhận",), most=200),
        Day("certificate_from", gettext_lazy("Certificate valid from"), also=("Ngày cấp chứng nhận",)),
        Day("certificate_to", gettext_lazy("Certificate valid to"), also=("Chứng nhận có giá trị đến",)),
    )
    TEXTS = (
        *("address", "representative", "phone", "main_product", "technology", "raw_material", "craft_village"),
        *("trade", "industry_code"),
    )
    parts = (MatchKey, YearFacts, Certificate, DuplicatePair)

    def may(self, user: User) -> Verdict:
        return may_enter(None, user)

    def provinces(self, user: User) -> list[Area]:
        ids = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
        return list(Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids))

    def context(self, province: Area, target: Any, user: User) -> dict[Any, Any]:
        found = super().context(province, target, user)
        return {**found, "gazetteer": Gazetteer.of(province)}

    def judge(self, rows: list[Row], context: dict[Any, Any]) -> None:
        rows_here = Enterprise.objects.filter(province=context["province"], merged_into__isnull=True)
        here = list(rows_here.select_related("area"))
        by_code = {row.tax_code: row for row in here if row.tax_code}
        by_name: dict[tuple[str, int], list[Enterprise]] = {}
        for one in here:
            by_name.setdefault((one.folded, one.area_id), []).append(one)
        codes = {row.values["tax_code"] for row in rows if row.values.get("tax_code")}
        elsewhere = _registered_elsewhere(codes - set(by_code))
        known = Known.of(rows, context["province"])
        first_code: dict[str, int] = {}
        first_name: dict[tuple[str, int], int] = {}
        for row in rows:
            code = row.values.get("tax_code")
            key = (fold(row.values["name"]), row.values["area"].pk)
            row.label = row.values["name"]
            first = first_code.setdefault(code, row.number) if code else first_name.setdefault(key, row.number)
            if first != row.number:
                column = "tax_code" if code else "name"
                row.blame(column, _("The same as in row %(number)s. Delete one of them.") % {"number": first})
            elif code in elsewhere:
                row.blame("tax_code", _("This tax code is registered already."))
            else:
                _compare(row, by_code.get(code) if code else None, by_name.get(key, []), known)

    def store(self, rows: list[Row], context: dict[Any, Any], note: str) -> Stored:
        province, actor = context["province"], context["user"]
        trail: list[Any] = []
        known = Known.of(rows, province)
        told: list[tuple[Enterprise, Row]] = []
        fresh = [row for row in rows if row.kind == NEW]
        created = Enterprise.objects.bulk_create(
            [Enterprise(province=province, **_own(row)) for row in fresh], batch_size=500
        )
        for obj, row in zip(created, fresh, strict=True):
            told.append((obj, row))
            values = {name: (None, value) for name, value in _own(row).items() if value not in (None, "")}
            trail.append((obj, "create", {**values, **_of_parts(obj, row, known)}))
        wanted = {row.pk: row for row in rows if row.kind == CHANGED}
        changed: list[tuple[Enterprise, dict[str, Any]]] = []
        for obj in Enterprise.objects.filter(province=province).select_related("area") if wanted else ():
            if (found := wanted.get(obj.pk)) is not None:
                told.append((obj, found))
                new = _differences(obj, found, known)
                said = {name: (getattr(obj, name), value) for name, value in new.items()}
                trail.append((obj, "change", {**said, **_of_parts(obj, found, known)}))
                changed.append((obj, {_attribute(name): getattr(obj, _attribute(name)) for name in new}))
                for name, value in new.items():
                    setattr(obj, name, value)
                obj.version += 1
                obj.updated_at = clock.now()
        fields = {name for _obj, before in changed for name in before}
        bulk_change(Enterprise, [obj for obj, _before in changed], {*fields, "version", "updated_at"})
        rest = import_parts.store(told, known, {obj.pk for obj in created})
        record_many(trail, actor=actor, note=note)
        enqueue(PAIRS, {"ids": [obj.pk for obj in [*created, *(obj for obj, _before in changed)]]}, actor=actor)
        return Stored(created, changed, rest)

    def taken_back(self, changed: list[Any], before: dict[int, dict[str, Any]], rest: dict[str, Any]) -> None:
        import_parts.take_back(rest)
        for obj in changed:
            duplicates.store_keys(obj)

    def url_of(self, obj: Any) -> str:
        return reverse("enterprises:detail", args=[obj.public_id])


@handler(PAIRS)
def look_for_pairs(run: Run) -> str:
    """After an import: the keys by which establishments are compared, and what may be one into the queue of pairs."""
    ids = run.params["ids"]
    for start in range(0, len(ids), 500):
        fresh = Enterprise.objects.filter(pk__in=ids[start : start + 500], match_keys__isnull=True)
        duplicates.index(fresh.select_related("province"))
        run.progress(0, len(ids))
    for done, pk in enumerate(ids):
        row = Enterprise.objects.filter(pk=pk, merged_into__isnull=True).select_related("area", "province").first()
        if row is not None:
            duplicates.look_again(row)
        if done % 50 == 0:
            run.progress(done, len(ids))
    return ""


def _registered_elsewhere(codes: set[str]) -> set[str]:
    """Which of the codes are registered, whatever the province. In parts that both databases take."""
    found: set[str] = set()
    asked = sorted(codes)
    for start in range(0, len(asked), 10_000):
        rows = Enterprise.objects.filter(tax_code__in=asked[start : start + 10_000])
        found.update(code for code in rows.values_list("tax_code", flat=True) if code)
    return found


def _compare(row: Row, by_code: Enterprise | None, by_name: list[Enterprise], known: Known) -> None:
    code = row.values.get("tax_code")
    found = by_code
    if found is None and by_name:
        if len(by_name) > 1:
            row.blame("name", _("Several establishments of this commune have this name. Enter the tax code."))
            return
        if code and by_name[0].tax_code:
            row.notes.append(_("An establishment of this name with another tax code is registered in the commune."))
        else:
            found = by_name[0]
    facts = known.facts.get((found.pk, import_parts.figures_of(row)[0])) if found is not None else None
    fault = import_parts.fault_of(row, facts)
    if fault is not None:
        row.blame(*fault)
        return
    if found is None:
        return
    row.pk = found.pk
    row.changes = {
        name: [_words(found, name, getattr(found, name)), _words(found, name, value)]
        for name, value in _differences(found, row, known).items()
    }
    parts = import_parts.figure_changes(found, row, known)
    if "workers" in parts:
        parts["headcount"] = parts.pop("workers")
    parts |= import_parts.certificate_changes(found, row, known)
    for name, (old, new) in parts.items():
        row.changes.setdefault(name, [import_parts.in_words(name, old), import_parts.in_words(name, new)])
    row.kind = CHANGED if row.changes else SAME


def _own(row: Row) -> dict[str, Any]:
    """What a row says of the establishment itself."""
    values = {name: _stored(name, value) for name, value in row.values.items() if name not in NOT_ITS_OWN}
    if values.get("industry_code"):
        values["industry_version"] = VERSION
    return values


def _of_parts(obj: Enterprise, row: Row, known: Known) -> dict[str, tuple[Any, Any]]:
    """What the trail says of the figures and the certificate of a row, beside the fields of its establishment."""
    figures = import_parts.figure_changes(obj, row, known)
    year = row.values.get("year")
    if year is None:
        figures.pop("workers", None)  # told as `headcount`
    found = {**({"year": (None, year)} if figures and year is not None else {}), **figures}
    found |= import_parts.certificate_changes(obj, row, known)
    return {name: (import_parts.in_trail(old), import_parts.in_trail(new)) for name, (old, new) in found.items()}


def _differences(obj: Enterprise, row: Row, known: Known) -> dict[str, Any]:
    """What the row says otherwise than the record; an empty cell says nothing, and workers of an earlier year stand in
    the figures of that year alone."""
    new = {name: value for name, value in _own(row).items() if row.values.get(name) is not None or name == VERSION_OF}
    if not import_parts.is_newest(obj, row, known):
        new.pop("headcount", None)
    return {name: value for name, value in new.items() if getattr(obj, name) != value}


def _stored(name: str, value: Any) -> Any:
    return "" if value is None and name in Enterprises.TEXTS else value


def _attribute(name: str) -> str:
    return "area_id" if name == "area" else name


def _words(obj: Enterprise, name: str, value: Any) -> Any:
    if name == "kind":
        return kinds_in_words([value])[0]
    if name == "trade":
        return str(NONE_OF_THEM) if value == NO_TRADE else trade_names().get(value, value)
    return str(value) if name == "area" else value
