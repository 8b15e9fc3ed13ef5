"""Resources mobilised: the list with its sums, one promise with what was received of it, the panel of a project, the
counterpart of projects side by side."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.models import User
from accounts.signed_in import sent_once, user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from funding import permissions, resources
from funding.models import Giver, Pledge
from funding.resource_forms import PledgeFilter, PledgeForm, ReceiptForm, TakeBackForm, WithdrawForm, stored
from projects.models import Project

PAGE_SIZE = 50
RELATED = ("enterprise", "project__area", "area", "programme")


def state_of(row: Any) -> tuple[str, str]:
    """Code of the tone and word of the state of a figured row."""
    if row.withdrawn_on is not None:
        return "cancelled", _("Withdrawn")
    if row.left == 0:
        return "done", _("Wholly received")
    late = row.due_on is not None and row.due_on < clock.today()
    if late and (row.left or (row.promised_vnd is None and not row.received)):
        return "rejected", _("Overdue")
    return ("in_progress", _("Partly received")) if row.received else ("submitted", _("Promised"))


COLUMNS = (
    sheets.Column(_lazy("Who gives"), lambda row: row.by, width=40),
    sheets.Column(_lazy("Kind of source"), lambda row: row.get_giver_display()),
    sheets.Column(_lazy("Form of the contribution"), lambda row: row.get_kind_display()),
    sheets.Column(_lazy("In words"), lambda row: row.what, width=40),
    sheets.Column(_lazy("Project"), lambda row: row.project.code if row.project else ""),
    sheets.Column(_lazy("Programme"), lambda row: row.programme.code if row.programme else ""),
    sheets.Column(_lazy("Year"), lambda row: row.of_year, "number"),
    sheets.Column(_lazy("Place"), lambda row: row.place.full_name),
    sheets.Column(_lazy("Promised"), lambda row: row.promised_vnd, "money"),
    sheets.Column(_lazy("Received"), lambda row: row.received, "money"),
    sheets.Column(_lazy("Not received yet"), lambda row: None if row.withdrawn_on else row.left, "money"),
    sheets.Column(_lazy("Promised on"), lambda row: row.promised_on, "day"),
    sheets.Column(_lazy("Paper"), lambda row: row.paper),
    sheets.Column(_lazy("To be received until"), lambda row: row.due_on, "day"),
    sheets.Column(_lazy("State"), lambda row: state_of(row)[1]),
)


def _grouped(rows: list[Any], by: str) -> list[tuple[str, resources.Sums]]:
    names: dict[str, Any] = {
        "giver": lambda row: row.get_giver_display(),
        "year": lambda row: str(row.of_year),
        "place": lambda row: row.place.full_name,
        "kind": lambda row: row.get_kind_display(),
    }
    found: dict[str, resources.Sums] = defaultdict(resources.Sums)
    for row in rows:
        found[names[by](row)].add(row)
    return sorted(found.items(), reverse=by == "year")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Pledge.objects.visible_to(user)
    form = PledgeFilter(request.GET, rows=visible.figured())
    rows = form.narrow().select_related(*RELATED)
    if wanted := sheets.asked(request):
        return sheets.answer(
            wanted, "nguon-luc-huy-dong", _("Resources mobilised"), COLUMNS, rows.iterator(), about=form.in_words
        )
    found = list(rows)
    by = form.usable().get("by") or "giver"
    kept = request.GET.copy()
    for name in ("state", "page", "by"):
        kept.pop(name, None)
    query = kept.urlencode()
    late = form.narrow().overdue().count()  # type: ignore[attr-defined]
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [(row, *state_of(row)) for row in page],
        "any": visible.exists(),
        "sums": resources.sums_of(found),
        "late": late,
        "query": f"&{query}" if query else "",
        "by": dict(PledgeFilter.BY)[by],
        "groups": _grouped(found, by),
        "may_enter": permissions.may_enter_pledge(None, user),
    }
    return render(request, "funding/pledges.html", context)


def _pledge(user: User, public_id: UUID) -> Any:
    rows = Pledge.objects.visible_to(user).figured().select_related(*RELATED, "province")
    return get_object_or_404(rows, public_id=public_id)


def _at(row: Pledge) -> str:
    return reverse("funding:pledge", args=[row.public_id])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_enter_pledge(None, user).require()
    project = None
    if len(wanted := request.GET.get("project", "")) == 36:
        project = Project.objects.visible_to(user).filter(public_id=wanted).first()
    form = PledgeForm(request.POST or None, user=user, project=project)

    def act() -> str:
        return _at(resources.promise(form.data_of(), actor=user))

    return form_page(
        request, form, act, title=_("Enter a promise"), back=reverse("funding:pledges"),
        done=_("The promise is stored."),
        lead=_("What a beneficiary, a larger enterprise or others promised to bring beside the support."),
        crumbs=((_("Resources mobilised"), reverse("funding:pledges")),), template="funding/pledge_form.html",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _pledge(user, public_id)
    permissions.may_enter_pledge(row.province_id, user).require()
    if row.withdrawn_on is not None:
        raise WrongState(_("This promise was withdrawn; nothing of it is changed any more."))
    form = PledgeForm(request.POST or None, user=user, row=row)

    def act() -> str:
        return _at(resources.change_pledge(row, form.data_of(), actor=user, version=form.cleaned_data["version"] or 0))

    def now() -> tuple[int, dict[str, Any]]:
        found = _pledge(user, public_id)
        return found.version, stored(found)

    return form_page(
        request, form, act, title=_("Change the promise"), back=_at(row), done=_("Saved."), over=str(row), now=now,
        crumbs=((_("Resources mobilised"), reverse("funding:pledges")), (row.by, _at(row))),
        template="funding/pledge_form.html",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def pledge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One promise; beside it what can be done: record a receipt, take one back, withdraw it."""
    user = user_of(request)
    row = _pledge(user, public_id)
    may = permissions.may_enter_pledge(row.province_id, user)
    did = request.POST.get("do", "") if request.method == "POST" else ""
    kinds = {"receive": ReceiptForm, "take_back": TakeBackForm, "withdraw": WithdrawForm}
    forms: dict[str, Any] = {
        name: kind(request.POST if did == name else None, prefix=name, initial={"received_on": clock.today()})
        for name, kind in kinds.items()
    }
    if request.method == "POST":
        may.require()
        if did not in forms:
            raise Invalid(_("There is no such step."))
        if answer := _do(request, row, did, forms[did], user):
            return answer
    receipts = list(row.receipts.select_related("recorded_by", "corrected_by"))
    sees_project = row.project is not None and Project.objects.visible_to(user).filter(pk=row.project_id).exists()
    wrong = did in forms and bool(forms[did].errors)
    context = {
        "row": row,
        "state": state_of(row),
        "may": may,
        "open": row.withdrawn_on is None,
        "forms": forms,
        "form": forms.get(did),
        "receipts": [one for one in receipts if one.corrects_id is None],
        "taking": request.POST.get("take_back-receipt", "") if wrong else "",
        "sees_project": sees_project,
        "one": resources.counterpart_of(row.project) if sees_project and row.giver == Giver.BENEFICIARY else None,
        "inside": (inside := bool(may) or row.province_id in user.sight.province_ids),
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "funding/pledge.html", context, status=422 if wrong else 200)


def _do(request: HttpRequest, row: Pledge, did: str, form: Any, user: User) -> HttpResponse | None:
    def received() -> str:
        data = form.cleaned_data
        resources.receive(row, data["amount_vnd"], data["received_on"], data["paper"], actor=user, note=data["note"])
        return _at(row)

    def taken_back() -> str:
        receipt = get_object_or_404(row.receipts, pk=form.cleaned_data["receipt"])
        resources.take_back(receipt, form.cleaned_data["note"], actor=user)
        return _at(row)

    if did == "receive":
        return sent_once(request, form, received, _("The receipt is recorded."))[0]
    if did == "take_back":
        return sent_once(request, form, taken_back, _("The receipt is taken back."))[0]
    if not form.is_valid():
        return None
    try:
        resources.withdraw_pledge(row, form.cleaned_data["withdraw_reason"], actor=user)
    except (NotAllowed, WrongState):
        raise
    except DomainError as refusal:
        form.blame(refusal)
        return None
    messages.success(request, _("The promise is withdrawn."))
    return redirect(_at(row))


@require_safe
def of_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was promised and received for a project: a part of its page, or a page."""
    user = user_of(request)
    project = get_object_or_404(Project.objects.visible_to(user).select_related("province"), public_id=public_id)
    rows = list(Pledge.objects.visible_to(user).filter(project=project).figured().select_related(*RELATED))
    context = {
        "project": project,
        "lines": [(row, *state_of(row)) for row in rows],
        "sums": resources.sums_of(rows),
        "one": resources.counterpart_of(project),
        "may_enter": permissions.may_enter_pledge(project.province_id, user) and project.type != "task",
    }
    template = "funding/_pledges.html" if getattr(request, "htmx", False) else "funding/project_pledges.html"
    return render(request, template, context)


COUNTERPART_COLUMNS = (
    sheets.Column(_lazy("Code"), lambda one: one.project.code),
    sheets.Column(_lazy("Project"), lambda one: one.project.name, width=46),
    sheets.Column(_lazy("Year"), lambda one: one.project.year, "number"),
    sheets.Column(_lazy("Decided"), lambda one: one.decided, "money"),
    sheets.Column(_lazy("Promised by paper"), lambda one: one.pledges.promised, "money"),
    sheets.Column(_lazy("Received by paper"), lambda one: one.pledges.received, "money"),
    sheets.Column(_lazy("Shown by progress"), lambda one: one.shown, "money"),
    sheets.Column(_lazy("Where they differ"), lambda one: " ".join(one.says), width=70),
)


@require_safe
def counterpart(request: HttpRequest) -> HttpResponse:
    """Projects of which a beneficiary promised counterpart: decided, promised, received, shown by progress."""
    user = user_of(request)
    rows = resources.counterparts(Project.objects.visible_to(user).select_related("area"))
    rows.sort(key=lambda one: not one.says)
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "doi-chieu-von-doi-ung", _("Counterpart side by side"), COUNTERPART_COLUMNS, rows)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "total": len(rows),
        "differing": sum(1 for one in rows if one.says),
    }
    return render(request, "funding/counterpart.html", context)
