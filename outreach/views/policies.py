"""The policy library as the office keeps it, and campaigns: who was reached and who was not."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import Role
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import DomainError, NotAllowed, WrongState
from enterprises.models import Enterprise
from outreach import letters, permissions, spreading
from outreach.forms import (
    CampaignForm,
    CountForm,
    FileForm,
    LettersForm,
    LibraryFilter,
    MatchFilter,
    NewCampaignForm,
    NewPolicyForm,
    PolicyForm,
    ToldForm,
)
from outreach.models import Campaign, Policy, Reached
from outreach.views.shared import edited, page_of, sent, ticked
from programmes.kinds import kinds_in_words
from projects.models import Project
from projects.views.steps import stored_file

VALIDITY = {
    "now": _lazy("In force"),
    "past": _lazy("No longer in force"),
    "future": _lazy("Not in force yet"),
    "unknown": _lazy("In force: day not known"),
}
POLICY_COLUMNS = (
    sheets.Column(_lazy("Title"), lambda row: row.title, width=46),
    sheets.Column(_lazy("Legal document"), lambda row: str(row.document)),
    sheets.Column(_lazy("In force from"), lambda row: row.document.in_force_from, "day"),
    sheets.Column(_lazy("In force to"), lambda row: row.document.in_force_to, "day"),
    sheets.Column(_lazy("Shown to everybody"), lambda row: _("yes") if row.published else _("no")),
    sheets.Column(_lazy("In plain words"), lambda row: row.summary, width=60),
)
CAMPAIGN_COLUMNS = (
    sheets.Column(_lazy("Name"), lambda row: row.name, width=46),
    sheets.Column(_lazy("Policy"), lambda row: row.policy.title if row.policy else ""),
    sheets.Column(_lazy("Channel"), lambda row: row.channel.name),
    sheets.Column(_lazy("Planned for"), lambda row: row.planned_on, "day"),
    sheets.Column(_lazy("Held on"), lambda row: row.held_on, "day"),
    sheets.Column(_lazy("Project"), lambda row: row.project.code if row.project else ""),
)


def _policy(user: User, public_id: UUID) -> Policy:
    found: Policy = get_object_or_404(
        Policy.objects.visible_to(user).select_related("province", "document"), public_id=public_id
    )
    return found


def _campaign(user: User, public_id: UUID) -> Campaign:
    rows = Campaign.objects.visible_to(user).select_related("province", "policy", "channel", "project")
    found: Campaign = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Policy.objects.visible_to(user)
    form = LibraryFilter(request.GET)
    data = form.usable()
    rows = spreading.found_in(visible.select_related("document"), data.get("q", "")).order_by("title", "id")
    kept = [row for row in rows if "kind" not in data or not row.kinds or data["kind"] in row.kinds]
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "chinh-sach", _("Policy library"), POLICY_COLUMNS, kept, about=form.in_words)
    for row in kept:
        row.words = VALIDITY[row.validity]
    context = {
        "tab": "policies",
        "form": form,
        "page": page_of(request, kept),
        "any": visible.exists(),
        "may_keep": permissions.may_keep(None, user),
    }
    return render(request, "outreach/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def policy_new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_keep(None, user).require()
    form = NewPolicyForm(request.POST or None, actor=user)

    def act() -> str:
        row = spreading.create_policy(form.of_province(), form.data_of(), actor=user)
        return reverse("outreach:policy", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("The policy is in the library."))
    return answer or render_form(request, "outreach/policy_form.html", form, {"row": None}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def policy_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _policy(user, public_id)
    permissions.may_keep(row.province, user).require()
    form = PolicyForm(request.POST or None, actor=user, row=row)
    answer, error = edited(
        request,
        form,
        lambda version: spreading.change_policy(row, form.data_of(), actor=user, version=version),
        reverse("outreach:policy", args=[public_id]),
        lambda: _policy(user, public_id),
    )
    return answer or render_form(request, "outreach/policy_form.html", form, {"row": row}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What it says and for whom it is, with the establishments it is for: whom to call, and who was told."""
    user = user_of(request)
    row = _policy(user, public_id)
    rows = spreading.concerned(row) & Enterprise.objects.visible_to(user)
    told = {one.enterprise_id: one for one in spreading.told_of(row).select_related("channel").order_by("on")}
    initial = {"on": clock.today()}
    what = request.POST.get("what", "") if request.method == "POST" else ""
    form = ToldForm(request.POST if request.method == "POST" and not what else None, initial=initial)
    file_form = FileForm(request.POST, request.FILES) if what == "file" else FileForm()
    letters_form = LettersForm(request.POST if what == "letters" else None)
    if what:
        answer = _do(request, row, what, file_form, letters_form)
        if answer:
            return answer
    elif request.method == "POST":
        url = request.get_full_path()
        chosen = ticked(request, user)

        def act() -> None:
            data = form.cleaned_data
            spreading.tell(row, chosen, data["channel"], data["on"], actor=user)

        answer = sent(request, form, act, url, _("Noted who was told."))
        if answer:
            return answer
    context = {
        "row": row,
        "tab": "policies",
        "words": VALIDITY[row.validity],
        "kinds": kinds_in_words(row.kinds),
        "communes": row.communes.order_by("folded"),
        "activities": row.activities.all(),
        "may_keep": permissions.may_keep(row.province, user),
        "told_form": form,
        "file_form": file_form,
        "letters_form": letters_form,
        "wrong_form": next((one for one in (form, file_form, letters_form) if one.errors), form),
        "files": row.files.all(),
        "file_address": "outreach:policy_file",
        "waiting": letters.waiting(row).count(),
        "unsent": row.letters.filter(sent_at__isnull=True).count(),
        "sent_letters": row.letters.filter(sent_at__isnull=False).count(),
        "may_mark": user.has_role(Role.OFFICER, Role.CENTRE, Role.COLLABORATOR),
        "history": Entry.objects.about(row)[:50],
    }
    return _with_list(request, "outreach/policy.html", rows, told, context, bool(context["wrong_form"].errors))


def _do(request: HttpRequest, row: Policy, what: str, file_form: FileForm, form: LettersForm) -> HttpResponse | None:
    """What is sent from the page of a policy beside the list: its files and its letters."""
    user, here = user_of(request), reverse("outreach:policy", args=[row.public_id])
    permissions.may_keep(row.province, user).require()
    if what == "file":

        def keep() -> str:
            spreading.add_file(row, file_form.cleaned_data["file"], file_form.cleaned_data["title"], actor=user)
            return here

        answer, _error = sent_once(request, file_form, keep, _("The file is added."))
        return answer
    if what == "letters":

        def write() -> str:
            page = request.build_absolute_uri(reverse("public:policy", args=[row.public_id]))
            count = letters.write(row, form.cleaned_data["channel"], page, actor=user)
            messages.success(request, _("%(count)s letters are being sent.") % {"count": count})
            return here

        answer, _error = sent_once(request, form, write)
        return answer
    key = request.POST.get("pk", "")
    if what == "remove_file" and key.isascii() and key.isdigit() and len(key) < 19:
        spreading.remove_file(row, int(key), actor=user)
        messages.success(request, _("The file is taken off."))
    return redirect(here)


@require_safe
def policy_file(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """A file of a policy, for whoever sees the policy."""
    return answer_file(_policy(user_of(request), public_id), pk)


def answer_file(row: Policy, pk: int) -> HttpResponse:
    found = get_object_or_404(row.files.select_related("file"), pk=pk)
    return stored_file(found.file, found.title)


def _with_list(
    request: HttpRequest, template: str, rows: Any, told: dict[int, Reached], context: dict[str, Any], wrong: bool
) -> HttpResponse:
    """The list of establishments something is for, with who was reached; also as a file."""
    match = MatchFilter(request.GET)
    total = rows.count()
    reached = rows.filter(pk__in=list(told)).count()
    shown = match.narrow(rows, list(told)).select_related("area").order_by("area__folded", "folded", "id")
    if wanted := sheets.asked(request):
        columns = (
            sheets.Column(_("Establishment"), lambda one: one.name, width=46),
            sheets.Column(_("Place"), lambda one: one.area.full_name),
            sheets.Column(_("Legal representative"), lambda one: one.representative),
            sheets.Column(_("Telephone"), lambda one: one.phone),
            sheets.Column(_("Told on"), lambda one: told[one.pk].on if one.pk in told else None, "day"),
            sheets.Column(_("Channel"), lambda one: str(told[one.pk].channel) if one.pk in told else ""),
        )
        about = "; ".join(filter(None, (str(context["row"]), match.in_words)))
        return sheets.answer(wanted, "co-so-can-biet", _("Establishments"), columns, shown.iterator(), about=about)
    page = page_of(request, shown)
    for one in page:
        one.told = told.get(one.pk)
    more = {"form": match, "page": page, "total": total, "reached": reached, "missed": total - reached}
    return render(request, template, {**context, **more}, status=422 if wrong else 200)


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    rows = Campaign.objects.visible_to(user).select_related("policy", "channel", "project")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "tuyen-truyen", _("Campaigns"), CAMPAIGN_COLUMNS, rows.iterator())
    context = {"tab": "campaigns", "page": page_of(request, rows), "may_keep": permissions.may_keep(None, user)}
    return render(request, "outreach/campaigns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_keep(None, user).require()
    form = NewCampaignForm(request.POST or None, actor=user)

    def act() -> str:
        row = spreading.create_campaign(form.of_province(), form.data_of(), actor=user)
        return reverse("outreach:campaign", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("The campaign is entered."))
    return answer or render_form(request, "outreach/campaign_form.html", form, {"row": None}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _campaign(user, public_id)
    permissions.may_keep(row.province, user).require()
    form = CampaignForm(request.POST or None, actor=user, row=row)
    answer, error = edited(
        request,
        form,
        lambda version: spreading.change_campaign(row, form.data_of(), actor=user, version=version),
        reverse("outreach:campaign", args=[public_id]),
        lambda: _campaign(user, public_id),
    )
    return answer or render_form(request, "outreach/campaign_form.html", form, {"row": row}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For whom it is, who was reached and who was not, by commune and by establishment."""
    user = user_of(request)
    row = _campaign(user, public_id)
    rows = spreading.aimed_at(row) & Enterprise.objects.visible_to(user)
    counting = request.method == "POST" and "people" in request.POST
    form = CountForm(request.POST if counting else None, campaign=row)
    if request.method == "POST":
        url = request.get_full_path()
        if counting:
            data = form.cleaned_data if form.is_valid() else {}
            answer = sent(
                request,
                form,
                lambda: spreading.count_people(row, data["area"], data["people"], actor=user),
                url,
                _("The count is noted."),
            )
            if answer:
                return answer
        else:
            try:
                spreading.reach(row, ticked(request, user), actor=user)
            except (NotAllowed, WrongState):
                raise
            except DomainError as refusal:
                messages.error(request, "; ".join(text for texts in refusal.fields.values() for text in texts))
            else:
                messages.success(request, _("Noted who took part."))
            return redirect(url)
    told = {one.enterprise_id: one for one in row.reached.select_related("channel")}
    context = {
        "row": row,
        "tab": "campaigns",
        "spread": spreading.spread_of(row, rows),
        "kinds": kinds_in_words(row.kinds),
        "communes": row.communes.order_by("folded"),
        "may_keep": permissions.may_keep(row.province, user),
        "count_form": form,
        "sees_project": bool(row.project_id and Project.objects.visible_to(user).filter(pk=row.project_id).exists()),
        "history": Entry.objects.about(row)[:50],
    }
    return _with_list(request, "outreach/campaign.html", rows, told, context, bool(form.errors))
