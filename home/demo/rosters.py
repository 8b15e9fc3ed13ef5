"""The rosters of the demonstration. Everybody on them is invented; telephones and ID numbers begin as none does in the
country (01…, 099…)."""

import datetime as dt
from collections.abc import Callable
from itertools import product

from home.demo.story import Story
from places.models import Area
from training.models import TrainingClass, TrainingSubject
from training.presence import tell_presence
from training.rosters import TraineeData, add_trainees, change_roster, change_trainee, data_of
from training.services import ClassData, SessionData, TrainerData, create_class, tell_course

SURNAMES, MIDDLE = ("Nguyễn", "Trần", "Lê", "Phan", "Võ", "Đặng", "Hồ"), {"female": "Thị", "male": "Văn"}
GIVEN = ("An", "Bình", "Cúc", "Dung", "Hà", "Lan")
YEARS = (1996, 1990, 1984, 1978, 1971, 1962)


def invented(count: int, communes: list[Area]) -> list[TraineeData]:
    """So many people, the same every time; of the last two less is known."""
    found = []
    for number, (given, surname) in enumerate(list(product(GIVEN, SURNAMES))[:count]):
        sex = "male" if number % 5 in (1, 4) else "female"
        known = number < count - 2
        found.append(
            TraineeData(
                f"{surname} {MIDDLE[sex]} {given}",
                sex if known else "",
                YEARS[number % len(YEARS)] if known else None,
                communes[number % len(communes)] if known else None,
                f"0100000{number:03}" if number % 3 else "",
            )
        )
    return found


def tell_rosters(task: Story, communes: list[Area], ago: Callable[[int], dt.date]) -> None:
    """Two people of the first class left nothing; of the second class five attended the first one too."""
    person = task.stage.person
    everybody = invented(40, communes)

    def first() -> None:
        row = TrainingClass.objects.filter(project=task.project, total=42).get()
        add_trainees(row, everybody, actor=person("trungtam"))
        reason = "Hai học viên không ghi vào danh sách điểm danh"
        change_roster(row, needs_id=False, id_reason="", differs_reason=reason, actor=person("trungtam"))

    def second() -> None:
        topic = TrainingSubject.objects.get(code="DIGITAL")
        first_day, last_day = ago(34), ago(33)
        data = ClassData(
            "Quảng bá sản phẩm trên mạng cho cơ sở CNNT", "other", communes[0], first_day, last_day, 12, 7,
            topic, "Khóa chuyển đổi số",
        )  # fmt: skip
        actor = person("trungtam")
        row = create_class(task.project, data, actor=actor)
        sessions = [
            SessionData(first_day, None, "Chụp ảnh, viết bài giới thiệu"),
            SessionData(last_day, None, "Nhận đơn, giao hàng"),
        ]
        trainer = TrainerData("Giảng viên minh họa", "Trường minh họa", "Bán hàng trên mạng")
        tell_course(row, sessions, [trainer], actor=actor)
        reason = "Bảng kê hỗ trợ tiền ăn, đi lại (minh họa)"
        change_roster(row, needs_id=True, id_reason=reason, differs_reason="", actor=actor)
        known = everybody[:5] + invented(42, communes)[33:40]
        rows = [
            TraineeData(one.name, one.sex, one.birth_year, one.commune, one.phone, f"099{number:09}")
            for number, one in enumerate(known)
        ]
        made = add_trainees(row, rows, actor=actor)
        for number, one in enumerate(made[:4]):
            told = {
                **vars(data_of(one)), "attended_percent": 100, "certificate_no": f"MH-{number + 1:02}",
                "certificate_on": ago(30), "works_after": number != 3, "works_asked_on": ago(30),
            }  # fmt: skip
            change_trainee(one.attendance, TraineeData(**told), actor=actor)
        first_session, second_session = row.sessions.order_by("on")
        was_there = {(one.attendance_id, first_session.pk): number != 6 for number, one in enumerate(made)}
        was_there |= {(one.attendance_id, second_session.pk): number < 8 for number, one in enumerate(made[:10])}
        tell_presence(row, was_there, actor=actor)

    task.timeline.add(ago(48), first)
    task.timeline.add(ago(30), second)
