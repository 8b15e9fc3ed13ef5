"""Classes on pages: entered under an approved project by those who work on it, with people counted or not reported."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from projects.models import Project
from tests import factories
from tests.clocks import Clock
from training.counting import Counts
from training.models import TrainingClass

pytestmark = pytest.mark.django_db

LIST = "/training/"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def project(place: factories.Place, people: factories.People) -> Project:
    """Approved, in the collaborator's commune, implemented by the centre."""
    return factories.approved(place, people)


@pytest.fixture
def held(project: Project) -> TrainingClass:
    return class_of(project)


def class_of(project: Project, **fields: Any) -> TrainingClass:
    values = {
        "kind": "new_skill",
        "subject": "Mây tre đan xuất khẩu",
        "area": project.area,
        "starts_on": dt.date(2026, 9, 1),
        "ends_on": dt.date(2026, 9, 10),
        "total": 35,
        "women": 20,
        **fields,
    }
    values.setdefault("counts_on", values["ends_on"])
    row: TrainingClass = TrainingClass.objects.create(project=project, **values)
    return row


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def new_url(row: Project) -> str:
    return reverse("training:new", args=[row.public_id])


def edit_url(row: TrainingClass) -> str:
    return reverse("training:edit", args=[row.public_id])


def detail_url(row: TrainingClass) -> str:
    return reverse("training:detail", args=[row.public_id])


def panel_url(row: Project) -> str:
    return reverse("training:project_panel", args=[row.public_id])


def typed(place: factories.Place, **fields: Any) -> dict[str, Any]:
    return {
        "form_key": str(factories.new_uuid()),
        "subject": "Xây dựng nhãn hiệu",
        "kind": "brand",
        "area": place.commune.uid,
        "starts_on": "01/10/2026",
        "ends_on": "05/10/2026",
        "total": "",
        "women": "",
        **fields,
    }


def change(place: factories.Place, row: TrainingClass, **fields: Any) -> dict[str, Any]:
    values = {
        "subject": row.subject,
        "kind": row.kind,
        "area": row.area.uid,
        "starts_on": f"{row.starts_on:%d/%m/%Y}",
        "ends_on": f"{row.ends_on:%d/%m/%Y}",
        "total": "" if row.total is None else row.total,
        "women": "" if row.women is None else row.women,
        "version": row.version,
    }
    return typed(place, **{**values, **fields})


def written() -> int:
    return int(Entry.objects.count())


def texts(answer: Any, field: str) -> str:
    return " ".join(answer.context["form"].errors.get(field, []))


# --- entering ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "centre"])
def test_officer_and_centre_enter_a_class(place: Any, people: Any, project: Project, role: str) -> None:
    client = browser(getattr(people, role))
    assert client.get(new_url(project)).status_code == 200
    answer = client.post(new_url(project), typed(place, total="1.035", women="20"))
    row = TrainingClass.objects.get()
    assert answer["Location"] == detail_url(row)
    assert (row.project, row.area, row.kind, row.total, row.women) == (project, place.commune, "brand", 1035, 20)
    assert (row.starts_on, row.ends_on) == (dt.date(2026, 10, 1), dt.date(2026, 10, 5))
    entry = Entry.objects.about(row).get()
    assert (entry.action, entry.channel, entry.within_id) == ("create", "page", str(project.pk))


READERS = ["leader", "accountant", "collaborator", "auditor", "ministry", "administrator"]


@pytest.mark.parametrize("role", READERS)
def test_others_enter_and_change_nothing(place: Any, people: Any, held: TrainingClass, role: str) -> None:
    client, before = browser(getattr(people, role)), written()
    expected = 404 if role == "administrator" else 403
    for url, form in ((new_url(held.project), typed(place)), (edit_url(held), change(place, held, subject="Khác"))):
        assert client.get(url).status_code == expected
        assert client.post(url, form).status_code == expected
    held.refresh_from_db()
    assert (TrainingClass.objects.count(), held.subject, written()) == (1, "Mây tre đan xuất khẩu", before)
    html = client.get(panel_url(held.project)).content.decode()
    assert new_url(held.project) not in html


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CENTRE, Role.COLLABORATOR, Role.AUDITOR])
def test_class_lies_under_a_project_the_person_sees(place: Any, people: Any, held: TrainingClass, role: str) -> None:
    client, before = browser(factories.stranger(role)), written()
    for url in (new_url(held.project), edit_url(held), detail_url(held), panel_url(held.project)):
        assert client.get(url).status_code == 404
    assert client.post(new_url(held.project), typed(place)).status_code == 404
    assert client.post(edit_url(held), change(place, held)).status_code == 404
    assert list(client.get(LIST).context["page"]) == []
    assert (TrainingClass.objects.count(), written()) == (1, before)


def test_centre_touches_only_classes_of_what_it_implements(place: Any, people: Any, held: TrainingClass) -> None:
    client = browser(people.centre)
    assert client.get(edit_url(held)).status_code == 200
    Project.objects.update(implementing_unit=place.department)
    for url in (new_url(held.project), edit_url(held), detail_url(held)):
        assert client.get(url).status_code == 404
    assert list(client.get(LIST).context["page"]) == []


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "closed", "stopped"])
def test_only_an_approved_project_that_is_not_over_takes_classes(
    place: Any, people: Any, held: TrainingClass, state: str
) -> None:
    decided = held.project.decided_on if state in ("closed", "stopped") else None
    Project.objects.update(state=state, decided_on=decided)
    client, before = browser(people.officer), written()
    for url, form in ((new_url(held.project), typed(place)), (edit_url(held), change(place, held, subject="Khác"))):
        assert client.get(url).status_code == 409
        assert client.post(url, form).status_code == 409
    held.refresh_from_db()
    assert (TrainingClass.objects.count(), held.subject, written()) == (1, "Mây tre đan xuất khẩu", before)
    assert edit_url(held) not in client.get(detail_url(held)).content.decode()
    assert new_url(held.project) not in client.get(panel_url(held.project)).content.decode()


WRONG = [
    ("subject", "   "),
    ("subject", "x" * 301),
    ("kind", ""),
    ("kind", "vương quốc"),
    ("area", ""),
    ("area", "p42"),
    ("area", "d425"),  # no districts today
    ("area", "c40073-2025h2"),  # of another province
    ("starts_on", ""),
    ("starts_on", "31/02/2026"),
    ("ends_on", ""),
    ("ends_on", "30/09/2026"),  # before the first day
    ("total", "-1"),
    ("total", "nhiều"),
    ("total", "100.001"),
    ("total", "9" * 30),
    ("women", "-1"),
    ("women", "36"),  # more than learners
    ("women", "3,5"),
    ("form_key", "không phải khóa"),
    ("form_key", ""),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_wrong_entry_is_named_at_its_field_and_nothing_is_stored(
    place: Any, people: Any, project: Project, field: str, value: str
) -> None:
    factories.Place("40", "Nghệ An")
    before = written()
    answer = browser(people.officer).post(
        new_url(project), typed(place, **{"total": "35", "women": "20", field: value})
    )
    assert answer.status_code == 422
    assert texts(answer, field)
    assert "hợp lệ" not in texts(answer, field)
    assert (TrainingClass.objects.count(), written()) == (0, before)
    html = answer.content.decode()
    assert "data-kc-errors" in html  # the summary that takes the focus
    assert field == "subject" or 'value="Xây dựng nhãn hiệu"' in html
    assert field == "starts_on" or 'value="01/10/2026"' in html


def test_women_without_a_total_are_not_taken(place: Any, people: Any, project: Project) -> None:
    answer = browser(people.officer).post(new_url(project), typed(place, women="0"))
    assert (answer.status_code, TrainingClass.objects.count()) == (422, 0)
    assert texts(answer, "total")


def test_form_sent_twice_enters_one(place: Any, people: Any, project: Project) -> None:
    client, form = browser(people.officer), typed(place)
    first, second = (client.post(new_url(project), form) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert TrainingClass.objects.count() == 1


def test_database_itself_keeps_dates_in_order_and_women_within_the_total(project: Project) -> None:
    bad: list[dict[str, Any]] = [
        {"ends_on": dt.date(2026, 8, 31)},
        {"women": 36},
        {"total": None, "women": 0},
        {"total": -1, "women": None},
    ]
    for fields in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            class_of(project, **fields)
    class_of(project, ends_on=dt.date(2026, 9, 1), women=35)  # one day, all of them women
    class_of(project, total=0, women=0)


# --- places of then and now -------------------------------------------------------------------------------------------


def offered(answer: Any) -> set[str]:
    return set(answer.context["form"].fields["area"].rows)


def test_class_of_today_is_held_in_a_commune_of_today(place: Any, people: Any, project: Project) -> None:
    assert offered(browser(people.officer).get(new_url(project))) == {place.commune.uid, place.other.uid}


def test_class_of_a_project_of_2024_may_lie_in_the_places_of_then(place: Any, people: Any, project: Project) -> None:
    Project.objects.update(decided_on="2024-05-02", area=place.before)
    client = browser(people.officer)
    found = offered(client.get(new_url(project)))
    assert found == {place.commune.uid, place.other.uid, place.before.uid, place.district.uid}
    form = typed(place, area=place.district.uid, starts_on="01/10/2024", ends_on="05/10/2024")
    assert client.post(new_url(project), form).status_code == 302
    assert TrainingClass.objects.get().area == place.district


def test_class_in_a_place_that_ended_since_keeps_it(place: Any, people: Any, held: TrainingClass) -> None:
    TrainingClass.objects.update(area=place.before)
    held.refresh_from_db()
    form = change(place, held, subject="Tên mới")
    assert browser(people.officer).post(edit_url(held), form).status_code == 302
    held.refresh_from_db()
    assert (held.subject, held.area) == ("Tên mới", place.before)


# --- changing ---------------------------------------------------------------------------------------------------------


def test_learners_are_not_reported_none_or_a_number(place: Any, people: Any, held: TrainingClass) -> None:
    client = browser(people.officer)
    for text, stored, shown in (("", None, "kc-missing"), ("0", 0, "<dd>0</dd>"), ("1.234", 1234, "<dd>1.234</dd>")):
        held.refresh_from_db()
        assert client.post(edit_url(held), change(place, held, total=text, women=text)).status_code == 302
        held.refresh_from_db()
        assert (held.total, held.women) == (stored, stored)
        facts = client.get(detail_url(held)).content.decode().partition("kc-facts")[2].partition("</dl>")[0]
        assert facts.count(shown) == 2


def test_change_is_written_down_old_and_new(place: Any, people: Any, held: TrainingClass) -> None:
    before = written()
    browser(people.centre).post(edit_url(held), change(place, held, total="40"))
    assert Entry.objects.about(held).latest("id").changes == {"total": [35, 40]}
    held.refresh_from_db()
    browser(people.centre).post(edit_url(held), change(place, held))  # nothing new
    assert written() == before + 1


def test_second_of_two_who_change_it_sees_what_the_first_stored(place: Any, people: Any, held: TrainingClass) -> None:
    mine = change(place, held, subject="Của tôi")
    theirs = change(place, held, subject="Của người khác", total="40", women="")
    assert browser(people.centre).post(edit_url(held), theirs).status_code == 302
    before, client = written(), browser(people.officer)
    answer = client.post(edit_url(held), mine)
    assert (answer.status_code, written()) == (409, before)
    found = {(row["stored"], row["typed"]) for row in answer.context["form"].meanwhile}
    assert found == {("Của người khác", "Của tôi"), ("40", "35"), ("", "20")}
    assert "Của người khác" in answer.content.decode()
    again = {**mine, "version": answer.context["form"]["version"].value()}
    assert client.post(edit_url(held), again).status_code == 302
    held.refresh_from_db()
    assert (held.subject, held.total) == ("Của tôi", 35)


@pytest.mark.parametrize("version", [None, "", "0", "999", "abc"])
def test_form_that_does_not_say_what_it_was_made_from_overwrites_nothing(
    place: Any, people: Any, held: TrainingClass, version: str | None
) -> None:
    form = change(place, held, subject="Khác", version=version or "")
    if version is None:
        del form["version"]
    assert browser(people.officer).post(edit_url(held), form).status_code in (409, 422)
    held.refresh_from_db()
    assert held.subject == "Mây tre đan xuất khẩu"


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "ministry"])
def test_class_is_read_by_those_who_see_its_project(place: Any, people: Any, held: TrainingClass, role: str) -> None:
    browser(people.officer).post(edit_url(held), change(place, held, total="40"))
    client = browser(getattr(people, role))
    html = client.get(detail_url(held)).content.decode()
    assert held.subject in html
    assert (edit_url(held) in html) == (role in ("officer", "centre"))
    assert (str(people.officer) in html) == (role not in ("ministry", "collaborator"))
    assert held.subject in client.get(LIST).content.decode()
    assert held.subject in client.get(panel_url(held.project)).content.decode()
    assert held.subject in client.get(panel_url(held.project), headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("name", ["list", "detail", "project_panel"])
def test_what_is_read_is_not_posted_to(people: Any, held: TrainingClass, name: str) -> None:
    args = {"list": [], "detail": [held.public_id], "project_panel": [held.project.public_id]}[name]
    assert browser(people.officer).post(reverse(f"training:{name}", args=args)).status_code == 405


@pytest.fixture
def three(place: factories.Place, held: TrainingClass) -> dict[str, TrainingClass]:
    return {
        "held": held,
        "brand": class_of(held.project, kind="brand", area=place.other, total=None, women=None),
        "old": class_of(
            held.project, area=place.before, starts_on=dt.date(2024, 3, 1), ends_on=dt.date(2024, 3, 2), women=None
        ),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"held", "brand", "old"}),
        ({"year": "2024"}, {"old"}),
        ({"kind": "brand"}, {"brand"}),
        ({"area": "c42073-2025h2"}, {"held", "old"}),  # with what the commune was formed from
        ({"area": "d425"}, {"old"}),
        ({"year": "2024", "kind": "brand"}, set()),
    ],
)
def test_list_is_narrowed_by_year_kind_and_place(people: Any, three: Any, query: Any, names: set[str]) -> None:
    answer = browser(people.officer).get(LIST, query)
    assert set(answer.context["page"]) == {three[name] for name in names}


@pytest.mark.parametrize(
    "query",
    [
        {"year": "abc"},
        {"year": "1999"},
        {"kind": "vương quốc"},
        {"area": "no-such"},
        {"area": "a\0b"},
        {"sort": "x"},
    ],
)
def test_filter_that_cannot_be_used_is_named_and_left_out(people: Any, three: Any, query: dict[str, str]) -> None:
    answer = browser(people.officer).get(LIST, query)
    assert (answer.status_code, len(answer.context["page"])) == (200, 3)
    assert len(answer.context["form"].ignored) == 1
    assert "kc-message--warning" in answer.content.decode()


@pytest.mark.parametrize("page", ["hai", "0", "-3", "999"])
def test_page_that_is_not_there_is_the_nearest(people: Any, three: Any, page: str) -> None:
    assert len(browser(people.officer).get(LIST, {"page": page}).context["page"]) == 3


def test_sums_say_how_many_classes_they_cover(people: Any, three: Any) -> None:
    sums = browser(people.officer).get(LIST).context["sums"]
    assert sums == Counts(3, 2, 70, 1, 20, 0, None)
    none = browser(people.officer).get(LIST, {"kind": "brand"})
    assert (none.context["sums"].attendances, none.context["sums"].women) == (None, None)
    assert "kc-missing" in none.content.decode()


def test_list_costs_the_same_for_one_and_for_twenty(people: Any, held: TrainingClass, count_queries: Any) -> None:
    client = browser(people.officer)
    urls = (LIST, panel_url(held.project))
    few = [count_queries(lambda url=url: client.get(url)) for url in urls for _twice in range(2)][1::2]
    for number in range(20):
        class_of(held.project, subject=f"Lớp {number}")
    assert [count_queries(lambda url=url: client.get(url)) for url in urls] == few


def test_long_list_has_pages(people: Any, project: Project) -> None:
    for number in range(51):
        class_of(project, subject=f"Lớp {number:02}")
    client = browser(people.officer)
    answer = client.get(LIST)
    assert (len(answer.context["page"]), answer.context["sums"].classes) == (50, 51)
    assert 'rel="next"' in answer.content.decode()
    assert len(client.get(LIST, {"page": "2"}).context["page"]) == 1
