"""The dated rules as officials change them: what is in force is ended and followed, never rewritten."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Grant, User
from accounts.roles import Role
from audit import words
from audit.models import Entry
from core.errors import Conflict, Invalid, NotAllowed
from core.verdicts import YES
from programmes import rules
from programmes.models import DatedRule, StepRule
from programmes.norms import norm_for
from projects.rule_codes import PROJECT_LIFE
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
FIRST, LATER = dt.date(2026, 1, 1), dt.date(2026, 6, 1)
WHY = "Theo Thông tư mới"
KINDS = sorted(rules.KINDS)
OWN: dict[str, dict[str, Any]] = {
    "norms": {
        "code": "MACHINE",
        "activity_text": "Ứng dụng máy móc",
        "ceiling_amount_vnd": 300 * MILLION,
        "ceiling_percent": Decimal(50),
        "unit": "cơ sở",
    },
    "steps": {"step": "contract", "before": "start"},
    "criteria": {"name": "Phù hợp với kế hoạch"},
    "papers": {"name": "Văn bản đề nghị", "needed_for": "appraise"},
    "adjustments": {"change": "stop", "name": "Ngừng đề án", "authority": "provincial_committee"},
    "tiers": {"tier": 1, "percent": Decimal(30)},
    "priorities": {"name": "Địa bàn khó khăn", "coefficient": Decimal("1.2")},
    "kinds": {"name": "Liên hiệp hợp tác xã"},
    "trades": {"name": "Chế biến lâm sản"},
    "eligibility": {"subject": "kind", "name": "Ai được hỗ trợ", "kinds": "enterprise"},
}


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    row = factories.activity()
    row.norm_code = "MACHINE"
    row.save()
    return factories.People(place)


def values(slug: str, place: factories.Place | None, **other: Any) -> dict[str, Any]:
    """A rule as it might be typed: local money of the province, without one national money."""
    source = {"source": "local" if place else "national"} if rules.KINDS[slug].sourced else {}
    return {
        **source,
        "area": place.province if place else None,
        **OWN[slug],
        **({} if place or slug != "adjustments" else {"authority": "ministry"}),
        "valid_from": FIRST,
        "legal_basis": "12/2025/QĐ-UBND Điều 4",
        "verified": "yes",
        **other,
    }


def add(slug: str, place: factories.Place | None, actor: User, **other: Any) -> Any:
    return rules.add_rule(rules.KINDS[slug], values(slug, place, **other), WHY, actor=actor)


def columns(row: DatedRule) -> dict[str, Any]:
    row.refresh_from_db()
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


# --- what becomes of the rows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", KINDS)
def test_rule_that_is_added_holds_from_its_day_and_is_in_the_trail(place: Any, people: Any, slug: str) -> None:
    row = add(slug, place, people.administrator)
    held = rules.KINDS[slug].model.objects.exclude(edited_at=None)
    assert list(held.valid_on(FIRST)) == [row] and not held.valid_on(FIRST - rules.ONE_DAY)
    assert row.edited_by == people.administrator and row.edited_at is not None
    entry = Entry.objects.about(row).get()
    assert (entry.action, entry.note) == ("create", WHY)
    assert {"Căn cứ pháp lý", "Đã kiểm chứng"} <= {line["field"] for line in entry.changes_words}
    assert set(entry.changes) <= set(words.FIELDS) and entry.action in words.ACTIONS


@pytest.mark.parametrize("slug", KINDS)
def test_later_version_follows_and_the_old_one_stays_as_it_was(place: Any, people: Any, slug: str) -> None:
    row = add(slug, place, people.administrator)
    before = columns(row)
    other = {"note": "Bản mới", "valid_from": LATER, "legal_basis": "9/2026/QĐ-UBND Điều 1", "verified": "partial"}
    made = rules.replace_rule(row, other, WHY, actor=people.administrator)
    after = columns(row)
    assert {name for name in after if after[name] != before[name]} == {"valid_to", "row_version"} | (
        {"edited_at"} if after["edited_at"] != before["edited_at"] else set()
    )
    assert row.valid_to == LATER - rules.ONE_DAY and made.pk != row.pk
    held = type(row).objects.exclude(edited_at=None)
    assert (held.valid_on(row.valid_to).get(), held.valid_on(LATER).get()) == (row, made)
    kind = rules.KINDS[slug]
    assert all(getattr(made, name) == getattr(row, name) for name in (*rules.SOURCE_FIELDS, *kind.fixed))
    assert row.verified == "yes" and (made.verified, made.note) == ("partial", "Bản mới")
    assert Entry.objects.about(row).first().changes == {"valid_to": [None, "2026-05-31"]}
    assert Entry.objects.about(made).get().changes["valid_from"] == ["2026-01-01", "2026-06-01"]


def test_later_version_is_not_verified_by_what_the_old_one_was_compared_with(place: Any, people: Any) -> None:
    row = add("tiers", place, people.administrator, evidence="12/2025/QĐ-UBND", condition="Có hợp đồng")
    made = rules.replace_rule(row, {"valid_from": LATER}, WHY, actor=people.administrator)
    assert (made.verified, made.legal_basis, made.evidence) == ("no", "", "")
    assert (made.percent, made.condition) == (row.percent, "Có hợp đồng")


def test_rule_that_ended_has_nothing_in_its_place(place: Any, people: Any) -> None:
    row = add("tiers", place, people.administrator)
    rules.end_rule(row, LATER, WHY, actor=people.administrator)
    held = type(row).objects
    assert held.valid_on(LATER).exists() and not held.valid_on(LATER + rules.ONE_DAY).exists()
    for day in (FIRST - rules.ONE_DAY, LATER, LATER + rules.ONE_DAY):
        with pytest.raises(Invalid) as refused:
            rules.end_rule(row, day, WHY, actor=people.administrator)
        assert list(refused.value.fields) == ["valid_to"]


def test_mistake_is_put_right_in_the_row_with_its_reason(place: Any, people: Any) -> None:
    row = add("norms", place, people.administrator)
    rules.correct_rule(row, {"ceiling_amount_vnd": 250 * MILLION}, "Nhập nhầm", actor=people.administrator)
    assert norm_for(factories.activity(), "local", place.province, FIRST).amount_vnd == 250 * MILLION
    entry = Entry.objects.about(row).first()
    assert (entry.action, entry.note) == ("correct_rule", "Nhập nhầm")
    assert entry.changes == {"ceiling_amount_vnd": [300 * MILLION, 250 * MILLION]}
    with pytest.raises(Invalid) as refused:
        rules.correct_rule(row, {"unit": "cơ sở"}, WHY, actor=people.administrator)
    assert refused.value.code == "nothing_changes"
    for name in ("source", "area", "code"):
        with pytest.raises(TypeError, match=name):
            rules.correct_rule(row, {name: getattr(row, name)}, WHY, actor=people.administrator)


def test_reason_is_wanted_for_every_change(place: Any, people: Any) -> None:
    row, me = add("tiers", place, people.administrator), people.administrator
    for act in (
        lambda: rules.add_rule(rules.KINDS["tiers"], values("tiers", place, tier=2), " ", actor=me),
        lambda: rules.replace_rule(row, {"valid_from": LATER}, "", actor=me),
        lambda: rules.correct_rule(row, {"percent": Decimal(40)}, "", actor=me),
        lambda: rules.end_rule(row, LATER, "", actor=me),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert list(refused.value.fields) == ["reason"]


def test_second_of_two_who_change_the_same_is_told(place: Any, people: Any) -> None:
    row, me = add("tiers", place, people.administrator), people.administrator
    rules.correct_rule(row, {"percent": Decimal(40)}, WHY, actor=me, version=row.row_version)
    for act in (
        lambda: rules.replace_rule(row, {"valid_from": LATER}, WHY, actor=me, version=1),
        lambda: rules.correct_rule(row, {"percent": Decimal(45)}, WHY, actor=me, version=1),
        lambda: rules.end_rule(row, LATER, WHY, actor=me, version=1),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "stale"
    row.refresh_from_db()
    assert (row.percent, row.valid_to) == (40, None)


# --- what is refused --------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("tiers", {"valid_to": dt.date(2025, 12, 31)}, "valid_to"),
    ("tiers", {"valid_from": None}, "valid_from"),
    ("tiers", {"legal_basis": ""}, "legal_basis"),
    ("tiers", {"legal_basis": " ", "verified": "partial"}, "legal_basis"),
    ("tiers", {"verified": "maybe"}, "verified"),
    ("tiers", {"percent": Decimal(0)}, "percent"),
    ("tiers", {"percent": Decimal("100.01")}, "percent"),
    ("tiers", {"percent": None}, "percent"),
    ("tiers", {"tier": 0}, "tier"),
    ("tiers", {"source": "other"}, "source"),
    ("tiers", {"source": "national"}, "area"),
    ("norms", {"ceiling_amount_vnd": None, "ceiling_percent": None}, "ceiling_amount_vnd"),
    ("norms", {"ceiling_amount_vnd": -1}, "ceiling_amount_vnd"),
    ("norms", {"ceiling_percent": Decimal(101)}, "ceiling_percent"),
    ("norms", {"code": "NO_SUCH_THING"}, "code"),
    ("norms", {"activity_text": ""}, "activity_text"),
    ("norms", {"multiplier": Decimal("1.5")}, "multiplier_of"),
    ("norms", {"multiplier_of": "MACHINE"}, "multiplier"),
    ("norms", {"multiplier_of": "MACHINE", "multiplier": Decimal("1.5")}, "multiplier_of"),
    ("norms", {"multiplier_of": "NOTHING", "multiplier": Decimal("1.5")}, "multiplier_of"),
    ("steps", {"step": "no_such_step"}, "step"),
    ("steps", {"step": "submit"}, "step"),
    ("steps", {"step": "register", "before": "appraise"}, "step"),  # local money is not registered with the ministry
    ("steps", {"before": "no_such_step"}, "before"),
    ("steps", {"before": "contract"}, "before"),
    ("steps", {"before": "approve"}, "before"),
    ("steps", {"before": ""}, "before"),
    ("steps", {"deadline_day": 31, "deadline_month": 6}, "deadline_day"),
    ("steps", {"deadline_day": 29, "deadline_month": 2}, "deadline_day"),
    ("steps", {"deadline_day": 20}, "deadline_month"),
    ("steps", {"deadline_day": 20, "deadline_month": 6, "deadline_years": 9}, "deadline_years"),
    ("criteria", {"name": ""}, "name"),
    ("papers", {"name": ""}, "name"),
    ("papers", {"needed_for": "register"}, "needed_for"),  # local money is not registered with the ministry
    ("adjustments", {"change": "no_such_change"}, "change"),
    ("adjustments", {"authority": "centre"}, "authority"),
    ("adjustments", {"authority": "ministry"}, "authority"),  # of local money
    ("norms", {"cap_scope": "sometimes"}, "cap_scope"),
    ("priorities", {"coefficient": Decimal("0.9")}, "coefficient"),
    ("priorities", {"norm_code": "NO_SUCH"}, "norm_code"),
]


@pytest.mark.parametrize(("slug", "wrong", "field"), WRONG)
def test_wrong_rule_is_refused_at_its_field(
    place: Any, people: Any, slug: str, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(slug, place, people.administrator, **wrong)
    assert list(refused.value.fields) == [field]
    assert not rules.KINDS[slug].model.objects.exists() and not Entry.objects.exists()
    add(slug, place, people.administrator)  # the same without what is wrong


def test_deadline_alone_is_a_rule(place: Any, people: Any) -> None:
    row = add("steps", place, people.administrator, before="", deadline_day=31, deadline_month=12)
    assert row.due_in(2026) == dt.date(2026, 12, 31)


def test_multiple_follows_a_norm_of_the_same_source_place_and_time(place: Any, people: Any) -> None:
    line = factories.activity("MACHINE_LINE", "Dây chuyền công nghệ")
    line.norm_code = "MACHINE_LINE"
    line.save()
    times = {"code": "MACHINE_LINE", "multiplier_of": "MACHINE", "multiplier": Decimal("1.5")}
    times |= {"ceiling_amount_vnd": None, "ceiling_percent": None}
    add("norms", None, people.administrator)
    with pytest.raises(Invalid) as refused:  # that one is of national money
        add("norms", place, people.administrator, **times)
    assert list(refused.value.fields) == ["multiplier_of"]
    add("norms", place, people.administrator, valid_from=LATER)
    with pytest.raises(Invalid) as refused:
        add("norms", place, people.administrator, **times)
    assert list(refused.value.fields) == ["multiplier_of"]
    add("norms", place, people.administrator, **times, valid_from=LATER)
    assert norm_for(line, "local", place.province, LATER).amount_vnd == 450 * MILLION


@pytest.mark.parametrize("slug", KINDS)
@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (FIRST, None, "valid_from"),
        (dt.date(2026, 2, 1), dt.date(2026, 2, 2), "valid_from"),
        (LATER, None, "valid_from"),
        (dt.date(2025, 1, 1), FIRST, "valid_to"),
        (dt.date(2025, 1, 1), None, "valid_to"),
        (LATER + rules.ONE_DAY, None, None),
        (dt.date(2025, 1, 1), FIRST - rules.ONE_DAY, None),
    ],
)
def test_two_rules_for_the_same_are_not_in_force_at_once(
    place: Any, people: Any, slug: str, first: dt.date, last: dt.date | None, field: str | None
) -> None:
    add(slug, place, people.administrator, valid_to=LATER)
    if field is None:
        add(slug, place, people.administrator, valid_from=first, valid_to=last)
        return
    with pytest.raises(Invalid) as refused:
        add(slug, place, people.administrator, valid_from=first, valid_to=last)
    assert list(refused.value.fields) == [field]
    add(slug, None, people.administrator, valid_from=first, valid_to=last)  # other money is another thing


def test_version_does_not_run_into_the_next_one(place: Any, people: Any) -> None:
    row, me = add("tiers", place, people.administrator), people.administrator
    made = rules.replace_rule(row, {"valid_from": LATER}, WHY, actor=me)
    for day, last, field in [
        (FIRST, None, "valid_from"),
        (LATER + rules.ONE_DAY, None, "valid_from"),
        (dt.date(2026, 4, 1), None, "valid_to"),
    ]:
        with pytest.raises(Invalid) as refused:
            rules.replace_rule(row, {"valid_from": day, "valid_to": last}, WHY, actor=me)
        assert list(refused.value.fields) == [field]
    between = {"valid_from": dt.date(2026, 4, 1), "valid_to": LATER - rules.ONE_DAY, "percent": Decimal(35)}
    rules.replace_rule(row, between, WHY, actor=me)
    found = [type(row).objects.valid_on(day).get().percent for day in (FIRST, dt.date(2026, 4, 1), LATER)]
    assert found == [30, 35, made.percent]


def test_codes_of_rules_are_all_those_of_the_life_of_a_project() -> None:
    assert list(rules.codes_of("before")) == list(PROJECT_LIFE.steps)
    for field in ("step", "before", "change", "authority"):
        assert rules.codes_of(field)
        assert set(rules.codes_of(field)) <= set(words.OF_FIELD[field])


# --- who may ----------------------------------------------------------------------------------------------------------


def four_acts(row: Any, place: factories.Place | None, actor: User) -> list[Any]:
    return [
        lambda: add("tiers", place, actor, tier=2),
        lambda: rules.correct_rule(row, {"percent": Decimal(40)}, WHY, actor=actor),
        lambda: rules.replace_rule(row, {"valid_from": LATER}, WHY, actor=actor),
        lambda: rules.end_rule(row, dt.date(2026, 4, 1), WHY, actor=actor),
    ]


def all_do(row: Any, place: factories.Place | None, actor: User) -> int:
    """How many of the four are done."""
    actor = User.objects.get(pk=actor.pk)  # rights are read once per request
    done = 0
    for act in four_acts(row, place, actor):
        try:
            act()
            done += 1
        except NotAllowed:
            pass
    return done


@pytest.mark.parametrize("where", ["country", "province"])
def test_only_the_administrator_of_the_place_changes_its_rules(
    place: Any, people: Any, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place if where == "province" else None
    row = add("tiers", here, people.administrator)
    elsewhere = [factories.stranger(Role.OFFICER)]
    if here is not None:
        elsewhere.append(factories.user("quantri40", Role.ADMINISTRATOR, factories.Place("40", "Nghệ An").province))
    before, entries = columns(row), Entry.objects.count()
    for person in [*people.all().values(), *elsewhere]:
        if person != people.administrator:
            assert all_do(row, here, person) == 0, person.username
    assert (columns(row), Entry.objects.count(), type(row).objects.count()) == (before, entries, 1)
    with monkeypatch.context() as patch:  # it was the right that was missing
        patch.setattr(rules, "may_change_rule", lambda area, user: YES)
        assert all_do(row, here, people.officer) == 4
    type(row).objects.all().delete()
    assert all_do(add("tiers", here, people.administrator), here, people.administrator) == 4


def test_what_holds_in_the_country_is_changed_by_who_administers_all_provinces(place: Any, people: Any) -> None:
    row = add("tiers", None, people.administrator)
    there = factories.Place("40", "Nghệ An").province
    neighbour = factories.user("quantri40", Role.ADMINISTRATOR, there)
    assert all_do(row, None, people.administrator) == all_do(row, None, neighbour) == 0
    Grant.objects.create(user=neighbour, role=Role.ADMINISTRATOR, area=place.province, valid_from=FIRST)
    assert all_do(row, None, neighbour) == 4


def test_rule_of_the_database_has_ordered_days_and_one_version_a_day(place: Any, people: Any) -> None:
    from django.db import IntegrityError, transaction

    factories.step_rule("X", "contract", "start", valid_from=FIRST)
    factories.step_rule("X", "contract", "start")
    for fields in ({"valid_from": FIRST}, {"valid_from": None}, {"valid_from": LATER, "valid_to": FIRST}):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.step_rule("X", "contract", "start", **fields)
    assert StepRule.objects.count() == 2
