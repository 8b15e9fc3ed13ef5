"""The year's money: the board, each budget's ledger, and what a project got."""

import datetime as dt
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import SUPPORT_SOURCES, Source
from core.workbooks import XLSX
from enterprises.models import Enterprise
from funding import permissions, services
from funding.advances import advances_of, warnings_of_advance
from funding.forms import AllocationForm, BudgetForm, CorrectionForm, LockForm, PaymentForm, TreasuryForm, YearEndForm
from funding.models import Account, Budget, EntryKind, LedgerEntry, ProjectBalance
from funding.services import Voucher
from funding.treasury import MAX_BYTES, compare, ledger_lines, read_list, sheet, words
from funding.year_end import YearEnd, cancel, carry_over, last_day, unpaid_rows
from places.models import Area, Level
from programmes.locking import lock_through
from programmes.models import DataLock
from programmes.permissions import may_lock
from projects.models import WAITING, LockException, Project, ProjectEstimate
from projects.services import DecisionData

PAGE_SIZE = 50
RETURNED = Q(kind=EntryKind.RETURN) | Q(kind=EntryKind.CORRECTION, corrects__kind=EntryKind.RETURN)
PARTS = ("advanced", "returned", "open", "settled", "delivered")


def _project(user: User, public_id: UUID) -> Project:
    rows = Project.objects.visible_to(user).select_related("programme", "area", "province")
    project: Project = get_object_or_404(rows, public_id=public_id)
    return project


def _province(user: User) -> Area:
    """The province whose budgets the person enters."""
    ids = [pk for role in ("officer", "leader", "accountant") for pk in user.sight.province_roles.get(role, ())]
    province = Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids).first()
    if province is None:
        raise NotAllowed(permissions.may_give_budget(0, user).reason)
    return province


# --- the board --------------------------------------------------------------------------------------------------------


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Budgets of one year by source and programme; each figure is the sum of the entries it leads to."""
    user = user_of(request)
    budgets: QuerySet[Budget] = Budget.objects.visible_to(user)
    years = list(budgets.order_by("-year").values_list("year", flat=True).distinct())
    year = _year(request, years)
    found = list(budgets.filter(year=year).select_related("programme", "province").order_by("-source", "id"))
    sums, parts = _sums(user, found), _parts(user, found)
    waiting = _waiting(user, year, found)
    rows = [_board_row(row, sums[row.pk] | parts[row.pk], waiting.get(row.pk), user) for row in found]
    names = ("given", "allocated", "left", "paid", "unpaid", *PARTS)
    balances = (
        ProjectBalance.objects.filter(budget__in=found, project__in=Project.objects.visible_to(user))
        .select_related("project__area", "budget")
        .order_by("project__code", "budget__source")
    )
    context = {
        "year": year,
        "years": years,
        "rows": rows,
        "partial": any(not _sees_all(budget, user) for budget in found),
        "total": {name: _together([row[name] for row in rows]) for name in names},
        "page": Paginator(balances, PAGE_SIZE).get_page(request.GET.get("page")),
        "sees_lock": bool(user.sight.province_ids),
        "may_batch": bool(user.sight.province_roles.get("leader")),
        "may_give": bool({"officer", "leader", "accountant"} & set(user.sight.roles)),
    }
    return render(request, "funding/board.html", context)


def _board_row(budget: Budget, sums: dict[str, int], waiting: int | None, user: User) -> dict[str, Any]:
    """`left` and `waiting` are None where the person does not see all they would be made of."""
    whole = _sees_all(budget, user)
    inside = _sees_waiting(budget, user)
    return {
        "budget": budget,
        "given": sums[Account.GIVEN],
        "waiting": (waiting or 0) if inside else None,
        "allocated": sums[Account.ALLOCATED],
        "left": sums[Account.GIVEN] - sums[Account.ALLOCATED] if whole else None,
        "paid": sums[Account.PAID],
        "unpaid": sums[Account.ALLOCATED] - sums[Account.PAID],
        "advanced": sums["advanced"],
        "returned": sums["returned"],
        "open": sums["advanced"] - sums[Account.CLEARED],
        "settled": sums[Account.PAID] - sums["advanced"] + sums[Account.CLEARED],
        "delivered": sums[Account.DELIVERED],
    }


def _together(amounts: list[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _sees_all(budget: Budget, user: User) -> bool:
    """Every entry of the budget: the province and the ministry. The centre sees those of its own projects."""
    sight = user.sight
    return sight.country or budget.province_id in sight.province_ids | sight.ministry_area_ids


def _sees_waiting(budget: Budget, user: User) -> bool:
    """The ministry sees nothing of local projects before they are approved."""
    sight = user.sight
    own = sight.province_ids | sight.province_roles.get("centre", frozenset())
    return budget.province_id in own or budget.source == Source.NATIONAL


def _sums(user: User, budgets: list[Budget]) -> dict[int, dict[str, int]]:
    """{budget: {account: đồng}} of the entries the person sees."""
    sums = {budget.pk: dict.fromkeys(Account.values, 0) for budget in budgets}
    rows = LedgerEntry.objects.visible_to(user).filter(budget__in=budgets).order_by()
    for pk, account, total in rows.values_list("budget", "account").annotate(total=Sum("amount_vnd")):
        sums[pk][account] = total
    return sums


def _parts(user: User, budgets: list[Budget]) -> dict[int, dict[str, int]]:
    """{budget: advances, without what came back of them, and returns} of the entries the person sees."""
    rows = LedgerEntry.objects.visible_to(user).filter(budget__in=budgets).account(Account.PAID).order_by()
    found = rows.values_list("budget").annotate(
        Sum("advance_vnd", default=0), returned=Sum("amount_vnd", filter=RETURNED, default=0)
    )
    parts = {budget.pk: {"advanced": 0, "returned": 0} for budget in budgets}
    for pk, advanced, given_back in found:
        parts[pk] = {"advanced": advanced, "returned": -given_back}
    return parts


def _year(request: HttpRequest, years: list[int]) -> int:
    """The year asked for, if there is money of it; otherwise this year's or the latest."""
    asked = request.GET.get("year", "")
    if asked in {str(year) for year in years}:
        return int(asked)
    if asked:
        messages.warning(request, _("There is no money of the year «%(year)s» here.") % {"year": asked[:10]})
    today = clock.today().year
    return today if today in years or not years else years[0]


def _waiting(user: User, year: int, budgets: list[Budget]) -> dict[int, int]:
    """Support asked for by projects that wait for a decision, by the budget it would come from."""
    rows = (
        ProjectEstimate.objects.filter(
            project__in=Project.objects.visible_to(user),
            project__state__in=WAITING,
            project__year=year,
            source__in=SUPPORT_SOURCES,
        )
        .order_by()
        .values_list("project__province", "project__programme", "source")
        .annotate(total=Sum("amount_vnd"))
    )
    sums: dict[int, int] = defaultdict(int)
    for province, programme, source, total in rows:
        budget = services.choose_budget(
            [row for row in budgets if (row.province_id, row.source) == (province, source)], programme
        )
        if budget is not None:
            sums[budget.pk] += total
    return sums


@require_safe
def budget(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One budget: what stands, and every entry that makes it up."""
    user = user_of(request)
    row: Budget = get_object_or_404(
        Budget.objects.visible_to(user).select_related("programme", "province"), public_id=public_id
    )
    entries = LedgerEntry.objects.visible_to(user).filter(budget=row)
    entries = entries.select_related("project", "corrects", "issuer", "establishment")
    account = request.GET.get("account", "")
    if account in Account.values:
        entries = entries.filter(account=account)
    elif account:
        messages.warning(request, _("There is no such account; all entries are shown."))
        account = ""
    inside = row.province_id in user.sight.province_ids
    context = {
        "budget": row,
        "sums_of": _sums(user, [row])[row.pk],
        "partial": not _sees_all(row, user),
        "account": account,
        "accounts": Account.choices,
        "sums": entries.aggregate(total=Sum("amount_vnd"), count=Count("id")),
        "page": Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_correct": permissions.may_correct(row.province_id, user),
        "inside": inside,
        "history": Entry.objects.about(row)[:100] if inside else [],
    }
    return render(request, "funding/budget.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Money given for a year by a decision; a later decision adds to it."""
    user = user_of(request)
    province = _province(user)
    form = BudgetForm(request.POST or None, province=province, initial={"year": clock.today().year})

    def act() -> str:
        data = form.cleaned_data
        voucher = Voucher(data["document_no"], data["document_on"], data["reason"], data["issuer"])
        programme = data["programme"]
        entry = services.give_budget(
            province, programme, programme.source, data["year"], data["amount_vnd"], voucher, actor=user
        )
        return reverse("funding:budget", args=[entry.budget.public_id])

    answer, refused = sent_once(request, form, act, _("The budget is entered."))
    if answer:
        return answer
    return render_form(request, "funding/give.html", form, {"province": province}, refused)


@require_http_methods(["GET", "HEAD", "POST"])
def year_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What of one budget will lapse on 31/12, and the decisions that cancel it or carry it over."""
    user = user_of(request)
    row: Budget = get_object_or_404(
        Budget.objects.visible_to(user).select_related("programme", "province"), public_id=public_id
    )
    may = permissions.may_close_year(row.province_id, user)
    if request.method == "POST":
        may.require()
    form: Any = YearEndForm(request.POST or None, budget=row, initial=_left_of(request, row)) if may else None

    def act() -> str:
        data = form.cleaned_data
        voucher = Voucher(data["document_no"], data["document_on"], data["reason"], data["issuer"])
        if data["kind"] == EntryKind.CARRY_OVER:
            carry_over(row, data["project"], data["amount_vnd"], voucher, actor=user)
        else:
            cancel(row, data["amount_vnd"], voucher, actor=user, project=data["project"])
        return reverse("funding:year_end", args=[row.public_id])

    answer, refused = sent_once(request, form, act, _("The decision is recorded."))
    if answer:
        return answer
    sums = _sums(user, [row])[row.pk]
    rows = unpaid_rows(row, Project.objects.visible_to(user))
    decided = LedgerEntry.objects.visible_to(user).filter(budget=row, kind__in=[EntryKind.CANCEL, EntryKind.CARRY_OVER])
    context = {
        "budget": row,
        "partial": not _sees_all(row, user),
        "end": YearEnd(sums[Account.GIVEN], sums[Account.ALLOCATED], sums[Account.PAID], rows),
        "last_day": last_day(row),
        "form": form,
        "may": may,
        "entries": decided.select_related("project", "corrects", "issuer", "establishment")[:100],
        "inside": row.province_id in user.sight.province_ids,
    }
    if form is None:
        return render(request, "funding/year_end.html", context)
    return render_form(request, "funding/year_end.html", form, context, refused)


def _left_of(request: HttpRequest, budget: Budget) -> dict[str, Any]:
    """What the form offers when it is opened from the line of a project."""
    code = request.GET.get("project", "")[:40]
    found = ProjectBalance.objects.filter(budget=budget, project__code=code).select_related("project").first()
    if found is None or not found.unpaid_vnd:
        return {}
    return {"project": found.project, "amount_vnd": found.unpaid_vnd, "kind": EntryKind.CARRY_OVER}


def _reconciled(request: HttpRequest, public_id: UUID) -> Budget:
    """A budget of the person's own province; whoever sees a part of it has nothing to reconcile."""
    user = user_of(request)
    own = Budget.objects.visible_to(user).filter(province_id__in=user.sight.province_ids)
    row: Budget = get_object_or_404(own.select_related("programme", "province"), public_id=public_id)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def treasury(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The vouchers of a budget beside the list of the State Treasury. Nothing is stored."""
    row = _reconciled(request, public_id)
    days = {"first": dt.date(row.year, 1, 1), "last": min(clock.today(), dt.date(row.year + 1, 1, 31))}
    form = TreasuryForm(request.POST or None, request.FILES or None, initial=days)
    context: dict[str, Any] = {"budget": row, "form": form}
    if request.method == "POST" and form.is_valid():
        days = {name: form.cleaned_data[name] for name in ("first", "last")}
        uploaded = form.cleaned_data["file"]
        try:
            there = read_list(uploaded.read(MAX_BYTES + 1)) if uploaded else None
        except DomainError as error:
            form.blame(error)
        else:
            if there is not None:
                found = compare(ledger_lines(row, days["first"], days["last"]), there)
                context["found"] = [{"row": one, "words": words(one)} for one in found]
                context["different"] = sum(not one.agrees for one in found)
    lines = ledger_lines(row, days["first"], days["last"])
    context |= {"lines": lines[:500], "count": len(lines), "total": sum(line.amount_vnd for line in lines), **days}
    return render(request, "funding/treasury.html", context, status=422 if form.errors else 200)


@require_safe
def treasury_sheet(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = _reconciled(request, public_id)
    form = TreasuryForm(request.GET)
    if not form.is_valid():
        raise Http404
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    answer = HttpResponse(sheet(row, first, last), content_type=XLSX)
    name = f"doi-chieu-kho-bac-{row.source}-{row.year}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# --- one project ------------------------------------------------------------------------------------------------------


@require_safe
def project_panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The money of one project: as a part of its page, or as a page of its own."""
    user = user_of(request)
    project = _project(user, public_id)
    entries = (
        LedgerEntry.objects.visible_to(user)
        .filter(project=project)
        .select_related("budget", "corrects", "issuer", "establishment")
    )
    balances = _balances(project)
    may_pay = permissions.may_pay(project, user)
    may_allocate = permissions.may_allocate(project, user)
    context = {
        "project": project,
        "balances": balances,
        "delivered": _delivered(project) if balances else [],
        "settled": sum(row.settled_vnd for row in balances),
        "returned": -entries.filter(RETURNED).aggregate(total=Sum("amount_vnd", default=0))["total"],
        "not_followed": (
            project.decided_on is not None
            and any(row.outstanding_vnd or row.with_centre_vnd for row in balances)
            and not services.follows_the_money_to_its_end(project, balances)
        ),
        "entries": entries,
        "inside": project.province_id in user.sight.province_ids,
        "may_pay": may_pay and project.decided_on is not None and bool(balances),
        "may_allocate": may_allocate and project.decided_on is not None and project.state not in ("closed", "stopped"),
        "may_correct": permissions.may_correct(project.province_id, user),
    }
    part = getattr(request, "htmx", False)
    return render(request, "funding/_project.html" if part else "funding/project.html", context)


def _money_page(request: HttpRequest, project: Project, form: Any, act: Any, template: str, done: str) -> HttpResponse:
    answer, refused = sent_once(request, form, act, done)
    if answer:
        return answer
    balances = _balances(project)
    context: dict[str, Any] = {"project": project, "balances": balances}
    if template == "funding/pay.html":
        sources = sorted({row.budget.source for row in balances})
        context["advances"] = [advances_of(project, source) for source in sources]
    return render_form(request, template, form, context, refused)


def _balances(project: Project) -> list[ProjectBalance]:
    rows = ProjectBalance.objects.filter(project=project).select_related("budget")
    return list(rows.order_by("budget__source", "budget__year"))


def _delivered(project: Project) -> list[dict[str, Any]]:
    """What each establishment got, the last hop: the beneficiaries of today and whoever got something."""
    rows = LedgerEntry.objects.filter(project=project).account(Account.DELIVERED).order_by()
    sums = dict(rows.values_list("establishment").annotate(Sum("amount_vnd")))
    return [
        {"establishment": row, "amount_vnd": sums.get(row.pk, 0)}
        for row in Enterprise.objects.filter(Q(projects=project) | Q(pk__in=sums)).distinct().order_by("name")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def pay_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = _project(user, public_id)
    permissions.may_pay(project, user).require()
    if not ProjectBalance.objects.filter(project=project).exists():
        raise WrongState(_("Money is paid for approved projects only."))
    form = PaymentForm(request.POST or None, project=project)

    def act() -> str:
        data = form.cleaned_data
        entry = services.pay(
            project,
            data["budget"].source,
            data["kind"],
            data["amount_vnd"],
            Voucher(data["document_no"], data["document_on"], data["reason"]),
            actor=user,
            budget_year=data["budget"].year,
            establishment=data.get("establishment"),
        )
        if entry.kind == EntryKind.ADVANCE:
            for text in warnings_of_advance(project, entry.budget.source, entry.document_on):
                messages.warning(request, text)
        return reverse("projects:detail", args=[project.public_id])

    return _money_page(request, project, form, act, "funding/pay.html", _("The voucher is recorded."))


@require_http_methods(["GET", "HEAD", "POST"])
def allocate_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = _project(user, public_id)
    permissions.may_allocate(project, user).require()
    if request.method != "POST":
        services.require_open_for_money(project)
    form = AllocationForm(request.POST or None, project=project)

    def act() -> str:
        data = form.cleaned_data
        decision = DecisionData(issuer=data["issuer"], number=data["document_no"], decided_on=data["document_on"])
        services.allocate(project, data["source"], data["amount_vnd"], decision, actor=user, reason=data["reason"])
        return reverse("projects:detail", args=[project.public_id])

    return _money_page(request, project, form, act, "funding/allocate.html", _("The decision is recorded."))


@require_http_methods(["GET", "HEAD", "POST"])
def correct_entry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A counter-entry to one entry: the entry itself is never changed."""
    user = user_of(request)
    entry: LedgerEntry = get_object_or_404(
        LedgerEntry.objects.visible_to(user).select_related("budget__province", "project__programme"),
        public_id=public_id,
    )
    permissions.may_correct(entry.budget.province_id, user).require()
    form = CorrectionForm(request.POST or None, entry=entry)

    def act() -> str:
        data = form.cleaned_data
        voucher = Voucher(data["document_no"], data["document_on"], data["reason"])
        services.correct(entry, data["amount_vnd"], voucher, actor=user)
        return reverse("funding:budget", args=[entry.budget.public_id])

    answer, refused = sent_once(
        request, form, act, _("The correction is recorded beside the entry."), raises=(NotAllowed,)
    )
    if answer:
        return answer
    corrections = entry.corrections.order_by("id")
    return render_form(request, "funding/correct.html", form, {"entry": entry, "corrections": corrections}, refused)


# --- locking ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """The line up to which records are locked: seen by the province's people, moved by a leader."""
    user = user_of(request)
    province = Area.objects.current().filter(level=Level.PROVINCE, pk__in=user.sight.province_ids).first()
    if province is None:
        raise Http404
    may = may_lock(province.pk, user)
    form = LockForm(request.POST or None) if may else None
    if request.method == "POST":
        may.require()
        if form is not None and form.is_valid():
            data = form.cleaned_data
            try:
                lock_through(province, data["locked_through"], data["reason"], actor=user)
            except DomainError as error:
                form.blame(error)
            else:
                messages.success(
                    request, _("Records are locked through %(day)s.") % {"day": f"{data['locked_through']:%d/%m/%Y}"}
                )
                return redirect("funding:lock")
    lines = DataLock.objects.filter(area=province).select_related("set_by")
    exceptions = LockException.objects.filter(province=province).select_related("project", "area", "person", "agency")
    context = {
        "province": province,
        "may": may,
        "form": form,
        "lines": lines[:100],
        "line": lines.first(),
        "exceptions": exceptions[:100],
    }
    return render(request, "funding/lock.html", context, status=422 if form and form.errors else 200)
