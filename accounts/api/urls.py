from django.urls import path

from accounts.api.jobs import JobView
from accounts.api.token import TokenView

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="token"),
    path("jobs/<uuid:job_id>/", JobView.as_view(), name="job"),
]
