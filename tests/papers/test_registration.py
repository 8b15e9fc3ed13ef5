"""What a province registers with the ministry for a year."""

import datetime as dt
import io
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from core.models import Source
from files.word import text_of
from funding.services import Voucher, pay
from papers import registration
from papers.words import DRAFT
from programmes.models import ActivityGroup, StepRule
from projects.services import take_step
from reports import registering
from tests import factories
from tests.papers.test_papers import squeezed, words
from tests.projects import lives

YEAR = 2027


@pytest.fixture
def rule() -> StepRule:
    return StepRule.objects.create(
        code="N_REGISTER",
        source=Source.NATIONAL,
        step="register",
        before="appraise",
        deadline_day=20,
        deadline_month=6,
        deadline_years=-1,
        legal_basis="36/2013/TT-BCT Điều 6",
        verified="partial",
    )


@pytest.fixture
def registered(place: factories.Place, people: factories.People, rule: StepRule) -> list[Any]:
    """One registered with a letter, one submitted; and some that do not belong to it."""

    def one(name: str, state: str, **fields: Any) -> Any:
        fields = {**lives.national(place), "year": YEAR, "name": name, **fields}
        owner = factories.enterprise(place, f"Cơ sở {name}")
        return lives.in_state(state, place, people, beneficiaries=[owner], **fields)

    group = ActivityGroup.objects.create(code="2", name="Nhóm 2", verified="yes")
    other = factories.activity("FAIR", "Hội chợ")
    other.group = group
    other.save()
    first = one("Lò nung", "registered")
    second = one("Hội chợ xuân", "submitted", activities=[other], estimate={Source.NATIONAL: 150_500_000})
    one("Bản nháp", "draft")
    one("Trả lại", "returned")
    one("Bị loại", "rejected")
    one("Năm khác", "submitted", year=2026)
    local = factories.project(place, people, name="Địa phương", year=YEAR, beneficiaries=[factories.enterprise(place)])
    take_step(local, "submit", actor=people.officer)
    past = one("Ghi nhận sau", "submitted")
    past.historical = True
    past.save()
    return [first, second]


@pytest.mark.django_db
def test_it_holds_what_was_submitted_for_the_year_and_nothing_else(
    registered: list[Any], place: factories.Place
) -> None:
    rows = registering.rows_of(place.province, YEAR)
    assert [row.project for row in rows] == registered
    groups = registering.grouped(rows)
    assert [(name, len(mine), sums["national"]) for name, mine, sums in groups] == [
        ("Nhóm 1", 1, 300_000_000),
        ("Nhóm 2", 1, 150_500_000),
    ]
    whole = registering.sums(rows)
    assert whole == {
        "national": 450_500_000,
        "local": None,
        "counterpart": 300_000_000,
        "other": None,
        "total": 750_500_000,
    }


@pytest.mark.django_db
def test_a_project_of_several_groups_is_counted_once(place: factories.Place, people: factories.People) -> None:
    other = factories.activity("FAIR", "Hội chợ")
    other.group = ActivityGroup.objects.create(code="2", name="Nhóm 2", verified="yes")
    other.save()
    fields = {**lives.national(place), "year": YEAR, "activities": [factories.activity(), other], "type": "flagship"}
    owners = [factories.enterprise(place, name) for name in "AB"]
    dates = {"starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2028, 12, 31)}
    lives.in_state("submitted", place, people, beneficiaries=owners, **dates, **fields)
    rows = registering.rows_of(place.province, YEAR)
    assert [row.group for row in rows] == [registering.SEVERAL]


@pytest.mark.django_db
def test_the_day_it_is_due_comes_from_the_rule(rule: StepRule) -> None:
    assert registering.due_on(YEAR) == (dt.date(2026, 6, 20), rule)
    rule.delete()
    assert registering.due_on(YEAR) == (None, None)


@pytest.mark.django_db
def test_the_first_words_are_the_figures(place: factories.Place, people: factories.People) -> None:
    row = lives.in_state("in_progress", place, people, **lives.national(place), year=2026)
    pay(row, Source.NATIONAL, "advance", 90_000_000, Voucher("PC-1", dt.date(2026, 9, 15)), actor=people.accountant)
    told = registration.first_words(place.province, YEAR)
    assert "1 đề án, nhiệm vụ được phê duyệt" in told.state_now
    assert "300 triệu đồng" in told.state_now and "90 triệu đồng" in told.state_now
    assert "chưa có đề án" in told.results_before
    assert told.aims_next == f"Năm {YEAR} tỉnh đăng ký 0 đề án, nhiệm vụ khuyến công quốc gia."


def post(client: Any, format_name: str, **fields: str) -> Any:
    parts = {"results_before": "Kết quả A", "state_now": "Tình hình B", "aims_next": "Mục tiêu C", **fields}
    return client.post(reverse("papers:registration_of", args=[YEAR]), {**parts, "format": format_name})


@pytest.mark.django_db
def test_the_letter_and_the_table_hold_every_project_and_total(
    registered: list[Any], place: factories.Place, people: factories.People
) -> None:
    client = lives.browser(people.officer)
    wanted = ["KếtquảA", "TìnhhìnhB", "MụctiêuC", "Lònung", "Hộichợxuân", "450,5", "750,5", squeezed(DRAFT), "Nhóm2"]
    word = squeezed(text_of(post(client, "docx").content))
    pdf = post(client, "pdf").content
    assert [part for part in wanted if part not in word] == []
    assert [part for part in wanted if part not in words(pdf)] == []
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert box.width > box.height
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(post(client, "xlsx").content)).get_sheet_by_index(0).to_python()
    totals = next(row for row in sheet if str(row[1]).startswith("Tổng cộng"))
    assert totals[5:] == [450.5, "…", 300, "…", 750.5]
    assert "Bản nháp" not in word and "Bị loại" not in word


@pytest.mark.django_db
def test_it_is_no_draft_once_all_are_registered_with_one_letter(
    registered: list[Any], place: factories.Place, people: factories.People
) -> None:
    told = registration.first_words(place.province, YEAR)
    assert registration.letter_context(place.province, YEAR, told)["mark"] == DRAFT
    take_step(registered[1], "register", actor=people.officer, data={"paper": lives.paper(place)})
    context = registration.letter_context(place.province, YEAR, told)
    assert (context["mark"], context["paper"]["number"]) == ("", "118/BC-SCT")
    assert context["paper"]["place_date"] == "Hà Tĩnh, ngày 15 tháng 9 năm 2026"


@pytest.mark.django_db
def test_the_page_shows_the_due_day_and_who_may_see_it(
    registered: list[Any], place: factories.Place, people: factories.People
) -> None:
    url = reverse("papers:registration_of", args=[YEAR])
    page = lives.browser(people.officer).get(url)
    assert "20/06/2026" in page.text and page.context["late"] and page.context["count"] == 2
    may = {"canbo", "lanhdao", "ketoan", "kiemtoan"}
    for person in people.all().values():
        client = lives.browser(person)
        assert client.get(url).status_code == (200 if person.username in may else 403), person.username
        assert client.get(reverse("papers:registration")).status_code == (302 if person.username in may else 403)
        listed = reverse("papers:registration") in client.get(reverse("reports:list")).text
        assert listed == (person.username in may), person.username
    stranger = lives.browser(factories.stranger()).get(url)
    assert stranger.status_code == 200 and stranger.context["count"] == 0
    assert post(lives.browser(people.officer), "docx", aims_next="").status_code == 422
