from django.urls import path

from enterprises.api.views import EnterpriseList, EnterpriseOne

urlpatterns = [
    path("enterprises/", EnterpriseList.as_view(), name="enterprises"),
    path("enterprises/<uuid:enterprise_id>/", EnterpriseOne.as_view(), name="enterprise"),
]
