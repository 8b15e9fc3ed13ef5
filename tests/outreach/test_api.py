"""Programs and people ask and answer through the API by the same rules as on pages."""

import pytest

from outreach import services
from outreach.models import SurveySheet
from outreach.spreading import tell
from tests import factories as f
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.outreach.scene import Survey, channel
from tests.outreach.test_policies import campaign_of, policy_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(db: None, clock: Clock) -> Survey:
    clock.set("2026-09-15")
    return Survey()


def test_answer_is_taken_once_and_a_fault_is_named_at_its_question(survey: Survey) -> None:
    caller = Caller(survey.people.collaborator)
    body = {
        "round": str(survey.round.public_id),
        "enterprise": str(survey.first.public_id),
        "answers": [{"question": str(survey.wants.public_id), "value": True}],
    }
    wrong = {**body, "answers": [*body["answers"], {"question": str(survey.cost.public_id), "value": "nhiều"}]}
    refused = caller.post("/survey-answers/", wrong)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [f"answers.{survey.cost.public_id}"]
    assert caller.post("/survey-answers/", body).json()["complete"] is True
    assert caller.post("/survey-answers/", body).json()["version"] == 1
    assert SurveySheet.objects.get().versions.count() == 1
    foreign = caller.post("/survey-answers/", {**body, "enterprise": str(survey.third.public_id)})
    assert foreign.status_code == 400  # not seen is not there


def test_each_caller_sees_what_is_theirs(survey: Survey) -> None:
    officer = survey.people.officer
    for enterprise in (survey.first, survey.third):
        services.save_sheet(survey.round, enterprise, survey.answers(True), actor=officer)
    policy = policy_of(survey)
    tell(policy, [survey.first], channel(), survey.round.starts_on, actor=officer)
    campaign_of(survey, policy=policy)
    seen = {"officer": 2, "leader": 2, "centre": 2, "auditor": 2, "collaborator": 1, "ministry": 0}
    for role, count in seen.items():
        caller = Caller(getattr(survey.people, role))
        assert len(caller.get("/survey-answers/").json()["results"]) == count, role
        assert len(caller.get("/needs/").json()["results"]) == count, role
        for path in ("survey-rounds", "policies", "campaigns"):
            assert len(caller.get(f"/{path}/").json()["results"]) == (count > 0), (role, path)
    stranger = Caller(f.stranger())
    for path in ("survey-rounds", "survey-answers", "needs", "advice", "policies", "campaigns"):
        assert stranger.get(f"/{path}/").json()["results"] == []
