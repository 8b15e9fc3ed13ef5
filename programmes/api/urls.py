from django.urls import path

from programmes.api import views

urlpatterns = [
    path("programmes/", views.ProgrammeList.as_view(), name="programmes"),
    path("indicators/", views.IndicatorList.as_view(), name="indicators"),
    path("periods/", views.PeriodList.as_view(), name="periods"),
    path("activities/", views.ActivityList.as_view(), name="activities"),
    path("legal-documents/", views.DocumentList.as_view(), name="legal-documents"),
    path("norms/", views.NormList.as_view(), name="norms"),
    path("plans/", views.PlanList.as_view(), name="plans"),
]
