"""Exceptions to the locked line: opening one, and what was written under it."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import second_factor
from accounts.form_pages import form_page
from accounts.forms import CodeForm
from accounts.models import Agency, User, areas_below
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core.errors import DomainError, NotAllowed
from core.forms import DateField, KcForm, NfcField
from core.once import OnceForm
from places.models import Area, Level
from programmes.permissions import may_lock
from projects.exceptions import (
    KINDS,
    LONGEST,
    ExceptionData,
    close_exception,
    offices,
    open_exception,
    recorders,
)
from projects.models import LockException, Project


class ExceptionForm(CodeForm, OnceForm):
    project = NfcField(
        label=gettext_lazy("Code of the project"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("One project, or one area below."),
    )
    area = forms.ModelChoiceField(
        label=gettext_lazy("Area"), queryset=Area.objects.none(), to_field_name="uid", required=False
    )
    progress = forms.BooleanField(label=gettext_lazy("Progress and results"), required=False)
    classes = forms.BooleanField(label=gettext_lazy("Classes"), required=False)
    rosters = forms.BooleanField(label=gettext_lazy("Rosters"), required=False)
    brands = forms.BooleanField(label=gettext_lazy("Brands"), required=False)
    selections = forms.BooleanField(label=gettext_lazy("Selections of products"), required=False)
    clusters = forms.BooleanField(label=gettext_lazy("Industrial clusters"), required=False)
    person = forms.ModelChoiceField(
        label=gettext_lazy("Who may record"), queryset=User.objects.none(), to_field_name="public_id", required=False
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("or an office"), queryset=Agency.objects.none(), to_field_name="public_id", required=False
    )
    until = DateField(label=gettext_lazy("Until the end of"))
    reason = NfcField(label=gettext_lazy("Reason"), max_length=300)
    field_order = ("project", "area", *KINDS, "person", "agency", "until", "reason", "code")

    def __init__(self, *args: object, province: Area, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        below = areas_below([province.pk])
        choices = {
            "area": Area.objects.current().filter(pk__in=below).exclude(level=Level.DISTRICT).order_by("folded"),
            "person": recorders(user),
            "agency": offices(user),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["until"].help_text = _("%(days)s days from today at the most.") % {"days": LONGEST}

    def clean_project(self) -> Project | None:
        code = self.cleaned_data["project"].strip()
        if not code:
            return None
        found: Project | None = Project.objects.visible_to(self.user).filter(code__iexact=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no project with this code."))
        return found


class CloseForm(OnceForm, KcForm):
    reason = NfcField(label=gettext_lazy("Reason"), max_length=300)


def _back() -> tuple[tuple[str, str], ...]:
    return ((_("Locked records"), reverse("funding:lock")),)


@require_http_methods(["GET", "HEAD", "POST"])
def exception_open(request: HttpRequest) -> HttpResponse:
    """A leader opens the line for a while, with the second factor."""
    user = user_of(request)
    province = Area.objects.current().filter(level=Level.PROVINCE, pk__in=user.sight.province_ids).first()
    if province is None:
        raise Http404
    may_lock(province.pk, user).require()
    form = ExceptionForm(request.POST or None, province=province, user=user)
    code = None
    if request.method == "POST" and form.is_valid():
        try:
            code = form.attempt_once(user)
        except DomainError as error:
            form.blame(error)

    def act() -> str:
        names = ("project", "area", *KINDS, "person", "agency", "until", "reason")
        data = ExceptionData(**{name: form.cleaned_data[name] for name in names})
        row = open_exception(province, data, actor=user, code=code)
        return reverse("funding:exception", args=[row.public_id])

    return form_page(
        request,
        form,
        act,
        title=_("Open locked records for a while"),
        lead=_(
            "What is recorded within it counts on its own day, and a report of that time made again becomes a "
            "corrected version. Vouchers are never dated back: they are recorded in the open time."
        ),
        back=reverse("funding:lock"),
        crumbs=_back(),
        button=_("Open for a while"),
        done=_("The locked records are opened."),
        template="funding/exception_form.html",
        context={"has_factor": second_factor.has(user)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def exception(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What it opens, for whom and until when, and what was written under it; a leader closes it early."""
    user = user_of(request)
    rows = LockException.objects.visible_to(user)
    row = get_object_or_404(
        rows.select_related("province", "project", "area", "person", "agency", "opened_by", "closed_by"),
        public_id=public_id,
    )
    may = may_lock(row.province_id, user)
    form = CloseForm(request.POST or None) if may and row.is_open else None
    if request.method == "POST" and form is None:
        may.require()

    def act() -> str:
        close_exception(row, form.cleaned_data["reason"] if form else "", actor=user)
        return reverse("funding:exception", args=[row.public_id])

    error: DomainError | None = None
    if form is not None:
        answer, error = sent_once(request, form, act, _("The exception is closed."), raises=(NotAllowed,))
        if answer:
            return answer
    entries = Entry.objects.about(row)
    context = {
        "row": row,
        "written": entries.filter(action="write_under_exception")[:500],
        "history": entries.exclude(action="write_under_exception")[:50],
    }
    return render_form(request, "funding/exception.html", form or CloseForm(), {**context, "closing": form}, error)
