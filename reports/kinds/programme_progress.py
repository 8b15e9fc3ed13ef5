"""The regular report on the programme: month, quarter, half-year, nine months, year."""

from django.utils.translation import gettext_lazy as _

from programmes.models import REGULAR
from reports.kinds.districts import DistrictTable, district_notes
from reports.kinds.kind import Kind, register
from reports.kinds.table import CHANGE, IN_PERIOD, SINCE_PROGRAMME, SINCE_YEAR, UNIT, YEAR_BEFORE, Of, Table, UnitTable
from reports.measures.frame import Scope
from reports.measures.money import given
from reports.measures.targets import target_notes, targets_section

# Of what has no line in the plan of the year.
RECORDED = (UNIT, IN_PERIOD, SINCE_YEAR, SINCE_PROGRAMME, YEAR_BEFORE, CHANGE)


def notes(scope: Scope) -> list[str]:
    return [*target_notes(scope), *district_notes(scope)]


PROGRAMME_PROGRESS = register(
    Kind(
        code="programme-progress",
        title="Báo cáo tình hình thực hiện công tác khuyến công",
        name=_("Regular report on the industrial-extension programme"),
        sections=(
            Table(
                "work",
                "Đề án và kinh phí",
                (
                    Of("projects.approved", by_source=True),
                    Of("projects.accepted", by_source=True),
                    Of("projects.stopped"),
                    Of("establishments.supported", by_source=True),
                    Of("money.allocated", by_source=True, plan=given),
                    Of("money.paid", by_source=True, plan=given),
                    Of("money.counterpart"),
                    Of("progress.invested"),
                ),
            ),
            targets_section,
            Table(
                "training",
                "Đào tạo, tập huấn",
                (
                    Of("training.classes", by_source=True),
                    Of("training.workers", by_source=True),
                    Of("training.new_skill"),
                    Of("training.upgrade"),
                    Of("training.workers_people"),
                    Of("training.work_after"),
                    Of("training.management", by_source=True),
                    Of("training.management_people"),
                    Of("training.brand"),
                    Of("training.other"),
                ),
                RECORDED,
            ),
            Table(
                "products",
                "Sản phẩm công nghiệp nông thôn tiêu biểu và thương hiệu",
                (
                    Of("selections.held"),
                    Of("products.entered"),
                    Of("products.provincial"),
                    Of("products.regional"),
                    Of("products.national"),
                    Of("products.certified"),
                    Of("brands.filed"),
                    Of("brands.granted"),
                ),
                RECORDED,
            ),
            Table(
                "clusters",
                "Cụm công nghiệp, doanh nghiệp mới và tư vấn",
                (
                    Of("clusters.operating"),
                    Of("clusters.treated"),
                    Of("enterprises.new"),
                    Of("advice.answered"),
                    Of("advice.on_time"),
                ),
                RECORDED,
            ),
            Table(
                "industry",
                "Sản xuất công nghiệp trên địa bàn",
                (Of("industry.value"), Of("industry.growth")),
                (UNIT, IN_PERIOD, SINCE_YEAR, YEAR_BEFORE, CHANGE),
            ),
            UnitTable(
                "units",
                "Kết quả theo địa bàn, lũy kế từ đầu năm",
                (
                    "projects.approved",
                    "establishments.supported",
                    "money.allocated",
                    "money.paid",
                    "progress.invested",
                ),
            ),
            DistrictTable(
                "districts",
                "Các năm của chương trình theo huyện cũ",
                ("projects.approved", "establishments.supported", "money.allocated", "money.paid"),
            ),
        ),
        periods=REGULAR,
        notes=notes,
    )
)
