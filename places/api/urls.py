from django.urls import path

from places.api.views import AreaList, AreaOne

urlpatterns = [
    path("areas/", AreaList.as_view(), name="areas"),
    path("areas/<str:code>/", AreaOne.as_view(), name="area"),
]
