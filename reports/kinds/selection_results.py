"""Results of the selections of typical rural industrial products: level; group; registered; recognised; certified."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from places.models import AreaClosure, Level
from products.models import Certificate, ProductGroup, Result, SelectionEntry, SelectionLevel
from programmes.models import REGULAR
from reports.kinds.kind import Kind, register
from reports.measures.frame import Cell, Column, Line, Row, Scope, Section, missing, text, total

COLUMNS = [
    Column("unit", "Đơn vị tính", kind="text"),
    Column("registered", "Đăng ký"),
    Column("recognised", "Được công nhận"),
    Column("certified", "Được cấp giấy chứng nhận"),
]
LIST = [
    Column("enterprise", "Cơ sở", kind="text"),
    Column("group", "Nhóm sản phẩm", kind="text"),
    Column("level", "Cấp bình chọn", kind="text"),
    Column("number", "Giấy chứng nhận", kind="text"),
    Column("issued", "Ngày cấp", kind="text"),
]
WAYS = ("round__level", "product__group", "product__enterprise__area")


def _entries(scope: Scope) -> Any:
    """Of the rounds of the province, or what establishments of one commune entered."""
    path = "round__province" if scope.whole_province else "product__enterprise__area"
    rows = SelectionEntry.objects.using(scope.db).filter(**{f"{path}__in": scope.area_ids})
    return rows.select_related(*WAYS)


def _certificates(scope: Scope) -> "list[Certificate]":
    days = (scope.period.data_from, scope.period.data_to)
    rows = Certificate.objects.using(scope.db).filter(counts_on__range=days, entry__in=_entries(scope).values("pk"))
    found: list[Certificate] = list(rows.select_related(*(f"entry__{way}" for way in WAYS)).order_by("counts_on", "id"))
    return found


def _line(entry: SelectionEntry, on: Any) -> Line:
    enterprise = entry.product.enterprise
    return Line(
        f"/api/v1/selection-rounds/{entry.round.public_id}/",
        f"{entry.product.name} · {enterprise.name}",
        enterprise.area.full_name,
        on,
        Decimal(1),
    )


def results_section(scope: Scope) -> Section:
    """Products entered in the period, recognised by a result decided in it, and given a certificate in it; each on the
    day it counts from. A level without any round in the province is missing: nobody has said that nothing arose."""
    days = (scope.period.data_from, scope.period.data_to)
    found: dict[tuple[int, int | None, str], list[Line]] = defaultdict(list)

    def put(entry: SelectionEntry, column: str, on: Any) -> None:
        for group in (None, entry.product.group_id):
            found[entry.round.level_id, group, column].append(_line(entry, on))

    entries = _entries(scope).order_by("counts_on", "id")
    for entry in entries.filter(counts_on__range=days):
        put(entry, "registered", entry.registered_on)
    for entry in entries.filter(result=Result.RECOGNISED, round__counts_on__range=days):
        put(entry, "recognised", entry.round.result_on)
    for certificate in _certificates(scope):
        put(certificate.entry, "certified", certificate.issued_on)
    provinces = AreaClosure.objects.using(scope.db).filter(area=scope.area, ancestor__level=Level.PROVINCE)
    rounds = SelectionEntry.objects.using(scope.db).filter(
        round__province__in=provinces.values("ancestor"), counts_on__lte=days[1]
    )
    told = set(rounds.values_list("round__level", flat=True))
    groups = list(ProductGroup.objects.using(scope.db).valid_on(days[1]))
    rows = []
    for level in SelectionLevel.objects.using(scope.db).order_by("position", "id"):
        if level.pk not in told and not level.in_force_on(days[1]):
            continue
        known = level.pk in told
        rows.append(Row(level.code, level.name, _cells(found, level.pk, None, known)))
        if known:
            rows += [
                Row(f"{level.code}:{group.code}", group.name, _cells(found, level.pk, group.pk, known), 1)
                for group in groups
            ]
    return Section("selections", "Kết quả bình chọn theo cấp và nhóm sản phẩm", COLUMNS, rows)


def _cells(found: dict[Any, list[Line]], level: int, group: int | None, known: bool) -> dict[str, Cell]:
    cells = {"unit": text("sản phẩm")}
    for column in ("registered", "recognised", "certified"):
        cells[column] = total(found[level, group, column]) if known else missing()
    return cells


def certified_section(scope: Scope) -> Section:
    """The products that were given a certificate in the period; one entered late stands in the period of its entry."""
    rows = []
    for one in _certificates(scope):
        product = one.entry.product
        cells = {
            "enterprise": text(f"{product.enterprise.name} ({product.enterprise.area.full_name})"),
            "group": text(product.group.name),
            "level": text(one.entry.round.level.name),
            "number": text(one.number),
            "issued": text(f"{one.issued_on:%d/%m/%Y}"),
        }
        rows.append(Row(str(one.entry.public_id), product.name, cells))
    return Section("certified", "Sản phẩm được cấp giấy chứng nhận", LIST, rows)


def notes(scope: Scope) -> list[str]:
    return ["Bố cục biểu do cổng thiết kế, chưa đối chiếu với biểu mẫu của Bộ Công Thương."]


SELECTION_RESULTS = register(
    Kind(
        code="selection-results",
        title="Báo cáo kết quả bình chọn sản phẩm công nghiệp nông thôn tiêu biểu",
        name=_("Results of product selections"),
        sections=(results_section, certified_section),
        periods=REGULAR,
        notes=notes,
    )
)
