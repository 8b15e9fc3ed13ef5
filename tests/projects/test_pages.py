"""Projects on pages: entering and changing a draft, who sees what, the list and its filters, wrong entries."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from audit.models import Entry
from core import clock
from core.models import Source
from enterprises.models import Enterprise
from places.loading import load_areas
from places.models import Area
from programmes.models import Indicator
from projects.models import Project
from projects.models import ProjectState as S
from projects.services import take_step
from projects.states import PROJECT_LIFE
from tests import factories
from tests.projects.lives import browser, in_state, national, texts, written

pytestmark = pytest.mark.django_db

LIST = "/projects/"
NEW = "/projects/new/"
PICK = "/projects/beneficiaries/"


def detail_url(row: Project) -> str:
    return reverse("projects:detail", args=[row.public_id])


def edit_url(row: Project) -> str:
    return reverse("projects:edit", args=[row.public_id])


def typed(place: factories.Place, **fields: Any) -> dict[str, Any]:
    """A new project as an officer types it."""
    return {
        "form_key": str(factories.new_uuid()),
        "name": "Máy sấy gỗ ván ép",
        "type": "single",
        "year": "2026",
        "programme": factories.programme(place).pk,
        "area": place.commune.uid,
        "implementing_unit": place.centre.pk,
        "aim": "Giảm nhân công, nâng chất lượng",
        **fields,
    }


def change(place: factories.Place, row: Project, **fields: Any) -> dict[str, Any]:
    """The form of a stored project as the browser sends it back, with something changed."""
    values: dict[str, Any] = {
        "name": row.name,
        "type": row.type,
        "year": str(row.year),
        "programme": row.programme_id,
        "area": row.area.uid,
        "implementing_unit": row.implementing_unit_id,
        "aim": row.aim,
        "version": row.version,
        "investment_vnd": "" if row.investment_vnd is None else f"{row.investment_vnd}",
        "activities": [activity.code for activity in row.activities.all()],
        "beneficiaries": [str(one.public_id) for one in row.beneficiaries.all()],
        **{f"estimate_{one.source}": str(one.amount_vnd) for one in row.estimates.all()},
        **{f"planned_{one.indicator_id}": str(one.quantity) for one in row.planned_results.all()},
    }
    return typed(place, **{**values, **fields})


@pytest.fixture
def draft(place: factories.Place, people: factories.People) -> Project:
    return in_state(S.DRAFT, place, people)


# --- entering ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "centre"])
def test_officer_and_centre_enter_a_draft(place: Any, people: Any, role: str) -> None:
    client = browser(getattr(people, role))
    owner, what, result = factories.enterprise(place), factories.activity(), factories.indicator()
    assert client.get(NEW).status_code == 200
    form = typed(
        place,
        beneficiaries=[str(owner.public_id)],
        activities=[what.code],
        investment_vnd="1,2 tỷ",
        estimate_local="300 triệu",
        estimate_counterpart="900.000.000",
        estimate_other="0",
        starts_on="01/10/2026",
        ends_on="31-12-2026",
        **{f"planned_{result.pk}": "1"},
    )
    answer = client.post(NEW, form)
    row = Project.objects.get()
    assert answer["Location"] == detail_url(row)
    assert (row.code, row.state, row.province, row.implementing_unit) == (
        "KCDP-2026-001",
        S.DRAFT,
        place.province,
        place.centre,
    )
    assert (row.created_by, row.investment_vnd) == (getattr(people, role), 1_200_000_000)
    assert (row.starts_on, row.ends_on) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert {one.source: one.amount_vnd for one in row.estimates.all()} == {
        "local": 300_000_000,
        "counterpart": 900_000_000,
        "other": 0,
    }
    assert list(row.beneficiaries.all()) == [owner]
    assert [(one.indicator, one.quantity) for one in row.planned_results.all()] == [(result, 1)]
    assert Entry.objects.about(row).get().channel == "page"


def test_draft_may_lack_all_that_only_submitting_needs(place: Any, people: Any) -> None:
    assert browser(people.centre).post(NEW, typed(place)).status_code == 302
    row = Project.objects.get()
    assert (row.investment_vnd, row.estimates.count(), row.beneficiaries.count()) == (None, 0, 0)


READERS = ["leader", "accountant", "collaborator", "auditor", "ministry", "administrator"]


@pytest.mark.parametrize("role", READERS)
def test_others_are_told_why_they_enter_nothing(place: Any, people: Any, role: str) -> None:
    client, before = browser(getattr(people, role)), written()
    for answer in (client.get(NEW), client.post(NEW, typed(place)), client.get(PICK)):
        assert answer.status_code == 403
    assert (Project.objects.count(), written()) == (0, before)
    assert NEW not in client.get(LIST).content.decode()


def test_nobody_enters_for_another_province(place: Any, people: Any) -> None:
    other = factories.Place("40", "Nghệ An")
    answer = browser(people.officer).post(NEW, typed(place, area=other.commune.uid))
    assert (answer.status_code, Project.objects.count()) == (422, 0)
    answer = browser(people.officer).post(NEW, typed(place, implementing_unit=other.centre.pk))
    assert (answer.status_code, Project.objects.count()) == (422, 0)
    theirs = factories.enterprise(other, "Công ty Nghệ An")
    answer = browser(people.officer).post(NEW, typed(place, beneficiaries=[str(theirs.public_id)]))
    assert (answer.status_code, Project.objects.count()) == (422, 0)
    assert "Công ty Nghệ An" not in answer.content.decode()


def test_centre_enters_what_it_implements_itself_whatever_is_sent(place: Any, people: Any) -> None:
    client = browser(people.centre)
    assert "implementing_unit" not in client.get(NEW).context["form"].fields
    client.post(NEW, typed(place, implementing_unit=place.department.pk))
    assert Project.objects.get().implementing_unit == place.centre


WRONG = [
    ("name", "   "),
    ("name", "x" * 401),
    ("type", "vương quốc"),
    ("year", ""),
    ("year", "2017"),  # before the programme
    ("year", "9" * 30),
    ("year", "hai không hai sáu"),
    ("programme", ""),
    ("programme", "abc"),
    ("programme", "9" * 30),
    ("area", ""),
    ("area", "p42"),
    ("area", "d425"),  # a form dated today offers no district
    ("area", "c42073-2020"),  # ended on 30/06/2025
    ("implementing_unit", ""),
    ("implementing_unit", "9" * 30),
    ("starts_on", "31/02/2026"),
    ("ends_on", "hôm nào đó"),
    ("ends_on", "01/01/2026"),  # before the start
    ("activities", "NO-SUCH"),
    ("beneficiaries", "không phải khóa"),
    ("beneficiaries", "00000000-0000-4000-8000-000000000000"),
    ("investment_vnd", "-1"),
    ("investment_vnd", "nhiều"),
    ("investment_vnd", "9" * 40),
    ("estimate_local", "1.5"),
    ("estimate_other", "-1"),
    ("planned", "-1"),
    ("planned", "1,5"),
    ("planned", "9" * 30),
    ("form_key", "không phải khóa"),
    ("form_key", ""),
    ("aim", "x" * 5001),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_wrong_entry_is_named_at_its_field_and_nothing_is_stored(
    place: Any, people: Any, field: str, value: str
) -> None:
    owner, what, result = factories.enterprise(place), factories.activity(), factories.indicator()
    if field == "planned":
        field = f"planned_{result.pk}"
    before = written()
    good: dict[str, Any] = {
        "beneficiaries": [str(owner.public_id)],
        "activities": [what.code],
        "starts_on": "01/02/2026",
        "estimate_counterpart": "123.456.789",
    }
    answer = browser(people.officer).post(NEW, typed(place, **{**good, field: value}))
    assert answer.status_code == 422
    assert texts(answer, field)
    assert "hợp lệ" not in texts(answer, field)  # says what to do
    assert (Project.objects.count(), written()) == (0, before)
    html = answer.content.decode()
    assert "data-kc-errors" in html  # the summary that takes the focus
    assert 'value="123.456.789"' in html
    assert field == "starts_on" or 'value="01/02/2026"' in html
    if field != "beneficiaries":
        assert f'value="{owner.public_id}"' in html
    if field != "activities":
        assert f'value="{what.code}"' in html


RULES = [
    ("task", 1, "beneficiaries"),
    ("single", 2, "beneficiaries"),
]


@pytest.mark.parametrize(("kind", "owners", "field"), RULES)
def test_type_says_how_many_beneficiaries_there_can_be(
    place: Any, people: Any, kind: str, owners: int, field: str
) -> None:
    keys = [str(factories.enterprise(place, f"Cơ sở {number}").public_id) for number in range(owners)]
    answer = browser(people.officer).post(NEW, typed(place, type=kind, beneficiaries=keys))
    assert (answer.status_code, Project.objects.count()) == (422, 0)
    assert texts(answer, field)
    for right in ("group", "flagship"):
        assert browser(people.officer).post(NEW, typed(place, type=right, beneficiaries=keys)).status_code == 302


def test_programme_of_another_province_is_not_offered(place: Any, people: Any) -> None:
    other = factories.programme(factories.Place("40", "Nghệ An"), code="KCDP-40", name="Chương trình Nghệ An")
    page = browser(people.officer).get(NEW)
    assert other.name not in page.content.decode()
    answer = browser(people.officer).post(NEW, typed(place, programme=other.pk))
    assert texts(answer, "programme")


def test_form_sent_twice_enters_one(place: Any, people: Any) -> None:
    client, form = browser(people.officer), typed(place)
    first, second = (client.post(NEW, form) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert Project.objects.count() == 1


def test_codes_count_on_by_source_and_year(place: Any, people: Any) -> None:
    client = browser(people.officer)
    for fields in ({}, {}, {"year": "2025"}, {"programme": factories.programme(source=Source.NATIONAL).pk}):
        client.post(NEW, typed(place, **fields))
    codes = set(Project.objects.values_list("code", flat=True))
    assert codes == {"KCDP-2026-001", "KCDP-2026-002", "KCDP-2025-001", "KCQG-2026-001"}


# --- the picker of beneficiaries --------------------------------------------------------------------------------------


def names(answer: Any, part: str) -> list[str]:
    return [row.name for row in answer.context["picker"][part]]


@pytest.fixture
def three(place: factories.Place) -> list[Enterprise]:
    rows = [factories.enterprise(place, name) for name in ("Gỗ Thạch Lạc", "Nước mắm Đỉnh Bàn", "Gỗ Việt")]
    Enterprise.objects.filter(pk=rows[2].pk).update(area=place.other)
    return rows


def test_establishments_are_found_without_accents_and_stay_chosen(people: Any, three: list[Enterprise]) -> None:
    client = browser(people.officer)
    chosen = [str(three[0].public_id)]
    answer = client.get(PICK, {"beneficiary_q": "go", "beneficiaries": chosen})
    assert (names(answer, "chosen"), names(answer, "found")) == (["Gỗ Thạch Lạc"], ["Gỗ Việt"])
    assert names(client.get(PICK, {"beneficiary_q": "dong tien"}), "found") == ["Gỗ Việt"]
    assert names(client.get(PICK, {"beneficiary_q": "  "}), "found") == []


@pytest.mark.parametrize("broken", ["abc", "", "00000000-0000-4000-8000-000000000000", "9" * 60])
def test_picker_leaves_out_what_is_no_establishment(people: Any, three: list[Enterprise], broken: str) -> None:
    answer = browser(people.officer).get(PICK, {"beneficiary_q": "mam%_'\"", "beneficiaries": [broken]})
    assert (answer.status_code, names(answer, "chosen"), names(answer, "found")) == (200, [], [])


def test_picker_offers_no_establishment_of_another_province(people: Any, three: list[Enterprise]) -> None:
    theirs = factories.enterprise(factories.Place("40", "Nghệ An"), "Gỗ Nghệ An")
    answer = browser(people.officer).get(PICK, {"beneficiary_q": "go", "beneficiaries": [str(theirs.public_id)]})
    assert "Gỗ Nghệ An" not in answer.content.decode()


def test_searching_without_scripts_keeps_all_that_was_typed_and_stores_nothing(
    place: Any, people: Any, three: list[Enterprise]
) -> None:
    before = written()
    form = typed(place, find="1", beneficiary_q="nuoc mam", beneficiaries=[str(three[0].public_id)], name="")
    answer = browser(people.officer).post(NEW, {**form, "aim": "Nâng chất lượng"})
    assert (answer.status_code, Project.objects.count(), written()) == (200, 0, before)
    assert (names(answer, "chosen"), names(answer, "found")) == (["Gỗ Thạch Lạc"], ["Nước mắm Đỉnh Bàn"])
    html = answer.content.decode()
    assert "Nâng chất lượng" in html
    assert "kc-summary" not in html  # not judged yet


def test_long_answer_of_the_picker_says_that_there_is_more(place: Any, people: Any) -> None:
    for number in range(21):
        factories.enterprise(place, f"Cơ sở {number:02}")
    answer = browser(people.officer).get(PICK, {"beneficiary_q": "co so"})
    assert (len(names(answer, "found")), answer.context["picker"]["count"], answer.context["picker"]["more"]) == (
        20,
        21,
        True,
    )


@pytest.mark.parametrize("key", ["abc", "", "-1", "9" * 30, "9" * 5000, "a\0b", "½"])
def test_measuring_what_is_typed_survives_any_address(place: Any, people: Any, draft: Project, key: str) -> None:
    query = {**change(place, draft), "without": key, "programme": key, "area": key, "beneficiaries": [key]}
    url = reverse("projects:ceilings")
    assert browser(people.officer).get(url, query).status_code == 200
    assert browser(people.officer).get(url, {**change(place, draft), "without": key}).status_code == 200
    assert browser(people.auditor).get(url, query).status_code == 403
    assert browser(people.officer).post(url, query).status_code == 200  # as the page sends it
    assert browser(people.officer).delete(url).status_code == 405


# --- changing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "centre"])
@pytest.mark.parametrize("state", [S.DRAFT, S.RETURNED])
def test_draft_and_returned_file_are_changed(place: Any, people: Any, state: str, role: str) -> None:
    row, client = in_state(state, place, people), browser(getattr(people, role))
    assert client.get(edit_url(row)).status_code == 200
    answer = client.post(edit_url(row), change(place, row, name="Tên mới", investment_vnd="0", estimate_local=""))
    assert answer["Location"] == detail_url(row)
    row.refresh_from_db()
    assert (row.name, row.investment_vnd, row.code) == ("Tên mới", 0, "KCDP-2026-001")
    assert {one.source for one in row.estimates.all()} == {"counterpart"}
    changes = Entry.objects.about(row).latest("id").changes
    assert set(changes) == {"name", "investment_vnd", "estimate"}
    assert changes["investment_vnd"] == [600_000_000, 0]


def test_saving_without_a_change_writes_nothing(place: Any, people: Any, draft: Project) -> None:
    before = written()
    assert browser(people.officer).post(edit_url(draft), change(place, draft)).status_code == 302
    assert (written(), Project.objects.get().version) == (before, draft.version)


@pytest.mark.parametrize("role", READERS)
def test_others_change_nothing(place: Any, people: Any, role: str) -> None:
    row = in_state(S.RETURNED, place, people, **national(place))  # the ministry sees it, the collaborator does not
    client, before = browser(getattr(people, role)), written()
    expected = 404 if role in ("administrator", "collaborator") else 403
    assert client.get(edit_url(row)).status_code == expected
    assert client.post(edit_url(row), change(place, row, name="Tên khác")).status_code == expected
    assert client.post(edit_url(row), change(place, row, find="1")).status_code == expected
    assert (Project.objects.get().name, written()) == (row.name, before)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CENTRE])
def test_another_province_finds_nothing_to_change(place: Any, people: Any, draft: Project, role: str) -> None:
    client = browser(factories.stranger(role))
    for url in (edit_url(draft), detail_url(draft)):
        assert client.get(url).status_code == 404
    assert client.post(edit_url(draft), change(place, draft)).status_code == 404
    assert list(client.get(LIST).context["page"]) == []


@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED, S.IN_PROGRESS, S.ACCEPTED, S.CLOSED, S.STOPPED])
def test_what_was_submitted_is_no_longer_changed(place: Any, people: Any, state: str) -> None:
    row, client = in_state(state, place, people), browser(people.officer)
    before = written()
    assert client.get(edit_url(row)).status_code == 409
    assert client.post(edit_url(row), change(place, row, name="Tên khác")).status_code == 409
    assert client.post(edit_url(row), change(place, row, find="1")).status_code == 409
    assert (Project.objects.get().name, written()) == (row.name, before)
    assert edit_url(row) not in client.get(detail_url(row)).content.decode()


def test_centre_neither_sees_nor_changes_what_another_implements(place: Any, people: Any, draft: Project) -> None:
    client = browser(people.centre)
    assert client.get(detail_url(draft)).status_code == 200
    Project.objects.update(implementing_unit=place.department)
    for url in (detail_url(draft), edit_url(draft)):
        assert client.get(url).status_code == 404
    assert client.post(edit_url(draft), change(place, draft, name="Tên khác")).status_code == 404
    assert list(client.get(LIST).context["page"]) == []
    assert Project.objects.get().name == draft.name


def test_second_of_two_who_change_it_sees_what_the_first_stored(place: Any, people: Any, draft: Project) -> None:
    mine = change(place, draft, aim="Của tôi", investment_vnd="700 triệu")
    other = factories.enterprise(place, "Cơ sở thứ hai")
    theirs = {"aim": "Của người khác", "beneficiaries": [str(other.public_id)], "investment_vnd": "800 triệu"}
    assert browser(people.centre).post(edit_url(draft), change(place, draft, **theirs)).status_code == 302
    before, client = written(), browser(people.officer)
    answer = client.post(edit_url(draft), mine)
    assert (answer.status_code, written()) == (409, before)
    found = {(row["stored"], row["typed"]) for row in answer.context["unlike"]}
    assert found == {
        ("Của người khác", "Của tôi"),
        ("800.000.000", "700.000.000"),
        ("Cơ sở thứ hai", "Công ty TNHH Gỗ Thạch Lạc"),
    }
    html = answer.content.decode()
    assert all(text in html for pair in found for text in pair)
    again = {**mine, "version": answer.context["form"]["version"].value()}
    assert client.post(edit_url(draft), again).status_code == 302
    assert Project.objects.get().aim == "Của tôi"


@pytest.mark.parametrize("version", [None, "", "0", "999", "abc"])
def test_form_that_does_not_say_what_it_was_made_from_overwrites_nothing(
    place: Any, people: Any, draft: Project, version: str | None
) -> None:
    form = change(place, draft, name="Tên khác", version=version or "")
    if version is None:
        del form["version"]
    assert browser(people.officer).post(edit_url(draft), form).status_code in (409, 422)
    assert Project.objects.get().name == draft.name


def test_change_sent_twice_is_one_change(place: Any, people: Any, draft: Project) -> None:
    client, form = browser(people.officer), change(place, draft, name="Tên mới")
    before = written()
    for _click in range(2):
        assert client.post(edit_url(draft), form).status_code == 302
    assert written() == before + 1


def test_code_stays_unless_year_or_source_change(place: Any, people: Any, draft: Project) -> None:
    client = browser(people.officer)
    second = factories.programme(place, code="KCDP-2026-2030", name="Chương trình mới")
    client.post(edit_url(draft), change(place, draft, programme=second.pk))
    draft.refresh_from_db()
    assert (draft.programme, draft.code) == (second, "KCDP-2026-001")
    client.post(edit_url(draft), change(place, draft, year="2027"))
    draft.refresh_from_db()
    assert (draft.year, draft.code) == (2027, "KCDP-2027-001")


def test_planned_result_that_is_counted_otherwise_today_is_kept(place: Any, people: Any, draft: Project) -> None:
    Indicator.objects.update(method="entered")
    assert browser(people.officer).post(edit_url(draft), change(place, draft, name="Tên mới")).status_code == 302
    assert draft.planned_results.get().quantity == 1


# --- places of then and now -------------------------------------------------------------------------------------------


def test_form_of_today_offers_no_district_and_no_former_commune(place: Any, people: Any) -> None:
    html = browser(people.officer).get(NEW).content.decode()
    assert place.commune.full_name in html
    assert place.district.full_name not in html
    assert place.before.full_name not in html


def test_project_of_2024_shows_its_district(place: Any, people: Any) -> None:
    row = factories.bare_project(
        place, area=place.before, year=2024, state=S.CLOSED, decided_on="2024-05-02", submitted_at=clock.now()
    )
    html = browser(people.officer).get(detail_url(row)).content.decode()
    assert f"{place.before.full_name}, {place.district.full_name}" in html


@pytest.mark.parametrize("day", [None, "2025-12-01"])
def test_former_commune_is_told_by_its_last_district_also_when_recorded_later(
    place: Any, people: Any, day: str | None
) -> None:
    row = factories.bare_project(place, area=place.before, year=2024, starts_on=day)
    html = browser(people.officer).get(detail_url(row)).content.decode()
    assert f"{place.before.full_name}, {place.district.full_name}" in html


def test_town_of_loc_ha_lay_in_loc_ha_until_the_end_of_2024(place: Any, people: Any) -> None:
    """The district was dissolved on 01/01/2025 and the town went to Thạch Hà, until all districts ended."""
    load_areas()
    town, province = Area.objects.get(uid="c18568-2020"), Area.objects.get(uid="p42")
    for year, decided_on, district in (
        (2024, "2024-11-20", "Huyện Lộc Hà"),
        (2024, None, "Huyện Lộc Hà"),
        (2025, "2025-03-01", "Huyện Thạch Hà"),
        (2025, None, "Huyện Thạch Hà"),
    ):
        row = factories.bare_project(
            place, f"X-{year}-{decided_on}", area=town, province=province, year=year, decided_on=decided_on
        )
        html = browser(people.officer).get(detail_url(row)).content.decode()
        assert f"Thị trấn Lộc Hà, {district}" in html
    offered = browser(people.officer).get(NEW).context["form"].fields["area"].choices
    assert "Xã Lộc Hà" in [label for _uid, label in offered]
    assert not any(str(label).startswith(("Huyện", "Thị trấn", "Thị xã")) for _uid, label in offered)


def test_project_in_a_district_and_one_of_today_show_no_other_district(place: Any, people: Any) -> None:
    for area in (place.district, place.commune):
        row = factories.bare_project(place, code=f"X-{area.pk}", area=area, year=2024, decided_on="2026-01-05")
        answer = browser(people.officer).get(detail_url(row))
        assert area.full_name in answer.content.decode()
        assert answer.context["district"] is None


def test_draft_in_a_former_commune_keeps_it(place: Any, people: Any, draft: Project) -> None:
    Project.objects.update(area=place.before)
    draft.refresh_from_db()
    client = browser(people.officer)
    assert place.before.full_name in client.get(edit_url(draft)).content.decode()
    assert client.post(edit_url(draft), change(place, draft, name="Tên mới")).status_code == 302
    draft.refresh_from_db()
    assert (draft.name, draft.area) == ("Tên mới", place.before)


# --- who sees what ----------------------------------------------------------------------------------------------------

MINISTRY_SEES = [(S.DRAFT, False, False), (S.SUBMITTED, True, False), (S.APPROVED, True, True), (S.STOPPED, True, True)]


@pytest.mark.parametrize(("state", "national_one", "local_one"), MINISTRY_SEES)
def test_ministry_sees_national_from_submission_and_local_from_approval(
    place: Any, people: Any, state: str, national_one: bool, local_one: bool
) -> None:
    first = in_state(state, place, people, **national(place))
    second = in_state(state, place, people)
    client = browser(people.ministry)
    expected = {row.pk for row, shown in ((first, national_one), (second, local_one)) if shown}
    assert {row.pk for row in client.get(LIST).context["page"]} == expected
    assert client.get(detail_url(first)).status_code == (200 if national_one else 404)
    assert client.get(detail_url(second)).status_code == (200 if local_one else 404)


def test_local_file_that_was_stopped_before_approval_is_not_for_the_ministry(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people)
    take_step(row, "stop", actor=people.leader, note="Chủ cơ sở xin rút")
    assert browser(people.ministry).get(detail_url(row)).status_code == 404
    assert browser(people.auditor).get(detail_url(row)).status_code == 200


def test_ministry_reads_no_remarks_and_no_trail(place: Any, people: Any) -> None:
    row = in_state(S.RETURNED, place, people, **national(place))
    row = take_step(row, "submit", actor=people.officer, note="Đã bổ sung theo ý kiến")
    factories.budget(place, people, programme=row.programme)
    money = {"decision": factories.decision(place), "money": {"national": 300_000_000}}
    take_step(row, "approve", actor=people.leader, note="Ghi chú nội bộ", data=money)
    remarks = ["Thiếu báo giá thiết bị", "Đã bổ sung theo ý kiến", "Ghi chú nội bộ"]
    inside = browser(people.auditor).get(detail_url(row)).content.decode()
    outside = browser(people.ministry).get(detail_url(row)).content.decode()
    for remark in remarks:
        assert remark in inside
        assert remark not in outside
    assert "45/QĐ-UBND" in outside
    assert str(people.centre) not in outside


def test_returned_file_shows_the_ministry_no_reason(place: Any, people: Any) -> None:
    row = in_state(S.RETURNED, place, people, **national(place))
    html = browser(people.ministry).get(detail_url(row)).content.decode()
    assert "Thiếu báo giá thiết bị" not in html
    assert "Thiếu báo giá thiết bị" in browser(people.auditor).get(detail_url(row)).content.decode()


@pytest.mark.parametrize("state", [S.DRAFT, S.RETURNED, S.SUBMITTED])
def test_collaborator_sees_a_file_once_it_is_submitted(place: Any, people: Any, state: str) -> None:
    row = in_state(state, place, people)
    expected = 200 if state == S.SUBMITTED else 404
    assert browser(people.collaborator).get(detail_url(row)).status_code == expected


def test_closed_account_sees_nothing(people: Any, draft: Project) -> None:
    client = browser(people.officer)
    assert client.get(detail_url(draft)).status_code == 200
    people.officer.is_active = False
    people.officer.save()
    assert client.get(detail_url(draft)).status_code == 302


def test_page_says_what_comes_next_and_why_a_step_is_not_possible(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people)
    answer = browser(people.officer).get(detail_url(row))
    assert {step.code for step in answer.context["possible"]} == {"return"}
    reasons = {step.code: str(reason) for step, reason in answer.context["refused"]}
    assert set(reasons) == set(steps_of("local")) - {"return"}
    html = answer.content.decode()
    assert all(reason in html for reason in reasons.values())


def steps_of(source: str) -> list[str]:
    return [code for code, step in PROJECT_LIFE.steps.items() if step.starts(source)]


def test_money_not_reported_and_none_are_two_things(place: Any, people: Any) -> None:
    row = factories.project(place, people, estimate={"local": 300_000_000, "other": 0})
    money = browser(people.officer).get(detail_url(row)).context["money"]
    asked = {line["source"]: line["asked"] for line in money["rows"]}
    assert asked == {"national": None, "local": 300_000_000, "counterpart": None, "other": 0}
    assert (money["asked"], money["decided"]) == (300_000_000, None)


@pytest.mark.parametrize("name", ["list", "progress", "beneficiaries"])
def test_what_is_read_is_not_posted_to(people: Any, draft: Project, name: str) -> None:
    assert browser(people.officer).post(reverse(f"projects:{name}")).status_code == 405
    assert browser(people.officer).post(detail_url(draft)).status_code == 405


def test_id_that_is_none_is_no_page(people: Any) -> None:
    client = browser(people.officer)
    assert client.get("/projects/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/projects/abc/").status_code == 404


# --- projects of an establishment -------------------------------------------------------------------------------------


def test_establishment_shows_the_projects_that_the_reader_sees(place: Any, people: Any) -> None:
    owner = factories.enterprise(place)
    draft = factories.project(place, people, beneficiaries=[owner], name="Bản nháp máy sấy")
    url = reverse("projects:of_enterprise", args=[owner.public_id])
    assert draft.name in browser(people.officer).get(url).content.decode()
    assert draft.name in browser(people.officer).get(url, headers={"HX-Request": "true"}).content.decode()
    assert draft.name not in browser(people.ministry).get(url).content.decode()
    assert draft.name not in browser(factories.stranger()).get(url).content.decode()


# --- the list ---------------------------------------------------------------------------------------------------------

WOOD, SAUCE, OLD, FLAG = "Máy bào gỗ", "Nước mắm Đỉnh Bàn", "Bún khô Tượng Sơn", "Thương hiệu quốc gia"


@pytest.fixture
def four(place: factories.Place, people: factories.People) -> dict[str, Project]:
    """Approved and late; draft in the other commune; of 2024 in the former commune; national."""
    owner = factories.enterprise(place, "Công ty Gỗ Hương", tax_code=None)
    made = {
        WOOD: in_state(S.APPROVED, place, people, name=WOOD, beneficiaries=[owner], ends_on=dt.date(2026, 9, 30)),
        SAUCE: in_state(S.DRAFT, place, people, name=SAUCE, area=place.other, activities=[factories.activity("DEMO")]),
        OLD: in_state(S.DRAFT, place, people, name=OLD, year=2024),
        FLAG: in_state(S.SUBMITTED, place, people, name=FLAG, **national(place)),
    }
    Project.objects.filter(pk=made[WOOD].pk).update(ends_on="2026-08-31")
    Project.objects.filter(pk=made[OLD].pk).update(area=place.before)
    return made


def found(client: Client, **query: str) -> set[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.name for row in answer.context["page"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {WOOD, SAUCE, OLD, FLAG}),
        ({"q": "nuoc mam"}, {SAUCE}),
        ({"q": "ĐỈNH BÀN"}, {SAUCE}),
        ({"q": "kcqg-2026"}, {FLAG}),
        ({"q": "go huong"}, {WOOD}),
        ({"q": "%"}, set()),
        ({"q": "_"}, set()),
        ({"year": "2024"}, {OLD}),
        ({"source": "national"}, {FLAG}),
        ({"activity": "DEMO"}, {SAUCE}),
        ({"area": "c42073-2025h2"}, {WOOD, OLD, FLAG}),  # with what the commune was formed from
        ({"area": "d425"}, {OLD}),
        ({"area": "42"}, {WOOD, SAUCE, OLD, FLAG}),
        ({"state": "draft"}, {SAUCE, OLD}),
        ({"late": "on"}, {WOOD}),
        ({"year": "2026", "state": "draft"}, {SAUCE}),
        ({"q": "  ", "year": "", "area": ""}, {WOOD, SAUCE, OLD, FLAG}),
    ],
)
def test_list_is_narrowed_by_words_year_source_activity_place_and_state(
    people: Any, four: Any, query: dict[str, str], names: set[str]
) -> None:
    assert found(browser(people.officer), **query) == names


BROKEN = [
    {"year": "abc"},
    {"year": "1999"},
    {"year": "9" * 40},
    {"source": "counterpart"},
    {"activity": "NO-SUCH"},
    {"activity": "a\0b"},
    {"area": "no-such"},
    {"area": "x" * 31},
    {"area": "a\0b"},
    {"state": "vương quốc"},
    {"q": "x" * 101},
    {"q": "a\0b"},
    {"late": "có lẽ"},
    {"sort": "name"},
    {"<script>": "1"},
]


@pytest.mark.parametrize("query", BROKEN)
def test_filter_that_cannot_be_used_is_named_and_left_out(people: Any, four: Any, query: dict[str, str]) -> None:
    answer = browser(people.officer).get(LIST, query)
    assert answer.status_code == 200
    assert len(answer.context["page"]) == 4
    assert len(answer.context["form"].ignored) == 1
    html = answer.content.decode()
    assert "kc-message--warning" in html
    assert "<script>:" not in html


@pytest.mark.parametrize("page", ["hai", "0", "-3", "9" * 40])
def test_page_that_is_not_there_is_the_nearest(people: Any, four: Any, page: str) -> None:
    answer = browser(people.officer).get(LIST, {"page": page})
    assert (answer.status_code, len(answer.context["page"])) == (200, 4)
    assert not answer.context["form"].ignored


def test_totals_are_those_of_all_that_were_found(place: Any, people: Any, four: Any) -> None:
    totals = browser(people.officer).get(LIST).context["totals"]
    assert totals == {"count": 4, "support_vnd": 1_200_000_000, "approved_vnd": 300_000_000}
    totals = browser(people.officer).get(LIST, {"source": "national"}).context["totals"]
    assert totals == {"count": 1, "support_vnd": 300_000_000, "approved_vnd": 0}


def test_filters_offer_only_what_the_reader_sees(people: Any, four: Any) -> None:
    form = browser(people.ministry).get(LIST).context["form"]
    assert {str(key) for key, _label in form.fields["year"].choices} == {"", "2026"}
    assert {str(key) for key, _label in form.fields["activity"].choices} == {"", "MACHINE"}


def test_list_costs_the_same_for_one_and_for_twenty(place: Any, people: Any, count_queries: Any) -> None:
    in_state(S.APPROVED, place, people)
    client = browser(people.officer)
    client.get(LIST)
    few = count_queries(lambda: client.get(LIST))
    owner = factories.enterprise(place, "Cơ sở khác")
    for number in range(20):
        row = factories.bare_project(place, f"X-{number:02}", ends_on="2026-01-01")
        row.beneficiaries.add(owner)
        row.activities.add(factories.activity())
    assert len(client.get(LIST).context["page"]) == 21
    assert count_queries(lambda: client.get(LIST)) == few


def test_long_list_has_pages_that_keep_the_filters(place: Any, people: Any) -> None:
    for number in range(51):
        factories.bare_project(place, f"X-{number:02}", name=f"Đề án {number:02}")
    client = browser(people.officer)
    assert len(found(client, q="de an")) == 50
    answer = client.get(LIST, {"q": "de an", "page": "2"})
    assert len(answer.context["page"]) == 1
    assert answer.context["totals"]["count"] == 51
    assert "q=de" in client.get(LIST, {"q": "de an"}).content.decode()


def test_nothing_to_see_is_said_in_words(place: Any, people: Any) -> None:
    assert NEW in browser(people.officer).get(LIST).content.decode()
    assert browser(people.administrator).get(LIST).status_code == 200
    assert NEW not in browser(people.administrator).get(LIST).content.decode()
