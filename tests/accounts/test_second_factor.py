"""The second factor: a code is taken once and in its time, five tries a quarter of an hour, recovery codes once each;
set up with the password, moved with a code, reset by another administrator; a report is made final with one alone."""

import re
import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts import second_factor as factor
from accounts.models import CodeTries, RecoveryCode, User
from audit.models import Entry
from core import clock
from core.errors import Invalid, NotAllowed
from core.sealed import Broken
from reports.models import Report
from tests import factories as f
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.codes import SECRET, digits, given
from tests.reports.test_making import make
from tests.reports.ways import submitted

pytestmark = pytest.mark.django_db
PAGE = "/accounts/second-factor/"
WRONG = "000001"


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def leader(people: f.People, clock: Clock) -> User:
    """At the beginning of a half minute, with a device."""
    clock.set("2026-03-02 08:00")
    digits(people.leader)
    return people.leader


def ask(user: User, text: str) -> None:
    factor.check(user, factor.attempt(user, text))


def refusal(user: User, text: str) -> str:
    with pytest.raises(Invalid) as refused:
        ask(user, text)
    return " ".join(refused.value.fields["code"])


def at(step: int) -> str:
    return factor.code_at(SECRET, factor.now_step() + step)


def test_code_is_that_of_rfc_6238() -> None:
    """The six last digits of its test vector for SHA-1 at second 59."""
    assert factor.code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // 30) == "287082"


def test_code_of_this_half_minute_and_its_neighbours_is_taken_with_spaces(leader: User, clock: Clock) -> None:
    ask(leader, f" {at(-1)[:3]} {at(-1)[3:]} ")
    ask(leader, at(0))
    ask(leader, at(1))
    clock.move(minutes=5)
    assert "sai" in refusal(leader, at(-2)) and "sai" in refusal(leader, at(2))


def test_code_is_taken_once_and_none_before_it_afterwards(leader: User) -> None:
    ask(leader, at(0))
    assert "sai" in refusal(leader, at(0))
    assert "sai" in refusal(leader, at(-1))


def test_code_of_another_person_opens_nothing(leader: User, people: f.People) -> None:
    code = factor.attempt(people.officer, at(0))
    with pytest.raises(ValueError):
        factor.check(leader, code)


def test_device_moved_to_another_person_in_the_database_opens_nothing(leader: User, people: f.People) -> None:
    Authenticator.objects.filter(user=leader).update(user=people.officer)
    with pytest.raises(Broken):
        ask(people.officer, at(0))


def test_secret_and_recovery_codes_do_not_lie_in_the_database(leader: User, people: f.People) -> None:
    codes = factor.new_recovery_codes(leader, given(leader))
    stored = str(Authenticator.objects.get().data) + str(list(RecoveryCode.objects.values()))
    assert SECRET not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_sixth_try_waits_a_quarter_of_an_hour_and_is_taken_then(leader: User, clock: Clock) -> None:
    for _try in range(5):
        refusal(leader, WRONG)
    assert "15" in refusal(leader, at(0))
    clock.move(minutes=14)
    assert "1" in refusal(leader, at(0))
    clock.move(minutes=2)
    ask(leader, at(0))


def test_right_code_forgets_the_wrong_ones_before_it(leader: User, clock: Clock) -> None:
    for _round in range(3):
        for _try in range(4):
            refusal(leader, WRONG)
        ask(leader, at(0))
        clock.move(minutes=1)


def test_recovery_code_is_taken_once(leader: User) -> None:
    first, second, *more = factor.new_recovery_codes(leader, given(leader))
    ask(leader, first.upper())
    refusal(leader, first)
    ask(leader, second.replace("-", " "))
    assert factor.codes_left(leader) == len(more) == 8
    assert Entry.objects.about(leader).filter(action="use_recovery_code").count() == 2
    factor.new_recovery_codes(leader, given(leader))
    refusal(leader, more[0])


# --- pages --------------------------------------------------------------------------------------------------------


def key_on(answer: Any) -> str:
    found = re.search(r'<p class="kc-secret">([A-Z2-7 ]+)</p>', answer.content.decode())
    assert found
    return found[1].replace(" ", "")


def now_of(secret: str) -> str:
    return factor.code_at(secret, factor.now_step())


def test_device_is_set_up_with_password_and_code_and_recovery_codes_are_shown_once(people: f.People) -> None:
    client = Client()
    client.force_login(people.leader)
    answer = client.get(PAGE)
    secret = key_on(answer)
    assert "<svg" in answer.content.decode() and "style=" not in answer.content.decode().split("<svg")[1][:2000]
    assert key_on(client.get(PAGE)) == secret  # loading the page again does not change the key
    wrong = client.post(PAGE, {"code": now_of(secret), "password": "x"})
    assert wrong.status_code == 422 and not factor.has(people.leader)
    assert client.post(PAGE, {"code": WRONG, "password": f.PASSWORD}).status_code == 422
    done = client.post(PAGE, {"code": now_of(secret), "password": f.PASSWORD}, follow=True)
    assert factor.has(people.leader) and factor.codes_left(people.leader) == 10
    codes = done.context["shown_once"].split()
    assert len(codes) == 10 and all(code in done.content.decode() for code in codes)
    assert codes[0] not in client.get(PAGE).content.decode()
    refusal(people.leader, now_of(secret))  # the one it was set up with
    assert [entry.action for entry in Entry.objects.about(people.leader)] == ["set_factor"]


def test_other_telephone_wants_a_code_of_the_one_before_which_counts_until_then(leader: User) -> None:
    client = Client()
    client.force_login(leader)
    assert client.post(PAGE, {"code": WRONG, "renew": "1"}).status_code == 422
    answer = client.post(PAGE, {"code": digits(leader), "renew": "1"}, follow=True)
    secret = key_on(answer)
    ask(leader, digits(leader))
    assert client.post(PAGE, {"code": now_of(secret)}).status_code == 302
    refusal(leader, digits(leader))
    client.post(PAGE, {"code": "", "remove": "1"})
    assert factor.has(leader)
    later = factor.code_at(secret, factor.now_step() + 1)
    client.post(PAGE, {"code": later, "remove": "1"})
    assert not factor.has(leader)


def test_administrator_resets_anothers_device_with_a_reason_and_never_their_own(leader: User, people: f.People) -> None:
    digits(people.administrator)
    client = Client()
    client.force_login(people.administrator)
    url = reverse("accounts:person_factor", args=[leader.public_id])
    key = client.get(url).context["form"]["form_key"].value()
    assert client.post(url, {"form_key": key, "reason": ""}).status_code == 422
    assert client.post(url, {"form_key": key, "reason": "Mất điện thoại"}).status_code == 302
    assert not factor.has(leader)
    entry = Entry.objects.about(leader).get(action="reset_factor")
    assert (entry.note, entry.actor_label) == ("Mất điện thoại", people.administrator.audit_label)
    own = reverse("accounts:person_factor", args=[people.administrator.public_id])
    assert client.get(own).status_code == 403
    with pytest.raises(NotAllowed):
        factor.reset(people.administrator, "x", actor=people.administrator)
    client.force_login(people.leader)
    assert client.get(own).status_code == 403


def test_list_of_people_says_who_has_a_device(leader: User, people: f.People) -> None:
    client = Client()
    client.force_login(people.administrator)
    text = client.get(reverse("accounts:people")).content.decode()
    assert text.count("có xác thực hai bước") == 1


# --- where it is asked for ----------------------------------------------------------------------------------------


def test_page_makes_a_report_final_with_a_code_alone(place: f.Place, people: f.People) -> None:
    f.approved(place, people)
    report = submitted(make(place, people.officer), people)
    client = Client()
    client.force_login(people.leader)
    url = reverse("reports:publish", args=[report.public_id])
    page = client.get(url)
    assert PAGE in page.content.decode() and 'name="code"' not in page.content.decode()
    data = {"form_key": page.context["form"]["form_key"].value(), "seen_sha256": report.sha256}
    assert client.post(url, data).status_code == 422
    assert client.post(url, {**data, "code": "123456"}).status_code == 422  # no device: nothing opens
    code = digits(people.leader)
    assert client.post(url, {**data, "code": WRONG}).status_code == 422
    report.refresh_from_db()
    assert report.state == "submitted"
    assert client.post(url, {**data, "code": code}).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.published_by) == ("published", people.leader)
    assert clock.now() >= report.published_at  # type: ignore[operator]


def test_wrong_codes_of_refused_pages_count(place: f.Place, people: f.People) -> None:
    """The try is counted outside of what the refusal takes back."""
    f.approved(place, people)
    report = submitted(make(place, people.officer), people)
    client = Client()
    client.force_login(people.leader)
    digits(people.leader)
    url = reverse("reports:publish", args=[report.public_id])
    data = {"form_key": client.get(url).context["form"]["form_key"].value(), "seen_sha256": report.sha256}
    for _try in range(5):
        client.post(url, {**data, "code": WRONG})
    assert people.leader.code_tries.tries == 5
    answer = client.post(url, {**data, "code": at(0)})
    assert answer.status_code == 422


# --- what went through and is sent again --------------------------------------------------------------------------


@pytest.fixture
def waiting(place: f.Place, people: f.People, leader: User) -> Report:
    f.approved(place, people)
    return submitted(make(place, people.officer), people)


def tries(user: User) -> int:
    return int(CodeTries.objects.get(user=user).tries)


def by_page(report: Report, user: User) -> Any:
    """Sends the approval with a code, under the one key of a page or under a new one: the status."""
    client = Client()
    client.force_login(user)
    url = reverse("reports:publish", args=[report.public_id])
    key = client.get(url).context["form"]["form_key"].value()

    def send(code: str, new: bool = False) -> int:
        data = {"form_key": str(uuid.uuid4()) if new else key, "seen_sha256": report.sha256, "code": code}
        return client.post(url, data).status_code

    return send


def by_api(report: Report, user: User) -> Any:
    caller, key = Caller(user), str(uuid.uuid4())

    def send(code: str, new: bool = False) -> int:
        path = f"/reports/{report.public_id}/steps/publish/"
        answer = caller.post(path, {"note": "", "code": code}, key=str(uuid.uuid4()) if new else key)
        return int(answer.status_code)

    return send


WAYS = pytest.mark.parametrize(("way", "done", "bad"), [(by_page, 302, 422), (by_api, 200, 400)], ids=["page", "api"])


@WAYS
def test_approval_sent_again_gets_its_answer_and_is_no_wrong_try(
    waiting: Report, leader: User, way: Any, done: int, bad: int
) -> None:
    send = way(waiting, leader)
    assert send(WRONG) == bad and tries(leader) == 1
    assert send(at(0)) == done and tries(leader) == 0
    assert [send(at(0)) for _time in range(7)] == [done] * 7
    assert tries(leader) == 0
    assert Entry.objects.about(waiting).filter(action="publish").count() == 1
    # Another code under a key that is used is not judged either, so it tells nothing.
    assert send(WRONG) in (409, 422) and send(at(1)) in (409, 422) and tries(leader) == 0
    # A code used once, and a wrong one, count under a key of their own.
    send(at(0), new=True)
    send(WRONG, new=True)
    assert tries(leader) == 2


@WAYS
def test_control_without_looking_for_the_key_the_fifth_is_locked_out(
    waiting: Report, leader: User, way: Any, done: int, bad: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("accounts.forms", "core.api.views"):
        monkeypatch.setattr(f"{module}.was_sent", lambda *args: False)
    send = way(waiting, leader)
    assert send(at(0)) == done
    assert [send(at(0)) == done for _time in range(6)] == [True] * 5 + [False]


def test_refused_approval_leaves_no_key_so_its_wrong_code_counts_each_time(waiting: Report, leader: User) -> None:
    send = by_api(waiting, leader)
    assert [send(WRONG) for _time in range(3)] == [400] * 3
    assert tries(leader) == 3


def test_key_of_another_person_counts_for_nobody_else(waiting: Report, leader: User, place: f.Place) -> None:
    client, other = Client(), f.user("pho", "leader", place.province, place.department)
    client.force_login(leader)
    url = reverse("reports:publish", args=[waiting.public_id])
    data = {"form_key": str(uuid.uuid4()), "seen_sha256": waiting.sha256, "code": at(0)}
    assert client.post(url, data).status_code == 302
    client.force_login(other)
    digits(other)
    client.post(url, {**data, "code": WRONG})
    assert tries(other) == 1
