from django.urls import path

from training.api.views import ClassList

urlpatterns = [path("training-classes/", ClassList.as_view(), name="training-classes")]
