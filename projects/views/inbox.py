"""The approval inbox: what waits for the person's decision, on the left the files, on the right one of them."""

from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.signed_in import user_of
from core.models import SUPPORT_SOURCES
from projects.ceilings import ceilings_of, repeats_of, repeats_shown
from projects.inbox import Waiting, done_today, last_move, paper, queue
from projects.views.shared import project_of

KEYS = (
    ("j", _("Next file")),
    ("k", _("Previous file")),
    ("Enter", _("Open the project")),
    ("a", _("Page of the first step that leads forward")),
    ("r", _("Page for returning the file")),
    ("?", _("This list")),
)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """`?project=` chooses the file; otherwise it is the first. Deciding happens on the page of the step."""
    user = user_of(request)
    waiting = queue(user)
    asked = request.GET.get("project", "")
    places = {str(row.project.public_id): place for place, row in enumerate(waiting)}
    context: dict[str, Any] = {"waiting": waiting, "chosen": asked in places, "count": len(waiting), "keys": KEYS}
    if asked and asked not in places:
        context |= _meanwhile(user, asked)
    if waiting:
        place = places.get(asked, 0)
        context |= {
            "row": waiting[place],
            "place": place + 1,
            "before": waiting[place - 1] if place else None,
            "after": waiting[place + 1] if place + 1 < len(waiting) else None,
            **_file(user, waiting[place]),
        }
    else:
        context["done"] = done_today(user)
    return render(request, "projects/inbox.html", context)


def _meanwhile(user: User, asked: str) -> dict[str, Any]:
    """The file that was asked for waits for this person no more: who did what, and when."""
    try:
        gone = project_of(user, UUID(asked))
    except ValueError as error:
        raise Http404 from error
    return {"gone": gone, "gone_by": last_move(gone)}


def _file(user: User, row: Waiting) -> dict[str, Any]:
    project = row.project
    prefetch_related_objects([project], "estimates", "activities", "beneficiaries__area")
    asked = {one.source: one.amount_vnd for one in project.estimates.all()}
    return {
        "project": project,
        "paper": paper(row),
        "activities": project.activities.all(),
        "beneficiaries": project.beneficiaries.all(),
        "inside": row.inside,
        "asked": [(source.label, asked[source]) for source in SUPPORT_SOURCES if source in asked],
        "ceilings": ceilings_of(project),
        "repeats": repeats_shown(repeats_of(project), user),
    }
