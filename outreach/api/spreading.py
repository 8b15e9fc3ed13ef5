"""Policies, campaigns, who was told; and the lists the office keeps."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from core.api import params
from core.api.problems import bad_field
from core.api.serializers import Choice, Day, Flag, Known, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from outreach import services, spreading
from outreach.api.views import (
    ActivityField,
    AudienceBody,
    DocumentField,
    ItemField,
    OfProvinceBody,
    names_of,
    province_in,
    seen_projects,
)
from outreach.models import Campaign, ListItem, ListKind, Policy, Reached
from places.api.views import brief
from projects.models import Project

ANY = OpenApiTypes.OBJECT


class PolicyFacts(AudienceBody):
    title = Text(max_length=200)
    document = DocumentField()
    summary = Text(max_length=6000)
    activities = serializers.ListField(child=ActivityField(), max_length=100, required=False)
    published = Flag(required=False)


class PolicyBody(OfProvinceBody, PolicyFacts):
    pass


class PolicyChange(PolicyFacts):
    version = Whole(min_value=1)


class ToldBody(StrictSerializer):
    """`enterprises`: ids of those that were told."""

    enterprises = serializers.ListField(child=Known(Enterprise.objects.visible_to), min_length=1, max_length=200)
    channel = ItemField(ListKind.CHANNEL)
    on = Day()


class ReachedBody(StrictSerializer):
    """`enterprises`: ids of those that took part."""

    enterprises = serializers.ListField(child=Known(Enterprise.objects.visible_to), min_length=1, max_length=200)


class PeopleBody(StrictSerializer):
    """Further people; `area` null: from where is not known."""

    area = AreaField(required=False, allow_null=True)
    people = Whole(min_value=0, max_value=100_000)


class ItemBody(StrictSerializer):
    """A line of a list: `days` of a topic, until an answer is due; `ended_on`: offered no more from that day."""

    kind = Choice(ListKind.choices)
    name = Text(max_length=200)
    days = Whole(min_value=1, max_value=365, required=False, allow_null=True)
    ended_on = Day(required=False, allow_null=True)


class ItemChange(ItemBody):
    version = Whole(min_value=1)


def show_policy(row: Policy) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "province": brief(row.province),
        "title": row.title,
        "document": str(row.document),
        "in_force_from": row.document.in_force_from,
        "in_force_to": row.document.in_force_to,
        "summary": row.summary,
        "kinds": row.kinds,
        "activities": sorted(activity.code for activity in row.activities.all()),
        "communes": names_of(row.communes),
        "published": row.published,
        "version": row.version,
    }


def _policies(user: User) -> Any:
    rows = Policy.objects.visible_to(user).select_related("province", "document")
    return rows.prefetch_related("activities", "communes")


def _policy(request: PortalRequest, policy_id: UUID) -> Policy:
    row: Policy | None = _policies(request.user).filter(public_id=policy_id).first()
    if row is None:
        raise Http404
    return row


class PolicyList(PortalView):
    paged = True
    params = (params.text("q", "Words of the title, the summary or the document; accents do not matter."),)

    @extend_schema(operation_id="policies", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = spreading.found_in(_policies(request.user), self.values.get("q", ""))
        return self.page(request, rows, lambda found: [show_policy(row) for row in found], self.values)

    @extend_schema(operation_id="policy_create", request=PolicyBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(PolicyBody, request)
            province = province_in(body.pop("province"))
            row = spreading.create_policy(province, spreading.PolicyData(**body), actor=request.user)
            return Response(show_policy(row), status=201)

        return self.once(request, act)


class PolicyOne(PortalView):
    @extend_schema(operation_id="policy", responses=ANY)
    def get(self, request: PortalRequest, policy_id: UUID) -> Response:
        return Response(show_policy(_policy(request, policy_id)))

    @extend_schema(operation_id="policy_change", request=PolicyChange, responses=ANY)
    def put(self, request: PortalRequest, policy_id: UUID) -> HttpResponse:
        row = _policy(request, policy_id)
        body = self.body(PolicyChange, request)
        version = body.pop("version")
        spreading.change_policy(row, spreading.PolicyData(**body), actor=request.user, version=version)
        return Response(show_policy(_policy(request, policy_id)))


def _show_told(rows: list[Reached]) -> list[dict[str, Any]]:
    return [{"enterprise": str(row.enterprise.public_id), "channel": row.channel.name, "on": row.on} for row in rows]


class PolicyTold(PortalView):
    """Who was told of it, by itself or at a campaign on it."""

    paged = True

    @extend_schema(operation_id="policy_told", responses=ANY)
    def get(self, request: PortalRequest, policy_id: UUID) -> Response:
        told = spreading.told_of(_policy(request, policy_id))
        rows = told.filter(enterprise__in=Enterprise.objects.visible_to(request.user))
        return self.page(request, rows.select_related("enterprise", "channel"), _show_told, self.values)

    @extend_schema(operation_id="policy_tell", request=ToldBody, responses={201: ANY})
    def post(self, request: PortalRequest, policy_id: UUID) -> HttpResponse:
        row = _policy(request, policy_id)

        def act() -> Response:
            body = self.body(ToldBody, request)
            new = spreading.tell(row, body["enterprises"], body["channel"], body["on"], actor=request.user)
            return Response({"new": new}, status=201)

        return self.once(request, act)


class CampaignFacts(AudienceBody):
    name = Text(max_length=200)
    channel = ItemField(ListKind.CHANNEL)
    planned_on = Day()
    held_on = Day(required=False, allow_null=True)
    policy = Known(Policy.objects.visible_to, required=False, allow_null=True)
    project = Known(Project.objects.visible_to, required=False, allow_null=True)


class CampaignBody(OfProvinceBody, CampaignFacts):
    pass


class CampaignChange(CampaignFacts):
    version = Whole(min_value=1)


def show_campaigns(rows: list[Campaign], user: User) -> list[dict[str, Any]]:
    seen = seen_projects(rows, user)
    return [_show_campaign(row, seen) for row in rows]


def _show_campaign(row: Campaign, seen: dict[int, Project]) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "province": brief(row.province),
        "name": row.name,
        "channel": row.channel.name,
        "policy": str(row.policy.public_id) if row.policy else None,
        "kinds": row.kinds,
        "communes": names_of(row.communes),
        "planned_on": row.planned_on,
        "held_on": row.held_on,
        "project": seen[row.project_id].code if row.project_id in seen else None,
        "reached": len(row.reached.all()),
        "people": [
            {"area": count.area.uid if count.area else None, "people": count.people} for count in row.counts.all()
        ],
        "version": row.version,
    }


def _campaigns(user: User) -> Any:
    rows = Campaign.objects.visible_to(user).select_related("province", "channel", "policy")
    return rows.prefetch_related("communes", "reached", "counts__area")


def _campaign(request: PortalRequest, campaign_id: UUID) -> Campaign:
    row: Campaign | None = _campaigns(request.user).filter(public_id=campaign_id).first()
    if row is None:
        raise Http404
    return row


class CampaignList(PortalView):
    paged = True
    params = (params.YEAR,)

    @extend_schema(operation_id="campaigns", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = _campaigns(request.user)
        if "year" in self.values:
            rows = rows.filter(planned_on__year=self.values["year"])
        return self.page(request, rows, lambda found: show_campaigns(found, request.user), self.values)

    @extend_schema(operation_id="campaign_create", request=CampaignBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(CampaignBody, request)
            province = province_in(body.pop("province"))
            row = spreading.create_campaign(province, spreading.CampaignData(**body), actor=request.user)
            return Response(show_campaigns([row], request.user)[0], status=201)

        return self.once(request, act)


class CampaignOne(PortalView):
    @extend_schema(operation_id="campaign", responses=ANY)
    def get(self, request: PortalRequest, campaign_id: UUID) -> Response:
        return Response(show_campaigns([_campaign(request, campaign_id)], request.user)[0])

    @extend_schema(operation_id="campaign_change", request=CampaignChange, responses=ANY)
    def put(self, request: PortalRequest, campaign_id: UUID) -> HttpResponse:
        row = _campaign(request, campaign_id)
        body = self.body(CampaignChange, request)
        version = body.pop("version")
        spreading.change_campaign(row, spreading.CampaignData(**body), actor=request.user, version=version)
        return Response(show_campaigns([_campaign(request, campaign_id)], request.user)[0])


class CampaignReached(PortalView):
    """Which establishments took part."""

    paged = True

    @extend_schema(operation_id="campaign_reached", responses=ANY)
    def get(self, request: PortalRequest, campaign_id: UUID) -> Response:
        rows = _campaign(request, campaign_id).reached.filter(
            enterprise__in=Enterprise.objects.visible_to(request.user)
        )
        return self.page(request, rows.select_related("enterprise", "channel"), _show_told, self.values)

    @extend_schema(operation_id="campaign_reach", request=ReachedBody, responses={201: ANY})
    def post(self, request: PortalRequest, campaign_id: UUID) -> HttpResponse:
        row = _campaign(request, campaign_id)

        def act() -> Response:
            body = self.body(ReachedBody, request)
            return Response({"new": spreading.reach(row, body["enterprises"], actor=request.user)}, status=201)

        return self.once(request, act)


class CampaignPeople(PortalView):
    @extend_schema(operation_id="campaign_people", request=PeopleBody, responses=ANY)
    def put(self, request: PortalRequest, campaign_id: UUID) -> HttpResponse:
        """How many further people came from a commune; said again it holds anew."""
        row = _campaign(request, campaign_id)
        body = self.body(PeopleBody, request)
        spreading.count_people(row, body.get("area"), body["people"], actor=request.user)
        return Response(show_campaigns([_campaign(request, campaign_id)], request.user)[0])


# --- lists ------------------------------------------------------------------------------------------------------------


def show_item(row: ListItem) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": row.name,
        "days": row.days,
        "ended_on": row.ended_on,
        "version": row.version,
    }


class ItemList(PortalView):
    """Topics of advice, channels and whom to call, as offices keep them."""

    paged = True
    params = (params.choice("kind", list(ListKind.values)),)

    @extend_schema(operation_id="outreach_lists", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = ListItem.objects.all()
        if "kind" in self.values:
            rows = rows.filter(kind=self.values["kind"])
        return self.page(request, rows, lambda found: [show_item(row) for row in found], self.values)

    @extend_schema(operation_id="outreach_list_add", request=ItemBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(ItemBody, request)
            row = services.store_item(
                body["kind"], body["name"], body.get("days"), ended_on=body.get("ended_on"), actor=request.user
            )
            return Response(show_item(row), status=201)

        return self.once(request, act)


class ItemOne(PortalView):
    @extend_schema(operation_id="outreach_list_change", request=ItemChange, responses=ANY)
    def put(self, request: PortalRequest, item_id: int) -> HttpResponse:
        """What used the line keeps it. It stays in its list."""
        item = ListItem.objects.filter(pk=item_id).first()
        if item is None:
            raise Http404
        body = self.body(ItemChange, request)
        if body["kind"] != item.kind:
            raise bad_field("kind", _("It stays in its list."))
        row = services.store_item(
            item.kind, body["name"], body.get("days"), item=item, ended_on=body.get("ended_on"), actor=request.user,
            version=body["version"],
        )  # fmt: skip
        return Response(show_item(row))
