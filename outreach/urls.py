from django.urls import path

from outreach.views import policies, requests, review, surveys, uptake

app_name = "outreach"
urlpatterns = [
    path("surveys/", surveys.rounds, name="rounds"),
    path("surveys/new/", surveys.round_new, name="round_new"),
    path("surveys/<uuid:public_id>/", surveys.round_page, name="round"),
    path("surveys/<uuid:public_id>/edit/", surveys.round_edit, name="round_edit"),
    path("surveys/<uuid:public_id>/questions/new/", surveys.question_new, name="question_new"),
    path("surveys/<uuid:public_id>/questions/<uuid:question_id>/", surveys.question_edit, name="question_edit"),
    path("surveys/<uuid:public_id>/sheets/<uuid:enterprise_id>/", surveys.sheet, name="sheet"),
    path("needs/", surveys.needs, name="needs"),
    path("needs/<uuid:public_id>/draft/", surveys.need_draft, name="need_draft"),
    path("plans/<uuid:public_id>/needs/", surveys.plan_needs, name="plan_needs"),
    path("projects/<uuid:public_id>/", surveys.of_project, name="of_project"),
    path("establishments/<uuid:public_id>/", surveys.of_enterprise, name="of_enterprise"),
    path("advice/", requests.index, name="advice"),
    path("advice/new/", requests.new, name="advice_new"),
    path("advice/<uuid:public_id>/", requests.one, name="advice_one"),
    path("policies/", policies.policies, name="policies"),
    path("policies/new/", policies.policy_new, name="policy_new"),
    path("policies/<uuid:public_id>/", policies.policy, name="policy"),
    path("policies/<uuid:public_id>/files/<int:pk>/", policies.policy_file, name="policy_file"),
    path("policies/<uuid:public_id>/edit/", policies.policy_edit, name="policy_edit"),
    path("campaigns/", policies.campaigns, name="campaigns"),
    path("campaigns/new/", policies.campaign_new, name="campaign_new"),
    path("campaigns/<uuid:public_id>/", policies.campaign, name="campaign"),
    path("campaigns/<uuid:public_id>/edit/", policies.campaign_edit, name="campaign_edit"),
    path("review/", review.policy_review, name="review"),
    path("difficulties/", review.difficulties, name="difficulties"),
    path("difficulties/new/", review.difficulty_new, name="difficulty_new"),
    path("difficulties/<uuid:public_id>/", review.difficulty, name="difficulty"),
    path("difficulties/<uuid:public_id>/edit/", review.difficulty_edit, name="difficulty_edit"),
    path("uptake/", uptake.matrix, name="uptake"),
    path("lists/", uptake.lists, name="lists"),
]
