"""Review of the policies: what is to be looked at, and difficulties from the note to the answer."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import words
from audit.models import Entry
from core.errors import Invalid, NotAllowed, WrongState
from outreach.difficulties import DifficultyData, change_difficulty, report, take_step, told_with_progress
from outreach.models import Difficulty
from outreach.review import review
from programmes.models import LegalDocument
from projects.models import ProgressUpdate
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 10, 1)


@pytest.fixture
def place(clock: Clock, db: None) -> f.Place:
    clock.set("2026-10-05 09:00")
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def law(place: f.Place) -> LegalDocument:
    return document("8/2030/TT-X")


def document(number: str, **fields: Any) -> LegalDocument:
    values = {"number": number, "type": "thông tư", "issuer": "Bộ X", "subject": "Việc thử", "verified": "no", **fields}
    row: LegalDocument = LegalDocument.objects.create(**values)
    return row


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def told(place: f.Place, law: LegalDocument, **other: Any) -> DifficultyData:
    values = {"reporter": "officer", "problem": "Hồ sơ trùng", "reported_on": DAY, "province": place.province}
    return DifficultyData(**{**values, "document": law, **other})


def test_review_finds_each_thing_that_is_to_be_looked_at(place: f.Place, people: Any, law: LegalDocument) -> None:
    ended = document("7/2020/TT-X", in_force_to=dt.date(2026, 6, 30))
    due = document("5/2020/TT-X", review_on=dt.date(2026, 12, 1))
    document("4/2020/TT-X", review_on=dt.date(2027, 12, 1))
    resting = f.criterion("L1", legal_basis="7/2020/TT-X Điều 1", verified="yes")
    doubtful = f.criterion("L2", legal_basis="8/2030/TT-X Điều 2", verified="partial")
    nameless = f.criterion("L3", legal_basis="", verified="no")
    expiring = f.criterion("L4", legal_basis="", verified="yes", valid_to=dt.date(2026, 11, 30))
    f.criterion("L5", legal_basis="7/2020/TT-X", verified="no", valid_to=dt.date(2026, 6, 1))  # over: nobody's work
    report(told(place, law), actor=people.officer)
    found = review(people.officer, 90)
    assert found.due == [due]
    assert [(one.document, [rule["rule"] for rule in one.rules]) for one in found.ended] == [(ended, [resting])]
    unverified = {one.document: [rule["rule"] for rule in one.rules] for one in found.unverified}
    mine = {key: [row for row in rows if row in (doubtful, nameless)] for key, rows in unverified.items()}
    assert mine[law] == [doubtful] and mine[None] == [nameless]
    assert expiring in [rule["rule"] for rule in found.expiring]
    assert expiring not in [rule["rule"] for rule in review(people.officer, 30).expiring]
    assert [(one.document, one.difficulties) for one in found.difficulties] == [(law, 1)]
    page = browser(people.officer).get(reverse("outreach:review")).content.decode()
    assert "7/2020/TT-X" in page and reverse("programmes:document", args=[due.pk]) in page
    correct = reverse("programmes:rule_correct", args=["criteria", doubtful.pk])
    assert correct not in page  # an officer reads the rule
    assert correct in browser(people.administrator).get(reverse("outreach:review")).content.decode()
    assert browser(people.collaborator).get(reverse("outreach:review")).status_code == 403
    assert browser(people.officer).get(reverse("outreach:review"), {"format": "csv"}).status_code == 200


def test_difficulty_goes_up_with_its_paper_and_comes_to_an_answer(place: f.Place, people: Any, law: Any) -> None:
    row = report(told(place, law), actor=people.officer)
    with pytest.raises(WrongState):
        take_step(row, "answer", actor=people.officer, data={"on": DAY, "answer": "x"})
    with pytest.raises(Invalid) as refused:
        take_step(row, "send", actor=people.officer, data={"on": dt.date(2026, 9, 1), "to": "Bộ"})
    assert set(refused.value.fields) == {"on", "paper"}
    take_step(row, "send", actor=people.officer, data={"on": DAY, "to": "Bộ", "paper": "12/SCT"})
    with pytest.raises(WrongState):  # what was sent stays as it was said
        change_difficulty(row, told(place, law, problem="Khác"), actor=people.officer)
    take_step(row, "answer", actor=people.officer, data={"on": DAY, "answer": "Đang sửa", "paper": "3/BCT"})
    take_step(row, "resolve", actor=people.officer, data={"on": DAY, "resolution": "Đã sửa"})
    with pytest.raises(Invalid):
        take_step(row, "reopen", actor=people.officer)
    row = take_step(row, "reopen", actor=people.officer, note="Vẫn còn")
    assert (row.state, row.answer, row.resolved_on) == ("noted", "Đang sửa", None)
    entries = Entry.objects.about(row)
    assert {entry.action for entry in entries} <= set(words.ACTIONS)
    assert {name for entry in entries for name in entry.changes} <= set(words.FIELDS)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"reporter": "nobody"}, "reporter"),
        ({"reporter": "establishment"}, "enterprise"),
        ({"reporter": "commune"}, "area"),
        ({"province": None}, "province"),
        ({"problem": " "}, "problem"),
        ({"reported_on": dt.date(2026, 12, 1)}, "reported_on"),
        ({"document": None}, "document"),
    ],
)
def test_wrong_difficulty_is_refused_at_its_field(place: Any, people: Any, law: Any, other: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        report(told(place, law, **other), actor=people.officer)
    assert field in refused.value.fields


def test_collaborator_notes_for_the_own_area_and_sends_nothing_upward(place: f.Place, people: Any, law: Any) -> None:
    own = told(place, law, reporter="commune", area=place.commune, province=None)
    away = told(place, law, reporter="commune", area=place.other, province=None)
    with pytest.raises(NotAllowed):
        report(away, actor=people.collaborator)
    row = report(own, actor=people.collaborator)  # the control
    hidden = report(away, actor=people.officer)
    with pytest.raises(NotAllowed):
        take_step(row, "send", actor=people.collaborator, data={"on": DAY, "to": "Bộ", "paper": "1"})
    assert set(Difficulty.objects.visible_to(people.collaborator)) == {row}
    assert not Difficulty.objects.visible_to(people.ministry).exists()
    take_step(hidden, "send", actor=people.officer, data={"on": DAY, "to": "Bộ", "paper": "1"})
    assert set(Difficulty.objects.visible_to(people.ministry)) == {hidden}  # what was sent upward is read there
    assert not Difficulty.objects.visible_to(f.stranger()).exists()


def test_difficulty_told_with_progress_is_tied_to_a_document_in_one_action(place: Any, people: Any, law: Any) -> None:
    project = f.approved(place, people)
    update = ProgressUpdate.objects.create(
        uuid=f.new_uuid(), project=project, on=DAY, difficulties="Chưa có hướng dẫn", proposals="Ban hành hướng dẫn"
    )
    assert list(told_with_progress(people.officer)) == [update]
    client = browser(people.officer)
    page = client.get(reverse("outreach:difficulties")).content.decode()
    address = f"{reverse('outreach:difficulty_new')}?update={update.uuid}"
    assert address in page
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    sent["reported_on"] = "01/10/2026"
    assert (sent["problem"], sent["proposal"]) == ("Chưa có hướng dẫn", "Ban hành hướng dẫn")
    answer = client.post(address, {**sent, "province": place.province.pk, "document": law.pk})
    assert answer.status_code == 302, answer.context["form"].errors
    row = Difficulty.objects.get()
    assert (row.update, row.document, row.enterprise) == (update, law, project.beneficiaries.get())
    assert not told_with_progress(people.officer).exists()
    assert client.get(address).status_code == 409  # not a second time
    done = client.post(answer["Location"], {"do": "send", "send-on": "02/10/2026", "send-to": "Bộ", "send-paper": "9"})
    assert done.status_code == 302
    assert client.post(answer["Location"], {"do": "send"}).status_code == 409
    assert (
        client.get(reverse("outreach:difficulties"), {"state": "sent", "document": law.pk}).context["page"].object_list
    )
