"""The papers of a project, and the registration report."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, user_of
from core import clock
from core.models import Source, Verified
from core.workbooks import XLSX
from files.template_pages import file_answer
from files.word import WORD
from papers import archive, permissions, registration, services
from papers.catalogue import FORMS, LETTER, OF_PROJECT, Form
from papers.content import Known, missing
from papers.downloads import PDF, paper_answer, whole_file_answer
from papers.forms import NarrativeForm
from papers.models import PaperTemplate
from places.models import Area
from projects.models import Project
from projects.views.shared import project_of
from reports import registering

# --- papers of a project ----------------------------------------------------------------------------------------------


@require_safe
def project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which papers there are, which can be made by now, and what each still lacks."""
    user = user_of(request)
    row = _project(user, public_id)
    size, known = archive.size_of(row), Known(row)
    context = {
        "project": row,
        "papers": [_line(row, form, known) for form in OF_PROJECT],
        "size_mb": max(1, round(size / 1024**2)) if size else 0,
        "too_large": size > archive.MAX_BYTES,
        "most_mb": archive.MAX_BYTES // 1024**2,
    }
    return render(request, "papers/project.html", context)


def _project(user: User, public_id: UUID) -> Project:
    """404 also for the ministry: it does not see working papers."""
    row = project_of(user, public_id)
    if not permissions.may_take_papers(row, user):
        raise Http404
    return row


def _line(row: Project, form: Form, known: Known) -> dict[str, Any]:
    verdict = form.available(row)
    template = PaperTemplate.objects.holding(form.code, row.province_id, row.programme.source, clock.today())
    line: dict[str, Any] = {"form": form, "verdict": verdict, "template": template, "copies": []}
    if not verdict:
        return line
    people: list[Any] = known.beneficiaries if form.per_beneficiary else [None]
    for person in people:
        context = known.context(form, person)
        lacks = missing(context, form.holds)
        line["copies"].append(
            {
                "person": person if len(people) > 1 else None,
                "query": f"?of={person.public_id}" if person else "",
                "draft": bool(context["mark"]),
                "lacks": [str(form.whole[path]) for path in lacks],
            }
        )
    return line


@never_cache
@require_safe
def paper(request: HttpRequest, public_id: UUID, form_code: str, format_name: str) -> HttpResponse:
    """One paper as a Word document or a PDF, with what is known today."""
    row = _project(user_of(request), public_id)
    return paper_answer(row, form_code, format_name, request.GET.get("of", ""))


@never_cache
@require_safe
def whole_file(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Everything of the project as one ZIP with its index."""
    return whole_file_answer(_project(user_of(request), public_id))


# --- registration -----------------------------------------------------------------------------------------------------


@require_safe
def registration_now(request: HttpRequest) -> HttpResponse:
    """That of the coming year."""
    permissions.may_take_registration(None, user_of(request)).require()
    return redirect("papers:registration_of", clock.today().year + 1)


@require_http_methods(["GET", "HEAD", "POST"])
def registration_of(request: HttpRequest, year: int) -> HttpResponse:
    """What is registered for a year; the three parts are completed here and printed, not stored."""
    user = user_of(request)
    permissions.may_take_registration(None, user).require()
    province = _province(user)
    if not 2018 <= year <= 2060:
        raise Http404
    first = registration.first_words(province, year)
    form = NarrativeForm(request.POST or None, initial=vars(first))
    if request.method == "POST" and form.is_valid():
        words = registration.Narrative(**form.cleaned_data)
        found = _registration_file(province, year, words, request.POST.get("format", ""))
        if found is not None:
            return found
    due, rule = registering.due_on(year)
    rows = registering.rows_of(province, year)
    context = {
        "year": year,
        "years": [year - 1, year + 1],
        "province": province,
        "groups": registering.grouped(rows),
        "count": len(rows),
        "sums": registering.sums(rows),
        "sources": [(source.value, source.label) for source in Source],
        "due": due,
        "rule": rule,
        "unverified": rule is not None and rule.verified != Verified.YES,
        "late": due is not None and clock.today() > due and any(row.project.registered_on is None for row in rows),
    }
    return render_form(request, "papers/registration.html", form, context)


def _province(user: User) -> Area:
    provinces = Area.objects.current().filter(pk__in=user.sight.province_ids)
    found = provinces.order_by("code").first()
    if found is None:
        raise Http404
    permissions.may_take_registration(found.pk, user).require()
    return found


def _registration_file(
    province: Area, year: int, words: registration.Narrative, format_name: str
) -> HttpResponse | None:
    form = FORMS[LETTER]
    name = f"{form.file}-{year}"
    if format_name == "xlsx":
        return file_answer(registration.workbook(province, year, clock.now()), XLSX, f"{name}.xlsx")
    context = registration.letter_context(province, year, words)
    if format_name == "pdf":
        return file_answer(services.pdf_of(form, context), PDF, f"{name}.pdf")
    if format_name == "docx":
        return file_answer(services.word_of(form, context, province.pk, Source.NATIONAL), WORD, f"{name}.docx")
    return None
