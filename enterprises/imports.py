"""Establishments from a workbook: new ones are entered, those that are there get what the file knows better."""

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
from enterprises import duplicates
from enterprises.models import FIGURES, DuplicatePair, Enterprise, MatchKey, YearFacts
from enterprises.permissions import may_enter
from enterprises.services import check_digit, clean_tax_code
from imports.columns import Choice, Column, Digits, Whole, Wrong, dropped_zero, shown
from imports.importers import CHANGED, NEW, SAME, Importer, Row, Stored, register
from imports.places import Commune, Gazetteer
from jobs.services import Run, enqueue, handler
from places.models import Area, Level
from programmes.kinds import kinds_in_words, kinds_on

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
    )
    TEXTS = ("address", "representative", "phone", "main_product", "technology", "raw_material", "craft_village")
    parts = (MatchKey, YearFacts, DuplicatePair)

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
                _compare(row, by_code.get(code) if code else None, by_name.get(key, []), context)

    def store(self, rows: list[Row], context: dict[Any, Any], note: str) -> Stored:
        province, actor = context["province"], context["user"]
        trail: list[Any] = []
        fresh = [
            Enterprise(
                province=province,
                **{name: _stored(name, value) for name, value in row.values.items() if name != "province"},
            )
            for row in rows
            if row.kind == NEW
        ]
        created = Enterprise.objects.bulk_create(fresh, batch_size=500)
        for obj in created:
            values = {column.code: getattr(obj, column.code) for column in self.columns}
            trail.append(
                (obj, "create", {name: (None, value) for name, value in values.items() if value not in (None, "")})
            )
        wanted = {row.pk: row for row in rows if row.kind == CHANGED}
        changed = []
        for obj in Enterprise.objects.filter(province=province).select_related("area") if wanted else ():
            row = wanted.get(obj.pk)
            if row is not None:
                new = _differences(obj, row)
                trail.append((obj, "change", {name: (getattr(obj, name), value) for name, value in new.items()}))
                changed.append((obj, {_attribute(name): getattr(obj, _attribute(name)) for name in new}))
                for name, value in new.items():
                    setattr(obj, name, value)
                obj.version += 1
                obj.updated_at = clock.now()
        fields = {name for _obj, before in changed for name in before}
        bulk_change(Enterprise, [obj for obj, _before in changed], {*fields, "version", "updated_at"})
        duplicates.index(created)
        for obj, before in changed:
            if before.keys() & {"name", "phone", "area_id", "kind"}:
                duplicates.store_keys(obj)
        _keep_workers([*created, *(obj for obj, before in changed if "headcount" in before)])
        record_many(trail, actor=actor, note=note)
        enqueue(PAIRS, {"ids": [obj.pk for obj in [*created, *(obj for obj, _before in changed)]]}, actor=actor)
        return Stored(created, changed)

    def taken_back(self, changed: list[Any], before: dict[int, dict[str, Any]]) -> None:
        for obj in changed:
            if "headcount" in before[obj.pk]:
                _drop_workers(obj)
            duplicates.store_keys(obj)

    def url_of(self, obj: Any) -> str:
        return reverse("enterprises:detail", args=[obj.public_id])


def _keep_workers(rows: list[Enterprise]) -> None:
    """Their number of workers stands in the figures of this year too."""
    year = clock.today().year
    known = {row.enterprise_id: row for row in YearFacts.objects.filter(enterprise__in=rows, year=year)}
    fresh = []
    for row in rows:
        facts = known.get(row.pk)
        if facts is None and row.headcount is not None:
            fresh.append(YearFacts(enterprise=row, year=year, workers=row.headcount))
        elif facts is not None and facts.workers != row.headcount:
            facts.workers = row.headcount
            facts.not_applicable = " ".join(name for name in facts.not_applicable.split() if name != "workers")
            facts.save()
    YearFacts.objects.bulk_create(fresh, batch_size=1000)


def _drop_workers(row: Enterprise) -> None:
    """The figure of this year goes where the number of before was that of an earlier year, or was not reported."""
    year = clock.today().year
    facts = row.years.filter(year=year).first()
    if facts is None:
        return
    earlier = row.headcount is None or row.years.filter(year__lt=year, workers=row.headcount).exists()
    facts.workers = None if earlier else row.headcount
    if any(getattr(facts, name) is not None for name in FIGURES) or facts.not_applicable:
        facts.save()
    else:
        facts.delete()


@handler(PAIRS)
def look_for_pairs(run: Run) -> str:
    """After an import: put what may be one establishment into the queue of pairs."""
    ids = run.params["ids"]
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


def _compare(row: Row, by_code: Enterprise | None, by_name: list[Enterprise], context: dict[Any, Any]) -> None:
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
    if found is None:
        return
    row.pk = found.pk
    new = _differences(found, row)
    row.kind = CHANGED if new else SAME
    row.changes = {
        name: [_words(found, name, getattr(found, name)), _words(found, name, value)] for name, value in new.items()
    }


def _differences(obj: Enterprise, row: Row) -> dict[str, Any]:
    """What the row says otherwise than the record; an empty cell says nothing."""
    return {name: value for name, value in row.values.items() if value is not None and getattr(obj, name) != value}


def _stored(name: str, value: Any) -> Any:
    return "" if value is None and name in Enterprises.TEXTS else value


def _attribute(name: str) -> str:
    return "area_id" if name == "area" else name


def _words(obj: Enterprise, name: str, value: Any) -> Any:
    return kinds_in_words([value])[0] if name == "kind" else str(value) if name == "area" else value
