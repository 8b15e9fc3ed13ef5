"""Report over any days of one area: a province, a commune, or a district of former times; of measures chosen or all."""

from django.utils.translation import gettext_lazy as _

from programmes.models import PeriodKind
from reports.kinds.districts import districts_ended, trend_sections
from reports.kinds.kind import Kind, register
from reports.kinds.table import CHANGE, IN_PERIOD, UNIT, YEAR_BEFORE, Of, Table, UnitTable
from reports.kinds.time import DONE
from reports.measures.frame import Scope, Section
from reports.measures.measure import MEASURES
from reports.subjects import measures_of_subject

ACROSS = 5  # measures that fit beside each other on a page


def sections(scope: Scope) -> list[Section]:
    codes = measures_of_subject(scope.subject)
    rows = tuple(Of(code, by_source=bool(getattr(MEASURES[code], "source", ""))) for code in codes)
    made = [Table("work", "Kết quả trong thời gian báo cáo", rows, (UNIT, IN_PERIOD, YEAR_BEFORE, CHANGE))(scope)]
    parts = [codes[start : start + ACROSS] for start in range(0, len(codes), ACROSS)]
    for number, part in enumerate(parts, start=1):
        title = "Kết quả theo địa bàn" + (f" (phần {number})" if len(parts) > 1 else "")
        made.append(UnitTable(f"units-{number}", title, part, DONE)(scope))
    return made + trend_sections(scope, codes)


def notes(scope: Scope) -> list[str]:
    said = ["Thời gian báo cáo do người lập chọn, tính theo ngày dương lịch, gồm cả ngày đầu và ngày cuối."]
    if scope.subject:
        chosen = "; ".join(MEASURES[code].title for code in measures_of_subject(scope.subject))
        said.append(f"Chỉ tiêu được chọn: {chosen}.")
    ended = districts_ended(scope)
    if ended is not None and scope.period.data_from <= ended:
        said.append(
            f"Theo huyện cũ: mỗi bản ghi đứng ở huyện mà nơi của nó thuộc về vào ngày {ended:%d/%m/%Y}, ngày cuối còn "
            "cấp huyện; xã gồm nhiều huyện cũ đứng thành dòng riêng."
        )
    return said


FREE_DATES = register(
    Kind(
        code="free-dates",
        title="Báo cáo khuyến công theo thời gian tự chọn",
        name=_("Report over free dates"),
        sections=(sections,),
        periods=(PeriodKind.FREE,),
        asks="dates",
        notes=notes,
    )
)
