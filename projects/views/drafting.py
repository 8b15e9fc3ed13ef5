"""What stands beside the form of a project: what it still lacks, and projects to copy from."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import user_of
from projects import permissions
from projects.forms import ProjectForm
from projects.models import Project
from projects.sections import missing_in, sections
from projects.views.shared import project_of

SHOWN = 20


@require_POST
def completeness(request: HttpRequest) -> HttpResponse:
    """The side of the form, worked out from what is typed so far. Nothing is stored."""
    user = user_of(request)
    permissions.may_create(user).require()
    key = _uuid(request.GET.get("project", ""))
    project = project_of(user, key) if key else None
    form = ProjectForm(request.POST, actor=user, project=project)
    missing, known = missing_in(form, user)
    found = sections(form, missing)
    context = {"sections": found, "known": known, "count": sum(len(section.missing) for section in found)}
    return render(request, "projects/_sections.html", context)


@require_safe
def copy(request: HttpRequest) -> HttpResponse:
    """Which project to copy from: any that the person sees, newest first."""
    user = user_of(request)
    permissions.may_create(user).require()
    text = request.GET.get("q", "")[:100].replace("\0", "")
    rows = Project.objects.visible_to(user)
    if text.strip():
        rows = rows.search(text)
    rows = rows.select_related("area", "programme").order_by("-year", "-code", "pk")
    found = list(rows[: SHOWN + 1])
    return render(request, "projects/copy.html", {"rows": found[:SHOWN], "more": len(found) > SHOWN, "text": text})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
