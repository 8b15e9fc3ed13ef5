"""What the portal holds while it is walked through: the demonstration province, or nothing but its beginning."""

import datetime as dt
import io
import os
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.management import call_command

from accounts.agencies import ensure_agencies
from accounts.models import Agency, AgencyKind, User
from accounts.roles import Role
from accounts.services import create_user, deactivate_user, grant_role
from audit.actors import SYSTEM
from core import clock
from files.models import FileFault, PartRead
from home.models import Portal
from imports.importers import importer_of
from imports.services import send
from jobs.models import Job
from jobs.services import work_once
from papers.engagements import EngagementData, draw_sample, open_engagement
from papers.services import TemplateData, upload_template
from places.models import Area
from programmes.locking import lock_through
from programmes.models import AnnualPlan, ReportingPeriod
from programmes.services import revise_plan
from projects.exceptions import ExceptionData, open_exception
from projects.inspections import InspectionData, record_inspection, sign_inspection
from projects.models import Project
from reports.checks import look
from reports.kinds.programme_progress import PROGRAMME_PROGRESS
from reports.kinds.programme_results import PROGRAMME_RESULTS
from reports.layouts import LayoutData, ReportTemplateData, change_layout, shipped, upload_report_template
from reports.life import figures_alone, submit_report
from reports.models import Report
from reports.services import request_report
from tests.codes import SECRET as TOTP
from tests.codes import given
from tests.imports.sheets import sent, stored, table, upload

PASSWORD = "mật-khẩu-đi-thăm-27"


def load_demonstration() -> None:
    """Everything of the demonstration, and what it has none of: a draft report, work under way and failed work,
    a plan being changed, a lock, a template of the province's own, an audit,
    somebody without a role and somebody who left."""
    environment = {"DEMO_PASSWORD": PASSWORD, "DEMO_CLIENT_SECRET": PASSWORD, "DEMO_TOTP_SECRET": TOTP}
    with patch.dict(os.environ, environment):
        call_command("load_demo", stdout=io.StringIO())
    officer, administrator = (User.objects.get(username=name) for name in ("canbo", "quantri"))
    province, today = Portal.objects.get().province, clock.today()
    period = ReportingPeriod.objects.filter(data_from__lte=today, data_to__gte=today, kind="year").first()
    assert period is not None
    with patch.object(settings, "SNAPSHOT_DATABASE", "default"):
        for kind in (PROGRAMME_RESULTS, PROGRAMME_PROGRESS):
            request_report(kind.code, period, province, actor=officer)
            assert work_once()
    regular = Report.objects.get(state="draft", kind=PROGRAMME_PROGRESS.code)
    answers = {one.code: "Đã kiểm tra với hồ sơ." for one in look(regular, figures_alone(regular))}
    submit_report(regular, actor=officer, answers=answers)
    _inspections(officer)
    _imports(officer)
    revise_plan(AnnualPlan.objects.get(state="approved"), actor=officer)
    leader = User.objects.get(username="lanhdao")
    lock_through(province, today - dt.timedelta(days=70), "Chốt số liệu", actor=leader)
    opened = ExceptionData(today, "Xã gửi muộn vì lũ", area=province, person=officer, progress=True)
    open_exception(province, opened, actor=leader, code=given(leader))
    word = (settings.REFERENCE_DATA_DIR / "papers" / "contract.docx").read_bytes()
    own = TemplateData("contract", "Mẫu hợp đồng của Sở", word, "hop-dong.docx")
    upload_template(province, own, actor=administrator)
    own_report = ReportTemplateData("docx", "Mẫu báo cáo của Sở", shipped(), "bao-cao.docx")
    upload_report_template(province, own_report, actor=administrator)
    layout = LayoutData(today, "Theo phân công ký", signer_titles="KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC", symbol="/BC-SCT")
    change_layout(province, layout, actor=administrator)
    _audit(province)
    _damage(regular)
    params = {"kind": PROGRAMME_RESULTS.code, "period": period.pk, "area": province.pk}
    for state, values in {
        "queued": {},
        "running": {"done": 3, "total": 7, "message": "figures", "attempt": 1, "token": 1},
        "failed": {"message": "worker_lost", "attempt": 3},
    }.items():
        _job(officer, params, state, **values)
    for username, full_name in (("hoa", "Trần Thị Hoa"), ("khanh", "Nguyễn Văn Khánh")):
        made = create_user(
            username=username, full_name=full_name, agency=officer.agency, password=PASSWORD, actor=administrator
        )
    deactivate_user(made, actor=administrator, note="Nghỉ hưu")


def _imports(officer: User) -> None:
    """A file that is stored, one with wrong rows, one that cannot be read, and one that still waits."""
    bad = ("", "1234567890", "Tập đoàn", "Xã Nào Đó", "1,234", 912345678)
    good = [(f"Hợp tác xã Mây tre Minh Họa {number}", None, "HTX", "Xã Thạch Lạc", 5, None) for number in range(3)]
    stored(sent(table(good[0]), officer, name="da-luu.xlsx"), officer)
    sent(table(*good, bad), officer, name="co-loi.xlsx")
    sent(b"PK", officer, name="khong-doc-duoc.xlsx")
    importer = importer_of("enterprises")
    assert importer is not None
    send(importer, upload(table(*good), "dang-cho.xlsx"), "", actor=officer)


def _inspections(officer: User) -> None:
    """One that is signed, with something overdue in it, and a draft."""
    project = Project.objects.filter(state="in_progress", historical=False).order_by("id").first()
    assert project is not None and project.decided_on is not None and officer.agency is not None
    wanted = [("Chạy thử máy và lập biên bản", project.decided_on), ("Hoàn thiện hồ sơ quyết toán", clock.today())]
    data = InspectionData(
        project.decided_on, officer.agency, "Trần Văn Bình, Sở Công Thương", "Xưởng của cơ sở", "Máy đã lắp xong.",
        "Điện 3 pha chưa kéo xong.", "05/BB-KT", project.decided_on, wanted,
    )  # fmt: skip
    sign_inspection(record_inspection(project, data, actor=officer), actor=officer)
    record_inspection(project, data, actor=officer)


def _damage(report: Report) -> None:
    """A file of the report and one of nobody are told as damaged."""
    damaged = report.files.select_related("file")[0].file
    FileFault.objects.create(what="changed", name=damaged.sha256, part=1)
    FileFault.objects.create(what="orphan", name="ab/tep-la.pdf", part=1)
    PartRead.objects.create(part=1, read_at=clock.now(), files=1204)


def _audit(province: Area) -> None:
    """An audit of the whole time, with a sample drawn."""
    leader, auditor = (User.objects.get(username=name) for name in ("lanhdao", "kiemtoan"))
    today = clock.today()
    data = EngagementData("Kiểm toán kinh phí khuyến công", today, today, 2018, today.year, [auditor])
    draw_sample(open_engagement(province, data, actor=leader), 5, actor=auditor)


def _job(officer: User, params: dict[str, Any], state: str, **values: Any) -> None:
    if state == "running":
        values["lease_until"] = clock.now() + dt.timedelta(hours=5)
    if state == "failed":
        values["finished_at"] = clock.now()
    Job.objects.create(
        kind="reports.make",
        params=params,
        key=f"walk:{state}",
        state=state,
        requested_by_kind=officer.audit_kind,
        requested_by_id=officer.audit_id,
        requested_by_label=officer.audit_label,
        **values,
    )


def begin() -> None:
    """`manage.py setup`, and one person of every role: not a single record."""
    call_command("setup", "--province", "42", "--admin", "quantri", "--password-made", stdout=io.StringIO())
    province = Area.objects.get(uid="p42")
    ensure_agencies(province)
    offices = {row.kind: row for row in Agency.objects.filter(area=province)}
    ministry = Agency.objects.get(kind=AgencyKind.MINISTRY, area=None)
    people = {
        "canbo": (Role.OFFICER, offices[AgencyKind.DEPARTMENT], province),
        "lanhdao": (Role.LEADER, offices[AgencyKind.DEPARTMENT], province),
        "ketoan": (Role.ACCOUNTANT, offices[AgencyKind.DEPARTMENT], province),
        "trungtam": (Role.CENTRE, offices[AgencyKind.CENTRE], province),
        "ctv": (Role.COLLABORATOR, offices[AgencyKind.DEPARTMENT], Area.objects.get(uid="c18352-2025h2")),
        "bo": (Role.MINISTRY, ministry, None),
        "kiemtoan": (Role.AUDITOR, offices[AgencyKind.DEPARTMENT], province),
    }
    for username, (role, office, area) in people.items():
        made = create_user(
            username=username, full_name=f"Người dùng {username}", agency=office, password=PASSWORD, actor=SYSTEM
        )
        grant_role(made, role, area, clock.today(), actor=SYSTEM)
