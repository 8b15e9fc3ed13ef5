"""The address that is printed on reports, for everybody."""

from django.urls import path

from reports import public_views

app_name = "verify"
urlpatterns = [
    path("", public_views.verify, name="file"),
    path("<uuid:public_id>/", public_views.verify, name="report"),
]
