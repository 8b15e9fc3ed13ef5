"""The steps of a report: written, submitted, returned, approved, issued, withdrawn."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import drafts, second_factor
from accounts.form_pages import form_page
from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from accounts.views.drafts import key_in
from core.errors import DomainError
from core.once import OnceForm, once
from reports import life, permissions, services, texts
from reports.checks import look
from reports.forms import (
    IssueForm,
    PublishForm,
    ReasonForm,
    SubmitForm,
    TextsForm,
)
from reports.models import Report, ReportState
from reports.states import REPORT_LIFE
from reports.views.reading import findings, found_words, page_of, report_of, texts_now


def _crumbs(row: Report) -> tuple[tuple[str, str], ...]:
    words = f"{row.period.label}, {_('version %(version)s') % {'version': row.version}}"
    return (_("Reports"), reverse("reports:list")), (words, reverse("reports:detail", args=[row.public_id]))


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Submit, return, record the issue, withdraw: each says what it means and what it needs."""
    if step not in STEP_PAGES:
        raise Http404
    user = user_of(request)
    row = report_of(user, public_id)
    one = REPORT_LIFE.steps[step]
    one.may(row, user).require()
    if request.method != "POST":
        services.require_step(row, step)
    return STEP_PAGES[step](request, user, row)


def _submit(request: HttpRequest, user: User, row: Report) -> HttpResponse:
    found = look(row, life.figures_alone(row)) if row.state == ReportState.DRAFT else []
    form = SubmitForm(request.POST or None, report=row, found=found, before=row.checks.all())
    prepared = None
    if request.method == "POST" and form.is_valid() and row.state == ReportState.DRAFT:
        reason = form.cleaned_data.get("reason", "")
        prepared = life.prepare(row, answers=form.answers, reason=reason)  # files take their time: before, not within

    def take() -> None:
        data = form.cleaned_data
        life.submit_report(
            row,
            actor=user,
            answers=form.answers,
            reason=data.get("reason", ""),
            seen_sha256=data["seen_sha256"],
            prepared=prepared,
        )

    return _page(
        request,
        row,
        form,
        take,
        title=_("Submit the report for approval"),
        done=_("Submitted. A leader is asked to look at it and to approve it."),
        lead=_("The leader approves exactly what you submit. Until then it can be returned to you."),
        button=_("Submit"),
        template="reports/submit.html",
        context={
            "report": row,
            "lines": [
                {**line, "links": [(title, page_of(path)) for title, path in line["finding"].links]}
                for line in form.lines
            ],
            "reason": form["reason"] if "reason" in form.fields else None,
            "silent": [text for text in row.texts.all() if not text.text.strip()],
        },
    )


def _page(request: HttpRequest, row: Report, form: OnceForm, take: Callable[[], Any], **words: Any) -> HttpResponse:
    """A step alone on its page; afterwards the report."""
    back = reverse("reports:detail", args=[row.public_id])

    def act() -> str:
        take()
        return back

    over = f"{row.kind_name} · {row.period.label}"
    return form_page(request, form, act, over=over, back=back, crumbs=_crumbs(row), **words)


def _return(request: HttpRequest, user: User, row: Report) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return _page(
        request,
        row,
        form,
        lambda: life.return_report(row, actor=user, note=form.cleaned_data["note"]),
        title=_("Return the report"),
        done=_("Returned. The officer sees the reason."),
        lead=_("It becomes a draft again. Say what is to be changed."),
        button=_("Return it"),
    )


def _withdraw(request: HttpRequest, user: User, row: Report) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return _page(
        request,
        row,
        form,
        lambda: life.withdraw_report(row, actor=user, note=form.cleaned_data["note"]),
        title=_("Withdraw the report"),
        done=_("Withdrawn."),
        lead=_(
            "It stays as it is and everybody who could read it still can, with a mark that it was withdrawn and why. "
            "This cannot be undone; a new version can follow."
        ),
        button=_("Withdraw version %(version)s") % {"version": row.version},
    )


def _issue(request: HttpRequest, user: User, row: Report) -> HttpResponse:
    known = {"issued_no": row.issued_no, "issued_on": row.issued_on} if row.issued_no else None
    form = IssueForm(request.POST or None, request.FILES or None, initial=known)

    def take() -> None:
        data = form.cleaned_data
        life.issue_report(row, number=data["issued_no"], day=data["issued_on"], pdf=data["file"], actor=user)

    return _page(
        request,
        row,
        form,
        take,
        title=_("Record the issue"),
        done=_("Recorded: number and date of issue."),
        lead=_("Number, date and signed PDF, as the office's document system has them. They are noted once."),
        template="reports/issue.html",
        context={"report": row},
    )


STEP_PAGES = {"submit": _submit, "return": _return, "withdraw": _withdraw, "issue": _issue}


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Says what approving means, and does it: from then on this version never changes."""
    user = user_of(request)
    row = report_of(user, public_id)
    permissions.may_publish(row, user).require()
    form = PublishForm(request.POST or None, initial={"seen_sha256": row.sha256})
    if request.method == "POST" and form.is_valid():
        try:
            code = form.attempt_once(user)

            def act() -> str:
                data = {name: value for name, value in form.cleaned_data.items() if name != "form_key"}
                services.publish_report(row, actor=user, code=code, **data)
                return reverse("reports:detail", args=[row.public_id])

            answer = once(request, form, act)
        except DomainError as error:
            if not set(error.fields) & set(form.fields):
                raise
            form.blame(error)
        else:
            messages.success(
                request, _("Version %(version)s is approved, its figures are fixed.") % {"version": row.version}
            )
            return answer
    services.require_step(row, "publish")
    context = {
        "report": row,
        "form": form,
        "has_factor": second_factor.has(user),
        "found": [found_words(one) for one in findings(row, {})],
        "before": row.versions().filter(state="published").first(),
    }
    return render(request, "reports/publish.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The texts beside the figures, kept as they are typed. Where two write, each sees what the other stored."""
    user = user_of(request)
    row = report_of(user, public_id)
    permissions.may_submit(row, user).require()
    key = key_in(request.GET, "draft") if request.method != "POST" else None
    again = drafts.find(user, request.path, key) if key else None
    rows = list(row.texts.all())
    form = TextsForm(drafts.as_sent(again) if again else request.POST or None, rows=rows)
    if again:
        form.judge_nothing()

    def act() -> str:
        texts.edit_texts(row, form.texts, form.versions, actor=user)
        drafts.stored(user, key_in(request.POST))
        return reverse("reports:detail", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("Saved."))
    if answer:
        return answer
    if error is not None and error.code == "stale":
        form.meet(row.texts.all())
    if request.method != "POST" and row.state != ReportState.DRAFT:
        services.require_step(row, "submit")
    document = life.figures_alone(row)
    hints = {one["code"]: one["stale"] for one in texts_now(row, document)} if row.state == ReportState.DRAFT else {}
    context: dict[str, Any] = {
        "report": row,
        "fields": [
            (text, form[f"text_{text.code}"], form[f"version_{text.code}"], hints.get(text.code)) for text in rows
        ],
        "draft_key": key_in(request.POST) or (again.key if again else uuid4()),
        "again": again,
    }
    context["drafts"] = drafts.kept(user, request.path, without=context["draft_key"])
    return render_form(request, "reports/write.html", form, context, error)
