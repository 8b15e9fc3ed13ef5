"""Giving out the papers of a project, for its pages and the API."""

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from core.errors import WrongState
from core.text import fold
from files.template_pages import file_answer
from files.word import WORD
from papers import archive, services
from papers.catalogue import FORMS, LETTER
from papers.content import project_context
from projects.models import Project

PDF = "application/pdf"


def paper_answer(project: Project, form_code: str, format_name: str, of: str) -> HttpResponse:
    """One paper of the project as docx or pdf; `of`: the id of the beneficiary it is for, where there is one for each.
    404 where there is no such paper, WrongState where it cannot be made yet."""
    form = FORMS.get(form_code)
    if form is None or form.code == LETTER or format_name not in ("docx", "pdf"):
        raise Http404
    verdict = form.available(project)
    if not verdict:
        raise WrongState(verdict.reason)
    person = None
    if form.per_beneficiary:
        people = project.beneficiaries.order_by("folded", "pk")
        person = next((one for one in people if str(one.public_id) == of), None) if of else people.first()
        if person is None:
            raise Http404
    context = project_context(project, form, person)
    name = f"{form.file}-{project.code}" + (f"-{fold(person.name).replace(' ', '-')[:40]}" if person else "")
    if format_name == "pdf":
        return file_answer(services.pdf_of(form, context), PDF, f"{name}.pdf")
    word = services.word_of(form, context, project.province_id, project.programme.source)
    return file_answer(word, WORD, f"{name}.docx")


def whole_file_answer(project: Project) -> FileResponse:
    """Everything of the project as one ZIP with its index."""
    response = FileResponse(archive.whole_file(project), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"ho-so-{project.code}.zip") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
