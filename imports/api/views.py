"""Importing by program: send a workbook, see what was found in it, mend cells, have it stored, take it back.

Cells are never given out again: what was sent may hold people's data. A fault names row, column and cure.
"""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.parsers import UploadParser
from core.api.problems import bad_field
from core.api.serializers import Flag, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import WrongState
from core.workbooks import XLSX
from imports import services
from imports.checking import letters
from imports.importers import CHANGED, NEW, SAME, WRONG, Importer, importer_of, importers_for
from imports.models import Import, ImportState
from imports.template import template

ANY = OpenApiTypes.OBJECT
AT_ONCE = 200
_MANY_DIGITS = re.compile(r"(?:\d[ .\-]?){7,}\d")


class SendBody(StrictSerializer):
    """`target`: what the rows belong to, where the kind asks for it (a training class: its id)."""

    kind = Text(max_length=40)
    target = Text(max_length=60, required=False, allow_blank=True)


class CellBody(StrictSerializer):
    """`row` as the sheet counts it, `column` by its code; an empty text empties the cell."""

    row = Whole(min_value=1, max_value=10_000_000)
    column = Text(max_length=40)
    text = Text(max_length=2000, allow_blank=True)


class ImportStepBody(StrictSerializer):
    """mend: `version`, `cells`; confirm: `version`, with `valid_only` wrong rows are left out; drop, undo: nothing."""

    version = Whole(min_value=1, required=False)
    valid_only = Flag(required=False)
    cells = serializers.ListField(child=CellBody(), max_length=1000, required=False)


def _importer(request: PortalRequest, kind: str) -> Importer:
    importer = importer_of(kind)
    if importer is None:
        raise Http404
    importer.may(request.user).require()
    return importer


class KindList(PortalView):
    @extend_schema(operation_id="import_kinds", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        """What the caller may import, with the columns of each."""
        told = [
            {
                "kind": one.kind,
                "title": str(one.title),
                "asks_target": one.asks_target,
                "max_rows": one.max_rows,
                "columns": [
                    {"code": column.code, "label": str(column.label), "required": column.required}
                    for column in one.columns
                ],
                "template": f"/api/v1/import-kinds/{one.kind}/template/",
            }
            for one in importers_for(request.user)
        ]
        return Response({"results": told})


class Template(PortalView):
    @extend_schema(operation_id="import_template", responses={(200, XLSX): OpenApiTypes.BINARY})
    def get(self, request: PortalRequest, kind: str) -> HttpResponse:
        """The workbook to fill in."""
        importer = _importer(request, kind)
        province = next(iter(importer.provinces(request.user)), None)
        if province is None:
            raise Http404
        content = template(importer, importer.context(province, None, request.user))
        return HttpResponse(content, content_type=XLSX, headers={"X-Content-Type-Options": "nosniff"})


def _teller(row: Import) -> Callable[[str], str]:
    """How messages are passed on: of people's rows without any number that may be somebody's."""
    personal = services.importer_for(row).personal
    return lambda text: _MANY_DIGITS.sub("…", text) if personal else text


def show_import(row: Import, *, whole: bool = True) -> dict[str, Any]:
    """`whole`: also what is against taking it back, for one alone."""
    told = _teller(row)
    shown = {
        "id": str(row.public_id),
        "kind": row.kind,
        "target": row.target or None,
        "file_name": row.file_name,
        "sha256": row.sha256,
        "size": row.size,
        "state": row.state,
        "fault": told(row.fault) or None,
        "warnings": [told(text) for text in row.warnings],
        "rows": {NEW: row.new, CHANGED: row.changed, SAME: row.same, WRONG: row.wrong},
        "created_at": row.created_at,
        "checked_at": row.checked_at,
        "stored_at": row.stored_at,
        "undo_until": row.undo_until,
        "version": row.version,
    }
    if whole:
        job = services.job_of(row)
        earlier = services.same_file(row) if row.state == ImportState.CHECKED else None
        stored = row.state == ImportState.STORED
        shown |= {
            "progress": {"done": job.done, "total": job.total} if job else None,
            "same_file": str(earlier.public_id) if earlier and earlier.owner_id == row.owner_id else None,
            "stored_before": earlier is not None,
            "against_undo": services.why_not_undone(row) or None if stored else None,
        }
    return shown


def _import(request: PortalRequest, import_id: UUID) -> Import:
    rows = Import.objects.visible_to(request.user).select_related("owner", "province")
    row: Import | None = rows.filter(public_id=import_id).first()
    if row is None:
        raise Http404
    return row


class ImportList(PortalView):
    """What the caller has sent, the latest first."""

    parser_classes = [UploadParser]
    paged = True
    params = (params.choice("state", list(ImportState.values)),)
    orderings = {"-id": ("-id",), "id": ("id",)}

    @extend_schema(operation_id="imports", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Import.objects.visible_to(request.user).defer("table", "upload", "receipt")
        if "state" in self.values:
            rows = rows.filter(state=self.values["state"])
        return self.page(request, rows, lambda found: [show_import(row, whole=False) for row in found], self.values)

    @extend_schema(
        operation_id="import_send",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "maxLength": 40},
                    "target": {"type": "string", "maxLength": 60},
                    "file": {"type": "string", "format": "binary"},
                },
                "required": ["kind", "file"],
            }
        },
        responses={202: ANY},
    )
    def post(self, request: PortalRequest) -> HttpResponse:
        """A worker checks it; nothing is stored before it is confirmed."""
        fields, upload = self.form(SendBody, request, "file", _("Send the workbook as a file."))
        importer = importer_of(fields["kind"])
        if importer is None:
            raise bad_field("kind", _("There is no such code."))

        def act() -> Response:
            upload.seek(0)
            row = services.send(importer, upload, fields.get("target", ""), actor=request.user)
            answer = Response(show_import(row), status=202)
            answer["Location"] = f"/api/v1/imports/{row.public_id}/"
            return answer

        return self.once(request, act)


class ImportOne(PortalView):
    @extend_schema(operation_id="import", responses=ANY)
    def get(self, request: PortalRequest, import_id: UUID) -> Response:
        return Response(show_import(_import(request, import_id)))


class ImportRows(PortalView):
    params = (
        params.choice("part", [WRONG, NEW, CHANGED, SAME], "Only these; without it those that are wrong."),
        params.integer("after", 0, 10_000_000, "Rows of the sheet below this one.", default=0),
    )

    @extend_schema(operation_id="import_rows", responses=ANY)
    def get(self, request: PortalRequest, import_id: UUID) -> Response:
        """At most 200 rows; `next` leads to those below."""
        row = _import(request, import_id)
        table, part = row.read(), self.values.get("part", WRONG)
        after: int = self.values.get("after", 0)
        chosen = [one for one in table.get("rows", []) if one["k"] == part and one["n"] > after]
        found = sorted(chosen, key=lambda one: one["n"])[: AT_ONCE + 1]
        more = len(found) > AT_ONCE
        found = found[:AT_ONCE]
        link = f"{request.path}?part={part}&after={found[-1]['n']}" if more else None
        shown = [_show_row(one, table["columns"], _teller(row)) for one in found]
        return Response({"results": shown, "next": link}, headers={"Cache-Control": "no-store"})


def _show_row(one: dict[str, Any], places: dict[str, int], told: Callable[[str], str]) -> dict[str, Any]:
    return {
        "row": one["n"],
        "errors": [
            {
                "column": code,
                "place": f"{letters(places[code])}{one['n']}" if code in places else None,
                "message": told(message),
            }
            for code, message in one.get("e", {}).items()
        ],
        "notes": [told(note) for note in one.get("o", [])],
        "changes": sorted(one.get("x", {})),
    }


class ImportStep(PortalView):
    @extend_schema(operation_id="import_step", request=ImportStepBody, responses=ANY)
    def post(self, request: PortalRequest, import_id: UUID, step: str) -> HttpResponse:
        """mend, confirm (a worker then stores it), drop, undo (within 24 hours, while nothing depends on it)."""

        def act() -> Response:
            row, actor = _import(request, import_id), request.user
            body = self.body(ImportStepBody, request)
            version = body.get("version")
            if step in ("mend", "confirm") and version is None:
                raise bad_field("version", _("Say which version of it was looked at."))
            if step == "mend":
                cells: dict[int, dict[str, str]] = {}
                for one in body.get("cells", []):
                    cells.setdefault(one["row"], {})[one["column"]] = one["text"]
                row = services.mend(row, cells, actor=actor, version=version or 0)
            elif step == "confirm":
                only = body.get("valid_only", False)
                row = services.confirm(row, valid_only=only, actor=actor, version=version or 0)
            elif step == "drop":
                row = services.drop(row, actor=actor)
            elif step == "undo":
                row = services.undo(row, actor=actor)
            else:
                raise WrongState(_("There is no such step."), code="unknown_step")
            return Response(show_import(row))

        return self.once(request, act)
