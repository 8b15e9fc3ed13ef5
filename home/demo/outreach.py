"""Needs asked for, advice given, policies spread: invented, dated from the day of loading."""

import datetime as dt
from typing import Any

from core import clock
from enterprises.models import Enterprise
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from outreach.advice import AdviceData, ask_advice, take_step, visit
from outreach.loading import load_lists
from outreach.models import Advice, ListItem, SurveyRound
from outreach.services import QuestionData, RoundData, add_question, create_round, save_sheet
from outreach.spreading import CampaignData, PolicyData, count_people, create_campaign, create_policy, reach, tell
from programmes.models import LegalDocument

MILLION = 1_000_000
QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Cơ sở có muốn đầu tư máy móc, thiết bị mới không?", "yes_no", {"activity": "MACHINE", "required": True}),
    ("Nếu có, cần khoảng bao nhiêu tiền?", "money", {"activity": "MACHINE"}),
    ("Cơ sở có muốn đăng ký nhãn hiệu không?", "yes_no", {"activity": "BRAND", "required": True}),
    (
        "Khó khăn lớn nhất là gì?",
        "one",
        {"choices": ["Thiếu vốn", "Thị trường", "Thiếu lao động", "Mặt bằng", "Công nghệ"]},
    ),
    ("Đang bán hàng qua những kênh nào?", "several", {"choices": ["Tại chỗ", "Đại lý", "Sàn điện tử", "Xuất khẩu"]}),
    ("Có bao nhiêu lao động thường xuyên?", "number", {"unit": "người"}),
    ("Ý kiến khác", "text", {}),
)
# Of the first establishments by name: machines, million đồng, brand, difficulty; None: not answered.
ANSWERS = (
    (True, 450, False, "Thiếu vốn"),
    (True, None, True, "Thị trường"),
    (False, None, True, None),
    (False, None, False, "Thiếu lao động"),
    (True, 900, False, "Thiếu vốn"),
)


class Outreach:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.today = clock.today()
        self.round: SurveyRound

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def firms(self, start: int, count: int) -> list[Enterprise]:
        return list(Enterprise.objects.order_by("folded", "pk")[start : start + count])

    def item(self, kind: str, number: int) -> ListItem:
        return ListItem.objects.filter(kind=kind).order_by("pk")[number]

    def ask(self) -> None:
        load_lists()
        officer, closes = self.stage.person("canbo"), self.today + dt.timedelta(days=30)
        data = RoundData("Khảo sát nhu cầu hỗ trợ (minh họa)", self.ago(20), self.today, closes)
        self.round = create_round(self.stage.province, data, actor=officer)
        for number, (text, kind, more) in enumerate(QUESTIONS, 1):
            if "activity" in more:
                more = {**more, "activity": self.stage.activities[more["activity"]]}
            question = QuestionData(text, kind, number, **more)
            add_question(self.round, question, actor=officer)

    def answer(self) -> None:
        ids = [str(row.public_id) for row in self.round.questions.all()]
        actor = self.stage.person("trungtam")
        for firm, (machine, million, brand, trouble) in zip(self.firms(0, len(ANSWERS)), ANSWERS, strict=True):
            given = {ids[0]: machine, ids[1]: million and million * MILLION, ids[2]: brand, ids[3]: trouble}
            save_sheet(self.round, firm, given, actor=actor)
        save_sheet(self.round, self.firms(6, 1)[0], {ids[5]: "12"}, actor=actor, send=False)

    def request(self, firm: int, topic: int, text: str, days: int) -> Advice:
        data = AdviceData(self.item("topic", topic), "phone", text, self.ago(days), "Người liên hệ minh họa")
        return ask_advice(self.firms(firm, 1)[0], data, actor=self.stage.person("canbo"))

    def advise(self) -> None:
        officer = self.stage.person("canbo")
        self.request(1, 0, "Nên chọn máy sấy loại nào cho bún khô?", 18)
        self.request(4, 2, "Tìm nơi tiêu thụ sản phẩm ngoài tỉnh như thế nào?", 2)
        row = self.request(2, 1, "Cần tư vấn dây chuyền đóng gói.", 19)
        visit(row, self.ago(15), "Trung tâm (minh họa)", "Xưởng đủ điện, còn thiếu mặt bằng.", actor=officer)
        said = {"answer": "Đã gửi ba báo giá để cơ sở so sánh.", "on": self.ago(12)}
        row = take_step(row, "answer", actor=officer, data=said)
        take_step(row, "conclude", actor=officer, data={"outcome": "purchase", "on": self.ago(3)})
        answered = self.request(0, 3, "Giảm nước thải khi rửa nguyên liệu bằng cách nào?", 9)
        said = {"answer": "Hướng dẫn tuần hoàn nước rửa, hẹn đánh giá tại chỗ.", "on": self.ago(5)}
        take_step(answered, "answer", actor=officer, data=said)

    def spread(self) -> None:
        officer, province = self.stage.person("canbo"), self.stage.province
        norms = LegalDocument.objects.get(number="28/2018/TT-BTC")
        decree = LegalDocument.objects.get(number="45/2012/NĐ-CP")
        machines = PolicyData(
            "Hỗ trợ mua máy móc, thiết bị (tóm tắt minh họa)",
            norms,
            "Bản tóm tắt minh họa.\nCơ sở công nghiệp nông thôn đầu tư máy móc, thiết bị tiên tiến có thể đề nghị hỗ "
            "trợ một phần chi phí. Mức tối đa và hồ sơ: xem trang «Tôi được hỗ trợ gì?».",
            activities=[self.stage.activities["MACHINE"]],
            published=True,
        )
        brands = PolicyData(
            "Hỗ trợ xây dựng nhãn hiệu (tóm tắt minh họa)",
            decree,
            "Bản tóm tắt minh họa.\nDành cho cơ sở muốn đăng ký nhãn hiệu cho sản phẩm của mình.",
            kinds=["enterprise", "cooperative"],
            activities=[self.stage.activities["BRAND"]],
        )
        policy = create_policy(province, machines, actor=officer)
        create_policy(province, brands, actor=officer)
        tell(policy, self.firms(0, 2), self.item("channel", 2), self.ago(6), actor=officer)
        held = CampaignData(
            "Hội nghị phổ biến chính sách (minh họa)", self.item("channel", 0), self.ago(10), policy,
            held_on=self.ago(10),
        )  # fmt: skip
        campaign = create_campaign(province, held, actor=officer)
        reach(campaign, self.firms(3, 4), actor=officer)
        count_people(campaign, None, 18, actor=officer)
        planned = CampaignData(
            "Phát thanh về hỗ trợ nhãn hiệu (minh họa)", self.item("channel", 5), self.today + dt.timedelta(days=14)
        )
        create_campaign(province, planned, actor=officer)


def tell_outreach(stage: Stage, timeline: Timeline) -> None:
    """After this year's projects: their establishments are there by then."""
    told = Outreach(stage)
    timeline.add(told.ago(20), told.ask)
    timeline.add(told.ago(1), told.answer)
    timeline.add(told.today, told.advise)
    timeline.add(told.today, told.spread)
