from django.urls import path

from outreach.api import difficulties, spreading, views

ROUND = "survey-rounds/<uuid:survey_id>/"
ADVICE = "advice/<uuid:advice_id>/"
CAMPAIGN = "campaigns/<uuid:campaign_id>/"

urlpatterns = [
    path("survey-rounds/", views.RoundList.as_view(), name="survey-rounds"),
    path(ROUND, views.RoundOne.as_view(), name="survey-round"),
    path(f"{ROUND}coverage/", views.RoundCoverage.as_view(), name="survey-coverage"),
    path(f"{ROUND}questions/", views.QuestionList.as_view(), name="survey-questions"),
    path(f"{ROUND}questions/<uuid:question_id>/", views.QuestionOne.as_view(), name="survey-question"),
    path("survey-answers/", views.AnswerList.as_view(), name="survey-answers"),
    path("needs/", views.NeedList.as_view(), name="needs"),
    path("needs/<uuid:need_id>/draft/", views.NeedDraft.as_view(), name="need-draft"),
    path("advice/", views.AdviceList.as_view(), name="advice"),
    path("difficulties/", difficulties.DifficultyList.as_view(), name="difficulties"),
    path("difficulties/<uuid:difficulty_id>/", difficulties.DifficultyOne.as_view(), name="difficulty"),
    path(
        "difficulties/<uuid:difficulty_id>/steps/<slug:step>/",
        difficulties.DifficultyStep.as_view(),
        name="difficulty-step",
    ),
    path(ADVICE, views.AdviceOne.as_view(), name="advice-one"),
    path(f"{ADVICE}visits/", views.AdviceVisits.as_view(), name="advice-visits"),
    path(f"{ADVICE}steps/<slug:step>/", views.AdviceStep.as_view(), name="advice-step"),
    path("policies/", spreading.PolicyList.as_view(), name="policies"),
    path("policies/<uuid:policy_id>/", spreading.PolicyOne.as_view(), name="policy"),
    path("policies/<uuid:policy_id>/told/", spreading.PolicyTold.as_view(), name="policy-told"),
    path("campaigns/", spreading.CampaignList.as_view(), name="campaigns"),
    path(CAMPAIGN, spreading.CampaignOne.as_view(), name="campaign"),
    path(f"{CAMPAIGN}reached/", spreading.CampaignReached.as_view(), name="campaign-reached"),
    path(f"{CAMPAIGN}people/", spreading.CampaignPeople.as_view(), name="campaign-people"),
    path("outreach-lists/", spreading.ItemList.as_view(), name="outreach-lists"),
    path("outreach-lists/<int:item_id>/", spreading.ItemOne.as_view(), name="outreach-list"),
]
