"""The reference data: all of it, once, with what was never checked still saying so."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import call_command

from accounts.models import Agency
from accounts.roles import Role
from audit.models import Entry
from core.errors import Invalid
from core.reference import rows
from places.models import Area
from programmes import rules
from programmes.loading import day_by_rule
from programmes.models import (
    Activity,
    ActivityGroup,
    AdvanceTier,
    AppraisalCriterion,
    EligibilityRule,
    EligibleTrade,
    EstablishmentKind,
    Indicator,
    LegalDocument,
    NeededPaper,
    PriorityCoefficient,
    Programme,
    ReportingPeriod,
    StepRule,
    SupportNorm,
    Target,
)
from tests import factories

pytestmark = pytest.mark.django_db

FILES = {
    Area: "areas.csv",
    ActivityGroup: "activity_groups.csv",
    Activity: "activities.csv",
    SupportNorm: "support_norms.csv",
    AdvanceTier: "advance_tiers.csv",
    PriorityCoefficient: "priority_coefficients.csv",
    NeededPaper: "needed_papers.csv",
    EstablishmentKind: "establishment_kinds.csv",
    EligibleTrade: "eligible_trades.csv",
    EligibilityRule: "eligibility_rules.csv",
    LegalDocument: "legal_documents.csv",
    Programme: "programmes.csv",
    Indicator: "indicators.csv",
    Target: "targets.csv",
}


def load() -> str:
    out = io.StringIO()
    call_command("load_reference", stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_reference_data_loads_every_line_once_and_again() -> None:
    text = load()
    first = counts()
    for model, file in FILES.items():
        assert model._default_manager.count() == len(rows(file)), file
    assert first["audit.Entry"] == 0
    assert str(len(rows("areas.csv"))) in text
    load()
    assert counts() == first


def test_reference_data_never_verified_stays_unverified() -> None:
    load()
    for model, file in FILES.items():
        for word in ("yes", "partial", "no"):
            expected = sum(row["verified"] == word for row in rows(file))
            assert model._default_manager.filter(verified=word).count() == expected, (file, word)
    assert Programme.objects.get(code="HT-KCDP-2026-2030").verified == "no"


def test_reference_data_follows_its_files_and_keeps_what_officials_set() -> None:
    load()
    period = ReportingPeriod.objects.get(code="2022-Y")
    ReportingPeriod.objects.filter(pk=period.pk).update(due_on=dt.date(2022, 12, 16), label="khác")
    ministry = Agency.objects.get(kind="ministry")
    Agency.objects.filter(pk=ministry.pk).update(name="Bộ khác")
    load()
    period.refresh_from_db()
    assert (period.label, period.due_on) == ("Năm 2022", dt.date(2022, 12, 16))
    assert Agency.objects.get(kind="ministry").name == "Bộ khác"


@pytest.mark.parametrize(
    ("code", "first", "last", "label"),
    [
        ("2022-Y", "2021-12-15", "2022-12-14", "Năm 2022"),
        ("2022-H1", "2021-12-15", "2022-06-14", "6 tháng đầu năm 2022"),
        ("2022-N", "2021-12-15", "2022-09-14", "9 tháng đầu năm 2022"),
        ("2022-Q1", "2021-12-15", "2022-03-14", "Quý I/2022"),
        ("2022-Q3", "2022-06-15", "2022-09-14", "Quý III/2022"),
        ("2022-M01", "2021-12-15", "2022-01-14", "Tháng 1/2022"),
        ("2022-M09", "2022-08-15", "2022-09-14", "Tháng 9/2022"),
        ("2022-SQ3", "2022-07-01", "2022-09-30", "Quý III/2022 (thống kê)"),
        ("2024-SM02", "2024-02-01", "2024-02-29", "Tháng 2/2024 (thống kê)"),
        ("2022-SY", "2022-01-01", "2022-12-31", "Năm 2022 (thống kê)"),
        ("2026-R", "2024-12-15", "2025-06-19", "Đăng ký kế hoạch năm 2026"),
    ],
)
def test_period_has_the_days_of_its_decree(code: str, first: str, last: str, label: str) -> None:
    load()
    period = ReportingPeriod.objects.get(code=code)
    assert (period.data_from.isoformat(), period.data_to.isoformat(), period.label) == (first, last, label)


def test_periods_of_each_kind_follow_each_other_without_gap() -> None:
    load()
    assert ReportingPeriod.objects.count() == 13 * 2 * (12 + 4 + 1 + 1 + 1 + 1) + 13
    for regime in ("administrative", "statistical"):
        for kind in ("month", "quarter", "year"):
            found = list(ReportingPeriod.objects.filter(kind=kind, regime=regime).order_by("data_from"))
            for before, after in zip(found, found[1:], strict=False):
                assert before.data_to + dt.timedelta(days=1) == after.data_from


def test_period_from_before_its_decree_is_not_verified() -> None:
    load()
    assert ReportingPeriod.objects.get(code="2018-Y").verified == "no"
    assert ReportingPeriod.objects.get(code="2022-Y").verified == "yes"
    assert ReportingPeriod.objects.get(code="2022-N").verified == "no"


def test_target_of_the_article_keeps_its_words() -> None:
    load()
    targets = {row.indicator.code: row for row in Target.objects.filter(programme__code="HT-KCDP-2021-2025")}
    assert len(targets) == 12
    trained, learners, cluster = targets["HT25_TRAIN"], targets["HT25_MGMT"], targets["HT25_CCN_INFRA"]
    assert (trained.low, trained.high, trained.comparison) == (Decimal(1000), Decimal(1000), "exact")
    assert (learners.qualifier, learners.low, learners.high) == ("trên", Decimal(2000), None)
    assert (cluster.low, cluster.comparison) == (None, "")
    assert trained.indicator.training_kinds.split() == ["new_skill", "upgrade"]
    assert learners.indicator.training_kinds == "management"


def test_indicator_has_the_name_of_its_target() -> None:
    names = {row["code"]: (row["indicator_vi"], row["unit_vi"], row["method"]) for row in rows("indicators.csv")}
    for row in rows("targets.csv"):
        assert names[row["code"]] == (row["indicator_vi"], row["unit_vi"], row["method"])


def test_agency_of_the_ministry_had_the_name_of_its_time() -> None:
    load()
    unit = Agency.objects.get(kind="ministry_department")
    assert unit.name_on(dt.date(2022, 6, 1)) == "Cục Công Thương địa phương"
    assert unit.name == "Cục Đổi mới sáng tạo, Chuyển đổi xanh và Khuyến công"
    assert unit.parent == Agency.objects.get(kind="ministry")


def test_rule_that_is_none_is_refused() -> None:
    assert day_by_rule("Y/(3q-3)/15", Y=2022, q=1) == dt.date(2021, 12, 15)
    for rule in ("Y/x/1", "Y/m/"):
        with pytest.raises((ValueError, KeyError)):
            day_by_rule(rule, Y=2022, m=1)


def test_what_an_official_set_is_left_and_said_and_the_rest_follows_the_files() -> None:
    load()
    administrator = factories.user("quantri", Role.ADMINISTRATOR, Area.objects.get(uid="p42"))
    norm = SupportNorm.objects.get(code="MACHINE", source="national", valid_to=None)
    values = {"valid_from": dt.date(2027, 1, 1), "ceiling_amount_vnd": 400_000_000}
    later = rules.replace_rule(norm, values, "Thông tư mới", actor=administrator)
    ended = StepRule.objects.get(code="N_SETTLE")
    rules.end_rule(ended, dt.date(2027, 1, 1), "Bãi bỏ", actor=administrator)
    criterion = AppraisalCriterion.objects.get(code="L_NORM")
    rules.correct_rule(criterion, {"name": "Trong định mức"}, "Nhập nhầm", actor=administrator)
    tier = AdvanceTier.objects.get(tier=2)
    same = {"verified": "no", "note": tier.note}
    with pytest.raises(Invalid):  # nothing was changed, so it stays with its file
        rules.correct_rule(tier, same, "Xem lại", actor=administrator)
    followed = [StepRule.objects.get(code="N_CONTRACT"), SupportNorm.objects.get(code="BRAND")]
    type(followed[0]).objects.filter(pk=followed[0].pk).update(note="khác", valid_from=None)
    type(followed[1]).objects.filter(pk=followed[1].pk).update(note="khác")
    first = counts()
    text = load()
    assert counts() == first
    lines = [line for line in text.splitlines() if line.startswith("left as officials set it")]
    assert len(lines) == 3
    for word in ("MACHINE national 2018-05-11", "N_SETTLE", "Trong định mức"):
        assert sum(word in line for line in lines) == 1, word
    for row in (norm, later, ended, criterion, *followed):
        row.refresh_from_db()
    assert (norm.valid_to, later.ceiling_amount_vnd) == (dt.date(2026, 12, 31), 400_000_000)
    assert (ended.valid_to, criterion.name) == (dt.date(2027, 1, 1), "Trong định mức")
    assert "khác" not in [row.note for row in followed] and followed[0].valid_from == dt.date(2014, 2, 10)
    assert Entry.objects.count() == 4  # loading leaves no trail
