"""Measures of brands, of selections of typical rural industrial products, and of what they recognise.

The levels are those of data/selection_levels.csv. A province-wide selection is nothing of a commune: there it does not
apply. What counts, and from which day (`counts_on`), is this portal's definition.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet

from products.models import DECIDED, Brand, BrandState, Certificate, Result, SelectionEntry, SelectionRound
from reports.measures.frame import Status
from reports.measures.measure import Asked, RecordMeasure, measure


class _Brands(RecordMeasure):
    """Brands of products, at the place of the establishment, under the source of the project that supported them."""

    unit = "nhãn hiệu"
    area = "product__enterprise__area_id"
    source = "project__programme__source"
    reads = ("name", "product__public_id", "product__enterprise__name")

    def entry(self, row: Any) -> tuple[str, str]:
        return f"/api/v1/products/{row.product.public_id}/", f"{row.name} · {row.product.enterprise.name}"


@measure
class BrandsFiled(_Brands):
    """Brands filed for registration, whatever became of it, on the day of the filing (định nghĩa của cổng, chưa đối
    chiếu văn bản)."""

    code = "brands.filed"
    title = "Nhãn hiệu nộp đơn đăng ký"
    on = "counts_on"

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Brand.objects.exclude(state=BrandState.PREPARED)


@measure
class BrandsGranted(_Brands):
    """Brands registered, on the day as of which the certificate counts; also those that have expired since (định nghĩa
    của cổng, chưa đối chiếu văn bản)."""

    code = "brands.granted"
    title = "Nhãn hiệu được cấp văn bằng bảo hộ"
    on = "granted_counts_on"

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Brand.objects.filter(state__in=[BrandState.GRANTED, BrandState.EXPIRED])


@measure
class SelectionsHeld(RecordMeasure):
    """Selections of the province itself whose results are decided, on the day of the decision (định nghĩa của cổng,
    chưa đối chiếu văn bản)."""

    code = "selections.held"
    title = "Cuộc bình chọn sản phẩm CNNT tiêu biểu cấp tỉnh đã tổ chức"
    unit = "cuộc"
    on = "counts_on"
    area = "province_id"
    source = "project__programme__source"
    reads = ("public_id", "name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return SelectionRound.objects.filter(state__in=DECIDED, level__code="PROVINCIAL")

    def entry(self, row: Any) -> tuple[str, str]:
        return f"/api/v1/selection-rounds/{row.public_id}/", row.name

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        return "reported" if asked.area.level == "province" and unit is None else "not_applicable"


class _Entries(RecordMeasure):
    """Products in selections, at the place of the establishment. `level` empty: of all levels."""

    level: ClassVar[str] = ""
    unit = "sản phẩm"
    area = "product__enterprise__area_id"
    source = "round__project__programme__source"
    reads = ("round__public_id", "product__name", "product__enterprise__name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        rows = SelectionEntry.objects.all()
        return rows.filter(round__level__code=self.level) if self.level else rows

    def entry(self, row: Any) -> tuple[str, str]:
        path = f"/api/v1/selection-rounds/{row.round.public_id}/"
        return path, f"{row.product.name} · {row.product.enterprise.name}"


@measure
class ProductsEntered(_Entries):
    """Products entered for a selection of any level, on the day of the entry; one that enters at two levels stands in
    both (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "products.entered"
    title = "Lượt sản phẩm đăng ký bình chọn"
    unit = "lượt"
    on = "counts_on"


class _Recognised(_Entries):
    """Products recognised, on the day as of which the result counts."""

    on = "round__counts_on"

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return super().rows(asked).filter(result=Result.RECOGNISED, round__state__in=DECIDED)


@measure
class RecognisedInProvince(_Recognised):
    """Products recognised by the selection of the province (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "products.provincial"
    title = "Sản phẩm được công nhận cấp tỉnh"
    level = "PROVINCIAL"


@measure
class RecognisedInRegion(_Recognised):
    """Products recognised by the selection of the region (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "products.regional"
    title = "Sản phẩm được công nhận cấp khu vực"
    level = "REGIONAL"


@measure
class RecognisedInCountry(_Recognised):
    """Products recognised by the national selection (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "products.national"
    title = "Sản phẩm được công nhận cấp quốc gia"
    level = "NATIONAL"


@measure
class Certified(RecordMeasure):
    """Certificates given to recognised products of all levels, on the day as of which they count (định nghĩa của cổng,
    chưa đối chiếu văn bản)."""

    code = "products.certified"
    title = "Giấy chứng nhận sản phẩm CNNT tiêu biểu đã cấp"
    unit = "giấy"
    on = "counts_on"
    area = "entry__product__enterprise__area_id"
    source = "entry__round__project__programme__source"
    reads = ("number", "entry__round__public_id", "entry__product__name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Certificate.objects.all()

    def entry(self, row: Any) -> tuple[str, str]:
        path = f"/api/v1/selection-rounds/{row.entry.round.public_id}/"
        return path, f"{row.number} · {row.entry.product.name}"
