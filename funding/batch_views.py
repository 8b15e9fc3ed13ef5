"""The page of one decision on many projects."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency
from accounts.roles import Role
from accounts.signed_in import render_form, sent_once, user_of
from core.errors import DomainError, NotAllowed
from core.forms import DateField, KcForm, MoneyField, NfcField
from core.once import OnceForm
from core.verdicts import no
from funding.batches import MOST, approve_batch, deciding, effects
from projects.forms import PaperField, kept_file
from projects.models import Project
from projects.services import DecisionData
from projects.views.shared import with_support


class BatchForm(OnceForm, KcForm):
    """One decision, and for each project a box `chosen` and the support `money_<pk>`."""

    issuer = forms.ModelChoiceField(label=gettext_lazy("Issued by"), queryset=Agency.objects.none())
    number = NfcField(
        label=gettext_lazy("Number of the decision"), max_length=60, help_text=gettext_lazy("For example 45/QĐ-UBND.")
    )
    decided_on = DateField(label=gettext_lazy("Date of the decision"))
    batch = NfcField(
        label=gettext_lazy("Batch"), max_length=40, required=False, help_text=gettext_lazy("For example: đợt 1.")
    )
    file = PaperField(label=gettext_lazy("The decision as a file"))
    note = NfcField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    chosen = forms.MultipleChoiceField(
        label=gettext_lazy("Projects"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one project.")},
    )

    def __init__(self, *args: Any, projects: list[Any], provinces: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.projects = projects
        fields["issuer"].queryset = Agency.objects.deciding_any(provinces)
        fields["chosen"].choices = [(str(row.pk), row.code) for row in projects]
        for row in projects:
            label = _("Support of %(code)s") % {"code": row.code}
            fields[f"money_{row.pk}"] = MoneyField(label=label, required=False, initial=row.support_vnd)

    def rows(self) -> list[dict[str, Any]]:
        """Each project with its box and its amount, for the template."""
        chosen = set(self["chosen"].value() or ())
        return [
            {"project": row, "checked": str(row.pk) in chosen, "money": self[f"money_{row.pk}"]}
            for row in self.projects
        ]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for key in data.get("chosen", ()):
            name = f"money_{key}"
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Enter the money approved, by source."))
        return data

    def money(self) -> dict[int, int]:
        """The support of the projects that are chosen; what cannot be read is left out."""
        data = getattr(self, "cleaned_data", {})
        return {int(key): data[f"money_{key}"] for key in data.get("chosen", ()) if data.get(f"money_{key}")}

    def decision(self) -> DecisionData:
        """Stores the file: to be called in the transaction."""
        data = self.cleaned_data
        names = ("issuer", "number", "decided_on", "batch")
        return DecisionData(**{name: data[name] for name in names}, **kept_file(data["file"]))

    def blame(self, error: DomainError) -> None:
        names = {"decision": "number", "decision.number": "number", "decision.date": "decided_on"}
        names |= {"decision.issuer": "issuer"}
        error.fields = {names.get(name, name): texts for name, texts in error.fields.items()}
        super().blame(error)


def _waiting(request: HttpRequest) -> list[Project]:
    user = user_of(request)
    if not user.sight.province_roles.get(Role.LEADER):
        no(_("Only a leader of the department records a decision.")).require()
    rows = with_support(deciding(user)).select_related("programme", "area", "province")
    found = list(rows.prefetch_related("beneficiaries")[:MOST])
    # What was chosen stays on the page when somebody has decided on it meanwhile; the service says so.
    known = {str(row.pk) for row in found}
    chosen = [key for key in request.POST.getlist("chosen")[:MOST] if key not in known]
    keys = [int(key) for key in chosen if key.isascii() and key.isdigit() and len(key) < 19]
    mine = user.sight.province_roles[Role.LEADER]
    others = Project.objects.visible_to(user).filter(pk__in=keys, province_id__in=mine)
    return found + list(with_support(others).select_related("programme", "area", "province"))


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    projects = _waiting(request)
    files = request.FILES if request.method == "POST" else None
    provinces = user.sight.province_roles.get(Role.LEADER, frozenset())
    form = BatchForm(request.POST or None, files, projects=projects, provinces=provinces)

    def act() -> str:
        done = approve_batch(form.money(), form.decision(), actor=user, note=form.cleaned_data["note"])
        text = ngettext("%(count)s project is approved.", "%(count)s projects are approved.", len(done))
        messages.success(request, text % {"count": len(done)})
        return reverse("funding:board")

    answer, error = sent_once(request, form, act, raises=(NotAllowed,))
    if answer:
        return answer
    context = {"rows": form.rows(), "effects": _effects(form, projects)}
    return render_form(request, "funding/batch.html", form, context, error)


def _effects(form: BatchForm, projects: list[Project]) -> list[Any]:
    known = {row.pk: row for row in projects}
    return effects([(known[pk], amount) for pk, amount in form.money().items()])


@require_safe
def effect(request: HttpRequest) -> HttpResponse:
    """«Nếu duyệt»: the part of the page that says what the choice would do to the budgets. Nothing is stored."""
    projects = _waiting(request)
    provinces = user_of(request).sight.province_roles.get(Role.LEADER, frozenset())
    form = BatchForm(request.GET, projects=projects, provinces=provinces)
    form.is_valid()
    return render(request, "funding/_effects.html", {"effects": _effects(form, projects)})
