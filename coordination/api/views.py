"""Tasks given with their documents and results, and the exchange."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Agency, User
from coordination import exchange, giving
from coordination.forms import provinces_of_giver
from coordination.models import GivenTask, Message, TaskDocument, TaskState, Thread, ThreadState, Timing
from coordination.permissions import may_give
from core.api import params
from core.api.serializers import Choice, Day, Flag, Reference, StrictSerializer, Text, Uuid, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import Invalid
from core.models import Verified
from enterprises.api.views import AreaField
from places.api.views import ON, brief, read_area
from places.models import Area, Level
from places.services import province_of
from programmes.models import Programme
from projects.models import Project

ANY = OpenApiTypes.OBJECT
PLACE = (params.text("area", "uid or code of a unit."), ON)


def _row(rows: Any, public_id: Any, name: str) -> Any:
    """The row an id of the body means, or a fault at the field; None for none."""
    if public_id is None:
        return None
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise serializers.ValidationError({name: [_("There is no such thing here.")]})
    return found


def _one(rows: Any, public_id: UUID) -> Any:
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


# --- tasks ------------------------------------------------------------------------------------------------------------


def show_document(row: TaskDocument) -> dict[str, Any]:
    paper = row.paper
    return {
        "id": str(row.public_id),
        "type": paper.type,
        "number": paper.number,
        "issued_on": paper.issued_on,
        "issuer": paper.issuer,
        "subject": paper.subject or None,
        "province": row.province.uid if row.province else None,
        "source": row.source or None,
        "verified": row.verified,
    }


class DocumentList(PortalView):
    paged = True

    @extend_schema(operation_id="task_documents", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = TaskDocument.objects.visible_to(request.user).select_related("legal", "province")
        return self.page(request, rows, lambda found: [show_document(row) for row in found], self.values)


def _programme(code: str) -> Programme | None:
    return Programme.objects.filter(code=code).first()


class TaskFacts(StrictSerializer):
    """`areas` empty or left out: the whole province. `due_on` with the timing `once` alone."""

    text = Text(max_length=4000)
    timing = Choice(Timing.choices)
    given_on = Day()
    due_on = Day(required=False, allow_null=True)
    document = Uuid(required=False, allow_null=True)
    clause = Text(max_length=100, required=False, allow_blank=True)
    position = Whole(min_value=0, max_value=9999, required=False)
    agency = Uuid(required=False, allow_null=True)
    assigned_to = Uuid(required=False, allow_null=True)
    supporting = serializers.ListField(child=Uuid(), max_length=50, required=False)
    supporting_text = Text(max_length=300, required=False, allow_blank=True)
    areas = serializers.ListField(child=AreaField(), max_length=300, required=False)
    project = Uuid(required=False, allow_null=True)
    programme = Reference(_programme, required=False, allow_null=True, help_text="Its code.")
    verified = Choice(Verified.choices, required=False)


class TaskBody(TaskFacts):
    province = AreaField(help_text="A province, or a unit in it.")


class TaskChange(TaskFacts):
    """Everything anew: what is left out is emptied."""

    version = Whole(min_value=1, max_value=2**31 - 1)


def task_data(body: dict[str, Any], user: User, province: Area) -> giving.TaskData:
    agencies = Agency.objects.filter(pk__in=giving.agencies(province.pk).values("pk"))
    values = {**body}
    values["document"] = _row(TaskDocument.objects.visible_to(user), body.get("document"), "document")
    values["agency"] = _row(agencies, body.get("agency"), "agency")
    values["assigned_to"] = _row(giving.doers(province.pk), body.get("assigned_to"), "assigned_to")
    values["project"] = _row(Project.objects.visible_to(user), body.get("project"), "project")
    values["supporting"] = [_row(agencies, one, "supporting") for one in body.get("supporting", [])]
    return giving.TaskData(**values)


def show_task(row: GivenTask) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "province": brief(row.province),
        "document": str(row.document.public_id) if row.document else None,
        "clause": row.clause or None,
        "position": row.position,
        "text": row.text,
        "agency": str(row.agency.public_id) if row.agency else None,
        "agency_name": row.agency_name or None,
        "assigned_to": row.assigned_to.full_name if row.assigned_to else None,
        "supporting": sorted(str(agency.public_id) for agency in row.supporting.all()),
        "supporting_text": row.supporting_text or None,
        "areas": sorted(area.uid for area in row.areas.all()),
        "timing": row.timing,
        "due_on": row.due_on,
        "given_on": row.given_on,
        "project": str(row.project.public_id) if row.project else None,
        "programme": row.programme.code if row.programme else None,
        "state": row.state,
        "late": row.is_late,
        "done_on": row.done_on,
        "cancel_reason": row.cancel_reason or None,
        "results": [
            {"on": result.on, "text": result.text, "file": bool(result.file_id)} for result in row.results.all()
        ],
        "verified": row.verified if row.document else None,
        "version": row.version,
    }


def _tasks(user: User) -> Any:
    rows = GivenTask.objects.visible_to(user)
    return rows.select_related(
        "province", "document", "agency", "assigned_to", "project", "programme"
    ).prefetch_related("results", "areas", "supporting", "agency__names")


class TaskList(PortalView):
    paged = True
    params = (
        *PLACE,
        params.choice("state", ["open", "late", *TaskState.values]),
        params.text("q", "Words of the task; accents do not matter."),
    )

    @extend_schema(operation_id="given_tasks", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = GivenTask.objects.visible_to(request.user)
        if "q" in self.values:
            rows = rows.search(self.values["q"])
        state = self.values.get("state")
        if state == "open":
            rows = rows.open()
        elif state == "late":
            rows = rows.late()
        elif state:
            rows = rows.filter(state=state)
        area = read_area(self.values)
        if area is not None:
            within = Area.objects.within(area)
            places = GivenTask.areas.through.objects.filter(area_id__in=within).values("giventask_id")
            rows = rows.filter(pk__in=places)
        rows = _tasks(request.user).filter(pk__in=rows.order_by().values("pk"))
        return self.page(request, rows, lambda found: [show_task(row) for row in found], self.values)

    @extend_schema(operation_id="given_task_create", request=TaskBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            may_give(None, request.user).require()
            body = self.body(TaskBody, request)
            area = body.pop("province")
            province = area if area.level == Level.PROVINCE else province_of(area)
            if not provinces_of_giver(request.user).filter(pk=province.pk).exists():
                may_give(province, request.user).require()
            row = giving.give_task(province, task_data(body, request.user, province), actor=request.user)
            return Response(show_task(row), status=201)

        return self.once(request, act)


class TaskOne(PortalView):
    @extend_schema(operation_id="given_task", responses=ANY)
    def get(self, request: PortalRequest, task_id: UUID) -> Response:
        return Response(show_task(_one(_tasks(request.user), task_id)))

    @extend_schema(operation_id="given_task_change", request=TaskChange, responses=ANY)
    def put(self, request: PortalRequest, task_id: UUID) -> Response:
        row = _one(_tasks(request.user), task_id)
        body = self.body(TaskChange, request)
        version = body.pop("version")
        data = task_data(body, request.user, row.province)
        return Response(show_task(giving.change_task(row, data, actor=request.user, version=version)))


class TaskResultBody(StrictSerializer):
    on = Day()
    text = Text(max_length=4000)


class ResultList(PortalView):
    @extend_schema(operation_id="given_task_result", request=TaskResultBody, responses={201: ANY})
    def post(self, request: PortalRequest, task_id: UUID) -> HttpResponse:
        row = _one(_tasks(request.user), task_id)

        def act() -> Response:
            data = giving.ResultData(**self.body(TaskResultBody, request))
            return Response(show_task(giving.add_result(row, data, actor=request.user)), status=201)

        return self.once(request, act)


class TaskStepBody(StrictSerializer):
    """finish: `on` and `text` of the result; return, cancel, reopen: `note` with the reason."""

    note = Text(max_length=1000, required=False, allow_blank=True)
    on = Day(required=False)
    text = Text(max_length=4000, required=False, allow_blank=True)


class TaskStep(PortalView):
    @extend_schema(operation_id="given_task_step", request=TaskStepBody, responses={200: ANY})
    def post(self, request: PortalRequest, task_id: UUID, step: str) -> HttpResponse:
        row = _one(_tasks(request.user), task_id)

        def act() -> Response:
            body = self.body(TaskStepBody, request)
            result = giving.ResultData(body.get("on"), body.get("text", ""))
            done = giving.take_task_step(row, step, actor=request.user, note=body.get("note", ""), result=result)
            return Response(show_task(done))

        return self.once(request, act)


# --- exchange ---------------------------------------------------------------------------------------------------------


def show_thread(row: Thread) -> dict[str, Any]:
    waits = row.state == ThreadState.OPEN
    return {
        "id": str(row.public_id),
        "subject": row.subject,
        "area": brief(row.area),
        "project": str(row.project.public_id) if row.project else None,
        "opened_by": row.opened_by.full_name,
        "opened_at": row.opened_at,
        "state": row.state,
        "waits_side": row.waits_side if waits else None,
        "waits_for": row.waits_for.full_name if waits and row.waits_for else None,
        "asked_at": row.asked_at if waits else None,
        "due_on": row.due_on if waits else None,
        "late": row.is_late,
        "last_at": row.last_at,
        "version": row.version,
    }


def show_message(row: Message) -> dict[str, Any]:
    """`minutes`: from the question to this, where it is its first answer."""
    minutes = round((row.at - row.answers.at).total_seconds() / 60) if row.answers else None
    return {
        "at": row.at,
        "author": row.author.full_name,
        "side": row.side,
        "text": row.text,
        "asks": row.asks,
        "answer_minutes": minutes,
        "file": bool(row.file_id),
    }


def _threads(user: User) -> Any:
    return Thread.objects.visible_to(user).select_related("area", "project", "opened_by", "waits_for")


class ThreadBody(StrictSerializer):
    """On a `project`, or on an `area`. `waits_for`: who has to answer, where it is somebody in particular."""

    subject = Text(max_length=200)
    text = Text(max_length=4000)
    project = Uuid(required=False, allow_null=True)
    area = AreaField(required=False)
    waits_for = Uuid(required=False, allow_null=True)


def _person(public_id: Any) -> User | None:
    """Whoever it is; whether they may answer is a rule, and says the same of somebody who does not exist."""
    if public_id is None:
        return None
    found: User | None = User.objects.people().filter(public_id=public_id).first()
    if found is None:
        raise Invalid(fields={"waits_for": _("Choose somebody of the list.")})
    return found


class ThreadList(PortalView):
    paged = True
    params = (*PLACE, params.choice("state", list(ThreadState.values)))

    @extend_schema(operation_id="threads", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = _threads(request.user)
        if "state" in self.values:
            rows = rows.filter(state=self.values["state"])
        area = read_area(self.values)
        if area is not None:
            rows = rows.filter(area_id__in=Area.objects.within(area))
        return self.page(request, rows, lambda found: [show_thread(row) for row in found], self.values)

    @extend_schema(operation_id="thread_create", request=ThreadBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(ThreadBody, request)
            project = _row(Project.objects.worked_on_by(request.user), body.get("project"), "project")
            area = None if project else body.get("area")
            if project and body.get("area"):
                raise Invalid(fields={"area": _("The place of a project is that of the project.")})
            row = exchange.open_thread(
                body["subject"],
                exchange.Written(body["text"]),
                actor=request.user,
                project=project,
                area=area,
                waits_for=_person(body.get("waits_for")),
            )
            return Response(show_thread(row), status=201)

        return self.once(request, act)


class ThreadOne(PortalView):
    @extend_schema(operation_id="thread", responses=ANY)
    def get(self, request: PortalRequest, thread_id: UUID) -> Response:
        return Response(show_thread(_one(_threads(request.user), thread_id)))


class MessageBody(StrictSerializer):
    """`asks`: the other side has to answer it."""

    text = Text(max_length=4000)
    asks = Flag(required=False)


class MessageList(PortalView):
    paged = True

    @extend_schema(operation_id="thread_messages", responses=ANY)
    def get(self, request: PortalRequest, thread_id: UUID) -> Response:
        thread = _one(_threads(request.user), thread_id)
        rows = Message.objects.filter(thread=thread).select_related("author", "answers")
        return self.page(request, rows, lambda found: [show_message(row) for row in found], self.values)

    @extend_schema(operation_id="thread_message_create", request=MessageBody, responses={201: ANY})
    def post(self, request: PortalRequest, thread_id: UUID) -> HttpResponse:
        thread = _one(_threads(request.user), thread_id)

        def act() -> Response:
            body = self.body(MessageBody, request)
            written = exchange.Written(body["text"])
            message = exchange.write(thread, written, actor=request.user, asks=body.get("asks", False))
            return Response(show_message(message), status=201)

        return self.once(request, act)


class ThreadStepBody(StrictSerializer):
    """close: `note` with the reason where the question has no answer; reopen."""

    note = Text(max_length=1000, required=False, allow_blank=True)


class ThreadStep(PortalView):
    @extend_schema(operation_id="thread_step", request=ThreadStepBody, responses={200: ANY})
    def post(self, request: PortalRequest, thread_id: UUID, step: str) -> HttpResponse:
        row = _one(_threads(request.user), thread_id)

        def act() -> Response:
            body = self.body(ThreadStepBody, request)
            done = exchange.take_thread_step(row, step, actor=request.user, note=body.get("note", ""))
            return Response(show_thread(done))

        return self.once(request, act)
