from django.urls import path

from programmes import views

app_name = "programmes"
urlpatterns = [
    path("", views.documents, name="reference"),
    path("activities/", views.activities, name="activities"),
    path("norms/", views.norms, name="norms"),
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
