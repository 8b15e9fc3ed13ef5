"""Review of the policies, and the difficulties reported against them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.models import User
from accounts.roles import Role
from accounts.signed_in import user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import Invalid, WrongState
from outreach import difficulties as services
from outreach import permissions
from outreach.difficulty_forms import (
    AnsweredForm,
    DifficultyFilter,
    DifficultyForm,
    ReopenDifficultyForm,
    ResolveForm,
    ReviewFilter,
    SendForm,
    stored,
)
from outreach.models import Difficulty, DifficultyState
from outreach.review import OPEN, Review, review
from outreach.states import DIFFICULTY_LIFE
from outreach.views.shared import page_of, sent
from programmes.models import LegalDocument
from projects.models import Project

SHOWN = 20
DAYS = 90


# --- the page of the review -------------------------------------------------------------------------------------------

FOUND = (
    sheets.Column(_lazy("What is to be looked at"), lambda line: line[0], width=40),
    sheets.Column(_lazy("Legal document"), lambda line: line[1], width=26),
    sheets.Column(_lazy("Rule"), lambda line: line[2], width=60),
    sheets.Column(_lazy("Day"), lambda line: line[3], "day"),
    sheets.Column(_lazy("Legal basis"), lambda line: line[4], width=30),
)


def _lines(found: Review) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = [
        (_("Document to be looked at"), str(row), "", row.review_on, "") for row in found.due
    ]
    for one in found.ended:
        day = one.document.in_force_to if one.document else None
        for rule in one.rules:
            lines.append(
                (
                    _("Document ended, the rule rests on it"),
                    str(one.document),
                    rule["line"].name,
                    day,
                    rule["rule"].legal_basis,
                )
            )
    for one in found.unverified:
        for rule in one.rules:
            name = str(one.document) if one.document else ""
            lines.append((_("Rule not verified"), name, rule["line"].name, None, rule["rule"].legal_basis))
    for rule in found.expiring:
        lines.append((_("Rule ends"), "", rule["line"].name, rule["rule"].valid_to, rule["rule"].legal_basis))
    for one in found.difficulties:
        words = _("Difficulties not resolved: %(number)s") % {"number": one.difficulties}
        lines.append((words, str(one.document or ""), "", None, ""))
    return lines


@require_safe
def policy_review(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_review(user).require()
    form = ReviewFilter(request.GET)
    days = form.usable().get("days") or DAYS
    found = review(user, days)
    if wanted := sheets.asked(request):
        return sheets.answer(
            wanted, "ra-soat-chinh-sach", _("Review of policies"), FOUND, _lines(found), about=form.in_words
        )
    context = {
        "tab": "review",
        "form": form,
        "found": found,
        "days": days,
        "today": clock.today(),
        "nothing": not (found.due or found.ended or found.unverified or found.expiring or found.difficulties),
        "waiting": services.told_with_progress(user).count(),
    }
    return render(request, "outreach/review.html", context)


# --- difficulties -----------------------------------------------------------------------------------------------------

COLUMNS = (
    sheets.Column(_lazy("About"), lambda row: row.against, width=30),
    sheets.Column(_lazy("Content of support"), lambda row: row.activity.name if row.activity else ""),
    sheets.Column(_lazy("Norm"), lambda row: row.norm.code if row.norm else ""),
    sheets.Column(_lazy("Difficulty"), lambda row: row.problem, width=60),
    sheets.Column(_lazy("What should be changed"), lambda row: row.proposal, width=50),
    sheets.Column(_lazy("Told by"), lambda row: row.by, width=36),
    sheets.Column(_lazy("Project"), lambda row: row.update.project.code if row.update else ""),
    sheets.Column(_lazy("Reported on"), lambda row: row.reported_on, "day"),
    sheets.Column(_lazy("State"), lambda row: row.get_state_display()),
    sheets.Column(_lazy("Sent to"), lambda row: row.sent_to),
    sheets.Column(_lazy("Paper"), lambda row: row.sent_paper),
    sheets.Column(_lazy("Answer"), lambda row: row.answer, width=50),
    sheets.Column(_lazy("How it was resolved"), lambda row: row.resolution, width=50),
)
RELATED = ("document", "norm", "activity", "enterprise__area", "area", "province", "update__project")


def may_report(user: User) -> bool:
    return bool(user.has_role(Role.OFFICER, Role.CENTRE, Role.COLLABORATOR))


@require_safe
def difficulties(request: HttpRequest) -> HttpResponse:
    """The list, and above it what was told with progress and is not tied to a rule yet."""
    user = user_of(request)
    visible = Difficulty.objects.visible_to(user)
    form = DifficultyFilter(request.GET, rows=visible)
    rows = form.narrow().select_related(*RELATED)
    if wanted := sheets.asked(request):
        title = _("Difficulties with the rules")
        return sheets.answer(wanted, "vuong-mac-chinh-sach", title, COLUMNS, rows.iterator(), about=form.in_words)
    ties = bool(user.has_role(Role.OFFICER, Role.CENTRE))
    told = services.told_with_progress(user) if ties else None
    context = {
        "tab": "review",
        "form": form,
        "page": page_of(request, rows),
        "any": visible.exists(),
        "may_report": may_report(user),
        "may_review": permissions.may_review(user),
        "told": told[:SHOWN] if told is not None else [],
        "told_total": told.count() if told is not None else 0,
        "noted": visible.filter(state=DifficultyState.NOTED).count(),
        "sent": visible.filter(state=DifficultyState.SENT).count(),
        "open": visible.filter(state__in=OPEN).count(),
    }
    return render(request, "outreach/difficulties.html", context)


def _difficulty(user: User, public_id: UUID) -> Difficulty:
    found: Difficulty = get_object_or_404(
        Difficulty.objects.visible_to(user).select_related(*RELATED), public_id=public_id
    )
    return found


def _at(row: Difficulty) -> str:
    return reverse("outreach:difficulty", args=[row.public_id])


def _trail() -> tuple[tuple[str, str], ...]:
    return ((_("Difficulties with the rules"), reverse("outreach:difficulties")),)


@require_http_methods(["GET", "HEAD", "POST"])
def difficulty_new(request: HttpRequest) -> HttpResponse:
    """`?update=` prefills it from a report of progress, `?document=` from a document."""
    user = user_of(request)
    if not may_report(user):
        permissions.may_keep(None, user).require()
    update = None
    if len(wanted := request.GET.get("update", "")) == 36:
        update = services.told_with_progress(user).filter(uuid=wanted).first()
        if update is None:
            raise WrongState(_("This report of progress is tied to a rule already, or tells no difficulty."))
    about = request.GET.get("document", "")
    document = LegalDocument.objects.filter(pk=int(about)).first() if about.isdecimal() and len(about) < 10 else None
    form = DifficultyForm(request.POST or None, user=user, update=update, document=document)

    def act() -> str:
        return _at(services.report(form.data_of(), actor=user, update=update))

    lead = _("Taken from the report of progress: choose what it is about.") if update else ""
    return form_page(
        request, form, act, title=_("Note a difficulty"), back=reverse("outreach:difficulties"),
        done=_("The difficulty is noted."), lead=lead, over=str(update.project) if update else "", crumbs=_trail(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def difficulty_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _difficulty(user, public_id)
    permissions.may_note(row, user).require()
    if row.state != DifficultyState.NOTED:
        raise WrongState(_("It was sent upward or resolved: what it said then stays."))
    form = DifficultyForm(request.POST or None, user=user, row=row)

    def act() -> str:
        version = form.cleaned_data["version"] or 0
        return _at(services.change_difficulty(row, form.data_of(), actor=user, version=version))

    def now() -> tuple[int, dict[str, Any]]:
        found = _difficulty(user, public_id)
        return found.version, stored(found)

    return form_page(
        request, form, act, title=_("Change"), back=_at(row), done=_("Saved."), over=str(row), now=now,
        crumbs=(*_trail(), (row.against, _at(row))),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def difficulty(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One difficulty, and beside it what can be done now."""
    user = user_of(request)
    row = _difficulty(user, public_id)
    may = permissions.may_send_up(row, user)
    did = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, row, did)
    if request.method == "POST":
        may.require()
        if did not in forms:  # what is not possible now says why; what there is not, too
            services.take_step(row, did, actor=user)
            raise Invalid(_("There is no such step."))
        form = forms[did]

        def act() -> Any:
            note = form.cleaned_data.get("note", "")
            return services.take_step(row, did, actor=user, data=form.cleaned_data, note=note)

        if answer := sent(request, form, act, _at(row), _("Saved.")):
            return answer
    project = row.update.project if row.update else None
    sees = project is not None and Project.objects.visible_to(user).filter(pk=project.pk).exists()
    context = {
        "row": row,
        "may": may,
        "may_edit": row.state == DifficultyState.NOTED and permissions.may_note(row, user),
        "forms": forms,
        "form": forms.get(did),
        "project": project,
        "sees_project": sees,
        "history": Entry.objects.about(row)[:50] if user.sight.province_ids or may else [],
    }
    wrong = did in forms and forms[did].errors
    return render(request, "outreach/difficulty.html", context, status=422 if wrong else 200)


def _forms(request: HttpRequest, row: Difficulty, did: str) -> dict[str, Any]:
    kinds: dict[str, Any] = {
        "send": SendForm,
        "answer": AnsweredForm,
        "resolve": ResolveForm,
        "reopen": ReopenDifficultyForm,
    }
    return {
        code: kinds[code](request.POST if did == code else None, prefix=code, initial={"on": clock.today()})
        for code, step in DIFFICULTY_LIFE.steps.items()
        if row.state in step.starts()
    }
