"""Surveys, needs and advice."""

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
from core.api.problems import bad_field
from core.api.serializers import (
    Choice,
    Day,
    EmptyBody,
    Flag,
    Known,
    Reference,
    StrictSerializer,
    Text,
    Uuid,
    Whole,
)
from core.api.views import PortalRequest, PortalView
from core.errors import Invalid
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from outreach import advice as advising
from outreach import services
from outreach.models import (
    Advice,
    AdviceState,
    AskedBy,
    ListKind,
    Need,
    Outcome,
    QuestionKind,
    SurveyQuestion,
    SurveyRound,
    SurveySheet,
)
from outreach.states import ADVICE_LIFE
from places.api.views import ON, brief, read_area
from places.models import Area, Level
from places.services import province_of
from programmes.models import Activity, LegalDocument
from projects.models import Project

ANY = OpenApiTypes.OBJECT


def province_in(area: Area) -> Area:
    return area if area.level == Level.PROVINCE else province_of(area)


def seen_projects(rows: Any, user: User) -> dict[int, Project]:
    """Of the projects these rows name, those the caller sees."""
    ids = {row.project_id for row in rows if row.project_id}
    return Project.objects.visible_to(user).in_bulk(ids) if ids else {}


def names_of(rows: Any) -> list[str]:
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


class OfProvinceBody(StrictSerializer):
    province = AreaField(help_text="A province, or a unit in it.")


class AudienceBody(StrictSerializer):
    """Empty: all of them."""

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


class RoundFacts(AudienceBody):
    name = Text(max_length=200)
    starts_on = Day()
    ends_on = Day()
    closes_on = Day()
    note = Text(max_length=2000, required=False, allow_blank=True)


class RoundBody(OfProvinceBody, RoundFacts):
    """`like`: id of a round with whose questions it begins."""

    like = Known(SurveyRound.objects.visible_to, required=False)


class RoundChange(RoundFacts):
    version = Whole(min_value=1)


class QuestionBody(StrictSerializer):
    """`activity`: a code; a «yes» is then a need for that support, a sum of money what it would take."""

    text = Text(max_length=300)
    kind = Choice(QuestionKind.choices)
    position = Whole(min_value=0, max_value=1000)
    choices = serializers.ListField(child=Text(max_length=300), max_length=100, required=False)
    unit = Text(max_length=40, required=False, allow_blank=True)
    help = Text(max_length=300, required=False, allow_blank=True)
    required = Flag(required=False)  # type: ignore[assignment]
    activity = ActivityField(required=False, allow_null=True)
    ended_on = Day(required=False, allow_null=True)


class QuestionChange(QuestionBody):
    version = Whole(min_value=1)


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
        "version": row.version,
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
        "communes": names_of(row.communes),
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
            province = province_in(body.pop("province"))
            like = body.pop("like", None)
            row = services.create_round(province, services.RoundData(**body), actor=request.user, like=like)
            return Response(show_round(row), status=201)

        return self.once(request, act)


def _round(request: PortalRequest, survey_id: UUID) -> SurveyRound:
    row: SurveyRound | None = _rounds(request.user).filter(public_id=survey_id).first()
    if row is None:
        raise Http404
    return row


class RoundOne(PortalView):
    @extend_schema(operation_id="survey_round", responses=ANY)
    def get(self, request: PortalRequest, survey_id: UUID) -> Response:
        return Response(show_round(_round(request, survey_id)))

    @extend_schema(operation_id="survey_round_change", request=RoundChange, responses=ANY)
    def put(self, request: PortalRequest, survey_id: UUID) -> HttpResponse:
        """It stays in its province, and its questions stay."""
        row = _round(request, survey_id)
        body = self.body(RoundChange, request)
        version = body.pop("version")
        services.change_round(row, services.RoundData(**body), actor=request.user, version=version)
        return Response(show_round(_round(request, survey_id)))


class RoundCoverage(PortalView):
    @extend_schema(operation_id="survey_coverage", responses=ANY)
    def get(self, request: PortalRequest, survey_id: UUID) -> Response:
        """By commune of today, those with most still to do first; of the establishments the caller sees."""
        row = _round(request, survey_id)
        seen = services.asked_in(row) & Enterprise.objects.visible_to(request.user)
        told = [
            {"area": brief(one.area), "asked": one.asked, "answered": one.answered, "begun": one.begun,
             "left": one.left, "people": one.people}
            for one in services.coverage(row, seen)
        ]  # fmt: skip
        return Response({"results": told})


class QuestionList(PortalView):
    @extend_schema(operation_id="survey_question_add", request=QuestionBody, responses={201: ANY})
    def post(self, request: PortalRequest, survey_id: UUID) -> HttpResponse:
        row = _round(request, survey_id)

        def act() -> Response:
            data = services.QuestionData(**self.body(QuestionBody, request))
            return Response(show_question(services.add_question(row, data, actor=request.user)), status=201)

        return self.once(request, act)


class QuestionOne(PortalView):
    @extend_schema(operation_id="survey_question_change", request=QuestionChange, responses=ANY)
    def put(self, request: PortalRequest, survey_id: UUID, question_id: UUID) -> HttpResponse:
        """Once the round has answers, what an answer means stays: end the question and add another one."""
        question = _round(request, survey_id).questions.filter(public_id=question_id).first()
        if question is None:
            raise Http404
        body = self.body(QuestionChange, request)
        version = body.pop("version")
        data = services.QuestionData(**body)
        return Response(show_question(services.change_question(question, data, actor=request.user, version=version)))


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

    round = Known(SurveyRound.objects.visible_to)
    enterprise = Known(Enterprise.objects.visible_to)
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
    params = (
        *PLACE,
        params.uuid_("round", "Only of this round."),
        params.uuid_("enterprise", "Only of this establishment."),
    )

    @extend_schema(operation_id="survey_answers", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = SurveySheet.objects.visible_to(request.user).select_related("round", "enterprise")
        rows = self.placed(rows, self.values)
        for name in ("round", "enterprise"):
            if name in self.values:
                rows = rows.filter(**{f"{name}__public_id": self.values[name]})
        return self.page(request, rows, lambda found: [show_sheet(row) for row in found], self.values)

    @extend_schema(operation_id="survey_answer", request=AnswerBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(AnswerBody, request)
            given = {str(one["question"]): one["value"] for one in body["answers"]}
            try:
                row = services.save_sheet(
                    body["round"],
                    body["enterprise"],
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


def show_needs(rows: list[Need], user: User) -> list[dict[str, Any]]:
    seen = seen_projects(rows, user)
    return [_show_need(row, seen) for row in rows]


def _show_need(row: Need, seen: dict[int, Project]) -> dict[str, Any]:
    """`project` is named to who may see it; `drafted` tells everybody that there is one."""
    return {
        "id": str(row.public_id),
        "round": str(row.sheet.round.public_id),
        "enterprise": str(row.enterprise.public_id),
        "activity": row.activity.code,
        "amount_vnd": row.amount_vnd,
        "project": seen[row.project_id].code if row.project_id in seen else None,
        "drafted": row.project_id is not None,
        "area": brief(row.enterprise.area),
    }


class NeedList(PlacedList):
    params = (*PLACE, params.code("activity", "Only of this content of support."))

    @extend_schema(operation_id="needs", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Need.objects.visible_to(request.user).live()
        rows = self.placed(rows.select_related("sheet__round", "enterprise__area", "activity"), self.values)
        if "activity" in self.values:
            rows = rows.filter(activity__code=self.values["activity"])
        return self.page(request, rows, lambda found: show_needs(found, request.user), self.values)


class NeedDraft(PortalView):
    @extend_schema(operation_id="need_draft", request=EmptyBody, responses={201: ANY})
    def post(self, request: PortalRequest, need_id: UUID) -> HttpResponse:
        """The draft project from a need; the same need leads to the same draft."""

        def act() -> Response:
            need = Need.objects.visible_to(request.user).filter(public_id=need_id).first()
            if need is None:
                raise Http404
            self.body(EmptyBody, request)
            services.draft_from_need(need, actor=request.user)
            need.refresh_from_db()
            return Response(show_needs([need], request.user)[0], status=201)

        return self.once(request, act)


# --- advice -----------------------------------------------------------------------------------------------------------


class PersonField(NamedField):
    """Somebody by their account; the service says whether they advise in the province."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.people().filter(is_active=True)
        super().__init__(lambda text: people.filter(username=text).first(), **kwargs)


class AdviceBody(StrictSerializer):
    enterprise = Known(Enterprise.objects.visible_to)
    topic = ItemField(ListKind.TOPIC)
    channel = Choice(AskedBy.choices)
    text = Text(max_length=4000)
    asked_on = Day()
    asker = Text(max_length=150, required=False, allow_blank=True)
    assigned_to = PersonField(required=False, allow_null=True)


class VisitBody(StrictSerializer):
    on = Day()
    visitor = Text(max_length=150)
    finding = Text(max_length=4000)


class AdviceStepBody(StrictSerializer):
    """answer: `answer` and `on`; conclude: `outcome`, `on` and, where one came of it, `project`; reopen: `note`;
    assign: `assigned_to`, who is to answer."""

    note = Text(max_length=1000, required=False, allow_blank=True)
    on = Day(required=False)
    answer = Text(max_length=8000, required=False, allow_blank=True)
    outcome = Choice(Outcome.choices, required=False)
    project = Known(Project.objects.visible_to, required=False)
    assigned_to = PersonField(required=False)


def show_advice(rows: list[Advice], user: User) -> list[dict[str, Any]]:
    seen = seen_projects(rows, user)
    return [_show_advice(row, seen) for row in rows]


def _show_advice(row: Advice, seen: dict[int, Project]) -> dict[str, Any]:
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
        "assigned_to": row.assigned_to.username if row.assigned_to else None,
        "project": str(seen[row.project_id].public_id) if row.project_id in seen else None,
        "version": row.version,
    }


def _show_one(row: Advice, user: User) -> dict[str, Any]:
    """One alone, with its visits and what may be done."""
    visits = [{"on": one.on, "visitor": one.visitor, "finding": one.finding} for one in row.visits.all()]
    return {**show_advice([row], user)[0], "visits": visits, "available_steps": ADVICE_LIFE.told(row, user)}


def _advice(user: User, public_id: UUID) -> Advice:
    rows = Advice.objects.visible_to(user).select_related("enterprise", "topic", "assigned_to")
    row: Advice | None = rows.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


class AdviceList(PlacedList):
    params = (*PLACE, params.choice("state", list(AdviceState.values)))

    @extend_schema(operation_id="advice", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Advice.objects.visible_to(request.user).select_related("enterprise", "topic", "assigned_to")
        rows = self.placed(rows, self.values)
        if "state" in self.values:
            rows = rows.filter(state=self.values["state"])
        return self.page(request, rows, lambda found: show_advice(found, request.user), self.values)

    @extend_schema(operation_id="advice_create", request=AdviceBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(AdviceBody, request)
            enterprise = body.pop("enterprise")
            row = advising.ask_advice(enterprise, advising.AdviceData(**body), actor=request.user)
            return Response(_show_one(row, request.user), status=201)

        return self.once(request, act)


class AdviceOne(PortalView):
    @extend_schema(operation_id="advice_one", responses=ANY)
    def get(self, request: PortalRequest, advice_id: UUID) -> Response:
        return Response(_show_one(_advice(request.user, advice_id), request.user))


class AdviceStep(PortalView):
    @extend_schema(operation_id="advice_step", request=AdviceStepBody, responses={200: ANY})
    def post(self, request: PortalRequest, advice_id: UUID, step: str) -> HttpResponse:
        row = _advice(request.user, advice_id)

        def act() -> Response:
            body = self.body(AdviceStepBody, request)
            note, person = body.pop("note", ""), body.pop("assigned_to", None)
            if step == "assign":
                if person is None:
                    raise bad_field("assigned_to", _("Say who is to answer."))
                taken = advising.assign(row, person, actor=request.user)
            else:
                taken = advising.take_step(row, step, actor=request.user, data=body, note=note)
            return Response(_show_one(taken, request.user))

        return self.once(request, act)


class AdviceVisits(PortalView):
    @extend_schema(operation_id="advice_visit", request=VisitBody, responses={201: ANY})
    def post(self, request: PortalRequest, advice_id: UUID) -> HttpResponse:
        """That somebody went there, and what was found."""
        row = _advice(request.user, advice_id)

        def act() -> Response:
            advising.visit(row, **self.body(VisitBody, request), actor=request.user)
            return Response(_show_one(_advice(request.user, advice_id), request.user), status=201)

        return self.once(request, act)
