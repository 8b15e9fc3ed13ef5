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
    path("plans/<uuid:public_id>/", views.plan, name="plan"),
]
