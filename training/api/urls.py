from django.urls import path

from training.api import rosters, views

ONE = "training-classes/<uuid:class_id>/"
TRAINEE = f"{ONE}trainees/<uuid:trainee_id>/"

urlpatterns = [
    path("training-classes/", views.ClassList.as_view(), name="training-classes"),
    path(ONE, views.ClassDetail.as_view(), name="training-class"),
    path(f"{ONE}course/", rosters.ClassCourse.as_view(), name="training-course"),
    path(f"{ONE}roster/", rosters.ClassRoster.as_view(), name="training-roster"),
    path(f"{ONE}trainees/", rosters.TraineeList.as_view(), name="trainees"),
    path(f"{ONE}trainees/look/", rosters.TraineeLook.as_view(), name="trainees-look"),
    path(TRAINEE, rosters.TraineeOne.as_view(), name="trainee"),
    path(f"{TRAINEE}steps/<slug:step>/", rosters.TraineeStep.as_view(), name="trainee-step"),
    path("training-subjects/", views.SubjectList.as_view(), name="training-subjects"),
]
