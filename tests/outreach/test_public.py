"""What anybody may know without an account: what to ask for, and where a file stands. Nothing personal, no guessing."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outreach import spreading, support
from outreach.models import ListItem, StatusQuery
from programmes.models import AppraisalCriterion, EligibilityRule, EligibleTrade, NeededPaper, SupportNorm
from tests import factories as f
from tests.clocks import Clock
from tests.outreach.scene import Survey
from tests.outreach.test_policies import policy_of

pytestmark = pytest.mark.django_db

SUPPORT, STATUS = reverse("public:support"), reverse("public:status")


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def survey(db: None) -> Survey:
    found = Survey()
    found.activity.norm_code = "MACHINE"
    found.activity.save()
    return found


def norm(**fields: Any) -> SupportNorm:
    values = {"code": "MACHINE", "source": "national", "activity_text": "Máy móc", "unit": "cơ sở",
              "ceiling_amount_vnd": 300_000_000, "ceiling_percent": 50, "legal_basis": "28/2018/TT-BTC Điều 8",
              "verified": "yes", **fields}  # fmt: skip
    row: SupportNorm = SupportNorm.objects.create(**values)
    return row


def questions(survey: Survey, **fields: Any) -> dict[str, Any]:
    return {"kind": "enterprise", "commune": survey.place.commune.uid, "trade": "none", "wants": ["MACHINE"],
            "workers": "12", **fields}  # fmt: skip


def test_enterprise_finds_out_what_it_may_ask_for(survey: Survey) -> None:
    norm()
    norm(source="local", area=survey.place.province, ceiling_amount_vnd=200_000_000, verified="no", legal_basis="")
    norm(ceiling_amount_vnd=1, valid_to=dt.date(2026, 9, 14))
    f.step_rule("N_REGISTER", "register", "appraise", deadline_day=20, deadline_month=6, deadline_years=-1)
    AppraisalCriterion.objects.create(code="A", name="Phù hợp chiến lược", source="local", verified="no")
    stranger = Client()
    assert stranger.get(SUPPORT).status_code == 200
    page = stranger.get(SUPPORT, questions(survey))
    text = page.content.decode()
    assert [row.activity for row in page.context["may"]] == [survey.activity]
    assert "300.000.000 đồng/cơ sở" in text and "28/2018/TT-BTC Điều 8" in text and "50 %" in text
    assert len(page.context["may"][0].norms) == 2  # that of yesterday is gone
    assert "kc-tag--amber" in text  # the unverified one says so in words
    assert [(row.on, row.year) for row in page.context["deadlines"]] == [(dt.date(2027, 6, 20), 2028)]
    assert "Phù hợp chiến lược" in text
    assert survey.place.centre.name in text  # nobody invents a number: whom to write to
    ListItem.objects.create(kind="contact", name="Phòng tư vấn (minh họa), 0000 000 000")
    assert "0000 000 000" in stranger.get(SUPPORT, questions(survey)).content.decode()


def test_conditions_of_today_are_judged_from_the_answers(survey: Survey) -> None:
    norm()
    rule = {"code": "WHO", "subject": "kind", "name": "Doanh nghiệp nhỏ và vừa", "kinds": "enterprise"}
    EligibilityRule.objects.create(**rule, legal_basis="45/2012/NĐ-CP", verified="yes")
    size = {"code": "SIZE", "subject": "size", "name": "Quy mô", "workers_max": 300}
    EligibilityRule.objects.create(**size, verified="no")
    EligibleTrade.objects.create(code="agro", name="Chế biến nông sản", verified="yes")
    stranger = Client()

    def verdict(**answers: Any) -> str:
        page = stranger.get(SUPPORT, questions(survey, **answers))
        assert "45/2012/NĐ-CP" in page.content.decode()
        found: str = page.context["judgement"].verdict
        return found

    assert verdict(trade="agro") == "yes"
    assert verdict(trade="agro", workers="301") == "unknown"  # only a verified rule refuses
    assert verdict(trade="agro", kind="household") == "no"
    assert verdict() == "no"  # none of the trades of the law


def test_content_whose_policies_are_all_for_others_is_named_as_such(survey: Survey) -> None:
    policy_of(survey, activities=[survey.activity], kinds=["household"], published=True)
    stranger = Client()
    assert stranger.get(SUPPORT, questions(survey)).context["not_for"] == [survey.activity]
    mine = stranger.get(SUPPORT, questions(survey, kind="household"))
    assert [row.activity for row in mine.context["may"]] == [survey.activity]


@pytest.mark.parametrize("wrong", [{"commune": "p42"}, {"kind": ""}, {"trade": "7"}, {"wants": []}])
def test_question_not_answered_is_named(survey: Survey, wrong: dict[str, Any]) -> None:
    answer = Client().get(SUPPORT, questions(survey, **wrong))
    assert answer.status_code == 422 and set(answer.context["form"].errors) == set(wrong)


@pytest.fixture
def code(survey: Survey) -> str:
    firm = f.enterprise(survey.place, "Công ty Mật", tax_code="0100109106", representative="Lê Thị Kín")
    return str(f.project(survey.place, survey.people, name="Đề án kín", beneficiaries=[firm]).code)


def asked(code: str, digits: str, **extra: Any) -> Any:
    return Client().post(STATUS, {"code": code, "digits": digits}, **extra)


def test_file_is_found_by_code_and_digits_and_nothing_personal_is_shown(survey: Survey, code: str) -> None:
    answer = asked(code.lower(), "9106")
    text = answer.content.decode()
    assert answer.status_code == 200 and answer.context["found"].code == code
    assert answer.context["found"].holder == survey.place.centre.name
    for secret in ("Công ty Mật", "Lê Thị Kín", "Đề án kín", "0100109106"):
        assert secret not in text


def test_wrong_digits_and_no_such_code_are_answered_alike(
    survey: Survey, code: str, django_assert_num_queries: Any
) -> None:
    def said(answer: Any) -> str:
        found: str = answer.content.decode().split("<main")[1].split("<form")[0]
        return found

    wrong, missing = asked(code, "0000"), asked("KCDP-2026-999", "9106")
    assert wrong.status_code == missing.status_code == 422
    assert said(wrong) == said(missing)
    for given in ((code, "0000"), ("KCDP-2026-999", "9106")):
        with django_assert_num_queries(1):
            assert support.status_of(*given) is None


def test_one_address_asks_only_so_often(survey: Survey, code: str, clock: Clock) -> None:
    for _number in range(support.TRIES):
        assert asked(code, "0000").status_code == 422
    assert asked(code, "9106").status_code == 429
    assert asked(code, "9106", REMOTE_ADDR="198.51.100.7").status_code == 200
    assert not StatusQuery.objects.filter(address__contains="127.0.0.1").exists()  # kept as a hash
    clock.move(minutes=16)
    assert asked(code, "9106").status_code == 200


def test_policy_of_another_time_does_not_close_a_content(survey: Survey) -> None:
    row = policy_of(survey, activities=[survey.activity], kinds=["household"], published=True)
    row.document.in_force_to = dt.date(2026, 1, 2)
    row.document.save()
    assert spreading.told_of(row).count() == 0
    assert Client().get(SUPPORT, questions(survey)).context["not_for"] == []


def test_papers_of_a_file_are_told_for_what_may_be_asked_for(survey: Survey) -> None:
    other = f.activity("BRAND", "Nhãn hiệu")
    every = {"source": "national", "needed_for": "appraise", "verified": "partial"}
    NeededPaper.objects.create(code="A", name="Văn bản đề nghị", **every)
    NeededPaper.objects.create(code="B", name="Báo giá máy", activity=survey.activity, **every)
    NeededPaper.objects.create(code="C", name="Mẫu nhãn hiệu", activity=other, **every)
    NeededPaper.objects.create(code="D", name="Giấy cũ", valid_to=dt.date(2026, 9, 14), **every)
    page = Client().get(SUPPORT, questions(survey))
    shown = [(part.source, row.name) for part in page.context["papers"] for row in part.rows]
    assert shown == [("national", "Văn bản đề nghị"), ("national", "Báo giá máy")]
    assert "kiểm chứng một phần" in page.content.decode()
