from django.urls import path

from accounts.api.jobs import JobCancel, JobRetry, JobView
from accounts.api.staff import HandOverList, HandOverOne, StaffList, StaffOne, StaffTrainings
from accounts.api.token import TokenView

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="token"),
    path("jobs/<uuid:job_id>/", JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", JobCancel.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", JobRetry.as_view(), name="job-retry"),
    path("staff/", StaffList.as_view(), name="staff"),
    path("staff/<uuid:person_id>/", StaffOne.as_view(), name="staff-one"),
    path("staff/<uuid:person_id>/trainings/", StaffTrainings.as_view(), name="staff-trainings"),
    path("hand-overs/", HandOverList.as_view(), name="hand-overs"),
    path("hand-overs/<uuid:hand_over_id>/", HandOverOne.as_view(), name="hand-over"),
]
