from django.urls import path

from enterprises.api.views import (
    EnterpriseEligibility,
    EnterpriseKinds,
    EnterpriseList,
    EnterpriseOne,
    EnterpriseTrades,
    EnterpriseYear,
    EnterpriseYears,
)

urlpatterns = [
    path("enterprise-kinds/", EnterpriseKinds.as_view(), name="enterprise-kinds"),
    path("enterprise-trades/", EnterpriseTrades.as_view(), name="enterprise-trades"),
    path("enterprises/", EnterpriseList.as_view(), name="enterprises"),
    path("enterprises/<uuid:enterprise_id>/", EnterpriseOne.as_view(), name="enterprise"),
    path("enterprises/<uuid:enterprise_id>/years/", EnterpriseYears.as_view(), name="enterprise-years"),
    path("enterprises/<uuid:enterprise_id>/years/<int:year>/", EnterpriseYear.as_view(), name="enterprise-year"),
    path(
        "enterprises/<uuid:enterprise_id>/eligibility/", EnterpriseEligibility.as_view(), name="enterprise-eligibility"
    ),
]
