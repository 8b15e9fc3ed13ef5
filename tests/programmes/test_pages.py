"""The reference frame on pages: read by everybody who signs in, changed elsewhere if at all, unverified where it is."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from places.models import AreaSuccession
from programmes.models import Activity, LegalDocument, ReportingPeriod, SupportNorm, Target
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db

PAGES = ["reference", "activities", "norms", "targets", "periods", "places"]
ROLES = ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "administrator", "ministry"]
NOT_VERIFIED, PARTLY = "chưa kiểm chứng", "kiểm chứng một phần"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def url(name: str) -> str:
    return reverse(f"programmes:{name}")


def document(number: str, **fields: Any) -> LegalDocument:
    values = {"type": "nghị định", "issuer": "Chính phủ", "subject": f"Về {number}", "verified": "yes", **fields}
    row: LegalDocument = LegalDocument.objects.create(number=number, **values)
    return row


def norm(code: str, **fields: Any) -> SupportNorm:
    values = {
        "activity_text": f"Nội dung {code}",
        "unit": "cơ sở",
        "source": "national",
        "ceiling_amount_vnd": 300_000_000,
        "ceiling_percent": 50,
        "verified": "yes",
        **fields,
    }
    row: SupportNorm = SupportNorm.objects.create(code=code, **values)
    return row


def row_of(html: str, text: str) -> str:
    """The row of the table in which the text stands."""
    return next(row for row in re.split(r"<tr[ >]|<li>|<section", html) if text in row)


@pytest.fixture
def frame(place: factories.Place) -> None:
    """One row of everything."""
    document("45/2012/NĐ-CP")
    norm("MACHINE")
    factories.activity()
    factories.period()
    Target.objects.create(
        programme=factories.programme(place), indicator=factories.indicator(), comparison="exact", low=3, verified="yes"
    )


# --- every page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_everybody_reads_it(people: Any, frame: None, name: str) -> None:
    for role in ROLES:
        assert browser(getattr(people, role)).get(url(name)).status_code == 200, role


@pytest.mark.parametrize("name", PAGES)
def test_it_is_for_those_who_signed_in(frame: None, name: str) -> None:
    answer = Client().get(url(name))
    assert answer.status_code == 302
    assert "next=" in answer["Location"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_changed_here(people: Any, frame: None, name: str, method: str) -> None:
    client, before = browser(people.administrator), Entry.objects.count()
    assert getattr(client, method)(url(name)).status_code == 405
    html = client.get(url(name)).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert 'method="post"' not in main
    assert Entry.objects.count() == before


@pytest.mark.parametrize("name", PAGES)
def test_empty_frame_is_said_in_words(people: Any, name: str) -> None:
    answer = browser(people.officer).get(url(name))
    assert answer.status_code == 200
    if name != "places":  # the places of the people are there
        assert "kc-empty" in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "query",
    ["q=" + "x" * 300, "q=%00", "page=hai", "page=-1", "year=abc", "on=31/02/2026", "source=secret", "sort=x", "all=2"],
)
def test_odd_address_is_never_an_error(people: Any, frame: None, name: str, query: str) -> None:
    answer = browser(people.officer).get(f"{url(name)}?{query}")
    assert answer.status_code == 200
    form = answer.context.get("form")
    field = query.partition("=")[0]
    used = form is not None and field in form.fields and field != "all"
    if used:
        assert form.ignored
        assert str(form.fields[field].label) in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_costs_the_same_for_one_and_for_twenty(
    place: Any, people: Any, frame: None, name: str, count_queries: Any
) -> None:
    client = browser(people.officer)
    client.get(url(name))
    few = count_queries(lambda: client.get(url(name)))
    for number in range(20):
        document(f"{number}/2020/NĐ-CP")
        norm(f"N{number}", area=place.province, source="local")
        factories.activity(f"A{number}")
        factories.period(f"2026-M{number:02}", "2026-01-01", "2026-01-31")
        Target.objects.create(
            programme=factories.programme(place), indicator=factories.indicator(f"I{number}"), verified="yes"
        )
        new = factories.area(f"c9{number:02}-2025h2", valid_from=dt.date(2025, 7, 1))
        old = factories.area(f"c8{number:02}-2020", valid_to=dt.date(2025, 6, 30))
        AreaSuccession.objects.create(
            old=old, new=new, on=dt.date(2025, 7, 1), kind="merge", whole=True, verified="yes"
        )
    assert count_queries(lambda: client.get(url(name))) == few


@pytest.mark.parametrize(("mark", "words"), [("no", NOT_VERIFIED), ("partial", PARTLY), ("yes", "")])
def test_what_nobody_verified_is_shown_as_such(place: Any, people: Any, mark: str, words: str) -> None:
    document("45/2012/NĐ-CP", verified=mark)
    norm("MACHINE", verified=mark)
    factories.activity()
    Activity.objects.update(verified=mark)
    factories.period()
    ReportingPeriod.objects.update(verified=mark)
    Target.objects.create(
        programme=factories.programme(place), indicator=factories.indicator(name="Chỉ tiêu thử"), verified=mark
    )
    type(place.other).objects.filter(pk=place.other.pk).update(verified=mark)
    AreaSuccession.objects.update(verified=mark)
    client = browser(people.officer)
    shown = {
        "reference": "45/2012/NĐ-CP",
        "norms": "Nội dung MACHINE",
        "activities": "Ứng dụng máy móc",
        "periods": "2026-Y",
        "targets": "Chỉ tiêu thử",
        "places": place.other.full_name,
    }
    for name, text in shown.items():
        row = row_of(client.get(url(name)).content.decode(), text)
        assert [word for word in (NOT_VERIFIED, PARTLY) if word in row] == ([words] if words else []), name
    succession = row_of(client.get(url("places")).content.decode(), place.commune.full_name)
    assert (words in succession) if words else ("kc-tag--amber" not in succession)


# --- documents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", {"45/2012/NĐ-CP", "28/2018/TT-BTC"}),
        ("45/2012", {"45/2012/NĐ-CP"}),
        ("quan ly kinh phi", {"28/2018/TT-BTC"}),
        ("BỘ TÀI CHÍNH", {"28/2018/TT-BTC"}),
        ("không có", set()),
    ],
)
def test_documents_are_found_by_number_subject_and_issuer(people: Any, text: str, numbers: set[str]) -> None:
    document("45/2012/NĐ-CP")
    document("28/2018/TT-BTC", issuer="Bộ Tài chính", subject="Hướng dẫn quản lý kinh phí khuyến công")
    answer = browser(people.officer).get(url("reference"), {"q": text})
    assert {row.number for row in answer.context["page"]} == numbers


def test_document_says_since_and_until_when_and_what_replaced_it(people: Any) -> None:
    document(
        "36/2013/TT-BCT",
        issued_on=dt.date(2013, 12, 27),
        in_force_from=dt.date(2014, 2, 10),
        in_force_to=dt.date(2025, 12, 31),
        replaced_by="33/2022/TT-BCT",
    )
    row = row_of(browser(people.officer).get(url("reference")).content.decode(), "36/2013/TT-BCT")
    for text in ("27/12/2013", "10/02/2014", "31/12/2025", "33/2022/TT-BCT"):
        assert text in row


# --- norms ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def norms(place: factories.Place) -> None:
    norm("OLD", valid_to=dt.date(2018, 5, 10))
    norm("NOW", valid_from=dt.date(2018, 5, 11))
    norm("LOCAL", source="local", area=place.province)
    norm("LATER", valid_from=dt.date(2027, 1, 1))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, {"NOW", "LOCAL"}),
        ({"on": "10/05/2018"}, {"OLD", "LOCAL"}),
        ({"on": "11/05/2018"}, {"NOW", "LOCAL"}),
        ({"on": "2027-01-01"}, {"NOW", "LOCAL", "LATER"}),
        ({"source": "local"}, {"LOCAL"}),
        ({"on": "hôm qua"}, {"NOW", "LOCAL"}),
    ],
)
def test_norms_are_those_of_the_day(people: Any, norms: None, query: dict[str, str], codes: set[str]) -> None:
    answer = browser(people.officer).get(url("norms"), query)
    assert {row.code for row in answer.context["rows"]} == codes
    everywhere = [line.row.code for part in answer.context["sections"] for line in part["lines"]]
    assert sorted(everywhere) == (["LOCAL"] if "source" in query else ["LATER", "LOCAL", "NOW", "OLD"])
    assert bool(answer.context["form"].ignored) == (query.get("on") == "hôm qua")


def test_ceiling_that_is_not_known_is_no_zero(people: Any) -> None:
    norm("AMOUNT", ceiling_percent=None)
    norm("PERCENT", ceiling_amount_vnd=None, ceiling_percent="1.5")
    norm("NEITHER", ceiling_amount_vnd=None, ceiling_percent=None)
    html = browser(people.officer).get(url("norms")).content.decode()

    def figures(code: str) -> list[str]:
        found = re.findall(r'kc-number" data-label="[^"]+">(.*?)</td>', row_of(html, f"Nội dung {code}"), re.DOTALL)
        return [" ".join(re.sub(r"<[^>]+>", "", text).split()) for text in found]

    assert figures("AMOUNT") == ["300", "–"]
    assert figures("PERCENT") == ["–", "1,5 %"]
    assert figures("NEITHER") == ["chưa có số liệu", "–"]


# --- targets, periods -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"comparison": "exact", "low": 30}, "30"),
        ({"comparison": "at_least", "low": 2000, "qualifier": "trên"}, "trên 2.000"),
        ({"comparison": "at_least", "low": 60}, "ít nhất 60"),
        ({"comparison": "about", "low": 15}, "khoảng 15"),
        ({"comparison": "range", "low": 20, "high": 30, "qualifier": "khoảng"}, "khoảng 20 – 30"),
        ({"comparison": "strive", "low": "11.90"}, "phấn đấu 11,9"),
        ({"comparison": "exact", "low": 0}, "0"),
        ({"comparison": ""}, "–"),
    ],
)
def test_target_is_said_as_the_programme_says_it(place: Any, people: Any, fields: dict[str, Any], shown: str) -> None:
    Target.objects.create(
        programme=factories.programme(place),
        indicator=factories.indicator(name="Chỉ tiêu thử"),
        verified="yes",
        **fields,
    )
    for name in ("programmes:targets", "home:dashboard"):
        row = row_of(browser(people.officer).get(reverse(name)).content.decode(), "Chỉ tiêu thử")
        found = re.search(r'class="kc-number" data-label="Mục tiêu"><span>(.*?)</span>', row, re.DOTALL)
        assert found
        assert " ".join(found[1].split()).replace(" - ", " – ") == shown, name


def test_periods_of_a_year_with_their_dates(people: Any) -> None:
    factories.period("2026-Y", "2025-12-15", "2026-12-14", due_on=dt.date(2026, 12, 20), basis="09/2019/NĐ-CP Điều 12")
    factories.period("2025-Y", "2024-12-15", "2025-12-14")
    client = browser(people.officer)
    answer = client.get(url("periods"))
    assert [row.code for row in answer.context["rows"]] == ["2026-Y"]
    row = row_of(answer.content.decode(), "2026-Y")
    for text in ("15/12/2025", "14/12/2026", "20/12/2026", "09/2019/NĐ-CP"):
        assert text in row
    answer = client.get(url("periods"), {"year": "2025"})
    assert [row.code for row in answer.context["rows"]] == ["2025-Y"]
    assert "kc-missing" in row_of(answer.content.decode(), "2025-Y")  # no day is laid down


# --- places -----------------------------------------------------------------------------------------------------------


def test_units_of_today_are_listed_and_those_of_before_are_found(place: Any, people: Any) -> None:
    client = browser(people.officer)

    def found(**query: str) -> set[str]:
        return {row.uid for row in client.get(url("places"), query).context["page"]}

    assert found() == {place.province.uid, place.commune.uid, place.other.uid}
    assert found(q="tuong son") == {place.before.uid}
    assert found(q="Thạch") == {place.commune.uid, place.district.uid}
    # A code of today may be that of a unit of before: both are shown, each with its time.
    assert found(q="42073") == {place.commune.uid, place.before.uid}


def test_place_says_what_became_of_it(place: Any, people: Any) -> None:
    AreaSuccession.objects.create(
        old=place.before, new=place.other, on=dt.date(2025, 7, 1), kind="split", whole=False, verified="yes"
    )
    html = browser(people.officer).get(url("places"), {"q": "tượng sơn"}).content.decode()
    row = row_of(html, place.before.full_name)
    assert "30/06/2025" in row
    assert place.commune.full_name in row
    assert f"{place.other.full_name} (một phần)" in row
    html = browser(people.officer).get(url("places"), {"q": "đồng tiến"}).content.decode()
    assert f"{place.before.full_name} (một phần)" in row_of(html, place.other.full_name)


def test_long_list_of_places_has_pages(place: Any, people: Any) -> None:
    for number in range(110):
        factories.area(f"c9{number:03}-2025h2", name=f"Xã số {number:03}", valid_from=dt.date(2025, 7, 1))
    client = browser(people.officer)
    first = client.get(url("places"), {"q": "xã số"})
    assert len(first.context["page"]) == 100
    assert 'rel="next"' in first.content.decode()
    assert len(client.get(url("places"), {"q": "xã số", "page": "2"}).context["page"]) == 10
