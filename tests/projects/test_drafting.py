"""The form of a project: what it still lacks, copying from another project, two people at once."""

import datetime as dt
import random
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from core.models import Source
from projects.models import Project
from projects.models import ProjectState as S
from projects.requirements import missing_for
from projects.services import next_code
from tests import factories
from tests.projects.lives import browser, in_state
from tests.projects.test_pages import change, edit_url, typed

pytestmark = pytest.mark.django_db

NEW = "/projects/new/"
LACKS = "/projects/completeness/"


def lacking(answer: Any) -> dict[str, list[str]]:
    return {one.id: [row["id"] for row in one.missing] for one in answer.context["sections"] if one.missing}


def test_form_says_by_section_what_submitting_needs_and_stores_nothing(place: Any, people: Any) -> None:
    client, before = browser(people.officer), Entry.objects.count()
    answer = client.post(LACKS, typed(place))
    assert answer.context["known"]
    assert lacking(answer) == {
        "s-beneficiaries": ["id_beneficiary_q"],
        "s-content": ["id_activities_0"],
        "s-money": ["id_estimate_national", "id_investment_vnd"],
    }
    owner, what = factories.enterprise(place), factories.activity()
    full = typed(
        place,
        beneficiaries=[str(owner.public_id)],
        activities=[what.code],
        estimate_local="300 triệu",
        investment_vnd="600 triệu",
    )
    assert lacking(client.post(LACKS, full)) == {}
    assert (Project.objects.count(), Entry.objects.count()) == (0, before)
    assert next_code(place.province, Source.LOCAL, 2026).endswith("-001")


def test_form_that_cannot_be_stored_yet_says_what_that_needs(place: Any, people: Any) -> None:
    answer = browser(people.officer).post(LACKS, {"name": "", "estimate_local": "3oo", "year": "2026"})
    assert not answer.context["known"]
    assert lacking(answer)["s-general"] == [
        "id_name",
        "id_type",
        "id_programme",
        "id_area",
        "id_implementing_unit",
    ]
    assert "s-money" not in lacking(answer)  # nothing is judged while it is typed


def test_form_of_a_stored_draft_says_the_same_as_the_step(place: Any, people: Any) -> None:
    row = in_state(S.DRAFT, place, people, investment_vnd=None)
    page = browser(people.officer).get(edit_url(row))
    assert lacking(page) == {"s-money": ["id_investment_vnd"]}
    assert list(missing_for(row, "submit")) == ["investment_vnd"]
    cleared = change(place, row, activities=[])
    answer = browser(people.officer).post(f"{LACKS}?project={row.public_id}", cleared)
    assert set(lacking(answer)) == {"s-content", "s-money"}
    row.refresh_from_db()
    assert row.activities.exists() and row.version == 1


def test_others_ask_for_no_completeness_nor_copies(place: Any, people: Any) -> None:
    client = browser(people.auditor)
    assert client.post(LACKS, typed(place)).status_code == 403
    assert client.get(reverse("projects:copy")).status_code == 403


# --- copying ----------------------------------------------------------------------------------------------------------


def test_copy_takes_the_content_and_nothing_that_was_decided(place: Any, people: Any) -> None:
    old = in_state(S.CLOSED, place, people, starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 12, 1))
    client = browser(people.officer)
    assert old.name in client.get(reverse("projects:copy"), {"q": old.code}).content.decode()
    page = client.get(NEW, {"copy": str(old.public_id)})
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert (shown["name"], shown["aim"], shown["area"]) == (old.name, old.aim, old.area.uid)
    assert (shown["starts_on"], shown["ends_on"], shown["version"], shown["year"]) == (None, None, None, 2026)
    assert shown["activities"] == [one.code for one in old.activities.all()]
    sent = {name: value for name, value in shown.items() if value is not None}
    assert client.post(NEW, sent).status_code == 302
    new = Project.objects.exclude(pk=old.pk).get()
    assert {(one.source, one.amount_vnd) for one in new.estimates.all()} == {
        (one.source, one.amount_vnd) for one in old.estimates.all()
    }
    assert set(new.beneficiaries.all()) == set(old.beneficiaries.all())
    assert (new.state, new.decided_on, new.decisions.count(), new.ledger.count()) == (S.DRAFT, None, 0, 0)
    assert new.code != old.code


def test_nobody_copies_what_they_do_not_see(place: Any, people: Any) -> None:
    other = factories.Place("40", "Nghệ An")
    theirs = factories.bare_project(other)
    client = browser(people.officer)
    assert client.get(NEW, {"copy": str(theirs.public_id)}).status_code == 404
    assert theirs.code not in client.get(reverse("projects:copy")).content.decode()


# --- two at once ------------------------------------------------------------------------------------------------------


def test_of_two_editors_the_second_sees_both_values_twenty_times_of_twenty(place: Any, people: Any) -> None:
    lot = random.Random(20261125)
    officer, centre = browser(people.officer), browser(people.centre)
    for number in range(20):
        row = in_state(S.DRAFT, place, people)
        field, first, second = lot.choice(
            [
                ("name", f"Máy sấy gỗ {number}", f"Dây chuyền bún {number}"),
                ("aim", f"Giảm nhân công {number}", f"Nâng công suất {number}"),
                ("ends_on", "30/11/2026", "31/12/2026"),
                ("investment_vnd", f"{700 + number}.000.000", f"{800 + number}.000.000"),
                ("estimate_local", f"{200 + number}.000.000", f"{100 + number}.000.000"),
            ]
        )
        theirs, mine = change(place, row, **{field: first}), change(place, row, **{field: second})
        assert officer.post(edit_url(row), theirs).status_code == 302
        answer = centre.post(edit_url(row), mine)
        assert answer.status_code == 409
        assert {(one["stored"], one["typed"]) for one in answer.context["unlike"]} == {(first, second)}
        html = answer.content.decode()
        assert first in html and second in html
        row.refresh_from_db()
        assert row.version == 2  # nothing was overwritten
        again = {**mine, "version": str(answer.context["form"]["version"].value())}
        assert centre.post(edit_url(row), {**again, "form_key": str(factories.new_uuid())}).status_code == 302
        row.refresh_from_db()
        assert row.version == 3
