"""Nothing personal leaks. Numbers, telephones and names are planted wherever somebody could write them, each its own,
and then looked for in all that is kept or sent where it does not belong: logs, addresses, texts of errors, files, jobs,
the audit trail, drafts, answers of the API."""

import io
import itertools
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit.models import Entry
from core.errors import DomainError
from jobs.models import Job
from jobs.services import enqueue, work_once
from tests import factories as f
from tests.clocks import Clock
from tests.training.people import class_of, enter
from training import erasing, rosters
from training.models import Attendance, RosterRetention, Trainee

pytestmark = pytest.mark.django_db
COUNT = itertools.count(1)
# Where it may stand: the roster itself.
HOMES = {"training.trainee"}


class Canaries:
    """Each planted text is met nowhere else."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def number(self) -> str:
        return self._keep(f"0990{next(COUNT):08}")

    def phone(self) -> str:
        return self._keep(f"0177{next(COUNT):06}")

    def name(self) -> str:
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{next(COUNT):04}")
        return self._keep(f"Hoàng Yến{letters.title()}")

    def _keep(self, text: str) -> str:
        self.planted.append(text)
        return text

    def found_in(self, text: str) -> list[str]:
        return [one for one in self.planted if one in text]


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.exc_text or (logging.Formatter().formatException(record.exc_info) if record.exc_info else "")
        self.text.append(f"{record.getMessage()} {record.__dict__!r} {said}")


@pytest.fixture
def logs() -> Iterator[Lines]:
    handler = Lines()
    names = ["", "django", "django.request", "django_structlog", "django.security", "jobs", "training"]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(handler)
    yield handler
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).removeHandler(handler)


def browser(who: Any, **fields: Any) -> Client:
    client = Client(raise_request_exception=False, **fields)
    client.force_login(who, backend="accounts.backends.PortalBackend")
    return client


def told(html: str) -> str:
    """A page without what its reader typed into its fields, which stands there again."""
    return re.sub(r'value="[^"]*"', "", re.sub(r"<textarea.*?</textarea>", "", html, flags=re.S))


def faults(html: str) -> str:
    """Title, messages and texts of errors of a page on which the roster itself may stand."""
    parts = re.findall(
        r"<title>.*?</title>|<[^>]*data-kc-errors.*?</ul>|kc-field__error.*?</div>|alert.*?</div>", html, re.S
    )
    return told(" ".join(parts))


def sheet(content: bytes) -> str:
    return str(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())


def test_nothing_personal_leaves_the_roster(clock: Clock, logs: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.set("2026-09-15")
    place = f.Place()
    people, birds = f.People(place), Canaries()
    project = f.approved(place, people)
    held, bare = class_of(project), class_of(project, subject="Lớp không cần số")
    rosters.change_roster(held, needs_id=True, id_reason="Bảng kê", differs_reason="", actor=people.officer)
    officer, auditor = browser(people.officer), browser(people.auditor)
    url, bare_url = (reverse("training:roster", args=[row.public_id]) for row in (held, bare))
    said: list[str] = []

    def see(answer: Any) -> Any:
        """All that is answered; of the officer's own roster pages what is said about faults."""
        html, mine = answer.content.decode(errors="replace"), answer.wsgi_request.user == people.officer
        roster = mine and "/roster/" in answer.wsgi_request.path
        said.append((faults(html) if roster else told(html)) + str(dict(answer.headers)))
        assert answer.status_code != 422 or "data-kc-errors" in said[-1] or not roster
        return answer

    def rows(count: int, **wrong: str) -> dict[str, str]:
        cells: dict[str, str] = {"what": "add", "form_key": str(f.new_uuid())}
        for n in range(count):
            cells |= {
                f"row-{n}-name": birds.name(), f"row-{n}-phone": birds.phone(), f"row-{n}-id_number": birds.number(),
                f"row-{n}-sex": "nữ", f"row-{n}-birth_year": "1985", f"row-{n}-commune": "Xã Thạch Lạc",
            }  # fmt: skip
        return {**cells, **wrong}

    # Rosters as they should be, and forms that fail in every field.
    typed = rows(4)
    assert officer.post(url, typed).status_code == 302
    see(officer.post(url, {**typed, "form_key": str(f.new_uuid())}))
    for n, column in enumerate(("name", "sex", "birth_year", "commune", "phone", "id_number")):
        plant = (birds.number() if n % 2 else birds.phone()) + "99999"
        wrong = see(officer.post(url, rows(2, **{f"row-1-{column}": plant})))
        assert wrong.status_code == 422
    assert see(officer.post(bare_url, rows(1))).status_code in (302, 422)
    for plant in (birds.number(), birds.phone(), f"vì số {birds.number()}"):
        for field in ("id_reason", "differs_reason"):
            fields = {"what": "settings", "needs_id": "on", "id_reason": "Bảng kê", field: plant, "version": "1"}
            assert see(officer.post(url, fields)).status_code == 422
        assert see(auditor.post(url, {"what": "look", "reason": plant})).status_code == 422
    one = Attendance.objects.filter(training_class=held).earliest("pk")
    page = reverse("training:trainee", args=[held.public_id, one.public_id])
    name = one.trainee.name
    for what in ("look", "remove", "apart"):
        for plant in (birds.number(), birds.phone(), f"của {name}"):
            assert see(officer.post(page, {"what": what, "reason": plant})).status_code == 422
    edit = {"what": "edit", "name": birds.name(), "phone": birds.phone(), "id_number": birds.number(), "sex": "female",
            "birth_year": "1986", "version": "1"}  # fmt: skip
    assert see(officer.post(page, {**edit, "phone": birds.number()})).status_code == 422
    assert officer.post(page, edit).status_code == 302
    see(officer.post(page, {**edit, "version": "1", "name": birds.name()}))  # somebody was first

    # What others may send: no session, no token, another role, the API, forms of other pages.
    for other in (Client(), browser(people.ministry), browser(people.collaborator), Client(enforce_csrf_checks=True)):
        see(other.post(url, rows(1)))
        see(other.post(page, {"what": "look", "reason": birds.number()}))
    body = {
        "project": str(project.public_id), "subject": "Lớp", "area": place.commune.uid, "starts_on": "2026-09-01",
        "ends_on": birds.number(), "total": birds.phone(), "id_number": birds.number(), "trainees": [birds.name()],
    }  # fmt: skip
    for address in ("/api/v1/training-classes/", "/api/v1/training-classes/?year=x"):
        key = {"Idempotency-Key": str(f.new_uuid())}
        answer = see(officer.post(address, json.dumps(body), content_type="application/json", headers=key))
        assert answer.status_code == 400
    at = f"/api/v1/training-classes/{held.public_id}/trainees/"

    def by_api(client: Client, method: str, address: str, sent: dict[str, Any]) -> Any:
        key = {"Idempotency-Key": str(f.new_uuid())}
        return see(getattr(client, method)(address, json.dumps(sent), content_type="application/json", headers=key))

    def row(**wrong: Any) -> dict[str, Any]:
        known = {"name": birds.name(), "phone": birds.phone(), "id_number": birds.number(), "birth_year": 1985}
        return {**known, "commune": place.commune.uid, **wrong}

    assert by_api(officer, "post", at, {"trainees": [row()]}).status_code == 201
    for field in ("name", "sex", "birth_year", "commune", "phone", "id_number", "certificate_on", birds.number()):
        plant = birds.number() + "99999"
        assert by_api(officer, "post", at, {"trainees": [row(), row(**{field: plant})]}).status_code == 400
        assert by_api(officer, "patch", f"{at}{one.public_id}/", {field: plant, "version": 2}).status_code == 400
    assert by_api(officer, "post", f"{at}look/", {"reason": birds.number()}).status_code == 400
    assert by_api(officer, "post", f"{at}{one.public_id}/steps/remove/", {"reason": birds.phone()}).status_code == 400
    for other in (Client(), browser(people.ministry), browser(people.collaborator)):
        assert by_api(other, "post", at, {"trainees": [row()]}).status_code in (401, 403)
    for client in (officer, auditor):
        see(client.get(at))
    see(officer.get(f"{at}{one.public_id}/"))
    see(officer.get("/api/v1/training-classes/"))
    see(officer.get(f"/api/v1/training-classes/{held.public_id}/"))

    # Lists, files and pages of the class, with and without the right.
    for client in (officer, auditor, browser(people.leader), browser(people.collaborator)):
        for address in (reverse("training:list"), reverse("training:detail", args=[held.public_id])):
            see(client.get(address))
        said.append(sheet(client.get(reverse("training:list"), {"format": "xlsx"}).content))
        see(client.get(reverse("training:list"), {"format": "csv"}))
    see(auditor.get(url))
    own = sheet(officer.get(url, {"format": "xlsx"}).content)
    assert not [one for one in birds.found_in(own) if one.startswith("0990")]  # names, and no ID number

    # The machine breaks in the middle; a job that fails; a look that is allowed; the end of the roster.
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patch:
        patch.setattr("training.rosters.settle", broken)
        assert see(officer.post(url, rows(2))).status_code == 500
    with monkeypatch.context() as patch:
        patch.setattr("training.erasing.erase", broken)
        RosterRetention.objects.create(pk=1, months=1, verified="no")
        clock.set("2026-12-15")
        assert erasing.request_due() is not None
        work_once()
    number = officer.post(page, {"what": "look", "reason": "Đối chiếu"}).content.decode()
    assert birds.found_in(number)  # the control: the number is there where it may be
    for text in (birds.number(), birds.phone()):
        with pytest.raises(DomainError) as refused:
            enter(held, rosters.TraineeData("", id_number=text, phone=text), actor=people.officer)
        said.append(f"{refused.value!r} {refused.value.fields} {refused.value.message}")
    one.refresh_from_db()
    said.append(f"{one} {one!r} {one.trainee} {one.trainee!r} {held!r}")

    assert len(birds.planted) >= 50
    assert birds.found_in("\n".join(said)) == []
    assert birds.found_in("\n".join(logs.text)) == []
    kept = "\n".join(
        serializers.serialize("json", model._default_manager.all())
        for model in apps.get_models()
        if model._meta.label_lower not in HOMES and model._meta.managed
    )
    assert birds.found_in(kept) == []
    assert Entry.objects.filter(action="look_at_id").exists() and Job.objects.exists()
    stored = serializers.serialize("json", Trainee.objects.all())
    assert [one for one in birds.found_in(stored) if one.startswith("0990")] == []  # numbers are sealed
    assert birds.found_in(stored)  # the control: names are found where they are
    while work_once():
        pass
    enqueue(erasing.ERASE, {}, actor=people.officer, key=erasing.ERASE)
    while work_once():
        pass
    assert not Trainee.objects.exists()
