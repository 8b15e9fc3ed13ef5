"""A rule that an administrator changes on its page holds from its day on: what was done before keeps the old one."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from core.errors import Invalid, WrongState
from funding.advances import advances_of
from programmes.models import AdjustmentKind, AdvanceTier, StepRule, SupportNorm
from projects.adjustments import require_authority
from projects.appraisal import OpinionData, criteria, give_opinion
from projects.ceilings import ceilings_of
from projects.procedure import deadline_of
from projects.services import take_step
from reports.registering import due_on
from tests import factories
from tests.clocks import Clock
from tests.projects.lives import browser

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
DAY = dt.date(2026, 10, 1)
BEFORE, AFTER = dt.date(2026, 9, 30), DAY
BASIS = {"verified": "yes", "legal_basis": "9/2026/QĐ-UBND Điều 2", "reason": "Quy chế mới của tỉnh"}


def post(people: factories.People, path: str, **typed: Any) -> None:
    """What the administrator types into a page of rules, beside what stands in it."""
    client = browser(people.administrator)
    form = client.get(path).context["form"]
    shown = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields}
    data = {name: "" if value is None else value for name, value in {**shown, **typed}.items()}
    answer = client.post(path, data)
    assert answer.status_code == 302, answer.context["form"].errors


def replaced(people: factories.People, slug: str, row: Any, **typed: Any) -> None:
    """A later version from the first of October."""
    values = {"valid_from": f"{DAY:%d/%m/%Y}", **BASIS, **typed}
    post(people, reverse("programmes:rule_replace", args=[slug, row.pk]), **values)


def most(project: Any, on: dt.date | None = None) -> int | None:
    return ceilings_of(project, on)[0].most_vnd


def test_project_decided_before_the_new_norm_keeps_the_old_one(place: Any, people: Any, clock: Clock) -> None:
    activity = factories.activity()
    activity.norm_code = "MACHINE"
    activity.save()
    row = SupportNorm.objects.create(
        code="MACHINE",
        activity_text="Ứng dụng máy móc",
        ceiling_amount_vnd=300 * MILLION,
        unit="cơ sở",
        source="local",
        area=place.province,
        verified="yes",
    )
    first = factories.approved(place, people)
    replaced(people, "norms", row, ceiling_amount_vnd="200.000.000")
    assert most(first) == 300 * MILLION
    clock.set("2026-10-05")
    first.refresh_from_db()
    assert most(first) == 300 * MILLION  # it was decided in September
    second = factories.project(place, people, beneficiaries=[factories.enterprise(place, "Cơ sở khác")])
    assert most(second) == 200 * MILLION
    with pytest.raises(Invalid, match="định mức"):
        take_step(second, "submit", actor=people.officer)
    page = browser(people.officer).get(reverse("projects:detail", args=[first.public_id])).content.decode()
    assert "200.000.000" not in page
    less = factories.project(
        place,
        people,
        estimate={"local": 200 * MILLION, "counterpart": 400 * MILLION},
        beneficiaries=[factories.enterprise(place, "B")],
    )
    less.repeat_reason = "Cơ sở khác"
    assert take_step(less, "submit", actor=people.officer).state == "submitted"
    assert SupportNorm.objects.get(pk=row.pk).ceiling_amount_vnd == 300 * MILLION


def test_new_deadline_moves_no_day_that_was_before_it(place: Any, people: Any) -> None:
    row = factories.step_rule("N1", "register", "", deadline_day=20, deadline_month=6, deadline_years=-1)
    replaced(people, "steps", row, deadline_day="30")
    national = {"programme": factories.programme(source="national"), "estimate": {"national": MILLION}}
    found = {}
    for year in (2026, 2027, 2028):
        project = factories.project(place, people, year=year, **national)
        found[year] = deadline_of(project, "register")
        assert due_on(year)[0] == found[year]
    assert found == {2026: dt.date(2025, 6, 20), 2027: dt.date(2026, 6, 20), 2028: dt.date(2027, 6, 30)}


def test_order_of_steps_holds_from_its_day(place: Any, people: Any, clock: Clock) -> None:
    first = factories.approved(place, people)
    others = [
        factories.approved(place, people, beneficiaries=[factories.enterprise(place, f"Cơ sở {n}")]) for n in (1, 2)
    ]
    values = {"source": "local", "area": place.province.pk, "step": "contract", "before": "start", **BASIS}
    post(people, reverse("programmes:rule_new", args=["steps"]), valid_from="01/10/2026", **values)
    rule = StepRule.objects.get()
    assert take_step(first, "start", actor=people.centre).state == "in_progress"
    clock.set("2026-10-01")
    others[0].refresh_from_db()
    with pytest.raises(WrongState, match="9/2026/QĐ-UBND"):
        take_step(others[0], "start", actor=people.centre)
    post(people, reverse("programmes:rule_end", args=["steps", rule.pk]), valid_to="31/10/2026", reason="Bãi bỏ")
    clock.set("2026-11-01")
    assert take_step(others[1], "start", actor=people.centre).state == "in_progress"


def test_who_decides_is_asked_for_the_day_of_the_decision(place: Any, people: Any) -> None:
    row = AdjustmentKind.objects.create(
        code="L1",
        source="local",
        area=place.province,
        change="stop",
        name="Ngừng",
        authority="department",
        verified="yes",
    )
    replaced(people, "adjustments", row, authority="provincial_committee")
    project = factories.project(place, people)
    by_department = {"number": "1/QĐ-SCT", "issuer": place.department}
    for day, refused in ((BEFORE, False), (AFTER, True)):
        decision = factories.DecisionData(decided_on=day, **by_department)
        if refused:
            with pytest.raises(Invalid):
                require_authority(project, ["stop"], decision, "issuer")
        else:
            require_authority(project, ["stop"], decision, "issuer")


def test_opinion_keeps_the_line_that_was_asked_then(place: Any, people: Any, clock: Clock) -> None:
    row = factories.criterion("L1", area=place.province)
    factories.criterion("L2", name="Đủ vốn đối ứng", area=place.province)
    project = take_step(factories.project(place, people), "submit", actor=people.officer)
    marks = {"L1": ("met", "")}
    before = give_opinion(project, OpinionData("approve", marks=marks), actor=people.leader)
    replaced(people, "criteria", row, name="Phù hợp với quy hoạch")
    assert [line.name for line in criteria(project)] == ["Phù hợp với chương trình", "Đủ vốn đối ứng"]
    clock.set("2026-10-01")
    assert [line.name for line in criteria(project)] == ["Phù hợp với quy hoạch", "Đủ vốn đối ứng"]  # in its old place
    after = give_opinion(project, OpinionData("approve", marks=marks), actor=people.accountant)
    assert [opinion.marks.get().criterion.name for opinion in (before, after)] == [
        "Phù hợp với chương trình",
        "Phù hợp với quy hoạch",
    ]


def test_advance_is_measured_by_the_tier_of_its_day(place: Any, people: Any) -> None:
    row = AdvanceTier.objects.create(source="local", area=place.province, percent=50, verified="yes")
    replaced(people, "tiers", row, percent="30")
    project = factories.approved(place, people)
    assert [advances_of(project, "local", on).limit.percent for on in (BEFORE, AFTER)] == [50, 30]
