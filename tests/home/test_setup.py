"""`manage.py setup`: a real beginning, in any province, once."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Agency, User
from accounts.roles import Role
from audit.models import Entry
from home.models import Portal
from places.loading import load_areas
from places.models import Area, Level
from projects.models import Project

pytestmark = pytest.mark.django_db

GOOD = "một-câu-dài-dễ-nhớ-27"


def set_up(monkeypatch: pytest.MonkeyPatch, *, province: str = "42", password: str = GOOD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    out = io.StringIO()
    call_command(
        "setup",
        "--province",
        province,
        "--admin",
        "quantri",
        "--full-name",
        "Trần Thị Hoa",
        "--password-stdin",
        stdout=out,
    )
    return out.getvalue()


def test_setup_makes_province_agencies_and_first_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    text = set_up(monkeypatch)
    assert GOOD not in text
    portal = Portal.objects.get()
    assert (portal.province.uid, portal.demonstration) == ("p42", False)
    person = User.objects.get()
    assert (person.username, person.full_name) == ("quantri", "Trần Thị Hoa")
    assert person.check_password(GOOD)
    assert person.has_role(Role.ADMINISTRATOR)
    assert person.sight.administers_ids == {portal.province_id}
    assert {"department", "centre"} <= set(Agency.objects.filter(area=portal.province).values_list("kind", flat=True))
    assert not Project.objects.exists()
    assert Entry.objects.filter(action="set_up").get().actor_kind == "system"


def test_setup_prints_a_made_password_once(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    call_command("setup", "--province", "42", "--admin", "quantri", "--password-made", stdout=out)
    password = out.getvalue().split("shown only now: ")[1].splitlines()[0]
    assert User.objects.get().check_password(password)


def test_setup_refuses_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch)
    with pytest.raises(CommandError):
        set_up(monkeypatch, province="01")
    assert Portal.objects.get().province.uid == "p42"
    assert User.objects.count() == 1


@pytest.mark.parametrize("province", ["99", "43", "hatinh", ""])
def test_setup_refuses_what_is_no_province_of_today(monkeypatch: pytest.MonkeyPatch, province: str) -> None:
    with pytest.raises(CommandError) as refused:
        set_up(monkeypatch, province=province)
    assert "42" in str(refused.value)
    assert not User.objects.exists()
    assert not Portal.objects.exists()


def test_setup_refuses_a_weak_password_and_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError):
        set_up(monkeypatch, password="1234")
    assert not User.objects.exists()
    assert not Portal.objects.exists()
    assert not Agency.objects.filter(area__uid="p42").exists()


def test_setup_works_in_every_province_of_today() -> None:
    from accounts.agencies import ensure_agencies
    from home.services import province_of_today

    load_areas()
    provinces = Area.objects.current().filter(level=Level.PROVINCE)
    assert provinces.count() == 34
    for province in provinces:
        assert province_of_today(province.code) == province
        ensure_agencies(province)
        assert Agency.objects.filter(area=province, kind="department").count() == 1
