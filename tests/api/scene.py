"""One province with a record of every kind in every degree of publicity, for asking who sees which of them."""

import io
import uuid
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import ApiClient
from accounts.roles import Role
from accounts.services import create_client
from accounts.tokens import find_secret, issue
from audit.actors import SYSTEM
from clusters.services import KINDS, ClusterData, add_part, create_cluster
from coordination.exchange import Written, open_thread
from coordination.giving import DocumentData, ResultData, TaskData, add_document, add_result, give_task
from core import clock
from core.models import Source
from funding.resources import PledgeData, promise, receive
from funding.services import Voucher, pay
from jobs.services import work_once
from outreach.advice import AdviceData, ask_advice
from outreach.difficulties import DifficultyData
from outreach.difficulties import report as report_difficulty
from outreach.models import ListItem
from outreach.services import QuestionData, RoundData, add_question, create_round, save_sheet
from outreach.spreading import CampaignData, PolicyData, create_campaign, create_policy
from places.models import Area
from products.selections import enter_product
from programmes.models import AnnualPlan, LegalDocument, PlanLine
from projects.models import ProgressUpdate, Project
from projects.progress import ProgressData, add_photo, confirm_progress, report_progress
from projects.services import create_project, take_step
from reports.entering import FigureData, enter_figure
from reports.models import Report
from reports.services import request_report
from tests import factories as f
from tests.api.conftest import Caller
from tests.products import making
from tests.reports.ways import signed_off, submitted
from training.models import TrainingKind
from training.services import ClassData, create_class

SCOPES = ("reports:read", "reports:write", "records:read", "records:write")
SECRET = "for-tests-only-1234567890"


def photo(colour: str = "red") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    return SimpleUploadedFile("ảnh.jpg", content.getvalue(), "image/jpeg")


def program(
    client_id: str, agency: Any, role: str, area: Area | None, scopes: Any = SCOPES, may_publish: bool = False
) -> ApiClient:
    client, _secret = create_client(
        client_id,
        agency,
        scopes,
        role,
        area,
        actor=SYSTEM,
        client_id=client_id,
        secret=SECRET,
        may_publish=may_publish,
    )
    return client


def token(client: ApiClient, scopes: Any = None) -> str:
    secret = find_secret(client.client_id, SECRET)
    assert secret is not None
    return issue(secret, client.scopes if scopes is None else scopes)


def as_program(client: ApiClient, scopes: Any = None) -> Caller:
    return Caller(token=token(client, scopes))


def year_period() -> Any:
    year = clock.today().year
    return f.period(f"{year}-Y", f"{year - 1}-12-15", f"{year}-12-31")


def make_report(place: f.Place, actor: Any, area: Area | None = None) -> Report:
    job = request_report("programme-results", year_period(), area or place.province, actor=actor)
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Report.objects.get(public_id=job.result.split("/")[-2])


def report(project: Project, actor: Any, note: str, **values: Any) -> ProgressUpdate:
    data = ProgressData(uuid=uuid.uuid4(), on=clock.today(), note=note, **values)
    return report_progress(project, data, actor=actor)[0]


class Scene:
    """`local` and `national` are approved; the others are called by their source and state. All lie in `commune`, only
    `elsewhere` in the other one; the centre implements all but `elsewhere`."""

    def __init__(self) -> None:
        self.place = place = f.Place()
        self.people = people = f.People(place)
        national = f.programme(source=Source.NATIONAL)
        money = {Source.NATIONAL: 300_000_000, Source.COUNTERPART: 300_000_000}
        self.enterprise = f.enterprise(place)
        given = {"beneficiaries": [self.enterprise], "repeat_reason": "Từng giai đoạn của một dây chuyền"}
        self.local_draft = f.project(place, people, name="Bản nháp địa phương", **given)
        self.national_draft = f.project(
            place, people, name="Bản nháp quốc gia", programme=national, estimate=money, **given
        )
        self.local_submitted = take_step(
            f.project(place, people, name="Đã trình địa phương", **given), "submit", actor=people.officer
        )
        self.national_submitted = take_step(
            f.project(place, people, name="Đã trình quốc gia", programme=national, estimate=money, **given),
            "submit",
            actor=people.officer,
            note="Ý kiến khi trình",
        )
        self.local = f.approved(place, people, name="Được duyệt địa phương", **given)
        self.national = f.approved(
            place, people, name="Được duyệt quốc gia", programme=national, estimate=money, **given
        )
        far = f.project_data(
            place,
            name="Nơi khác",
            area=place.other,
            implementing_unit=f.agency("centre", place.province, "Trung tâm khác"),
            **given,
        )
        self.elsewhere = take_step(create_project(far, actor=people.officer), "submit", actor=people.officer)
        data = {"decision": f.decision(place, "46/QĐ-UBND"), "money": {Source.LOCAL: 300_000_000}}
        self.elsewhere = take_step(self.elsewhere, "approve", actor=people.leader, data=data)
        voucher = Voucher("UNC 7", clock.today(), "Tạm ứng đợt 1")
        self.payment = pay(self.local, "local", "advance", 150_000_000, voucher, actor=people.accountant)
        self.confirmed = report(
            self.local,
            people.collaborator,
            "Đã lắp máy",
            value_invested_vnd=360_000_000,
            results=[(f.indicator(), 1)],
        )
        self.photo = add_photo(self.confirmed, photo(), actor=people.collaborator, caption="Máy sấy")
        confirm_progress(self.confirmed, actor=people.officer)
        self.unconfirmed = report(self.local, people.collaborator, "Chưa ai xác nhận")
        self.hidden_photo = add_photo(self.unconfirmed, photo("blue"), actor=people.collaborator)
        self.training = create_class(
            self.local,
            ClassData("Vận hành máy sấy", TrainingKind.OTHER, place.commune, clock.today(), clock.today(), 20, 8),
            actor=people.officer,
        )
        self.make_outreach()
        self.newcomer = f.user("nhanviecmoi", None, None)
        self.make_coordination()
        self.product = making.product(place, people, "Sản phẩm của ta", enterprise=self.enterprise)
        self.round = making.round_(place, people)
        enter_product(self.round, self.product, clock.today(), actor=people.officer)
        f.period("2020-Y", "2019-12-15", "2020-12-14")
        self.entered = enter_figure(
            place.province,
            "industry.growth",
            f.period("2020-Y"),
            "official",
            FigureData(Decimal("11.9"), "Cục Thống kê"),
            actor=people.officer,
        )
        self.cluster = create_cluster(ClusterData("CCN-1", "Cụm của ta", place.province), actor=people.officer)
        add_part(KINDS["communes"], self.cluster, {"area": place.commune}, actor=people.officer)
        plan = {"area": place.province, "programme": f.programme(place), "year": 2026}
        decided = {"decision_number": "9/QĐ-UBND", "decision_on": clock.today(), "issuer": place.committee}
        self.plan = AnnualPlan.objects.create(**plan, state="approved", **decided)
        self.plan_draft = AnnualPlan.objects.create(**plan, version=2)
        self.plan_line = PlanLine.objects.create(
            plan=self.plan, activity=f.activity(), source="local", amount_vnd=300_000_000, quantity_low=1
        )
        self.hidden_line = PlanLine.objects.create(plan=self.plan_draft, activity=f.activity(), source="local")
        self.published = signed_off(make_report(place, people.officer), people)
        report(self.national, people.centre, "Lắp xong", value_invested_vnd=0)
        confirm_progress(self.national.updates.get(), actor=people.officer)
        self.draft = make_report(place, people.officer)
        assert self.draft.pk != self.published.pk
        self.waiting = submitted(make_report(place, people.officer, place.commune), people)
        self.small_draft = make_report(place, people.officer, place.other)

    def programs(self) -> dict[str, ApiClient]:
        ministry = self.people.ministry.agency
        return {
            "demo-ministry": program("demo-ministry", ministry, Role.MINISTRY, None, ("reports:read", "records:read")),
            "demo-province": program("demo-province", self.place.department, Role.OFFICER, self.place.province),
        }

    def make_outreach(self) -> None:
        """A survey that asks one question, a request that waits, a published policy, a campaign."""
        place, officer, today = self.place, self.people.officer, clock.today()
        self.survey = create_round(place.province, RoundData("Khảo sát", today, today, today), actor=officer)
        question = QuestionData("Cần máy mới?", "yes_no", 1, activity=f.activity())
        self.question = add_question(self.survey, question, actor=officer)
        save_sheet(self.survey, self.enterprise, {str(self.question.public_id): True}, actor=officer)
        topic = ListItem.objects.create(kind="topic", name="Công nghệ", days=10)
        channel = ListItem.objects.create(kind="channel", name="Hội nghị")
        asked = AdviceData(topic, "phone", "Chọn máy nào?", today)
        self.advice = ask_advice(self.enterprise, asked, actor=officer)
        paper = LegalDocument.objects.create(
            number="1/NQ", type="Nghị quyết", issuer="HĐND", subject="Khuyến công", verified="no"
        )
        policy = PolicyData("Hỗ trợ máy móc", paper, "Mua máy được hỗ trợ", published=True)
        self.policy = create_policy(place.province, policy, actor=officer)
        self.difficulty = report_difficulty(
            DifficultyData("officer", "x", today, place.province, document=paper), actor=officer
        )
        data = PledgeData("enterprise", "money", "x", today, "Thư", giver_name="x", project=self.local, promised_vnd=9)
        self.pledge = promise(data, actor=officer)
        self.receipt = receive(self.pledge, 4, today, "BB 1", actor=officer)
        self.campaign = create_campaign(place.province, CampaignData("Hội nghị", channel, today), actor=officer)

    def make_coordination(self) -> None:
        """A task of a document, one with a result and a question that waits for the collaborator."""
        place, officer, today = self.place, self.people.officer, clock.today()
        paper = DocumentData(None, "chỉ thị", "9/CT", "UBND", today)
        self.paper = add_document(place.province, paper, actor=officer)
        task = TaskData(
            "Khảo sát nhu cầu", "once", today, self.paper, due_on=today, agency=place.centre, areas=[place.commune],
            assigned_to=self.people.collaborator, supporting=[place.department],
        )  # fmt: skip
        self.task = give_task(place.province, task, actor=officer)
        add_result(self.task, ResultData(today, "Đã khảo sát"), actor=officer)
        self.thread = open_thread("Ảnh xưởng", Written("Xin gửi ảnh"), actor=officer, area=place.commune)

    def names(self) -> dict[str, Project]:
        return {name: row for name, row in vars(self).items() if isinstance(row, Project)}
