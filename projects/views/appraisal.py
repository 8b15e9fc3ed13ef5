"""Giving an opinion on a file under appraisal."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.signed_in import render_form, sent_once, user_of
from projects import appraisal, permissions
from projects.ceilings import ceilings_of, repeats_of, repeats_shown
from projects.life_forms import OpinionForm
from projects.views.shared import project_of


@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    permissions.may_give_opinion(project, user).require()
    before = next((row for row in appraisal.latest(project) if row.appraiser_id == user.pk), None)
    form = OpinionForm(request.POST or None, project=project, before=before)

    def act() -> str:
        appraisal.give_opinion(project, form.opinion_data(), actor=user)
        return reverse("projects:detail", args=[project.public_id]) + "#appraisal"

    answer, error = sent_once(request, form, act, _("Your opinion is kept."))
    if answer:
        return answer
    appraisal.require_open_for_opinions(project)
    context = {
        "project": project,
        "before": before,
        "ceilings": ceilings_of(project),
        "repeats": repeats_shown(repeats_of(project), user),
    }
    return render_form(request, "projects/opinion.html", form, context, error)
