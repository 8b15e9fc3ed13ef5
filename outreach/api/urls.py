from django.urls import path

from outreach.api import views

urlpatterns = [
    path("survey-rounds/", views.RoundList.as_view(), name="survey-rounds"),
    path("survey-rounds/<uuid:survey_id>/", views.RoundOne.as_view(), name="survey-round"),
    path("survey-answers/", views.AnswerList.as_view(), name="survey-answers"),
    path("needs/", views.NeedList.as_view(), name="needs"),
    path("advice/", views.AdviceList.as_view(), name="advice"),
    path("advice/<uuid:advice_id>/", views.AdviceOne.as_view(), name="advice-one"),
    path("advice/<uuid:advice_id>/steps/<slug:step>/", views.AdviceStep.as_view(), name="advice-step"),
    path("policies/", views.PolicyList.as_view(), name="policies"),
    path("campaigns/", views.CampaignList.as_view(), name="campaigns"),
]
