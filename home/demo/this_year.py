"""The current year, dated from the day of loading: projects in every state, some late, money, and the yearly plan.

Everything here is invented. The year's programme has no published targets: those set here say that they are
illustrative.
"""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any

from audit.services import record
from core import clock
from core.models import Source
from funding.models import EntryKind
from funding.services import Voucher, give_budget
from home.demo.rosters import tell_rosters
from home.demo.stage import Stage
from home.demo.story import Story, support
from home.demo.timeline import Timeline
from programmes.models import AnnualPlan, PlanLine, PlanState, Target
from training.services import ClassData

MILLION = 1_000_000
LOCAL_MILLION, NATIONAL_MILLION = 4_000, 2_500
ILLUSTRATIVE = "Số liệu minh họa"

# indicator, comparison, low, high: what the programme would want of five years
TARGETS = (
    ("MACHINE_EST", "exact", 40, 40),
    ("BRAND_EST", "about", 20, 20),
    ("DEMO_PROJECTS", "range", 8, 10),
    ("REGIONAL_ENTRIES", "at_least", 60, None),
)
# activity, indicator, quantity, up to, unit, million đồng
PLAN = (
    ("MACHINE", "MACHINE_EST", 8, 10, "cơ sở", 2_000),
    ("DEMO_NEW", "DEMO_PROJECTS", 1, 2, "mô hình", 600),
    ("BRAND", "BRAND_EST", 4, None, "nhãn hiệu", 140),
    ("POLLUTION_FACILITY", None, 2, None, "cơ sở", 400),
    ("SHOWROOM", None, 1, 2, "phòng trưng bày", 150),
    ("DIGITAL_TRAINING", None, 3, None, "lớp", 120),
    ("VOTE_ENTRY", "REGIONAL_ENTRIES", 12, None, "sản phẩm", 90),
)


class ThisYear:
    def __init__(self, stage: Stage, timeline: Timeline) -> None:
        self.stage = stage
        self.timeline = timeline
        self.today = clock.today()
        self.year = self.today.year
        self.plan: AnnualPlan
        self._number = 0

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def ahead(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)

    def paper(self, ending: str = "UBND") -> str:
        self._number += 1
        return f"MH-{self.year}-{self._number:02d}/QĐ-{ending}"

    def letter(self, ending: str) -> str:
        self._number += 1
        return f"MH-{self.year}-{self._number:02d}/{ending}"

    def voucher(self) -> str:
        self._number += 1
        return f"MH-{self.year}-CT{self._number:02d}"

    # --- the frame ----------------------------------------------------------------------------------------------------

    def tell_frame(self) -> None:
        self.timeline.add(self.ago(330), self.set_targets)
        for source, million in ((Source.LOCAL, LOCAL_MILLION), (Source.NATIONAL, NATIONAL_MILLION)):
            self.timeline.add(self.ago(320), partial(self.give, source, million))
        self.timeline.add(self.ago(300), self.approve_plan)

    def set_targets(self) -> None:
        programme = self.stage.programme(Source.LOCAL, self.year)
        for code, comparison, low, high in TARGETS:
            Target.objects.get_or_create(
                programme=programme,
                indicator=self.stage.indicators[code],
                defaults={
                    "comparison": comparison,
                    "low": Decimal(low),
                    "high": Decimal(high) if high is not None else None,
                    "source": ILLUSTRATIVE,
                    "verified": "no",
                    "note": ILLUSTRATIVE,
                },
            )

    def give(self, source: str, million: int) -> None:
        issuer = self.stage.issuer(source)
        initials = "KCQG" if source == Source.NATIONAL else "KCĐP"
        voucher = Voucher(f"MH-{self.year}-DT/{initials}", clock.today(), issuer=issuer)
        programme, actor = self.stage.programme(source, self.year), self.stage.person("lanhdao")
        give_budget(self.stage.province, programme, source, self.year, million * MILLION, voucher, actor=actor)

    def approve_plan(self) -> None:
        """The plan as approved by its decision, with the lines it was decided with."""
        self.plan = AnnualPlan.objects.create(
            area=self.stage.province,
            programme=self.stage.programme(Source.LOCAL, self.year),
            year=self.year,
            state=PlanState.APPROVED,
            issuer=self.stage.committee,
            decision_number=self.paper(),
            decision_on=clock.today(),
            note=ILLUSTRATIVE,
        )
        for activity, indicator, low, high, unit, million in PLAN:
            PlanLine.objects.create(
                plan=self.plan,
                activity=self.stage.activities[activity],
                indicator=self.stage.indicators[indicator] if indicator else None,
                quantity_low=low,
                quantity_high=high,
                unit=unit,
                source=Source.LOCAL,
                amount_vnd=million * MILLION,
            )
        changes = {"decision": (None, self.plan.decision_number), "lines": (None, len(PLAN))}
        record(self.plan, "approve", actor=self.stage.person("lanhdao"), changes=changes)

    # --- projects -----------------------------------------------------------------------------------------------------

    def project(
        self,
        entered: int,
        name: str,
        place: str,
        activity: str,
        million: int,
        cost_million: int | None,
        *firms: str,
        source: str = Source.LOCAL,
        starts: int,
        ends: int,
        **fields: Any,
    ) -> Story:
        """A draft, entered so many days ago; it is to run from `starts` to `ends`, in days from today."""
        cost = cost_million * MILLION if cost_million is not None else None
        activities = [self.stage.activities[code] for code in activity.split()]
        planned = [(self.stage.indicators[code], number) for code, number in fields.pop("planned", {}).items()]
        story = Story(self.stage, self.timeline, source, historical=False)
        story.enter(
            self.ago(entered),
            beneficiaries=firms,
            name=name,
            type=fields.pop("type", "group" if len(firms) > 1 else "single"),
            year=self.year,
            programme=self.stage.programme(source, self.year),
            area=self.stage.area(place),
            activities=activities,
            estimate=support(source, million * MILLION, cost) if million else {},
            investment_vnd=cost,
            planned_results=planned,
            starts_on=self.ahead(starts),
            ends_on=self.ahead(ends),
            aim="Đề án minh họa.",
            **fields,
        )
        return story

    def approved(self, decided: int, million: int, cost_million: int | None, story: Story, batch: str = "") -> Story:
        """Submitted two weeks before the decision; national money goes all the way to the ministry and back."""
        national = story.source == Source.NATIONAL
        story.submit(self.ago(decided + (40 if national else 14)))
        if national:
            self.at_ministry(story, decided + 5)
        cost = cost_million * MILLION if cost_million is not None else None
        paper = self.paper("BCT" if story.source == Source.NATIONAL else "UBND")
        story.approve(self.ago(decided), paper, support(story.source, million * MILLION, cost), batch)
        if national:
            story.contracts(self.ago(decided - 8), self.voucher(), million * MILLION)
        return story

    def at_ministry(self, story: Story, appraised: int) -> None:
        """Registered, appraised by the department and then by the ministry."""
        story.register(self.ago(appraised + 32), self.letter("BC-SCT"))
        story.opinion(self.ago(appraised + 25))
        story.appraise(self.ago(appraised + 22), self.letter("BB-SCT"))
        story.ministry_appraise(self.ago(appraised), self.letter("CV-BCT"))

    def tell_waiting(self) -> None:
        """Drafts, files with the department, one returned, one approved that should have begun."""
        self.project(
            6, "Ứng dụng máy đóng gói trong sản xuất kẹo lạc", "c18406-2025h2", "MACHINE", 0, None,
            "Hộ kinh doanh Kẹo lạc Minh Họa A1", starts=30, ends=120,
        )  # fmt: skip
        self.project(
            20, "Ứng dụng máy sấy lạnh trong chế biến rau củ", "c18673-2025h2", "MACHINE", 250, 700,
            "Hợp tác xã Rau củ sấy Minh Họa A2", starts=20, ends=150,
        )  # fmt: skip
        self.project(
            25, "Xây dựng và đăng ký nhãn hiệu nước mắm", "c18775-2025h2", "BRAND", 35, 75,
            "Hợp tác xã Nước mắm Minh Họa A3", starts=15, ends=110, planned={"BRAND_EST": 1},
        ).submit(self.ago(4))  # fmt: skip
        pellets = self.project(
            70, "Mô hình trình diễn sản xuất viên nén sinh khối", "c18547-2025h2", "DEMO_NEW", 900, 3200,
            "Công ty TNHH Viên nén sinh khối Minh Họa A4", source=Source.NATIONAL, starts=10, ends=200,
            planned={"DEMO_PROJECTS": 1},
        )  # fmt: skip
        pellets.submit(self.ago(45))
        pellets.register(self.ago(38), self.letter("BC-SCT"))
        pellets.opinion(self.ago(30), "complete", "Bổ sung thuyết minh xử lý khói bụi.")
        drying = self.project(
            95, "Ứng dụng máy sấy tầng sôi trong chế biến chè", "c18547-2025h2", "MACHINE", 280, 900,
            "Hợp tác xã Chè xanh Minh Họa C1", source=Source.NATIONAL, starts=20, ends=190, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        drying.submit(self.ago(80))
        self.at_ministry(drying, 15)
        oil = self.project(
            60, "Ứng dụng máy ép dầu lạc", "c18406-2025h2", "MACHINE", 150, 420,
            "Hộ kinh doanh Dầu lạc Minh Họa C2", starts=25, ends=160, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        oil.submit(self.ago(28))
        oil.opinion(self.ago(22))
        oil.appraise(self.ago(18), self.letter("BB-SCT"))
        stone = self.project(
            75, "Ứng dụng máy cưa xẻ đá", "c18073-2025h2", "MACHINE", 200, 600,
            "Công ty TNHH Đá xẻ Minh Họa C3", starts=10, ends=120,
        )  # fmt: skip
        stone.submit(self.ago(66))
        stone.reject(self.ago(52), "Ngành nghề không thuộc địa bàn được hỗ trợ.")
        returned = self.project(
            40, "Nâng cấp hệ thống xử lý nước thải tại cơ sở giết mổ", "c18073-2025h2", "POLLUTION_FACILITY", 200, 700,
            "Công ty TNHH Giết mổ Minh Họa A5", starts=5, ends=100,
        )  # fmt: skip
        returned.submit(self.ago(30))
        returned.send_back(self.ago(12), "Thiếu báo giá thiết bị; đề nghị bổ sung bản vẽ hệ thống thu gom.")
        late = self.project(
            110, "Đầu tư phòng trưng bày sản phẩm CNNT", "c18754-2025h2", "SHOWROOM", 80, 200,
            "Công ty TNHH Đặc sản Minh Họa A6", starts=-20, ends=60,
        )  # fmt: skip
        self.approved(35, 80, 200, late, f"Đợt 2/{self.year}")
        bag = self.project(
            105, "Ứng dụng máy may công nghiệp", "c18754-2025h2", "MACHINE", 160, 480,
            "Công ty TNHH May Minh Họa C4", starts=3, ends=130, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        self.approved(34, 160, 480, bag, f"Đợt 2/{self.year}").contracts(self.ago(20), self.voucher(), 160 * MILLION)

    def tell_running(self) -> None:
        """In progress: confirmed, waiting, returned, late, without any news."""
        batch = f"Đợt 1/{self.year}"
        wood = self.project(
            180, "Ứng dụng máy bào, máy ghép trong chế biến gỗ", "c18352-2025h2", "MACHINE", 300, 900,
            "Công ty TNHH Chế biến gỗ Minh Họa A7", starts=-110, ends=45, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        self.approved(130, 300, 900, wood, batch).start(self.ago(108))
        wood.pay(self.ago(95), 150 * MILLION, self.voucher(), advance=True)
        wood.progress(self.ago(60), "Đã nhận máy bào bốn mặt, đang đổ móng đặt máy.", 35, by="ctv", photos=["Móng máy"])
        wood.confirm(self.ago(57))
        wood.progress(
            self.ago(15), "Đã lắp máy bào, chạy thử đạt yêu cầu.", 60, by="ctv", spent_vnd=540 * MILLION,
            photos=["Máy bào đã lắp", "Khu vực chạy thử"],
        )  # fmt: skip
        wood.confirm(self.ago(13))
        wood.progress(self.ago(1), "Máy ghép đã về xưởng, chờ đấu điện.", 72, by="ctv", photos=["Máy ghép"])
        fish = self.project(
            175, "Ứng dụng hệ thống cấp đông hải sản", "c18352-2025h2", "MACHINE", 280, 800,
            "Hợp tác xã Hải sản Minh Họa A8", starts=-100, ends=20, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        self.approved(125, 280, 800, fish, batch).start(self.ago(99))
        fish.progress(self.ago(9), "Lắp xong kho lạnh.", 80, by="ctv")
        fish.return_update(self.ago(7), "Giá trị đầu tư chưa khớp hợp đồng lắp đặt; đề nghị kiểm tra lại.")
        brick = self.project(
            190, "Ứng dụng dây chuyền sản xuất gạch không nung", "c18118-2025h2", "MACHINE_LINE", 400, 1200,
            "Công ty TNHH Gạch không nung Minh Họa A9", starts=-130, ends=-25, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        self.approved(150, 400, 1200, brick, batch).start(self.ago(128))
        brick.pay(self.ago(120), 200 * MILLION, self.voucher(), advance=True)
        brick.progress(self.ago(70), "Đã nghiệm thu phần móng, chờ thiết bị nhập.", 55)
        brick.confirm(self.ago(66))
        longer = {"ends_on": self.ahead(40).isoformat()}
        brick.ask_adjustment(self.ago(5), "Thiết bị nhập khẩu về chậm, xin kéo dài thời gian thực hiện.", longer)
        mats = self.project(
            210, "Ứng dụng máy móc trong sản xuất chiếu cói (nhóm)", "c18418-2025h2", "MACHINE", 700, 1600,
            "Hợp tác xã Chiếu cói Minh Họa B1", "Hộ kinh doanh Dệt chiếu Minh Họa B2",
            "Tổ hợp tác Cói Minh Họa B3", source=Source.NATIONAL, starts=-140, ends=90, planned={"MACHINE_EST": 3},
        )  # fmt: skip
        self.approved(160, 700, 1600, mats).start(self.ago(138))
        mats.pay(self.ago(125), 350 * MILLION, self.voucher(), advance=True)
        chain = self.project(
            200, "Liên kết phát triển chuỗi sản phẩm bưởi (đề án điểm)", "c18523-2025h2", "MACHINE BRAND", 330, 900,
            "Hợp tác xã Bưởi Minh Họa B4", "Công ty TNHH Nước ép Minh Họa B5", type="flagship",
            starts=-120, ends=400, planned={"MACHINE_EST": 2, "BRAND_EST": 1},
        )  # fmt: skip
        self.approved(140, 330, 900, chain, batch).start(self.ago(118))
        chain.progress(self.ago(28), "Một cơ sở đã lắp máy; nhãn hiệu đã nộp đơn.", 40, results={"MACHINE_EST": 1})
        chain.confirm(self.ago(24))
        task = self.project(
            150, "Tập huấn chuyển đổi số cho cơ sở CNNT", "p42", "DIGITAL_TRAINING", 120, None,
            type="task", starts=-90, ends=30,
        )  # fmt: skip
        self.approved(115, 120, None, task, batch).start(self.ago(88))
        commune = self.stage.area("c18352-2025h2")
        subject = "Bán hàng trên nền tảng số cho cơ sở CNNT"
        task.training(self.ago(50), ClassData(subject, "other", commune, self.ago(55), self.ago(54), 42, 25))
        other = self.stage.area("c18838-2025h2")
        task.training(self.ago(20), ClassData(subject, "other", other, self.ago(24), self.ago(23)))
        tell_rosters(task, [commune, other], self.ago)

    def tell_ended(self) -> None:
        """Accepted, closed and stopped."""
        batch = f"Đợt 1/{self.year}"
        iron = self.project(
            220, "Ứng dụng máy cắt laser trong gia công cơ khí", "c18115-2025h2", "MACHINE", 300, 1000,
            "Công ty TNHH Cơ khí Minh Họa B6", starts=-150, ends=-15, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        self.approved(170, 300, 1000, iron, batch).start(self.ago(148))
        iron.pay(self.ago(140), 150 * MILLION, self.voucher(), advance=True)
        iron.progress(
            self.ago(18), "Hoàn thành lắp đặt và chạy thử.", 100, results={"MACHINE_EST": 1}, photos=["Máy cắt laser"]
        )
        iron.confirm(self.ago(16))
        iron.money(self.ago(14), EntryKind.CLEARING, 120 * MILLION, self.voucher())
        iron.money(self.ago(12), EntryKind.DELIVERY, 120 * MILLION, self.voucher())
        iron.accept(self.ago(10))
        tea = self.project(
            260, "Ứng dụng máy sao chè tự động", "c18199-2020", "MACHINE", 240, 650,
            "Hợp tác xã Chè Minh Họa B7", starts=-190, ends=-70, planned={"MACHINE_EST": 1},
        )  # fmt: skip
        self.approved(210, 240, 650, tea, batch).start(self.ago(188))
        tea.progress(self.ago(80), "Hoàn thành, đã đưa vào sản xuất.", 100, results={"MACHINE_EST": 1})
        tea.confirm(self.ago(78))
        tea.accept(self.ago(72))
        tea.pay(self.ago(60), 240 * MILLION, self.voucher())
        tea.money(self.ago(58), EntryKind.DELIVERY, 240 * MILLION, self.voucher())
        tea.close(self.ago(50))
        for ending, name, firm in (
            ("liquidate", "Ứng dụng máy đóng chai mật ong", "Hợp tác xã Mật ong Minh Họa C5"),
            ("settle", "Ứng dụng máy nghiền gia vị", "Hộ kinh doanh Gia vị Minh Họa C6"),
        ):
            done = self.project(
                215, name, "c18523-2025h2", "MACHINE", 100, 260, firm, starts=-150, ends=-40, planned={"MACHINE_EST": 1}
            )
            self.approved(165, 100, 260, done, batch).contracts(self.ago(155), self.voucher(), 100 * MILLION)
            done.start(self.ago(150))
            done.progress(self.ago(48), "Hoàn thành, đã chạy thử.", 100, results={"MACHINE_EST": 1})
            done.confirm(self.ago(46))
            done.accept(self.ago(42))
            done.pay(self.ago(36), 100 * MILLION, self.voucher())
            done.liquidate(self.ago(30), self.letter("BBTL-TTKC"))
            if ending == "settle":
                done.settle(self.ago(20), self.letter("TB-SCT"))
        rice = self.project(
            205, "Ứng dụng máy xay xát gạo", "c18229-2025h2", "MACHINE", 150, 420,
            "Hộ kinh doanh Xay xát Minh Họa B8", starts=-130, ends=-10,
        )  # fmt: skip
        self.approved(145, 150, 420, rice, batch).start(self.ago(128))
        rice.stop(self.ago(40), "Cơ sở ngừng sản xuất, không còn nhu cầu đầu tư.", self.paper())


def tell_this_year(stage: Stage, timeline: Timeline) -> None:
    year = ThisYear(stage, timeline)
    year.tell_frame()
    year.tell_waiting()
    year.tell_running()
    year.tell_ended()
