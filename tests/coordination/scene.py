"""A small office with a directive, a collaborator and the time for an answer."""

import datetime as dt
from typing import Any

from django.test import Client

from accounts.models import User
from coordination.giving import DocumentData, ResultData, TaskData, add_document, give_task
from coordination.models import GivenTask, ReplyTime
from tests import factories as f

DAY = dt.date(2026, 9, 1)


class Desk:
    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.other_officer = f.user("canbo2", "officer", self.place.province, self.place.department)
        self.document = add_document(
            self.place.province,
            DocumentData(None, "chỉ thị", "9/CT-MH", "Cơ quan minh họa", DAY, "Việc minh họa"),
            actor=self.people.officer,
        )
        ReplyTime.objects.create(code="REPLY", name="Trả lời", days=3)

    def task(self, **fields: Any) -> GivenTask:
        values: dict[str, Any] = {
            "text": "Khảo sát nhu cầu", "timing": "once", "given_on": DAY, "due_on": dt.date(2026, 9, 30),
            "assigned_to": self.people.collaborator,
        }  # fmt: skip
        return give_task(self.place.province, TaskData(**{**values, **fields}), actor=self.people.officer)


def told(text: str = "Đã đến bốn cơ sở", on: dt.date = dt.date(2026, 9, 4)) -> ResultData:
    return ResultData(on, text)


def fresh(user: User) -> User:
    """With the rights of the moment."""
    user.__dict__.pop("sight", None)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    return client
