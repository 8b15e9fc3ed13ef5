"""Pages for everybody, without an account: the policy library, what one may ask for, where a file stands. Nothing
personal is asked or shown, and no page needs JavaScript."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency, AgencyKind
from audit.middleware import client_address
from outreach import spreading, support
from outreach.forms import LibraryFilter, StatusForm, SupportForm
from outreach.models import Policy
from outreach.views.policies import VALIDITY, answer_file
from outreach.views.shared import page_of
from places.models import Area, AreaClosure, Level
from programmes.kinds import kinds_in_words


@login_not_required
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    visible = Policy.objects.all().public()
    form = LibraryFilter(request.GET)
    data = form.usable()
    rows = spreading.found_in(visible.select_related("document"), data.get("q", "")).order_by("title", "id")
    kept = [row for row in rows if "kind" not in data or not row.kinds or data["kind"] in row.kinds]
    kept.sort(key=lambda row: row.validity == "past")
    for row in kept:
        row.words = VALIDITY[row.validity]
    context = {"tab": "policies", "form": form, "page": page_of(request, kept), "any": visible.exists()}
    return render(request, "public/policies.html", context)


@login_not_required
@require_safe
def policy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = get_object_or_404(Policy.objects.all().public().select_related("document"), public_id=public_id)
    context = {
        "tab": "policies",
        "row": row,
        "words": VALIDITY[row.validity],
        "kinds": kinds_in_words(row.kinds),
        "communes": row.communes.order_by("folded"),
        "activities": row.activities.all(),
        "files": row.files.all(),
        "file_address": "public:policy_file",
        "contacts": support.contacts(),
        "offices": offices(row.province),
    }
    return render(request, "public/policy.html", context)


@login_not_required
@require_safe
def policy_file(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """A file of a policy that is shown to everybody."""
    return answer_file(get_object_or_404(Policy.objects.all().public(), public_id=public_id), pk)


def offices(province: Area | None) -> list[Agency]:
    """Whom to write to: the centre and the department of the province."""
    if province is None:
        return []
    rows = Agency.objects.filter(area=province, kind__in=[AgencyKind.CENTRE, AgencyKind.DEPARTMENT])
    return list(rows.order_by("kind"))


def _communes() -> list[Area]:
    """Communes of today in the provinces the portal serves: those that have a department."""
    served = Agency.objects.filter(kind=AgencyKind.DEPARTMENT, area__isnull=False).values("area_id")
    below = AreaClosure.objects.filter(ancestor_id__in=served).values("area_id")
    return list(Area.objects.current().filter(Q(level=Level.COMMUNE), pk__in=below).order_by("folded", "uid"))


@login_not_required
@require_safe
def asks(request: HttpRequest) -> HttpResponse:
    """Five questions, and what follows from them today."""
    asked = any(name in SupportForm.base_fields for name in request.GET)
    communes = _communes()
    provinces = Area.objects.current().filter(level=Level.PROVINCE, agencies__kind=AgencyKind.DEPARTMENT).distinct()
    form = SupportForm(request.GET if asked else None, communes=communes, provinces=provinces)
    context = {"tab": "support", "form": form, "asked": asked}
    if asked and form.is_valid():
        data = form.cleaned_data
        answers = support.Answers(data["kind"], data["commune"], data["trade"], list(data["wants"]), data["workers"])
        may, not_for = support.contents_for(answers)
        province = support.province_above(answers.commune)
        context |= {
            "answers": answers,
            "kind": kinds_in_words([answers.kind])[0],
            "trade": form.trades.get(answers.trade, ""),
            "judgement": support.judgement_of(answers),
            "may": may,
            "not_for": not_for,
            "papers": support.papers_of(answers, may),
            "criteria": support.criteria_for(province),
            "deadlines": support.next_deadlines(province),
            "contacts": support.contacts(),
            "offices": offices(province),
        }
    wrong = asked and bool(form.errors)
    return render(request, "public/support.html", context, status=422 if wrong else 200)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Where a file stands, for who knows its code and the last digits of the tax code. The digits stay out of the
    address; too many tries from one place are refused for a while."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    context = {"tab": "status", "form": form}
    code = 200
    if request.method == "POST":
        code = 422
        if form.is_valid():
            if not support.knock(client_address(request)):
                form.add_error(None, _("That were many questions. Try again in a quarter of an hour."))
                code = 429
            else:
                found = support.status_of(form.cleaned_data["code"], form.cleaned_data["digits"])
                context["found"] = found
                if found is None:
                    form.add_error(None, _("There is no file with this code and these digits. Check both."))
                else:
                    code = 200
    return render(request, "public/status.html", context, status=code)
