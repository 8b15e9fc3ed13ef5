"""The templates of papers: which hold, and putting others in their place."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock
from core.errors import NotAllowed
from core.models import Source
from files.template_pages import HOW_IN_WORD, content_of, field_lines, file_answer
from files.word import WORD
from papers import permissions, services
from papers.catalogue import FORMS
from papers.forms import TemplateForm, WithdrawForm
from papers.models import PaperTemplate
from places.models import Area


def _administered(user: User) -> Area:
    permissions.may_change_templates(None, user).require()
    found = Area.objects.current().filter(pk__in=user.sight.administers_ids).order_by("code").first()
    if found is None:
        raise Http404
    return found


def _frame(label: str) -> dict[str, str]:
    return {"of_label": label, "back": reverse("papers:templates"), "back_title": _("Templates of papers")}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every paper with the template that holds, and what was before."""
    user = user_of(request)
    province = _administered(user)
    mine = PaperTemplate.objects.administered_by(user).select_related("file", "uploaded_by")
    lines = []
    for form in FORMS.values():
        rows = [row for row in mine if row.form == form.code]
        holding = {
            found.pk
            for source in (Source.NATIONAL, Source.LOCAL)
            if (found := PaperTemplate.objects.holding(form.code, province.pk, source, clock.today()))
        }
        lines.append({"form": form, "rows": [{"row": row, "holds": row.pk in holding} for row in rows]})
    history = Entry.objects.filter(object_type=PaperTemplate._meta.label_lower, object_id__in=[str(r.pk) for r in mine])
    context = {"province": province, "lines": lines, "history": history.order_by("-id")[:50]}
    return render(request, "papers/templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, form_code: str) -> HttpResponse:
    user = user_of(request)
    province = _administered(user)
    of = FORMS.get(form_code)
    if of is None:
        raise Http404
    files = request.FILES if request.method == "POST" else None
    form = TemplateForm(request.POST or None, files, form=of, initial={"title": str(of.title)})

    def act() -> str:
        services.upload_template(province, form.template_data(), actor=user)
        return reverse("papers:templates") + f"#{of.code}"

    answer, error = sent_once(
        request, form, act, _("The template is in place. Look at a paper made with it."), raises=(NotAllowed,)
    )
    if answer:
        return answer
    context = {
        **_frame(str(of.title)),
        "fields": field_lines(of.whole, of.holds),
        "lead": _(
            "It is tried out before it is taken: with a sample project it must show every item marked «needed» below."
        ),
        "how": HOW_IN_WORD,
    }
    return render_form(request, "components/template_new.html", form, context, error)


def _template(user: User, public_id: UUID) -> PaperTemplate:
    _administered(user)
    rows = PaperTemplate.objects.administered_by(user).select_related("file")
    row: PaperTemplate = get_object_or_404(rows, public_id=public_id)
    return row


@require_safe
def file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = _template(user_of(request), public_id)
    content = content_of(row.file)
    name = row.file_name if row.file_name.lower().endswith(".docx") else f"{FORMS[row.form].file}.docx"
    return file_answer(content, WORD, name)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _template(user, public_id)
    form = WithdrawForm(request.POST or None)

    def act() -> str:
        services.withdraw_template(row, form.cleaned_data["note"], actor=user)
        return reverse("papers:templates") + f"#{row.form}"

    answer, error = sent_once(request, form, act, _("The template is withdrawn; the one before it holds again."))
    if answer:
        return answer
    services.require_own_in_use(row)
    context = {"row": row, **_frame(str(FORMS[row.form].title))}
    return render_form(request, "components/template_withdraw.html", form, context, error)
