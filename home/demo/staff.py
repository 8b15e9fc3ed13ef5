"""What people learned, and a collaborator who retired and handed over: invented, dated from the day of loading."""

import datetime as dt

from accounts.hand_over import Order, hand_over
from accounts.models import User
from accounts.roles import Role
from accounts.services import create_user, deactivate_user, grant_role
from accounts.staff import TrainingData, keep_training
from audit.actors import SYSTEM
from core import clock
from enterprises.models import Enterprise
from home.demo.people import COLLABORATORS_COMMUNE, LAST_DAY_OF_DISTRICTS
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from outreach.advice import AdviceData, ask_advice
from outreach.models import ListItem

# account, what was learned, who gave it, years ago, days, certificate
TRAININGS = (
    ("canbo", "Thẩm định đề án khuyến công (minh họa)", "Đơn vị đào tạo minh họa", 1, 3, "MH-01"),
    ("canbo", "Sản xuất sạch hơn trong công nghiệp (minh họa)", "Đơn vị đào tạo minh họa", 3, 5, ""),
    ("trungtam", "Tư vấn lập dự án đầu tư (minh họa)", "Đơn vị đào tạo minh họa", 2, None, "MH-17"),
    ("ctv", "Nghiệp vụ cộng tác viên khuyến công (minh họa)", "Đơn vị đào tạo minh họa", 1, 2, "MH-42"),
)


def tell_staff(stage: Stage, timeline: Timeline) -> None:
    """After outreach: its topics are there by then."""
    today = clock.today()
    commune = stage.area(COLLABORATORS_COMMUNE)
    retired: list[User] = []

    def learn() -> None:
        for account, subject, provider, years, days, number in TRAININGS:
            data = TrainingData(subject, today.year - years, provider, days, number)
            keep_training(stage.person(account), data, actor=stage.person("quantri"))

    def enter() -> None:
        """She looked after the commune beside the other one."""
        office = stage.person("ctv").agency
        assert office is not None
        person = create_user(
            username="ctvmai", full_name="Nguyễn Thị Mai", agency=office, password=None,
            position="Cộng tác viên khuyến công", actor=SYSTEM,
        )  # fmt: skip
        grant_role(person, Role.COLLABORATOR, commune, LAST_DAY_OF_DISTRICTS + dt.timedelta(days=1), actor=SYSTEM)
        retired.append(person)

    def ask() -> None:
        firm = Enterprise.objects.filter(area=commune).order_by("folded", "pk").first()
        topic = ListItem.objects.filter(kind="topic", days__gte=10).order_by("pk").first()
        if firm is not None and topic is not None:
            data = AdviceData(
                topic, "phone", "Cần tư vấn chọn máy đóng gói (minh họa).", clock.today(), "Người liên hệ minh họa",
                retired[0],
            )  # fmt: skip
            ask_advice(firm, data, actor=stage.person("canbo"))

    def leave() -> None:
        order = Order(retired[0], stage.person("ctv"), clock.today(), "Nghỉ hưu (minh họa)", [commune])
        hand_over(order, actor=stage.person("quantri"))
        deactivate_user(retired[0], actor=stage.person("quantri"), note="Nghỉ hưu (minh họa)")

    timeline.add(today - dt.timedelta(days=200), enter)
    timeline.add(today - dt.timedelta(days=90), learn)
    timeline.add(today - dt.timedelta(days=6), ask)
    timeline.add(today - dt.timedelta(days=4), leave)
