"""Tasks given and an exchange with the collaborator: invented, dated from the day of loading. The directive of the
reference data stays without tasks: its text is not among the sources."""

import datetime as dt
from typing import Any

from coordination.exchange import Written, open_thread, take_thread_step, write
from coordination.giving import (
    DocumentData,
    ResultData,
    TaskData,
    add_document,
    add_result,
    give_task,
    take_task_step,
)
from coordination.models import GivenTask, Thread
from core import clock
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from places.models import Area
from projects.models import Project


class Coordination:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.today = clock.today()
        self.survey: GivenTask
        self.done: GivenTask
        self.late: GivenTask
        self.thread: Thread
        self.answered: Thread

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def give(self) -> None:
        officer, province = self.stage.person("canbo"), self.stage.province
        paper = DocumentData(
            None, "kế hoạch", "00/KH-MH", "Cơ quan minh họa", self.ago(40), "Kế hoạch minh họa về khuyến công"
        )
        document = add_document(province, paper, actor=officer)
        given: dict[str, Any] = {"document": document, "given_on": self.ago(40)}
        self.done = give_task(
            province,
            TaskData("Rà soát nhu cầu máy móc, thiết bị của cơ sở (minh họa).", "once", clause="khoản 1", position=1,
                     agency=self.stage.centre, due_on=self.ago(5), supporting=[self.stage.department], **given),
            actor=officer,
        )  # fmt: skip
        give_task(
            province,
            TaskData("Tuyên truyền chính sách khuyến công đến cơ sở (minh họa).", "regular", clause="khoản 2",
                     position=2, agency=self.stage.department, supporting_text="các đơn vị phối hợp (minh họa)",
                     **given),
            actor=officer,
        )  # fmt: skip
        self.late = give_task(
            province,
            TaskData("Báo cáo tình hình sử dụng thiết bị được hỗ trợ (minh họa).", "once", clause="khoản 3", position=3,
                     agency=self.stage.centre, assigned_to=self.stage.person("trungtam"), due_on=self.ago(3), **given),
            actor=officer,
        )  # fmt: skip
        self.survey = give_task(
            province,
            TaskData("Khảo sát nhu cầu của cơ sở trên địa bàn xã (minh họa).", "once", self.ago(15),
                     assigned_to=self.stage.person("ctv"), areas=[self.area],
                     due_on=self.today + dt.timedelta(days=20)),
            actor=officer,
        )  # fmt: skip

    @property
    def area(self) -> Area:
        """Where the collaborator works today."""
        grant = self.stage.person("ctv").grants.valid_on(self.today).select_related("area").latest("id")
        assert grant.area is not None
        return grant.area

    def report(self) -> None:
        told = ResultData(self.ago(8), "Đã rà soát 12 cơ sở (minh họa).")
        take_task_step(self.done, "finish", actor=self.stage.person("trungtam"), result=told)
        add_result(self.survey, ResultData(self.ago(6), "Đã đến 4 cơ sở (minh họa)."), actor=self.stage.person("ctv"))

    def confirm(self) -> None:
        take_task_step(self.done, "confirm", actor=self.stage.person("canbo"))
        told = ResultData(self.ago(1), "Đã gửi báo cáo (minh họa).")
        take_task_step(self.late, "finish", actor=self.stage.person("trungtam"), result=told)

    def ask(self) -> None:
        officer, collaborator = self.stage.person("canbo"), self.stage.person("ctv")
        self.answered = open_thread(
            "Cơ sở nào còn sản xuất?", Written("Xin cho biết cơ sở nào trên địa bàn xã còn hoạt động (minh họa)."),
            actor=officer, area=self.area, waits_for=collaborator,
        )  # fmt: skip
        project = Project.objects.visible_to(collaborator).filter(state="in_progress", historical=False).first()
        self.thread = open_thread(
            "Ngày lắp máy", Written("Chủ cơ sở hỏi bao giờ có cán bộ xuống nghiệm thu máy (minh họa)?"),
            actor=collaborator, project=project, area=None if project else self.area,
        )  # fmt: skip

    def answer(self) -> None:
        collaborator = self.stage.person("ctv")
        write(self.answered, Written("Còn ba cơ sở hoạt động (minh họa)."), actor=collaborator)
        closed = open_thread(
            "Số điện thoại liên hệ", Written("Xin số điện thoại của phòng phụ trách (minh họa)."), actor=collaborator,
            area=self.area,
        )  # fmt: skip
        write(closed, Written("Có trên trang «Tôi được hỗ trợ gì?» (minh họa)."), actor=self.stage.person("canbo"))
        take_thread_step(closed, "close", actor=collaborator)
        open_thread(
            "Ảnh xưởng", Written("Xin gửi một ảnh mặt trước của xưởng (minh họa)."),
            actor=self.stage.person("trungtam"), area=self.area, waits_for=collaborator,
        )  # fmt: skip


def tell_coordination(stage: Stage, timeline: Timeline) -> None:
    """After this year's projects."""
    told = Coordination(stage)
    timeline.add(told.ago(15), told.give)
    timeline.add(told.ago(9), told.ask)
    timeline.add(told.ago(6), told.report)
    timeline.add(told.ago(5), told.answer)
    timeline.add(told.ago(1), told.confirm)
