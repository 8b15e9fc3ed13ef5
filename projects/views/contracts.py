"""Entering the contracts of a project, and setting one aside."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.signed_in import render_form, sent_once, user_of
from projects import contracts, permissions
from projects.life_forms import ContractForm, ReasonForm
from projects.models import Contract
from projects.views.shared import project_of


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    permissions.may_run(project, user).require()
    files = request.FILES if request.method == "POST" else None
    form = ContractForm(request.POST or None, files, project=project)

    def act() -> str:
        contracts.record_contract(project, form.contract_data(), actor=user)
        return reverse("projects:detail", args=[project.public_id]) + "#contracts"

    answer, error = sent_once(request, form, act, _("The contract is recorded."))
    if answer:
        return answer
    contracts.require_open(project)
    context = {
        "project": project,
        "missing": contracts.missing(project),
        "approved_vnd": contracts.approved_support(project),
    }
    return render_form(request, "projects/contract.html", form, context, error)


@require_http_methods(["GET", "HEAD", "POST"])
def void(request: HttpRequest, public_id: UUID, contract_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    contract = get_object_or_404(Contract, project=project, public_id=contract_id)
    permissions.may_run(project, user).require()
    form = ReasonForm(request.POST or None)

    def act() -> str:
        contracts.void_contract(contract, form.cleaned_data["note"], actor=user)
        return reverse("projects:detail", args=[project.public_id]) + "#contracts"

    answer, error = sent_once(request, form, act, _("The contract is set aside."))
    if answer:
        return answer
    contracts.require_open(project)
    return render_form(request, "projects/contract_void.html", form, {"project": project, "contract": contract}, error)
