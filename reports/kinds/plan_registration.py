"""The yearly registration report to the ministry: projects of the national programme registered for the coming year,
and what was done this year until the registration."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.models import Source
from programmes.models import PeriodKind
from reports.kinds.kind import Kind, register
from reports.kinds.table import CHANGE, IN_PERIOD, UNIT, YEAR_BEFORE, Of, Table
from reports.measures.frame import Cell, Column, Line, Row, Scope, Section, missing, project_path, text, total
from reports.registering import Row as Registered
from reports.registering import due_on, grouped, rows_of

SOURCES = (
    ("national", "Khuyến công quốc gia"),
    ("local", "Khuyến công địa phương"),
    ("counterpart", "Đối ứng"),
    ("other", "Nguồn khác"),
    ("total", "Tổng kinh phí"),
)
COLUMNS = [
    Column("unit", "Đơn vị thực hiện; thụ hưởng", kind="text"),
    Column("place", "Địa điểm", kind="text"),
    Column("time", "Thời gian", kind="text"),
    *(Column(code, title, "đồng", "money") for code, title in SOURCES),
]


def registered_section(scope: Scope) -> Section:
    """A line a project, by group of activity, as it stands when the report is made. A source that no project reports
    is missing and no zero."""
    rows = rows_of(scope.area, scope.year, scope.db)
    lines = [Row("all", f"Tổng cộng: {len(rows)} đề án, nhiệm vụ", _sums(rows))]
    for number, (name, mine, _money) in enumerate(grouped(rows), start=1):
        lines.append(Row(f"group-{number}", f"{name}: {len(mine)} đề án, nhiệm vụ", _sums(mine)))
        lines += [_line(row) for row in mine]
    return Section("registered", f"Đề án, nhiệm vụ đăng ký năm {scope.year}", COLUMNS, lines)


def _money(rows: list[Registered], code: str) -> Cell:
    found = [
        Line(
            project_path(row.project.public_id),
            f"{row.project.code} {row.project.name}",
            row.project.area.full_name,
            row.project.registered_on,
            Decimal(amount),
        )
        for row in rows
        if (amount := row.total if code == "total" else row.money[code]) is not None
    ]
    return total(found) if found else missing()


def _sums(rows: list[Registered]) -> dict[str, Cell]:
    words = dict.fromkeys(("unit", "place", "time"), text(""))
    return {**words, **{code: _money(rows, code) for code, _title in SOURCES}}


def _line(row: Registered) -> Row:
    project = row.project
    people = "; ".join(enterprise.name for enterprise in project.beneficiaries.all())
    unit = project.implementing_unit.name
    days = [f"{day:%d/%m/%Y}" if day else "…" for day in (project.starts_on, project.ends_on)]
    cells = {
        "unit": text(f"{unit}; {people}" if people else unit),
        "place": text(project.area.full_name),
        "time": text(" – ".join(days)) if any((project.starts_on, project.ends_on)) else missing(),
        **{code: _money([row], code) for code, _title in SOURCES},
    }
    return Row(str(project.public_id), f"{project.name} ({project.code})", cells, 1)


def notes(scope: Scope) -> list[str]:
    due, rule = due_on(scope.year, scope.db)
    said = ["Bố cục biểu do cổng thiết kế, chưa đối chiếu với Mẫu số 2 của Bộ Công Thương."]
    if due is not None and rule is not None:
        checked = "" if rule.verified == "yes" else "; chưa kiểm chứng đầy đủ"
        said.append(f"Hạn đăng ký: trước hoặc trong ngày {due:%d/%m/%Y} ({rule.legal_basis}{checked}).")
    said.append("Danh sách đăng ký theo dữ liệu tại thời điểm lập báo cáo; nguồn đăng ký là chương trình quốc gia.")
    return said


PLAN_REGISTRATION = register(
    Kind(
        code="plan-registration",
        title="Báo cáo đăng ký kế hoạch khuyến công quốc gia",
        name=_("Registration of the national plan"),
        sections=(
            registered_section,
            Table(
                "this-year",
                "Kết quả thực hiện từ đầu năm đến thời điểm đăng ký",
                (
                    Of("projects.approved", by_source=True),
                    Of("projects.accepted", by_source=True),
                    Of("projects.stopped"),
                    Of("establishments.supported", by_source=True),
                    Of("money.allocated", by_source=True),
                    Of("money.paid", by_source=True),
                    Of("money.counterpart"),
                    Of("progress.invested"),
                ),
                (UNIT, IN_PERIOD, YEAR_BEFORE, CHANGE),
            ),
        ),
        periods=(PeriodKind.PLAN_REGISTRATION,),
        whole_province=True,
        notes=notes,
    )
)
assert set(Source.values) == {code for code, _title in SOURCES} - {"total"}
