"""Two entries become one and two again: everything is moved, nothing is lost, an undo leaves the database as it was."""

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from audit.models import Entry
from core import clock as portal_clock
from core.errors import Conflict, NotAllowed, WrongState
from enterprises import merging
from enterprises.duplicates import call_different, candidates, store_keys
from enterprises.models import Certificate, DuplicatePair, Enterprise, EnterpriseLink, Merge, YearFacts
from enterprises.services import EnterpriseData, check_digit, create_enterprise
from funding.models import Account, LedgerEntry
from funding.services import Voucher, pay
from projects.adjustments import ask, take_adjustment_step
from projects.contracts import ContractData, record_contract
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def code(number: int) -> str:
    nine = f"9990{number:05d}"
    return f"{nine}{check_digit(nine)}"


def enter(place: f.Place, people: f.People, name: str, **fields: Any) -> Enterprise:
    data = EnterpriseData(name, fields.pop("kind", "enterprise"), fields.pop("area", place.commune), **fields)
    return create_enterprise(data, actor=people.officer)


def state() -> str:
    """A hash of every row of every table, but for the audit trail."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model is Entry or model._meta.app_label in ("sessions", "axes"):
            continue
        rows = model._default_manager.order_by("pk")
        found.append([model._meta.label, json.loads(serializers.serialize("json", rows))])
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


class Two:
    """Two entries of one establishment, each with projects, money, figures, papers; one project has both."""

    def __init__(self, place: f.Place, people: f.People) -> None:
        self.place, self.people = place, people
        self.kept = enter(place, people, "Công ty TNHH Mộc Tân Hợp", phone="0912 345 678", headcount=20)
        self.gone = enter(
            place, people, "Cty TNHH mộc Tân Hợp", phone="0912345678", headcount=22, tax_code=code(1), technology="CNC"
        )
        self.other = enter(place, people, "Hợp tác xã Chè Sơn Lộc", kind="cooperative")
        self.project = f.approved(place, people, 300_000_000, beneficiaries=[self.gone])
        pay(
            self.project,
            "local",
            "advance",
            90_000_000,
            Voucher("UNC 1", portal_clock.today()),
            actor=people.accountant,
        )
        self.shared = f.project(
            place, people, name="Đề án nhóm", type="group", beneficiaries=[self.kept, self.gone, self.other]
        )
        YearFacts.objects.create(enterprise=self.gone, year=2024, workers=18)
        Certificate.objects.create(enterprise=self.gone, name="ISO 9001")
        EnterpriseLink.objects.create(enterprise=self.gone, other=self.other, kind="supplies")
        EnterpriseLink.objects.create(enterprise=self.kept, other=self.gone, kind="shares")

    def merge(self, **take: str) -> Merge:
        return merging.merge(self.kept, self.gone, take, actor=self.people.officer)


@pytest.fixture
def two(place: f.Place, people: f.People) -> Two:
    return Two(place, people)


def test_everything_is_moved_and_the_old_address_leads_to_the_new_one(two: Two) -> None:
    merge = two.merge(tax_code=str(two.gone.public_id), technology=str(two.gone.public_id))
    kept, gone = Enterprise.objects.get(pk=two.kept.pk), Enterprise.objects.get(pk=two.gone.pk)
    assert (kept.tax_code, kept.technology, kept.name, gone.tax_code) == (code(1), "CNC", two.kept.name, None)
    assert list(two.project.beneficiaries.all()) == [kept]
    assert set(two.shared.beneficiaries.all()) == {kept, two.other}
    assert {row.year for row in kept.years.all()} == {portal_clock.today().year, 2024}
    assert gone.years.get().year == portal_clock.today().year  # the kept one has figures of this year itself
    assert [row.name for row in kept.certificates.all()] == ["ISO 9001"]
    assert {(row.kind, row.other_id) for row in kept.links.all()} == {("supplies", two.other.pk), ("shares", gone.pk)}
    client = browser(two.people.officer)
    answer = client.get(reverse("enterprises:detail", args=[gone.public_id]), follow=True)
    assert answer.redirect_chain[0][0] == reverse("enterprises:detail", args=[kept.public_id])
    assert gone not in Enterprise.objects.visible_to(two.people.officer)
    api = client.get(f"/api/v1/enterprises/{gone.public_id}/")
    assert (api.status_code, api["Location"]) == (302, f"/api/v1/enterprises/{kept.public_id}/")
    entry = Entry.objects.filter(action="merge").get()
    assert entry.object_id == str(kept.pk)
    place = two.project.beneficiaries.through.objects.get(project=two.project).pk
    assert f"projects.project_beneficiaries.enterprise: {place}" in entry.changes["rows_moved"][1]
    assert merge.gone == gone


def test_undo_leaves_the_database_as_it_was(two: Two) -> None:
    before = state()
    merge = two.merge(**{name: str(two.gone.public_id) for name in merging.CHOICES})
    assert state() != before
    again = merging.undo(merge, actor=two.people.officer)
    assert again.pk == two.gone.pk
    assert state() == before
    assert set(Entry.objects.filter(action__in=["merge", "undo_merge"]).values_list("action", flat=True)) == {
        "merge",
        "undo_merge",
    }


def test_both_directions_and_a_pair_that_was_called_different_come_back_too(two: Two) -> None:
    call_different(two.kept, two.other, actor=two.people.officer)
    before = state()
    merge = merging.merge(two.gone, two.kept, {}, actor=two.people.centre)
    merging.undo(merge, actor=two.people.centre)
    assert state() == before


def test_ledger_stays_as_it_was_written(two: Two) -> None:
    paid = Voucher("UNC 2", portal_clock.today())
    pay(two.project, "local", "payment", 10_000_000, paid, actor=two.people.accountant)
    given = Voucher("GN 1", portal_clock.today())
    pay(two.project, "local", "delivery", 10_000_000, given, actor=two.people.accountant, establishment=two.gone)
    client = browser(two.people.officer)
    before = state()
    merge = two.merge()
    entry = LedgerEntry.objects.get(account=Account.DELIVERED)
    assert entry.establishment_id == two.gone.pk
    assert merge.data["pointers"]["funding.ledgerentry.establishment"]["stayed"] == [entry.pk]
    assert two.gone.name in client.get(reverse("enterprises:detail", args=[two.kept.public_id])).content.decode()
    merging.undo(merge, actor=two.people.officer)
    assert state() == before


def test_undo_is_refused_after_thirty_days(two: Two, clock: Clock) -> None:
    merge = two.merge()
    clock.set(f"{portal_clock.today() + dt.timedelta(days=30)} 09:00")
    assert merging.against_undo(merge) == ""
    clock.move(days=1)
    with pytest.raises(Conflict, match="30"):
        merging.undo(merge, actor=two.people.officer)


def test_undo_is_refused_where_something_depends_on_it(two: Two) -> None:
    merge = two.merge()
    later = f.project(two.place, two.people, name="Sau khi gộp", beneficiaries=[two.kept])
    with pytest.raises(Conflict, match="Đề án"):
        merging.undo(merge, actor=two.people.officer)
    later.beneficiaries.clear()
    two.project.beneficiaries.set([two.other])  # a moved place in a list that is gone
    with pytest.raises(Conflict, match="Đề án"):
        merging.undo(merge, actor=two.people.officer)


def test_undo_is_refused_after_a_change_and_after_a_later_merge(two: Two) -> None:
    merge = two.merge()
    second = merging.merge(two.kept, two.other, {}, actor=two.people.officer)
    with pytest.raises(Conflict):
        merging.undo(merge, actor=two.people.officer)
    merging.undo(second, actor=two.people.officer)
    Enterprise.objects.filter(pk=two.kept.pk).update(version=99)
    with pytest.raises(Conflict):
        merging.undo(Merge.objects.get(pk=merge.pk), actor=two.people.officer)


def test_chain_of_merges_leads_to_the_last(two: Two) -> None:
    two.merge()
    merging.merge(two.other, Enterprise.objects.get(pk=two.kept.pk), {}, actor=two.people.officer)
    assert merging.standing(Enterprise.objects.get(pk=two.gone.pk)) == two.other
    assert merging.standing_of([two.gone.public_id, two.kept.public_id]) == [two.other]
    assert set(merging.merged_ids(two.other)) == {two.gone.pk, two.kept.pk, two.other.pk}
    made = Entry.objects.get(action="create", object_type="enterprises.enterprise", object_id=str(two.gone.pk))
    assert made in merging.history_of(two.other)


def test_merged_tax_code_still_blocks_and_names_the_one_that_stands(two: Two) -> None:
    two.merge()
    with pytest.raises(Conflict) as refusal:
        enter(two.place, two.people, "Công ty khác hẳn", tax_code=code(1))
    assert refusal.value.extra["candidates"][0]["id"] == str(two.kept.public_id)


def test_change_of_beneficiaries_that_was_asked_for_follows_the_merge(two: Two) -> None:
    asked = ask(
        two.project, {"beneficiaries": [str(two.other.public_id)]}, "Đổi đơn vị thụ hưởng", actor=two.people.officer
    )
    merging.merge(two.kept, two.other, {}, actor=two.people.officer)
    f.criterion()
    take_adjustment_step(asked, "decide", actor=two.people.leader, decision=f.decision(two.place, "8/QĐ-UBND"))
    assert [row.pk for row in two.project.beneficiaries.all()] == [two.kept.pk]


def test_only_who_enters_establishments_of_both_merges(two: Two) -> None:
    for person in (two.people.leader, two.people.accountant, two.people.collaborator, f.stranger()):
        with pytest.raises(NotAllowed):
            merging.merge(two.kept, two.gone, {}, actor=person)
    url = reverse("enterprises:merge", args=[two.kept.public_id, two.gone.public_id])
    assert browser(two.people.leader).get(url).status_code == 403
    assert browser(f.user("la", "officer", f.Place("40", "Nghệ An").province)).get(url).status_code == 404
    merge = two.merge()
    with pytest.raises(WrongState):
        two.merge()
    with pytest.raises(NotAllowed):
        merging.undo(merge, actor=two.people.leader)


def test_page_merges_field_by_field_and_undoes(two: Two) -> None:
    client = browser(two.people.officer)
    url = reverse("enterprises:merge", args=[two.kept.public_id, two.gone.public_id])
    page = client.get(url)
    form = page.context["form"]
    assert form["keep"].value() == str(two.gone.public_id)  # it has the tax code
    html = page.content.decode()
    assert "Cùng số điện thoại." in html and "CNC" in html
    data = {row.name: row.value() for row in form.rows} | {"form_key": str(f.new_uuid()), "note": "Trùng"}
    data |= {"keep": str(two.kept.public_id), "phone": str(two.gone.public_id)}
    answer = client.post(url, data)
    assert answer["Location"] == reverse("enterprises:detail", args=[two.kept.public_id])
    kept = Enterprise.objects.get(pk=two.kept.pk)
    assert (kept.phone, kept.tax_code) == ("0912345678", code(1))
    html = client.get(answer["Location"]).content.decode()
    assert "Hoàn tác gộp" in html and two.gone.name in html
    back = client.post(reverse("enterprises:undo_merge", args=[two.gone.public_id]))
    assert back["Location"] == reverse("enterprises:detail", args=[two.gone.public_id])
    assert not Merge.objects.exists()
    assert client.post(reverse("enterprises:undo_merge", args=[two.gone.public_id])).status_code == 404


def test_contract_with_the_old_entry_is_one_with_the_new(two: Two) -> None:
    today = portal_clock.today()
    data = ContractData("support", "1/HĐ", today, "Trung tâm", "Tân Hợp", 300_000_000, two.gone)
    contract = record_contract(two.project, data, actor=two.people.centre)
    two.merge()
    contract.refresh_from_db()
    assert contract.enterprise_id == two.kept.pk


# --- the queue --------------------------------------------------------------------------------------------------------


def test_pair_is_in_the_queue_until_somebody_decides(two: Two) -> None:
    client, url = browser(two.people.officer), reverse("enterprises:alike")
    pair = DuplicatePair.objects.get()
    html = client.get(url).content.decode()
    assert two.kept.name in html and "Cùng số điện thoại." in html
    assert client.get(url, {"format": "csv"}).content.decode("utf-8-sig").count(two.gone.name) == 1
    assert browser(two.people.leader).get(url).status_code == 403
    assert (
        browser(f.user("la", "officer", f.Place("40", "Nghệ An").province)).post(url, {"pair": pair.pk}).status_code
        == 404
    )
    client.post(url, {"pair": pair.pk})
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("different", two.people.officer)
    assert two.kept.name not in client.get(url).content.decode()
    store_keys(two.kept)
    assert [one.enterprise for one in candidates(two.kept, two.place.province, without=[two.kept.pk])] == [two.gone]
    assert DuplicatePair.objects.filter(state="open").count() == 0  # remembered


def test_whatever_may_hang_on_an_entry_has_words_for_the_page() -> None:
    """Also what an app that comes later ties to an establishment."""
    with override("vi"):
        said = {
            pointer.name: (pointer.words, str(pointer.model._meta.verbose_name_plural))
            for pointer in merging.pointers()
        }
    assert len(said) >= 15
    assert not [name for name, (words, plain) in said.items() if words == plain]
