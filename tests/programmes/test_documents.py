"""Legal documents kept on pages: entered, corrected, ended, replaced, looked at again; what rests on them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit import words
from audit.models import Entry
from core.errors import Conflict, Invalid, NotAllowed
from home.todo import to_review
from programmes import documents as services
from programmes.loading import load_programmes
from programmes.models import AppraisalCriterion, LegalDocument
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 5)


@pytest.fixture(autouse=True)
def today(clock: Clock, db: None) -> None:
    clock.set("2026-10-05 09:00")


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def values(number: str = "8/2030/TT-X", **other: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "number": number, "type": "thông tư", "issuer": "Bộ X", "subject": "Việc thử", "verified": "no",
        "in_force_from": dt.date(2020, 1, 1),
    }  # fmt: skip
    return {**plain, **other}


def entered(people: Any, number: str = "8/2030/TT-X", **other: Any) -> LegalDocument:
    return services.add_document(values(number, **other), "Có trên Công báo", actor=people.administrator)


def rule(basis: str, **fields: Any) -> AppraisalCriterion:
    return f.criterion(fields.pop("code", "L9"), legal_basis=basis, **fields)


def test_document_is_entered_corrected_ended_with_reason_and_trail(people: Any) -> None:
    row = entered(people)
    administrator = people.administrator
    services.correct_document(row, {"subject": "Việc đúng"}, "Gõ nhầm", actor=administrator, version=1)
    services.end_document(row, dt.date(2026, 12, 31), "Bãi bỏ", actor=administrator, version=2)
    row.refresh_from_db()
    assert (row.subject, row.in_force_to, row.row_version) == ("Việc đúng", dt.date(2026, 12, 31), 3)
    entries = list(Entry.objects.about(row))
    assert {entry.action for entry in entries} == {"create", "correct_rule", "end_rule"}
    assert all(entry.note for entry in entries)
    assert {name for entry in entries for name in entry.changes} <= set(words.FIELDS)
    with pytest.raises(Conflict):
        services.correct_document(row, {"subject": "Khác"}, "Gõ nhầm", actor=administrator, version=1)
    with pytest.raises(Invalid):
        services.correct_document(row, {"subject": "Khác"}, " ", actor=administrator)


def test_later_document_takes_its_place_the_day_after(people: Any) -> None:
    row = entered(people)
    first = dt.date(2027, 1, 1)
    later = services.replace_document(
        row, values("9/2031/TT-X", in_force_from=first), "Thay thế", actor=people.administrator
    )
    row.refresh_from_db()
    assert (row.in_force_to, row.replaced_by, later.in_force_from) == (dt.date(2026, 12, 31), "9/2031/TT-X", first)
    other = entered(people, "7/2030/TT-X")
    same = services.replace_document(
        other, values("9/2031/TT-X", in_force_from=first), "Thay thế", actor=people.administrator
    )
    assert same == later and LegalDocument.objects.count() == 3  # it was in the list already
    bare = entered(people, "10/2032/TT-X", in_force_from=None)
    services.replace_document(
        entered(people, "6/2030/TT-X"), values("10/2032/TT-X", in_force_from=first), "x", actor=people.administrator
    )
    bare.refresh_from_db()
    assert bare.in_force_from == first  # known only now
    with pytest.raises(Invalid):
        services.replace_document(later, values("9/2031/TT-X", in_force_from=first), "x", actor=people.administrator)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"verified": "yes", "number": ""}, "number"),
        ({"in_force_to": dt.date(2019, 1, 1)}, "in_force_to"),
        ({"issued_on": dt.date(2030, 1, 1)}, "issued_on"),
        ({"replaced_by": "8/2030/TT-X"}, "replaced_by"),
        ({"number": "1/2030/TT-X"}, "number"),
    ],
)
def test_wrong_document_is_refused_at_its_field(people: Any, other: Any, field: str) -> None:
    entered(people, "1/2030/TT-X")
    with pytest.raises(Invalid) as refused:
        entered(people, **other) if "number" not in other else entered(people, **{"number": "", **other})
    assert set(refused.value.fields) == {field}


def test_only_who_administers_the_place_keeps_its_documents(place: f.Place, people: Any) -> None:
    row = entered(people)
    own = entered(people, "2/QĐ", area=place.province)

    def all_do(actor: User, target: LegalDocument) -> int:
        done = 0
        for act in (
            lambda: services.add_document(values(f"{actor.pk}/X", area=target.area), "x", actor=actor),
            lambda: services.correct_document(target, {"note": f"{actor.pk}"}, "x", actor=actor),
            lambda: services.plan_review(target, TODAY, None, "", actor=actor),
            lambda: services.record_review(target, "Còn đúng", None, actor=actor),
        ):
            try:
                act()
            except NotAllowed:
                continue
            done += 1
        return done

    elsewhere = f.Place("40", "Nghệ An")
    foreign = f.user("quantri-na", "administrator", elsewhere.province)
    assert all_do(people.officer, row) == all_do(people.leader, own) == all_do(foreign, own) == 0
    assert all_do(people.administrator, own) == 4  # the control
    # Of the whole country: who administers every province there is; with a second province, not one of them alone.
    assert all_do(people.administrator, row) == all_do(foreign, row) == 0


def test_who_was_asked_records_the_review_and_finds_it_among_the_tasks(people: Any, clock: Clock) -> None:
    row = entered(people)
    services.plan_review(row, dt.date(2026, 11, 1), people.officer, "Xem lại", actor=people.administrator)
    assert to_review(people.officer).total == 0
    clock.set("2026-11-01 09:00")
    assert [task.url for task in to_review(people.officer).tasks] == [reverse("programmes:document", args=[row.pk])]
    assert to_review(people.leader).total == to_review(people.administrator).total == 0
    with pytest.raises(Invalid) as refused:
        services.record_review(row, "", dt.date(2026, 11, 1), actor=people.officer)
    assert set(refused.value.fields) == {"review_note", "review_on"}
    services.record_review(row, "Còn đúng", None, actor=people.officer)
    row.refresh_from_db()
    assert (row.review_on, row.reviewed_on, row.review_note) == (None, dt.date(2026, 11, 1), "Còn đúng")
    assert to_review(people.officer).total == 0 and row.edited_at is not None


def test_rules_rest_on_the_document_they_name_and_no_other(people: Any) -> None:
    row, longer = entered(people), entered(people, "28/2030/TT-X")
    named, other = rule("8/2030/TT-X Điều 3"), rule("28/2030/TT-X Điều 1", code="L8")
    past = rule("8/2030/TT-X", code="L7", valid_to=dt.date(2020, 1, 1))
    rules = services.visible_rules(people.officer)
    assert services.resting_on(row, rules, TODAY) == [named]
    assert services.resting_on(longer, rules, TODAY) == [other]
    assert services.document_named(other.legal_basis, [row, longer]) == longer
    page = browser(people.officer).get(reverse("programmes:document", args=[row.pk]))
    assert [one["rule"] for one in page.context["resting"]] == [named] and past not in page.context["resting"]


def test_what_an_official_set_of_a_document_is_left_and_said_and_the_rest_follows_the_file(people: Any) -> None:
    from django.core.management import call_command

    LegalDocument.objects.all().delete()
    call_command("load_reference", verbosity=0)
    total = LegalDocument.objects.count()
    row = LegalDocument.objects.get(number="45/2012/NĐ-CP")
    services.correct_document(row, {"number": "45/2012/NĐ-CP2"}, "Thử", actor=people.administrator)
    followed = LegalDocument.objects.get(number="28/2018/TT-BTC")
    LegalDocument.objects.filter(pk=followed.pk).update(note="khác")
    services.plan_review(followed, TODAY, None, "", actor=people.administrator)  # leaves it with its file
    said: list[str] = []
    load_programmes(said.append)
    row.refresh_from_db(), followed.refresh_from_db()
    assert LegalDocument.objects.count() == total and row.number == "45/2012/NĐ-CP2"
    assert [text for text in said if "45/2012" in text] == said
    assert followed.note != "khác" and followed.review_on == TODAY


def test_document_is_kept_on_pages(people: Any) -> None:
    client = browser(people.administrator)
    new = reverse("programmes:document_new")
    key = client.get(new).context["form"]["form_key"].value()
    sent = {"form_key": key, "number": "5/2030/QĐ", "type": "quyết định", "issuer": "Bộ X", "subject": "Việc thử",
            "verified": "no", "in_force_from": "01/01/2026", "reason": "Công báo"}  # fmt: skip
    assert client.post(new, {**sent, "reason": ""}).status_code == 422
    page = client.post(new, sent)["Location"]
    row = LegalDocument.objects.get(number="5/2030/QĐ")
    assert page == reverse("programmes:document", args=[row.pk])
    for mode, more in (
        ("correct", {**sent, "subject": "Việc khác"}),
        ("plan", {"review_on": "01/12/2026", "review_note": "Xem"}),
        ("review", {"review_note": "Còn đúng", "review_on": "01/12/2027"}),
        ("replace", {**sent, "number": "6/2030/QĐ", "in_force_from": "01/01/2027"}),
        ("end", {"in_force_to": "30/11/2026", "reason": "Bãi bỏ"}),
    ):
        address = reverse("programmes:document_change", args=[row.pk, mode])
        form = client.get(address).context["form"]
        hidden = {"form_key": form["form_key"].value(), "version": form["version"].value()}
        answer = client.post(address, {**more, **hidden})
        assert answer.status_code == 302, (mode, answer.context["form"].errors)
        assert browser(people.officer).get(address).status_code == 403
    row.refresh_from_db()
    assert (row.subject, row.in_force_to, row.reviewed_on) == ("Việc khác", dt.date(2026, 11, 30), TODAY)
    assert client.get(reverse("programmes:document_change", args=[row.pk, "burn"])).status_code == 404
    assert "5/2030/QĐ" in client.get(reverse("programmes:reference"), {"state": "review"}).content.decode()
