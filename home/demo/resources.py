"""Resources promised and received, documents to be looked at, difficulties with the rules: invented, from today."""

import datetime as dt

from core import clock
from core.models import Source
from funding.models import Giver, ResourceKind
from funding.resources import PledgeData, promise, receive, take_back
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from outreach.difficulties import DifficultyData, report, take_step
from outreach.models import ReportedBy
from places.models import Area, Level
from programmes.documents import plan_review
from programmes.models import LegalDocument, SupportNorm
from projects.models import DecisionMoney, Project

MILLION = 1_000_000


def _ago(days: int) -> dt.date:
    return clock.today() - dt.timedelta(days=days)


def _running() -> list[Project]:
    """Projects of now that have one beneficiary and a decision on its counterpart."""
    decided = DecisionMoney.objects.filter(source=Source.COUNTERPART, amount_vnd__gt=0).values("decision__project")
    rows = Project.objects.filter(historical=False, state="in_progress", pk__in=decided, beneficiaries__isnull=False)
    return list(rows.order_by("code").distinct())


def _mobilise(stage: Stage) -> None:
    officer, accountant = stage.person("canbo"), stage.person("ketoan")
    for project, share in zip(_running()[:2], (60, 0), strict=False):
        money = DecisionMoney.objects.get(source=Source.COUNTERPART, decision__project=project).amount_vnd
        owner = project.beneficiaries.order_by("pk").first()
        data = PledgeData(
            Giver.BENEFICIARY, ResourceKind.MONEY, "Vốn tự có mua máy (minh họa)", _ago(40),
            f"Bản cam kết vốn đối ứng {project.code}", enterprise=owner, project=project, promised_vnd=money,
            due_on=_ago(5),
        )  # fmt: skip
        row = promise(data, actor=officer)
        if share:
            receive(row, money * share // 100, _ago(12), "Hóa đơn mua máy (minh họa)", actor=accountant)
            twice = receive(row, 10 * MILLION, _ago(12), "Hóa đơn vận chuyển (minh họa)", actor=accountant)
            take_back(twice, "Ghi nhầm, hóa đơn của cơ sở khác", actor=accountant)
    year = clock.today().year
    programme = stage.programme(Source.LOCAL, year)
    for data, received in (
        (
            PledgeData(
                Giver.ENTERPRISE, ResourceKind.EQUIPMENT, "Ba bộ dụng cụ dạy nghề mộc", _ago(60), "Thư cam kết ngày ký",
                giver_name="Doanh nghiệp đầu mối A (minh họa)", programme=programme, year=year, area=stage.province,
                promised_vnd=90 * MILLION, due_on=clock.today() + dt.timedelta(days=30),
            ),
            30 * MILLION,
        ),
        (
            PledgeData(
                Giver.OTHER, ResourceKind.LAND, "Mặt bằng tổ chức hội chợ", _ago(20), "Công văn của hội (minh họa)",
                giver_name="Hội ngành nghề B (minh họa)", programme=programme, year=year, area=stage.province,
            ),
            0,
        ),
    ):  # fmt: skip
        row = promise(data, actor=officer)
        if received:
            receive(row, received, _ago(15), "Biên bản bàn giao (minh họa)", actor=officer)


def _look_again(stage: Stage) -> None:
    administrator = stage.person("quantri")
    decree = LegalDocument.objects.get(number="45/2012/NĐ-CP")
    circular = LegalDocument.objects.get(number="28/2018/TT-BTC")
    plan_review(decree, clock.today(), stage.person("canbo"), "Đối chiếu bản hợp nhất (minh họa)", actor=administrator)
    later = clock.today() + dt.timedelta(days=45)
    plan_review(circular, later, None, "Rà soát định mức (minh họa)", actor=administrator)


def _difficulties(stage: Stage) -> None:
    officer, province = stage.person("canbo"), stage.province
    owner = _running()[0].beneficiaries.order_by("pk").first() if _running() else None
    norm = SupportNorm.objects.valid_on(clock.today()).filter(code="MACHINE", source=Source.NATIONAL).first()
    machine = stage.activities["MACHINE"]
    if owner is not None:
        told = DifficultyData(
            ReportedBy.ESTABLISHMENT, "Ý kiến minh họa: giá máy tăng, mức hỗ trợ tối đa không còn phù hợp.", _ago(9),
            enterprise=owner, norm=norm, activity=machine, proposal="Nâng mức hỗ trợ tối đa cho một cơ sở.",
        )  # fmt: skip
        report(told, actor=officer)
    commune = Area.objects.within(province).filter(level=Level.COMMUNE, valid_to__isnull=True).order_by("uid").first()
    decree = LegalDocument.objects.get(number="45/2012/NĐ-CP")
    asked = DifficultyData(
        ReportedBy.COMMUNE, "Ý kiến minh họa: xã chưa có cán bộ theo dõi khuyến công.", _ago(30), area=commune,
        document=decree, proposal="Hướng dẫn về cộng tác viên cấp xã.",
    )  # fmt: skip
    row = report(asked, actor=officer)
    sent = {"on": _ago(14), "to": "Bộ Công Thương", "paper": "Công văn minh họa số 1"}
    take_step(row, "send", actor=officer, data=sent)
    own = DifficultyData(
        ReportedBy.OFFICER, "Ý kiến minh họa: hồ sơ đăng ký còn trùng giấy tờ.", _ago(50), province=province,
        document=decree, activity=machine,
    )  # fmt: skip
    row = report(own, actor=officer)
    how = "Sở đã thống nhất dùng một bộ hồ sơ (minh họa)."
    take_step(row, "resolve", actor=officer, data={"on": _ago(3), "resolution": how})


def tell_resources(stage: Stage, timeline: Timeline) -> None:
    """After everything else of this year."""
    for act in (_mobilise, _look_again, _difficulties):
        timeline.add(clock.today(), lambda act=act: act(stage))  # type: ignore[misc]
