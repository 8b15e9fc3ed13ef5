from django.urls import path

from training.api.views import ClassDetail, ClassList

urlpatterns = [
    path("training-classes/", ClassList.as_view(), name="training-classes"),
    path("training-classes/<uuid:class_id>/", ClassDetail.as_view(), name="training-class"),
]
