"""A small office with a survey: two establishments in the collaborator's commune and one in another."""

import datetime as dt
from typing import Any

from django.test import Client

from accounts.models import User
from outreach.models import ListItem, SurveyQuestion, SurveyRound
from outreach.services import QuestionData, RoundData, add_question, create_round
from tests import factories as f


class Survey:
    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.first = f.enterprise(self.place, "Công ty TNHH Gỗ Thạch Lạc", phone="0239 000 111")
        self.second = f.enterprise(self.place, "Hợp tác xã Mây tre")
        self.third = f.enterprise(self.place, "Cơ sở Bánh đa Đồng Tiến")
        type(self.third).objects.filter(pk=self.third.pk).update(area=self.place.other, kind="household")
        self.third.refresh_from_db()
        self.activity = f.activity()
        f.programme(self.place)
        data = RoundData("Khảo sát 2026", dt.date(2026, 9, 1), dt.date(2026, 9, 30), dt.date(2026, 10, 10))
        self.round: SurveyRound = create_round(self.place.province, data, actor=self.people.officer)
        self.wants = self.ask("Có muốn đầu tư máy mới?", "yes_no", activity=self.activity, required=True)
        self.cost = self.ask("Cần bao nhiêu tiền?", "money", activity=self.activity)
        self.workers = self.ask("Bao nhiêu lao động?", "number", unit="người")

    def ask(self, text: str, kind: str, **fields: Any) -> SurveyQuestion:
        position = self.round.questions.count() + 1
        return add_question(self.round, QuestionData(text, kind, position, **fields), actor=self.people.officer)

    def answers(self, wants: bool | None = True, cost: int | None = None, workers: str | None = None) -> dict[str, Any]:
        given = {self.wants: wants, self.cost: cost, self.workers: workers}
        return {str(question.public_id): value for question, value in given.items() if value is not None}


def channel(name: str = "Điện thoại") -> ListItem:
    return ListItem.objects.get_or_create(kind="channel", name=name)[0]


def topic(name: str = "Công nghệ", days: int = 10) -> ListItem:
    return ListItem.objects.get_or_create(kind="topic", name=name, defaults={"days": days})[0]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    return client
