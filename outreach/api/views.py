"""Surveys, needs, advice, policies and campaigns."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.response import Response

from accounts.models import User
from core.api import params
from core.api.serializers import Choice, Day, Flag, Reference, StrictSerializer, Text, Uuid, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import Invalid
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from outreach import advice as advising
from outreach import services, spreading
from outreach.models import (
    Advice,
    AdviceState,
    AskedBy,
    Campaign,
    ListKind,
    Need,
    Outcome,
    Policy,
    SurveyQuestion,
    SurveyRound,
    SurveySheet,
)
from places.api.views import ON, brief, read_area
from places.models import Area, Level
from places.services import province_of
from programmes.models import Activity, LegalDocument
from projects.models import Project

ANY = OpenApiTypes.OBJECT


def _visible(model: Any, user: User, public_id: Any, name: str) -> Any:
    """The row an id of the body means, or a fault at the field."""
    row = model.objects.visible_to(user).filter(public_id=public_id).first()
    if row is None:
        raise serializers.ValidationError({name: [_("There is no such thing here.")]})
    return row


def _province(area: Area) -> Area:
    return area if area.level == Level.PROVINCE else province_of(area)


def _names(rows: Any) -> list[str]:
    return sorted(row.uid for row in rows.all())


@extend_schema_field({"type": "string", "maxLength": 200})
class NamedField(Text):
    """A row by the name or number people call it by: `find` gives it, or None."""

    default_error_messages = {"unknown": _lazy("There is no such line in the list.")}

    def __init__(self, find: Callable[[str], Any], **kwargs: Any) -> None:
        self.find = find
        super().__init__(max_length=200, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        found = self.find(super().run_validation(data))
        if found is None:
            self.fail("unknown")
        return found


class ItemField(NamedField):
    """A line of a list the office keeps."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__(lambda text: services.offered(kind).filter(name=text).first(), **kwargs)


class ActivityField(Reference):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lambda text: Activity.objects.filter(code=text).first(), **kwargs)


class DocumentField(NamedField):
    """A legal document by its number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lambda text: LegalDocument.objects.filter(number=text).first(), **kwargs)


class AudienceBody(StrictSerializer):
    """Empty: all of them."""

    province = AreaField(help_text="A province, or a unit in it.")
    kinds = serializers.ListField(child=Text(max_length=40), max_length=50, required=False)
    communes = serializers.ListField(child=AreaField(), max_length=300, required=False)


class PlacedList(PortalView):
    """A list narrowed by place (`column`: where the place stands)."""

    paged = True
    column = "enterprise__area"

    def placed(self, rows: Any, values: dict[str, Any]) -> Any:
        area = read_area(values)
        return rows if area is None else rows.filter(**{f"{self.column}__in": Area.objects.within(area)})


PLACE = (params.text("area", "uid or code of a unit."), ON)


# --- surveys ----------------------------------------------------------------------------------------------------------


class RoundBody(AudienceBody):
    name = Text(max_length=200)
    starts_on = Day()
    ends_on = Day()
    closes_on = Day()
    note = Text(max_length=2000, required=False, allow_blank=True)


def show_question(row: SurveyQuestion) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "position": row.position,
        "text": row.text,
        "help": row.help or None,
        "kind": row.kind,
        "choices": row.choices,
        "unit": row.unit or None,
        "required": row.required,
        "activity": row.activity.code if row.activity else None,
        "ended_on": row.ended_on,
    }


def show_round(row: SurveyRound) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "province": brief(row.province),
        "name": row.name,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "closes_on": row.closes_on,
        "kinds": row.kinds,
        "communes": _names(row.communes),
        "note": row.note or None,
        "questions": [show_question(question) for question in row.questions.all()],
        "version": row.version,
    }


def _rounds(user: User) -> Any:
    questions = Prefetch("questions", SurveyQuestion.objects.select_related("activity"))
    return SurveyRound.objects.visible_to(user).select_related("province").prefetch_related("communes", questions)


class RoundList(PortalView):
    paged = True

    @extend_schema(operation_id="survey_rounds", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        return self.page(request, _rounds(request.user), lambda found: [show_round(row) for row in found], self.values)

    @extend_schema(operation_id="survey_round_create", request=RoundBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(RoundBody, request)
            province = _province(body.pop("province"))
            row = services.create_round(province, services.RoundData(**body), actor=request.user)
            return Response(show_round(row), status=201)

        return self.once(request, act)


class RoundOne(PortalView):
    @extend_schema(operation_id="survey_round", responses=ANY)
    def get(self, request: PortalRequest, survey_id: UUID) -> Response:
        row = _rounds(request.user).filter(public_id=survey_id).first()
        if row is None:
            raise Http404
        return Response(show_round(row))


@extend_schema_field({"oneOf": [{"type": "boolean"}, {"type": "integer"}, {"type": "string", "maxLength": 2000},
                                {"type": "array", "maxItems": 100, "items": {"type": "string"}}]})  # fmt: skip
class AnswerField(serializers.Field[Any, Any, Any, Any]):
    """What the question's kind wants; the service reads it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return Text(max_length=2000, allow_blank=True).run_validation(data)
        if isinstance(data, list):
            if len(data) > 100 or not all(isinstance(one, str) for one in data):
                raise serializers.ValidationError(_("Choose from the list."))
            return data
        if not isinstance(data, (bool, int)):
            raise serializers.ValidationError(_("Give a text, a whole number, true or false, or a list of texts."))
        return data


class OneAnswer(StrictSerializer):
    question = Uuid()
    value = AnswerField()


class AnswerBody(StrictSerializer):
    """`send` false: kept to be gone on with. `version`: that of the sheet it was made from; 0: there was none."""

    round = Uuid()
    enterprise = Uuid()
    answers = serializers.ListField(child=OneAnswer(), max_length=200)
    send = Flag(required=False)
    version = Whole(min_value=0, max_value=1_000_000, required=False)


def show_sheet(row: SurveySheet) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "round": str(row.round.public_id),
        "enterprise": str(row.enterprise.public_id),
        "answers": [{"question": question, "value": value} for question, value in sorted(row.values.items())],
        "complete": row.complete,
        "answered_at": row.answered_at,
        "version": row.version,
    }


class AnswerList(PlacedList):
    params = (*PLACE, params.uuid_("round", "Only of this round."))

    @extend_schema(operation_id="survey_answers", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = SurveySheet.objects.visible_to(request.user).select_related("round", "enterprise")
        rows = self.placed(rows, self.values)
        if "round" in self.values:
            rows = rows.filter(round__public_id=self.values["round"])
        return self.page(request, rows, lambda found: [show_sheet(row) for row in found], self.values)

    @extend_schema(operation_id="survey_answer", request=AnswerBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(AnswerBody, request)
            survey = _visible(SurveyRound, request.user, body["round"], "round")
            enterprise = _visible(Enterprise, request.user, body["enterprise"], "enterprise")
            given = {str(one["question"]): one["value"] for one in body["answers"]}
            try:
                row = services.save_sheet(
                    survey,
                    enterprise,
                    given,
                    actor=request.user,
                    send=body.get("send", True),
                    version=body.get("version"),
                )
            except Invalid as error:
                named = {name if name == "answers" else f"answers.{name}": text for name, text in error.fields.items()}
                raise Invalid(error.message, fields=named) from error
            return Response(show_sheet(row), status=201)

        return self.once(request, act)


def show_need(row: Need) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "round": str(row.sheet.round.public_id),
        "enterprise": str(row.enterprise.public_id),
        "activity": row.activity.code,
        "amount_vnd": row.amount_vnd,
        "project": row.project.code if row.project else None,
        "area": brief(row.enterprise.area),
    }


class NeedList(PlacedList):
    params = (*PLACE, params.code("activity", "Only of this content of support."))

    @extend_schema(operation_id="needs", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Need.objects.visible_to(request.user).live()
        rows = self.placed(rows.select_related("sheet__round", "enterprise__area", "activity", "project"), self.values)
        if "activity" in self.values:
            rows = rows.filter(activity__code=self.values["activity"])
        return self.page(request, rows, lambda found: [show_need(row) for row in found], self.values)


# --- advice -----------------------------------------------------------------------------------------------------------


class AdviceBody(StrictSerializer):
    enterprise = Uuid()
    topic = ItemField(ListKind.TOPIC)
    channel = Choice(AskedBy.choices)
    text = Text(max_length=4000)
    asked_on = Day()
    asker = Text(max_length=150, required=False, allow_blank=True)


class AdviceStepBody(StrictSerializer):
    """answer: `answer` and `on`; conclude: `outcome`, `on` and, where one came of it, `project`; reopen: `note`."""

    note = Text(max_length=1000, required=False, allow_blank=True)
    on = Day(required=False)
    answer = Text(max_length=8000, required=False, allow_blank=True)
    outcome = Choice(Outcome.choices, required=False)
    project = Uuid(required=False)


def show_advice(row: Advice) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "enterprise": str(row.enterprise.public_id),
        "topic": row.topic.name,
        "channel": row.channel,
        "asker": row.asker or None,
        "text": row.text,
        "asked_on": row.asked_on,
        "due_on": row.due_on,
        "state": row.state,
        "answer": row.answer or None,
        "answered_on": row.answered_on,
        "days_taken": row.days_taken,
        "outcome": row.outcome or None,
        "outcome_on": row.outcome_on,
        "project": str(row.project.public_id) if row.project else None,
        "version": row.version,
    }


def _advice(user: User, public_id: UUID) -> Advice:
    rows = Advice.objects.visible_to(user).select_related("enterprise", "topic", "project")
    row: Advice | None = rows.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


class AdviceList(PlacedList):
    params = (*PLACE, params.choice("state", list(AdviceState.values)))

    @extend_schema(operation_id="advice", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Advice.objects.visible_to(request.user).select_related("enterprise", "topic", "project")
        rows = self.placed(rows, self.values)
        if "state" in self.values:
            rows = rows.filter(state=self.values["state"])
        return self.page(request, rows, lambda found: [show_advice(row) for row in found], self.values)

    @extend_schema(operation_id="advice_create", request=AdviceBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(AdviceBody, request)
            enterprise = _visible(Enterprise, request.user, body.pop("enterprise"), "enterprise")
            row = advising.ask_advice(enterprise, advising.AdviceData(**body), actor=request.user)
            return Response(show_advice(row), status=201)

        return self.once(request, act)


class AdviceOne(PortalView):
    @extend_schema(operation_id="advice_one", responses=ANY)
    def get(self, request: PortalRequest, advice_id: UUID) -> Response:
        return Response(show_advice(_advice(request.user, advice_id)))


class AdviceStep(PortalView):
    @extend_schema(operation_id="advice_step", request=AdviceStepBody, responses={200: ANY})
    def post(self, request: PortalRequest, advice_id: UUID, step: str) -> HttpResponse:
        row = _advice(request.user, advice_id)

        def act() -> Response:
            body = self.body(AdviceStepBody, request)
            if "project" in body:
                body["project"] = _visible(Project, request.user, body["project"], "project")
            note = body.pop("note", "")
            return Response(show_advice(advising.take_step(row, step, actor=request.user, data=body, note=note)))

        return self.once(request, act)


# --- policies and campaigns -------------------------------------------------------------------------------------------


class PolicyBody(AudienceBody):
    title = Text(max_length=200)
    document = DocumentField()
    summary = Text(max_length=6000)
    activities = serializers.ListField(child=ActivityField(), max_length=100, required=False)
    published = Flag(required=False)


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
        "communes": _names(row.communes),
        "published": row.published,
        "version": row.version,
    }


class PolicyList(PortalView):
    paged = True
    params = (params.text("q", "Words of the title, the summary or the document; accents do not matter."),)

    @extend_schema(operation_id="policies", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Policy.objects.visible_to(request.user).select_related("province", "document")
        rows = spreading.found_in(rows.prefetch_related("activities", "communes"), self.values.get("q", ""))
        return self.page(request, rows, lambda found: [show_policy(row) for row in found], self.values)

    @extend_schema(operation_id="policy_create", request=PolicyBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(PolicyBody, request)
            province = _province(body.pop("province"))
            row = spreading.create_policy(province, spreading.PolicyData(**body), actor=request.user)
            return Response(show_policy(row), status=201)

        return self.once(request, act)


class CampaignBody(AudienceBody):
    name = Text(max_length=200)
    channel = ItemField(ListKind.CHANNEL)
    planned_on = Day()
    held_on = Day(required=False, allow_null=True)
    policy = Uuid(required=False)
    project = Uuid(required=False)


def show_campaign(row: Campaign) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "province": brief(row.province),
        "name": row.name,
        "channel": row.channel.name,
        "policy": str(row.policy.public_id) if row.policy else None,
        "kinds": row.kinds,
        "communes": _names(row.communes),
        "planned_on": row.planned_on,
        "held_on": row.held_on,
        "project": row.project.code if row.project else None,
        "reached": len(row.reached.all()),
        "people": [
            {"area": count.area.uid if count.area else None, "people": count.people} for count in row.counts.all()
        ],
        "version": row.version,
    }


class CampaignList(PortalView):
    paged = True
    params = (params.YEAR,)

    @extend_schema(operation_id="campaigns", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Campaign.objects.visible_to(request.user).select_related("province", "channel", "policy", "project")
        rows = rows.prefetch_related("communes", "reached", "counts__area")
        if "year" in self.values:
            rows = rows.filter(planned_on__year=self.values["year"])
        return self.page(request, rows, lambda found: [show_campaign(row) for row in found], self.values)

    @extend_schema(operation_id="campaign_create", request=CampaignBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(CampaignBody, request)
            province = _province(body.pop("province"))
            for name, model in (("policy", Policy), ("project", Project)):
                if name in body:
                    body[name] = _visible(model, request.user, body[name], name)
            row = spreading.create_campaign(province, spreading.CampaignData(**body), actor=request.user)
            return Response(show_campaign(row), status=201)

        return self.once(request, act)
