"""Periodic reports: ask, read, write, follow every figure to its records, take the steps of their life, compare,
download."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts import second_factor
from core.api import params
from core.api.parsers import JSONParser, UploadParser
from core.api.problems import bad_parameter
from core.api.serializers import Choice, Day, Known, ReasonBody, Reference, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import Invalid
from enterprises.api.views import AreaField
from files.services import check_paper
from jobs.models import Job
from places.api.views import AreaBrief, brief, read_area
from places.models import Area
from programmes.models import ReportingPeriod
from projects.models import Project
from reports import life, permissions, texts
from reports.behind import Figure, Shown, figures_at
from reports.changes import Change, compare, compare_texts
from reports.checks import look
from reports.downloads import report_file
from reports.kinds.kind import KINDS
from reports.measures.measure import MEASURES
from reports.models import Report, ReportState, ReportText
from reports.services import api_path, publish_report, request_over_dates, request_report
from reports.states import REPORT_LIFE
from reports.views.reading import other_version

ANY = OpenApiTypes.OBJECT


class ReportBody(StrictSerializer):
    """What the kind asks for, and nothing else: `period` and `area`; `period` and `project`; `data_from`, `data_to`,
    `area` and, if not all are wanted, `measures`."""

    kind = Choice([(code, code) for code in KINDS])
    period = Reference(lambda code: ReportingPeriod.objects.offered().filter(code=code).first(), required=False)
    area = AreaField(required=False)
    project = Known(Project.objects.visible_to, required=False)
    data_from = Day(required=False)
    data_to = Day(required=False)
    measures = serializers.ListField(
        child=Choice([(code, code) for code in MEASURES]), required=False, max_length=len(MEASURES)
    )

    asked: ClassVar[dict[str, tuple[str, ...]]] = {
        "period": ("period", "area"),
        "project": ("period", "project"),
        "dates": ("data_from", "data_to", "area"),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        asks = KINDS[attrs["kind"]].asks
        wanted = {"kind", *self.asked[asks]}
        errors = {name: _("This report needs it.") for name in wanted if name not in attrs}
        beside = {"measures"} if asks == "dates" else set()
        errors |= {name: _("This report is not asked for by it.") for name in attrs if name not in wanted | beside}
        if errors:
            raise Invalid(fields=errors)
        return attrs


class PublishBody(StrictSerializer):
    note = Text(max_length=5000, required=False, allow_blank=True)
    issued_no = Text(max_length=60, required=False, allow_blank=True)
    issued_on = Day(required=False, allow_null=True)
    code = Text(max_length=20, required=False, allow_blank=True)  # the second factor of a person; programs have none
    seen_sha256 = Text(max_length=64, required=False, allow_blank=True)


class CheckAnswerBody(StrictSerializer):
    code = Text(max_length=40)
    answer = Text(max_length=2000)


class SubmitBody(StrictSerializer):
    """`answers`: one for each warning of /checks/, by its code."""

    answers = CheckAnswerBody(many=True, required=False)
    reason = Text(max_length=2000, required=False, allow_blank=True)
    seen_sha256 = Text(max_length=64, required=False, allow_blank=True)


class IssueBody(StrictSerializer):
    issued_no = Text(max_length=60)
    issued_on = Day()


class TextBody(StrictSerializer):
    """`version`: that of the text that was read."""

    code = Text(max_length=40)
    text = Text(max_length=texts.MAX_TEXT, allow_blank=True, trim_whitespace=False)
    version = Whole(min_value=1)


def get_report(request: PortalRequest, report_id: UUID) -> Report:
    rows = Report.objects.visible_to(request.user).select_related(
        "period", "area", "supersedes", "superseded_by", "published_by", "issued_file"
    )
    row: Report | None = rows.filter(public_id=report_id).first()
    if row is None:
        raise Http404
    return row


def head(row: Report, user: Any, visible: set[int]) -> dict[str, Any]:
    """All but the figures. Links lead only to what the caller may see."""
    after = getattr(row, "superseded_by", None)
    return {
        "id": str(row.public_id),
        "kind": row.kind,
        "period": row.period.code,
        "area": brief(row.area),
        "subject": {"key": row.subject, "name": row.subject_name} if row.subject else None,
        "version": row.version,
        "state": row.state,
        "data_as_of": row.data_as_of,
        "sha256": row.sha256,
        "demonstration": row.demonstration,
        "supersedes": api_path(row.supersedes) if row.supersedes and row.supersedes.pk in visible else None,
        "superseded_by": api_path(after) if after is not None and after.pk in visible else None,
        "published_by": row.published_by.full_name if row.published_by else None,
        "published_at": row.published_at,
        "issued_no": row.issued_no or None,
        "issued_on": row.issued_on,
        "issued_file": f"{api_path(row)}files/issued/" if row.issued_file_id else None,
        "reason": row.reason or None,
        "withdrawn_at": row.withdrawn_at,
        "withdraw_reason": row.withdraw_reason or None,
        "files": {name: f"{api_path(row)}files/{name}/" for name in sorted(file.format for file in row.files.all())},
    }


def show_heads(rows: list[Report], user: Any) -> list[dict[str, Any]]:
    around = {row.supersedes_id for row in rows} | {
        row.superseded_by.pk for row in rows if getattr(row, "superseded_by", None) is not None
    }
    visible = set(
        Report.objects.visible_to(user).filter(pk__in=[pk for pk in around if pk]).values_list("pk", flat=True)
    )
    return [head(row, user, visible) for row in rows]


class ReportList(PortalView):
    scope_read, scope_write = "reports:read", "reports:write"
    paged = True
    params = (
        params.choice("kind", list(KINDS)),
        params.text("period", "Code of a period, as 2022-Y.", 20),
        params.text("area", "uid or code of a unit."),
        params.choice("state", list(ReportState.values)),
        params.moment("changed_since", "Made or published since."),
    )

    @extend_schema(operation_id="reports", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Report.objects.visible_to(request.user)
        if "period" in values:
            if not ReportingPeriod.objects.filter(code=values["period"]).exists():
                raise bad_parameter("period", _("There is no such period."))
            rows = rows.filter(period__code=values["period"])
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        for name in ("kind", "state"):
            if name in values:
                rows = rows.filter(**{name: values[name]})
        if "changed_since" in values:
            since = values["changed_since"]
            rows = rows.filter(made_at__gte=since) | rows.filter(published_at__gte=since)
        rows = rows.select_related("period", "area", "supersedes", "superseded_by", "published_by").prefetch_related(
            "files"
        )
        return self.page(request, rows, lambda found: show_heads(found, request.user), values)

    @extend_schema(operation_id="report_request", request=ReportBody, responses={202: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(ReportBody, request)
            job = self._asked(body, request.user)
            path = f"/api/v1/jobs/{job.public_id}/"
            response = Response({"job": path, "id": str(job.public_id), "state": job.state}, status=202)
            response["Location"] = path
            return response

        return self.once(request, act)

    @staticmethod
    def _asked(body: dict[str, Any], user: Any) -> Job:
        kind = body["kind"]
        if "data_from" in body:
            days = body["data_from"], body["data_to"]
            return request_over_dates(kind, *days, body["area"], actor=user, measures=body.get("measures", []))
        if "project" in body:
            project = body["project"]
            return request_report(kind, body["period"], project.area, actor=user, subject=str(project.public_id))
        return request_report(kind, body["period"], body["area"], actor=user)


class ReportShown(serializers.Serializer[Report]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    period = serializers.CharField()
    area = AreaBrief()
    subject = serializers.DictField(child=serializers.CharField(), allow_null=True)
    version = serializers.IntegerField()
    state = serializers.ChoiceField(ReportState.choices)
    data_as_of = serializers.DateTimeField()
    sha256 = serializers.CharField()
    demonstration = serializers.BooleanField()
    supersedes = serializers.CharField(allow_null=True)
    superseded_by = serializers.CharField(allow_null=True)
    published_by = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    issued_no = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField(allow_null=True)
    issued_file = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdraw_reason = serializers.CharField(allow_null=True)
    files = serializers.DictField(child=serializers.CharField())
    texts = serializers.ListField(child=serializers.DictField())
    sections = serializers.ListField(child=serializers.DictField())
    available_steps = serializers.ListField(child=serializers.DictField())


def whole_report(request: PortalRequest, report_id: UUID) -> Response:
    """The report with its figures and texts. Of a draft those that would be submitted now."""
    row = get_report(request, report_id)
    frozen = texts.document_of(row)
    return Response(
        {
            **show_heads([row], request.user)[0],
            "texts": texts.printed(row) if row.state == ReportState.DRAFT else frozen.get("texts", []),
            "sections": frozen["sections"],
            "available_steps": REPORT_LIFE.told(row, request.user),
        }
    )


class ReportOne(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report", responses=ReportShown)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        self.read_params(request)
        return whole_report(request, report_id)


class ReportLines(PortalView):
    scope_read = "reports:read"
    paged = True
    params = (
        params.text("section", "Code of a section.", 40),
        params.text("row", "Code of a row.", 80),
        params.text("column", "Code of a column.", 40),
    )

    @extend_schema(operation_id="report_lines", responses=ANY)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        values = self.read_params(request)
        row = get_report(request, report_id)
        for name in ("row", "column"):
            if name not in values:
                raise bad_parameter(name, _("Say which figure is meant."))
        figure = self._figure(row, values)
        answer = self.page(request, figure.rows, lambda rows: self.show(figure.show(rows)), values)
        none = not figure.rows.exists()
        zero = none and figure.cell["value"] in (0, "0")  # reported, and nothing behind it
        answer.data["total"] = None if none and not zero else whole(figure.total())
        return answer

    @staticmethod
    def _figure(row: Report, values: dict[str, Any]) -> Figure:
        """The figure that is meant; without `section` it must be clear."""
        document = orjson.loads(bytes(row.document))
        found = figures_at(row, document, values["row"], values["column"], values.get("section", ""))
        if not found:
            raise bad_parameter("row", _("The report has no such figure."))
        if len(found) > 1:
            raise bad_parameter("section", _("Say in which section: the figure stands in several."))
        return found[0]

    @staticmethod
    def show(rows: list[Shown]) -> list[dict[str, Any]]:
        return [
            {
                "record": row.record,
                "title": row.title,
                "area": row.area or None,
                "date": row.on,
                "contribution": whole(row.contribution),
            }
            for row in rows
        ]


def whole(value: Decimal) -> int | str:
    """Whole numbers stay numbers; what has decimals is a string, so that no reader rounds it."""
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")


class ReportFileView(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: PortalRequest, report_id: UUID, format_name: str) -> HttpResponse | FileResponse:
        self.read_params(request)
        row = get_report(request, report_id)
        return report_file(row, format_name)


class PublishStep(PortalView):
    scope_write = "reports:write"

    @extend_schema(operation_id="report_publish", request=PublishBody, responses=ReportShown)
    def post(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        row = get_report(request, report_id)
        code = second_factor.attempt_of(request.user, request.data, lambda: self.was_sent(request))

        def act() -> Response:
            body = self.body(PublishBody, request)
            published = publish_report(
                row,
                actor=request.user,
                note=body.get("note", ""),
                issued_no=body.get("issued_no", ""),
                issued_on=body.get("issued_on"),
                code=code,
                seen_sha256=body.get("seen_sha256", ""),
            )
            return whole_report(request, published.public_id)

        return self.once(request, act)


class SubmitStep(PortalView):
    scope_write = "reports:write"

    @extend_schema(operation_id="report_submit", request=SubmitBody, responses=ReportShown)
    def post(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        """What the checks say is read at /checks/; without an answer to each warning it is not submitted."""
        row = get_report(request, report_id)
        body = self.body(SubmitBody, request)
        answers = {one["code"]: one["answer"] for one in body.get("answers", [])}
        reason = body.get("reason", "")
        prepared = None
        if row.state == ReportState.DRAFT and permissions.may_submit(row, request.user):
            prepared = life.prepare(row, answers=answers, reason=reason)  # no transaction waits for the files

        def act() -> Response:
            life.submit_report(
                row,
                actor=request.user,
                answers=answers,
                reason=reason,
                seen_sha256=body.get("seen_sha256", ""),
                prepared=prepared,
            )
            return whole_report(request, report_id)

        return self.once(request, act)


class _ReasonStep(PortalView):
    """A step that wants a reason."""

    scope_write = "reports:write"
    take: ClassVar[Callable[..., Report]]

    def step(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        row = get_report(request, report_id)

        def act() -> Response:
            body = self.body(ReasonBody, request)
            type(self).take(row, actor=request.user, note=body.get("note", ""))
            return whole_report(request, report_id)

        return self.once(request, act)


class ReturnStep(_ReasonStep):
    take = staticmethod(life.return_report)

    @extend_schema(operation_id="report_return", request=ReasonBody, responses=ReportShown)
    def post(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        return self.step(request, report_id)


class WithdrawStep(_ReasonStep):
    take = staticmethod(life.withdraw_report)

    @extend_schema(operation_id="report_withdraw", request=ReasonBody, responses=ReportShown)
    def post(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        return self.step(request, report_id)


class IssueStep(PortalView):
    """Number and date alone as JSON; with the signed PDF as a form with the field `file`."""

    scope_write = "reports:write"
    parser_classes = [JSONParser, UploadParser]

    @extend_schema(
        operation_id="report_issue",
        request={
            "application/json": IssueBody,
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "issued_no": {"type": "string", "maxLength": 60},
                    "issued_on": {"type": "string", "format": "date"},
                    "file": {"type": "string", "format": "binary"},
                },
                "required": ["issued_no", "issued_on", "file"],
            },
        },
        responses=ReportShown,
    )
    def post(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        row = get_report(request, report_id)
        pdf, sent = None, None
        if str(request.content_type).startswith("multipart/"):
            sent, upload = self.form(IssueBody, request, "file", _("Send the signed PDF as a file."))
            pdf, _mime = check_paper(upload)

        def act() -> Response:
            body = sent or self.body(IssueBody, request)
            life.issue_report(row, number=body["issued_no"], day=body["issued_on"], pdf=pdf, actor=request.user)
            return whole_report(request, report_id)

        return self.once(request, act)


class ReportChecks(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report_checks", responses=ANY)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        """Of a draft what the checks say now, else what they said when it was submitted, with the answers. Read by the
        department."""
        row = get_report(request, report_id)
        permissions.may_read_work(row, request.user).require()
        if row.state == ReportState.DRAFT:
            found = [
                {
                    "code": one.code,
                    "level": one.level,
                    "text": one.text,
                    "todo": one.todo or None,
                    "links": [{"title": title, "record": path} for title, path in one.links],
                    "answer": None,
                }
                for one in look(row, life.figures_alone(row))
            ]
        else:
            found = [
                {
                    "code": one.code,
                    "level": one.level,
                    "text": one.text,
                    "todo": None,
                    "links": [{"title": title, "record": path} for title, path in one.links],
                    "answer": one.answer or None,
                }
                for one in row.checks.all()
            ]
        return Response({"results": found})


class ReportTexts(PortalView):
    scope_read, scope_write = "reports:read", "reports:write"

    @extend_schema(operation_id="report_texts", responses=ANY)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        """The texts as they were last written, each with its version. Read by the department."""
        row = get_report(request, report_id)
        permissions.may_read_work(row, request.user).require()
        return Response(self._show(row))

    @extend_schema(operation_id="report_text_write", request=TextBody, responses=ANY)
    def patch(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        """Write one text. 409 `stale` where somebody else wrote it meanwhile."""
        row = get_report(request, report_id)
        body = self.body(TextBody, request)
        code = body["code"]
        texts.edit_texts(row, {code: body["text"]}, {code: body["version"]}, actor=request.user)
        return Response(self._show(row))

    @staticmethod
    def _show(row: Report) -> dict[str, Any]:
        document, parts = texts.document_of(row), {part.code: part for part in texts.parts_of(row)}
        return {"results": [_text(one, document, parts) for one in row.texts.all()]}


def _text(one: ReportText, document: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    old = texts.stale(one, document, parts[one.code]) if one.edited and one.code in parts else []
    return {
        "code": one.code,
        "title": one.title,
        "text": one.text,
        "edited": one.edited,
        "version": one.version,
        "outdated": [{"was": found.was, "now": found.now} for found in old],
    }


class ReportChanges(PortalView):
    scope_read = "reports:read"
    params = (params.text("against", "Id of another version; the one before where it is not given.", 36),)

    @extend_schema(operation_id="report_changes", responses=ANY)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        """The figures and texts that differ from another version of the same report."""
        row = get_report(request, report_id)
        against = self.read_params(request).get("against", "")
        other = other_version(request.user, row, against)
        if other is None and against:
            raise bad_parameter("against", _("There is no such version of this report."))
        if other is None:
            raise Http404
        old, new = life.document_now(other), life.document_now(row)
        return Response(
            {
                "against": api_path(other),
                "reason": row.reason or None,
                "results": [_change(one) for one in compare(old, new)],
                "texts": [
                    {"code": one.code, "title": one.title, "old": one.old, "new": one.new}
                    for one in compare_texts(old, new)
                ],
            }
        )


def _change(one: Change) -> dict[str, Any]:
    return {
        "section": one.section,
        "row": one.row,
        "column": one.column,
        "title": f"{one.row_title}, {one.column_title}",
        "change": one.kind,
        "old": one.old_value,
        "new": one.new_value,
    }
