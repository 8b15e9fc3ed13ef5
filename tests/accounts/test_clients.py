"""Programs that use the API: made by the administrator, secret shown once, two secrets for a change without a pause."""

import datetime as dt

import pytest

from accounts import services
from accounts.models import AccessToken, ApiClient, ApiSecret, User
from accounts.roles import Role
from audit.actors import SYSTEM
from audit.models import Entry
from core import clock
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def make(place: factories.Place, actor: User, **values: object) -> tuple[ApiClient, str]:
    typed: dict[str, object] = {
        "name": "Hệ thống báo cáo tỉnh",
        "agency": place.department,
        "scopes": ["records:read"],
        "role": Role.OFFICER,
        "area": place.province,
    }
    return services.create_client(**{**typed, **values}, actor=actor)  # type: ignore[arg-type]


def token(client: ApiClient, secret: ApiSecret, text: str = "a" * 64) -> AccessToken:
    expires = clock.now() + dt.timedelta(hours=1)
    return AccessToken.objects.create(client=client, secret=secret, hash=text, expires_at=expires)


def test_program_acts_as_its_own_account_and_its_secret_is_kept_nowhere(
    place: factories.Place, people: factories.People
) -> None:
    client, secret = make(place, people.administrator)
    account = client.service_account
    assert account.audit_kind == "client"
    assert not account.has_usable_password()
    assert account.sight.province_ids == {place.province.pk}
    assert len(secret) >= 40
    stored = ApiSecret.objects.get(client=client)
    assert stored.hash == services.secret_hash(client.client_id, secret)
    written = str([(entry.changes, entry.object_label, entry.note) for entry in Entry.objects.all()])
    assert secret not in written
    assert not client.may_publish


def test_two_clients_may_have_the_same_secret(place: factories.Place) -> None:
    """The demonstration gives its clients the one that was asked for."""
    make(place, SYSTEM, name="a", client_id="demo-a", secret="same-same-same")  # type: ignore[arg-type]
    make(place, SYSTEM, name="b", client_id="demo-b", secret="same-same-same")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "auditor", "ministry"])
def test_other_roles_make_no_program(place: factories.Place, people: factories.People, role: str) -> None:
    with pytest.raises(NotAllowed):
        make(place, getattr(people, role))
    assert not ApiClient.objects.exists()


def test_no_program_for_an_agency_of_another_province(people: factories.People) -> None:
    other = factories.Place("40", "Nghệ An")
    with pytest.raises(NotAllowed):
        make(other, people.administrator)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"role": Role.ADMINISTRATOR}, "role"),
        ({"role": "king"}, "role"),
        ({"role": Role.CENTRE}, "role"),
        ({"area": None}, "area"),
        ({"client_id": "canbo"}, "client_id"),
    ],
)
def test_wrong_entry_names_its_field_and_stores_nothing(
    place: factories.Place, people: factories.People, values: dict[str, object], field: str
) -> None:
    before = User.objects.count()
    with pytest.raises(Invalid) as refused:
        make(place, people.administrator, **values)
    assert list(refused.value.fields) == [field]
    assert (User.objects.count(), ApiClient.objects.count()) == (before, 0)


def test_second_click_makes_no_second_program(place: factories.Place, people: factories.People) -> None:
    make(place, people.administrator)
    with pytest.raises(Invalid):
        make(place, people.administrator)
    assert ApiClient.objects.count() == 1


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_at_most_two_secrets_live(place: factories.Place, people: factories.People) -> None:
    client, first = make(place, people.administrator)
    row, second = services.add_secret(client, actor=people.administrator)
    assert first != second
    with pytest.raises(WrongState):
        services.add_secret(client, actor=people.administrator)
    services.revoke_secret(row, actor=people.administrator)
    services.add_secret(client, actor=people.administrator)
    assert client.secrets.live().count() == 2


def test_second_click_makes_no_second_secret(place: factories.Place, people: factories.People) -> None:
    client, _secret = make(place, people.administrator)
    seen = client.secrets.get().pk
    services.add_secret(client, actor=people.administrator, newest=seen)
    with pytest.raises(Conflict):
        services.add_secret(client, actor=people.administrator, newest=seen)


def test_revoked_secret_takes_its_tokens_along_and_no_others(place: factories.Place, people: factories.People) -> None:
    client, _secret = make(place, people.administrator)
    old = client.secrets.get()
    new, _secret = services.add_secret(client, actor=people.administrator)
    token(client, old)
    kept = token(client, new, "b" * 64)
    services.revoke_secret(old, actor=people.administrator)
    assert list(AccessToken.objects.all()) == [kept]
    with pytest.raises(WrongState):
        services.revoke_secret(old, actor=people.administrator)


@pytest.mark.parametrize("role", ["officer", "leader", "ministry"])
def test_other_roles_touch_no_secret(place: factories.Place, people: factories.People, role: str) -> None:
    client, _secret = make(place, people.administrator)
    actor = getattr(people, role)
    with pytest.raises(NotAllowed):
        services.add_secret(client, actor=actor)
    with pytest.raises(NotAllowed):
        services.revoke_secret(client.secrets.get(), actor=actor)
    with pytest.raises(NotAllowed):
        services.deactivate_client(client, actor=actor)


def test_administrator_of_another_province_touches_and_sees_no_program(
    place: factories.Place, people: factories.People
) -> None:
    client, _secret = make(place, people.administrator)
    foreign = factories.stranger(Role.ADMINISTRATOR)
    assert not ApiClient.objects.visible_to(foreign).exists()
    assert list(ApiClient.objects.visible_to(people.administrator)) == [client]
    with pytest.raises(NotAllowed):
        services.deactivate_client(client, actor=foreign)


def test_programs_of_the_country_are_seen_but_not_touched(place: factories.Place, people: factories.People) -> None:
    ministry = factories.agency("ministry", None, "Bộ Công Thương")
    client, _secret = make(
        place,
        SYSTEM,
        agency=ministry,
        role=Role.MINISTRY,
        area=None,  # type: ignore[arg-type]
    )
    assert client in ApiClient.objects.visible_to(people.administrator)
    with pytest.raises(NotAllowed):
        services.add_secret(client, actor=people.administrator)


# --- changing and closing ---------------------------------------------------------------------------------------------


def test_program_that_may_do_less_has_to_ask_for_a_new_token(place: factories.Place, people: factories.People) -> None:
    client, _secret = make(place, people.administrator, scopes=["records:read", "records:write"])
    token(client, client.secrets.get())
    services.change_client(
        client, actor=people.administrator, name="Tên mới", scopes=["records:read"], may_publish=False
    )
    assert not AccessToken.objects.exists()
    client = ApiClient.objects.get()
    assert client.scopes == ["records:read"]
    assert client.service_account.full_name == "Tên mới"
    changes = Entry.objects.filter(action="change").get().changes
    assert changes["scopes"] == [["records:read", "records:write"], ["records:read"]]


def test_closed_program_opens_nothing_any_more(place: factories.Place, people: factories.People) -> None:
    client, _secret = make(place, people.administrator)
    token(client, client.secrets.get())
    services.deactivate_client(client, actor=people.administrator)
    client = ApiClient.objects.get()
    assert not client.is_active
    assert not client.service_account.is_active
    assert not client.secrets.live().exists()
    assert not AccessToken.objects.exists()
    assert User.objects.get(pk=client.service_account_id).sight.roles == frozenset()
    with pytest.raises(WrongState):
        services.add_secret(client, actor=people.administrator)
