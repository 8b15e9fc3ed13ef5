"""The papers that can be made of a project, and its whole file. They stand beside the project's other paths."""

from uuid import UUID

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api import params
from core.api.views import PortalRequest, PortalView
from funding.api.life import inside
from papers.catalogue import OF_PROJECT
from papers.downloads import paper_answer, whole_file_answer

ANY = OpenApiTypes.OBJECT
FORMATS = ("docx", "pdf")


class FormList(PortalView):
    """Each paper with whether it can be made by now, why not, and where its files are."""

    @extend_schema(operation_id="forms", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        self.read_params(request)
        project = inside(request, project_id)
        rows = []
        for form in OF_PROJECT:
            verdict = form.available(project)
            files = {name: f"{request.path}{form.code}/{name}/" for name in FORMATS} if verdict else {}
            rows.append(
                {
                    "form": form.code,
                    "title": str(form.title),
                    "possible": bool(verdict),
                    "reason": None if verdict else verdict.reason,
                    "one_for_each_beneficiary": form.per_beneficiary,
                    "files": files,
                }
            )
        return Response({"results": rows})


class FormFile(PortalView):
    params = (params.uuid_("of", "For which beneficiary, where there is one for each; without it, the first."),)

    @extend_schema(operation_id="form_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: PortalRequest, project_id: UUID, form_code: str, format_name: str) -> HttpResponse:
        values = self.read_params(request)
        return paper_answer(inside(request, project_id), form_code, format_name, str(values.get("of") or ""))


class WholeFile(PortalView):
    @extend_schema(operation_id="whole_file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: PortalRequest, project_id: UUID) -> FileResponse:
        self.read_params(request)
        return whole_file_answer(inside(request, project_id))
