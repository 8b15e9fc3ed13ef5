from django.urls import path

from enterprises.api import parts
from enterprises.api.views import (
    EnterpriseEligibility,
    EnterpriseKinds,
    EnterpriseList,
    EnterpriseOne,
    EnterpriseTrades,
    EnterpriseYear,
    EnterpriseYears,
)

ONE = "enterprises/<uuid:enterprise_id>/"

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
    path(f"{ONE}certificates/", parts.CertificateList.as_view(), name="enterprise-certificates"),
    path(f"{ONE}certificates/<int:part_id>/", parts.CertificateOne.as_view(), name="enterprise-certificate"),
    path(f"{ONE}contacts/", parts.ContactList.as_view(), name="enterprise-contacts"),
    path(f"{ONE}contacts/<int:part_id>/", parts.ContactOne.as_view(), name="enterprise-contact"),
    path(f"{ONE}links/", parts.LinkList.as_view(), name="enterprise-links"),
    path(f"{ONE}links/<int:part_id>/", parts.LinkOne.as_view(), name="enterprise-link"),
    path(f"{ONE}former-places/", parts.FormerPlaces.as_view(), name="enterprise-former-places"),
    path(f"{ONE}merges/", parts.EnterpriseMerges.as_view(), name="enterprise-merges"),
    path(f"{ONE}undo-merge/", parts.EnterpriseUnmerge.as_view(), name="enterprise-undo-merge"),
    path(f"{ONE}<slug:part>/<int:part_id>/remove/", parts.PartRemove.as_view(), name="enterprise-part-remove"),
    path("duplicates/", parts.DuplicateList.as_view(), name="duplicates"),
    path("duplicates/<int:pair_id>/different/", parts.DuplicateDifferent.as_view(), name="duplicate-different"),
]
