from django.urls import path

from programmes import document_views, rule_views, views

app_name = "programmes"
urlpatterns = [
    path("", document_views.index, name="reference"),
    path("documents/new/", document_views.document_new, name="document_new"),
    path("documents/<int:pk>/", document_views.document, name="document"),
    path("documents/<int:pk>/<slug:mode>/", document_views.document_change, name="document_change"),
    path("activities/", views.activities, name="activities"),
    path("norms/", rule_views.rules_of, {"slug": "norms"}, name="norms"),
    path("rules/<slug:slug>/", rule_views.rules_of, name="rules"),
    path("rules/<slug:slug>/new/", rule_views.rule_new, name="rule_new"),
    path("rules/<slug:slug>/<int:pk>/", rule_views.rule, name="rule"),
    path("rules/<slug:slug>/<int:pk>/replace/", rule_views.rule_replace, name="rule_replace"),
    path("rules/<slug:slug>/<int:pk>/correct/", rule_views.rule_correct, name="rule_correct"),
    path("rules/<slug:slug>/<int:pk>/end/", rule_views.rule_end, name="rule_end"),
    path("targets/", views.targets, name="targets"),
    path("periods/", views.periods, name="periods"),
    path("places/", views.places, name="places"),
    path("plans/", views.plans, name="plans"),
    path("plans/new/", views.plan_new, name="plan_new"),
    path("plans/<uuid:public_id>/", views.plan, name="plan"),
    path("plans/<uuid:public_id>/edit/", views.plan_edit, name="plan_edit"),
    path("plans/<uuid:public_id>/decision/", views.plan_approve, name="plan_approve"),
    path("plans/<uuid:public_id>/revise/", views.plan_revise, name="plan_revise"),
]
