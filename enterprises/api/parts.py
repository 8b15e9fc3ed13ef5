"""What belongs to an establishment: certificates, contacts, links; where it was; what it was merged with."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.parts import PartView, views_of
from core.api.problems import bad_field
from core.api.serializers import Choice, Day, EmptyBody, Known, StrictSerializer, Text
from core.api.views import PortalRequest, PortalView
from core.errors import NotAllowed
from enterprises import duplicates, merging
from enterprises.api.views import one_enterprise
from enterprises.models import DuplicatePair, Enterprise, EnterpriseLink, LinkKind, Merge
from enterprises.parts import PARTS, remove_part, save_part
from enterprises.permissions import may_enter, sees_history
from places.api.views import brief

ANY = OpenApiTypes.OBJECT


class CertificateBody(StrictSerializer):
    name = Text(max_length=200)
    number = Text(max_length=60, required=False, allow_blank=True)
    issuer = Text(max_length=200, required=False, allow_blank=True)
    valid_from = Day(required=False, allow_null=True)
    valid_to = Day(required=False, allow_null=True)


class ContactBody(StrictSerializer):
    """Only whoever is needed for the purpose."""

    person = Text(max_length=150)
    position = Text(max_length=100, required=False, allow_blank=True)
    phone = Text(max_length=20, required=False, allow_blank=True)
    email = Text(max_length=254, required=False, allow_blank=True)
    purpose = Text(max_length=200)


class LinkBody(StrictSerializer):
    """It supplies, buys from, or shares equipment with `other`."""

    kind = Choice(LinkKind.choices)
    other = Known(Enterprise.objects.visible_to)
    what = Text(max_length=200, required=False, allow_blank=True)
    valid_from = Day(required=False, allow_null=True)
    valid_to = Day(required=False, allow_null=True)


class OfEnterprise(PartView):
    def owner(self, request: PortalRequest, public_id: UUID) -> Enterprise:
        return one_enterprise(request, public_id)

    def rows(self, request: PortalRequest, owner: Enterprise) -> Any:
        """What the page shows: contacts only to those who work in the province, links whose other end is seen."""
        rows = getattr(owner, self.slug).all()
        if self.slug == "contacts" and not sees_history(owner, request.user):
            raise NotAllowed(_("Contacts are for those who work in the province."))
        if self.slug == "links":
            rows = rows.filter(other__in=Enterprise.objects.visible_to(request.user)).select_related("other")
        return rows

    def show(self, row: Any) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in PARTS[self.slug].fields}
        if isinstance(row, EnterpriseLink):
            values["other"] = str(row.other.public_id)
        return {"id": row.pk, **{name: None if value == "" else value for name, value in values.items()}}

    def save(self, request: PortalRequest, owner: Enterprise, values: dict[str, Any], row: Any = None) -> Any:
        return save_part(owner, PARTS[self.slug], values, actor=request.user, row=row)


CertificateList, CertificateOne = views_of(OfEnterprise, "enterprise", "certificates", CertificateBody)
ContactList, ContactOne = views_of(OfEnterprise, "enterprise", "contacts", ContactBody)
LinkList, LinkOne = views_of(OfEnterprise, "enterprise", "links", LinkBody)


class PartRemove(PortalView):
    @extend_schema(operation_id="enterprise_part_remove", request=EmptyBody, responses=ANY)
    def post(self, request: PortalRequest, enterprise_id: UUID, part: str, part_id: int) -> HttpResponse:
        """`part`: certificates, contacts, links, or years (then `part_id` is the year). The history keeps it."""
        enterprise = one_enterprise(request, enterprise_id)
        if part not in PARTS:
            raise Http404

        def act() -> Response:
            self.body(EmptyBody, request)
            key = {"year": part_id} if part == "years" else {"pk": part_id}
            row = getattr(enterprise, part).filter(**key).first()
            if row is None:
                raise Http404
            remove_part(enterprise, PARTS[part], row, actor=request.user)
            return Response({"removed": part_id})

        return self.once(request, act)


class FormerPlaces(PortalView):
    @extend_schema(operation_id="enterprise_former_places", responses=ANY)
    def get(self, request: PortalRequest, enterprise_id: UUID) -> Response:
        """Where it was; it moves by a change with `moved_on`."""
        rows = one_enterprise(request, enterprise_id).former_places.select_related("area")
        told = [{"area": brief(row.area), "address": row.address or None, "valid_to": row.valid_to} for row in rows]
        return Response({"results": told})


# --- entries that may be one ------------------------------------------------------------------------------------------


class MergeBody(StrictSerializer):
    """`gone`: the entry that becomes one with this. `take`: the fields of which its value holds."""

    gone = Known(Enterprise.objects.visible_to)
    take = serializers.ListField(child=Choice([(name, name) for name in merging.CHOICES]), max_length=20,
                                 required=False)  # fmt: skip
    note = Text(max_length=500, required=False, allow_blank=True)


def _named(row: Enterprise) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "area": brief(row.area),
        "tax_code": row.tax_code,
        "phone": row.phone or None,
    }


class DuplicateList(PortalView):
    """The queue of those who enter establishments."""

    paged = True

    @extend_schema(operation_id="duplicates", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        may_enter(None, request.user).require()

        def show(found: list[DuplicatePair]) -> list[dict[str, Any]]:
            reasons = duplicates.reasons_of_each(found)
            return [
                {"id": row.pk, "first": _named(row.first), "second": _named(row.second), "reasons": why}
                for row, why in zip(found, reasons, strict=True)
            ]

        return self.page(request, duplicates.open_pairs(request.user), show, self.values, ("-id",))


class DuplicateDifferent(PortalView):
    @extend_schema(operation_id="duplicate_different", request=EmptyBody, responses=ANY)
    def post(self, request: PortalRequest, pair_id: int) -> HttpResponse:
        """The two are different establishments; this is kept in mind."""

        def act() -> Response:
            row = duplicates.open_pairs(request.user).filter(pk=pair_id).first()
            if row is None:
                raise Http404
            self.body(EmptyBody, request)
            duplicates.call_different(row.first, row.second, actor=request.user)
            return Response({"id": pair_id, "state": "different"})

        return self.once(request, act)


def _show_merge(row: Merge) -> dict[str, Any]:
    return {
        "kept": str(row.kept.public_id),
        "gone": str(row.gone.public_id),
        "gone_name": row.gone.name,
        "at": row.at,
        "undo_until": merging.last_day(row),
        "against_undo": merging.against_undo(row) or None,
    }


class EnterpriseMerges(PortalView):
    @extend_schema(operation_id="enterprise_merges", responses=ANY)
    def get(self, request: PortalRequest, enterprise_id: UUID) -> Response:
        """What was merged into it."""
        enterprise = one_enterprise(request, enterprise_id)
        if not sees_history(enterprise, request.user):
            raise NotAllowed(_("This is for those who work in the province."))
        rows = Merge.objects.filter(kept=enterprise).select_related("kept", "gone")
        return Response({"results": [_show_merge(row) for row in rows]})

    @extend_schema(operation_id="enterprise_merge", request=MergeBody, responses={201: ANY})
    def post(self, request: PortalRequest, enterprise_id: UUID) -> HttpResponse:
        """This entry stays; everything of the other moves to it. It can be undone within 30 days."""

        def act() -> Response:
            kept = one_enterprise(request, enterprise_id)
            body = self.body(MergeBody, request)
            gone = body["gone"]
            if gone.pk == kept.pk:
                raise bad_field("gone", _("Choose two different entries."))
            take = {name: str(gone.public_id) for name in body.get("take", [])}
            return Response(
                _show_merge(merging.merge(kept, gone, take, actor=request.user, note=body.get("note", ""))), status=201
            )

        return self.once(request, act)


class EnterpriseUnmerge(PortalView):
    @extend_schema(operation_id="enterprise_undo_merge", request=EmptyBody, responses=ANY)
    def post(self, request: PortalRequest, enterprise_id: UUID) -> HttpResponse:
        """`enterprise_id`: of the entry that is gone; it stands for itself again."""

        def act() -> Response:
            seen = Enterprise.objects.visible_to(request.user)
            row = Merge.objects.filter(gone__public_id=enterprise_id, kept__in=seen).select_related("kept", "gone")
            found = row.first()
            if found is None:
                raise Http404
            self.body(EmptyBody, request)
            return Response(_named(merging.undo(found, actor=request.user)))

        return self.once(request, act)
