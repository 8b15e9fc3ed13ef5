"""How reports look, changed by an administrator: head and foot, templates of Word and Excel."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock
from core.errors import NotAllowed
from files.template_pages import HOW_IN_WORD, content_of, field_lines, file_answer
from places.models import Area
from reports import layouts, permissions
from reports.documents.fields import FIELDS, IN_EXCEL, IN_WORD, SHEET_FIELDS
from reports.kinds.kind import KINDS
from reports.layout_forms import LayoutForm, ReportTemplateForm, WithdrawTemplateForm
from reports.models import ReportLayout, ReportTemplate, TemplateFormat

HOW_IN_EXCEL = _lazy(
    "A field is written in double braces. The first sheet is the pattern of all: where «table» stands the figures "
    "begin, and what is below moves down."
)
NEEDED = {"docx": (FIELDS, IN_WORD), "xlsx": (SHEET_FIELDS, IN_EXCEL)}


def _administered(user: User) -> Area:
    permissions.may_lay_out(None, user).require()
    found = Area.objects.current().filter(pk__in=user.sight.administers_ids).order_by("code").first()
    if found is None:
        raise Http404
    return found


def _frame(label: str) -> dict[str, str]:
    return {"of_label": label, "back": reverse("reports:layouts"), "back_title": _("Look of reports")}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What holds today for each report, what was before, and the templates."""
    user = user_of(request)
    province = _administered(user)
    rows = list(ReportLayout.objects.administered_by(user).filter(area=province).select_related("entered_by"))
    templates = list(
        ReportTemplate.objects.administered_by(user).filter(area=province).select_related("file", "uploaded_by")
    )
    kinds = ["", *KINDS]
    today = clock.today()
    holding = {
        found.pk for kind in kinds if (found := ReportLayout.objects.holding(kind, [province.pk], today)) is not None
    }
    in_use = {
        used.pk
        for kind in kinds
        for name in TemplateFormat.values
        if (used := ReportTemplate.objects.holding(name, kind, [province.pk])) is not None
    }
    ids = Q(object_type=ReportLayout._meta.label_lower, object_id__in=[str(row.pk) for row in rows])
    ids |= Q(object_type=ReportTemplate._meta.label_lower, object_id__in=[str(row.pk) for row in templates])
    context = {
        "province": province,
        "layouts": [{"row": row, "kind": _kind(row.kind), "holds": row.pk in holding} for row in rows],
        "formats": [
            {
                "code": one.value,
                "label": one.label,
                "rows": [
                    {"row": row, "kind": _kind(row.kind), "holds": row.pk in in_use}
                    for row in templates
                    if row.format == one
                ],
            }
            for one in TemplateFormat
        ],
        "history": Entry.objects.filter(ids).order_by("-id")[:50],
    }
    return render(request, "reports/layouts.html", context)


def _kind(code: str) -> Any:
    return KINDS[code].name if code in KINDS else code or _("all reports")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new head and foot; the form begins with what holds now."""
    user = user_of(request)
    province = _administered(user)
    kind = request.GET.get("kind", "")
    now = ReportLayout.objects.holding(kind, [province.pk], clock.today())
    initial: dict[str, Any] = {"valid_from": clock.today(), "kind": kind if kind in KINDS else "", "annexed": True}
    if now is not None:
        initial |= {name: getattr(now, name) for name in (*layouts.TEXTS, "annexed")}
    form = LayoutForm(request.POST or None, initial=initial)

    def act() -> str:
        layouts.change_layout(province, form.layout_data(), actor=user)
        return reverse("reports:layouts")

    answer, error = sent_once(
        request, form, act, _("Saved. The next report made looks like this."), raises=(NotAllowed,)
    )
    if answer:
        return answer
    return render_form(request, "reports/layout_new.html", form, {"province": province}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def template_new(request: HttpRequest, format_name: str) -> HttpResponse:
    user = user_of(request)
    province = _administered(user)
    if format_name not in NEEDED:
        raise Http404
    form = ReportTemplateForm(
        request.POST or None, request.FILES if request.method == "POST" else None, of=TemplateFormat(format_name)
    )

    def act() -> str:
        layouts.upload_report_template(province, form.template_data(), actor=user)
        return reverse("reports:layouts") + "#templates"

    answer, error = sent_once(
        request, form, act, _("The template is in place. The next report made looks like it."), raises=(NotAllowed,)
    )
    if answer:
        return answer
    whole, needed = NEEDED[format_name]
    word = format_name == "docx"
    context = {
        **_frame(str(TemplateFormat(format_name).label)),
        "fields": field_lines(whole, needed),
        "lead": _("It is tried out before it is taken: it must show every item marked «needed» below."),
        "how": HOW_IN_WORD if word else HOW_IN_EXCEL,
    }
    return render_form(request, "components/template_new.html", form, context, error)


@require_safe
def template_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """A template, or with «portal» the one that comes with the portal."""
    user = user_of(request)
    _administered(user)
    if public_id == "portal":
        return file_answer(layouts.shipped(), layouts.CONTENT_TYPES["docx"], "mau-bao-cao.docx")
    try:
        wanted = UUID(public_id)
    except ValueError as error:
        raise Http404 from error
    row = get_object_or_404(ReportTemplate.objects.administered_by(user).select_related("file"), public_id=wanted)
    return file_answer(content_of(row.file), layouts.CONTENT_TYPES[row.format], layouts.file_name_of(row))


@require_http_methods(["GET", "HEAD", "POST"])
def template_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    _administered(user)
    row = get_object_or_404(ReportTemplate.objects.administered_by(user), public_id=public_id)
    form = WithdrawTemplateForm(request.POST or None)

    def act() -> str:
        layouts.withdraw_report_template(row, form.cleaned_data["note"], actor=user)
        return reverse("reports:layouts") + "#templates"

    answer, error = sent_once(request, form, act, _("The template is withdrawn; the one before it holds again."))
    if answer:
        return answer
    layouts.require_in_use(row)
    context = {"row": row, **_frame(str(row.get_format_display()))}
    return render_form(request, "components/template_withdraw.html", form, context, error)
