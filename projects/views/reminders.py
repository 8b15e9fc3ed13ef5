"""Who has not reported in a period, and one click to remind them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import Role
from accounts.signed_in import render_form, user_of
from core import clock, sheets
from core.errors import DomainError, NotAllowed
from core.once import once
from projects import reminders
from projects.forms import ReminderFilter, RemindForm
from projects.models import Project

PAGE_SIZE = 50
COLUMNS = (
    sheets.Column(gettext_lazy("Project"), lambda row: row.project.code),
    sheets.Column(gettext_lazy("Name"), lambda row: row.project.name, width=40),
    sheets.Column(gettext_lazy("Place"), lambda row: row.project.area.full_name),
    sheets.Column(gettext_lazy("Last update"), lambda row: row.project.last_on, "day"),
    sheets.Column(gettext_lazy("In this period"), lambda row: row.state),
    sheets.Column(
        gettext_lazy("Who reports"), lambda row: ", ".join(person.full_name for person, _sent in row.people), width=40
    ),
    sheets.Column(
        gettext_lazy("Last reminded"),
        lambda row: max((sent.sent_on for _p, sent in row.people if sent), default=None),
        "day",
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Open projects with who reports on them; not reported first. POST reminds one of them, or all that are shown."""
    user = user_of(request)
    if not user.has_role(Role.OFFICER, Role.CENTRE):
        raise NotAllowed(_("Only an officer of the department or the implementing centre reminds of progress."))
    visible = Project.objects.visible_to(user).filter(historical=False)
    form = ReminderFilter(request.GET, area_ids=visible.order_by().values("area_id"))
    chosen = form.usable()
    period = chosen.get("period") or reminders.period_now()
    asked = RemindForm(request.POST or None)
    error = None
    if request.method == "POST" and period is not None and asked.is_valid():

        def act() -> str:
            _remind(request, user, period, chosen.get("area"), asked.cleaned_data)
            query = urlencode({name: request.GET[name] for name in ("period", "area", "all") if name in request.GET})
            return reverse("projects:reminders") + (f"?{query}" if query else "")

        try:
            return once(request, asked, act)
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
            asked.blame(refusal)
    context: dict[str, Any] = {"filter": form, "period": period}
    if period is not None:
        rows = reminders.due(user, period, chosen.get("area"))
        units = reminders.units(user, period)
        context |= {"units": units, "units_done": sum(unit.done for unit in units)}
        context["missing"] = rows.filter(reported=False).count()
        context["total"] = rows.count()
        rows = rows if chosen.get("all") else rows.filter(reported=False)
        if wanted := sheets.asked(request):
            found = reminders.with_people(rows.select_related("area"), period)
            return sheets.answer(wanted, "bao-cao-tien-do", _("Period's board"), COLUMNS, found, about=form.in_words)
        page = Paginator(rows.select_related("area"), PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": reminders.with_people(page.object_list, period), "today": clock.today()}
    return render_form(request, "projects/reminders.html", asked, context, error)


def _remind(request: HttpRequest, user: User, period: Any, area: Any, data: dict[str, Any]) -> None:
    if data["who"] == "all":
        made, before = reminders.remind_all(user, period, area, actor=user)
        text = ngettext("%(count)s reminder sent.", "%(count)s reminders sent.", len(made)) % {"count": len(made)}
        if before:
            text += " " + ngettext("%(count)s was sent today before.", "%(count)s were sent today before.", before) % {
                "count": before
            }
        messages.success(request, text)
        return
    project = get_object_or_404(Project.objects.visible_to(user), public_id=data["project"])
    person = get_object_or_404(User.objects.people(), public_id=data["person"])
    _reminder, new = reminders.remind(project, person, period, actor=user)
    text = _("%(person)s was reminded.") if new else _("%(person)s was reminded today already.")
    messages.success(request, text % {"person": person.full_name})
