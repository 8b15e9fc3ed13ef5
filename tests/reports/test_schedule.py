"""Which reports come by themselves: said by the administrator, never for history."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from core import clock
from core.errors import NotAllowed
from reports.models import ReportSchedule
from reports.services import change_schedule, first_schedule
from tests import factories

pytestmark = pytest.mark.django_db
URL = reverse("reports:schedule")
KIND = "programme-results"


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    return client


def day(offset: int = 0) -> str:
    return (clock.today() + dt.timedelta(days=offset)).strftime("%d/%m/%Y")


def named(**values: str) -> dict[str, str]:
    """on_year → the name of its input on the page."""
    return {name.replace("_", f"_{KIND}_", 1): value for name, value in values.items()}


def faults(answer: Any, name: str) -> list[str]:
    found: list[str] = answer.context["form"].errors.get(name, [])
    return found


def test_new_portal_makes_the_half_year_and_the_yearly_report_from_today_on(place: Any) -> None:
    first_schedule(place.province)
    found = dict(ReportSchedule.objects.values_list("period_kind", "reporting_starts_on"))
    assert found == {"half_year_1": clock.today(), "year": clock.today()}


def test_administrator_adds_a_kind_and_ends_another(place: Any, people: Any) -> None:
    first_schedule(place.province)
    client = browser(people.administrator)
    assert client.get(URL).status_code == 200
    data = named(on_year="on", from_year=day(), on_quarter="on", from_quarter=day(), from_half_year_1=day())
    data |= named(before_year="3", after_year="1", before_half_year_1="3", after_half_year_1="1")
    assert client.post(URL, data).status_code == 302
    found = dict(ReportSchedule.objects.values_list("period_kind", "is_active"))
    assert found == {"year": True, "quarter": True, "half_year_1": False}
    entries = Entry.objects.filter(object_type="reports.reportschedule")
    assert sorted(entries.values_list("action", flat=True)) == ["change", "create"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (named(on_month="on"), "from_month"),
        (named(on_month="on", from_month="31/02/2026"), "from_month"),
        (named(on_month="on", from_month="01/01/2018"), "from_month"),
        (named(on_year="on", from_year="01/01/2018"), "from_year"),
    ],
)
def test_day_that_is_missing_wrong_or_in_history_is_refused(
    data: dict[str, str], field: str, place: Any, people: Any
) -> None:
    first_schedule(place.province)
    before = list(ReportSchedule.objects.order_by("pk").values())
    typed = named(on_year="on", from_year=day(), on_half_year_1="on", from_half_year_1=day()) | data
    answer = browser(people.administrator).post(URL, typed)
    assert answer.status_code == 422 and faults(answer, field.replace("_", f"_{KIND}_", 1))
    assert list(ReportSchedule.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "ministry"])
def test_other_roles_are_told_why_not(role: str, place: Any, people: Any) -> None:
    client = browser(people.all()[role])
    assert client.get(URL).status_code == 403
    assert client.post(URL, named(on_year="on", from_year=day())).status_code == 403
    assert not ReportSchedule.objects.exists()


def test_administrator_changes_only_the_own_province(place: Any, people: Any) -> None:
    first_schedule(place.province)
    stranger = factories.stranger("administrator")
    browser(stranger).post(URL, named(on_quarter="on", from_quarter=day()))
    assert set(ReportSchedule.objects.filter(area=place.province).values_list("period_kind", flat=True)) == {
        "half_year_1",
        "year",
    }
    assert ReportSchedule.objects.get(period_kind="quarter").area.code == "40"


def test_service_asks_for_the_right_itself(place: Any, people: Any) -> None:
    """Whoever calls it: a page is not the only way."""
    today = clock.today()
    others = [user for role, user in people.all().items() if role != "administrator"]
    for user in [*others, factories.stranger("administrator")]:
        with pytest.raises(NotAllowed):
            change_schedule(place.province, KIND, "year", is_active=True, starts_on=today, actor=user)
    assert not ReportSchedule.objects.exists()
    assert change_schedule(place.province, KIND, "year", is_active=True, starts_on=today, actor=people.administrator)
