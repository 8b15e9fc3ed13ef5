"""A row of a part of an establishment's record: entered, changed, taken out. Entries that may be one establishment:
the queue, side by side, and back again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import render_form, sent_once, user_of
from core import sheets
from core.errors import DomainError
from enterprises import duplicates, merging, permissions
from enterprises.forms import MergeForm, PartForm
from enterprises.models import DuplicatePair, Enterprise, Merge
from enterprises.parts import remove_part, save_part
from enterprises.views import part_of, seen

PAIRS_AT_ONCE = 20
COLUMNS = (
    sheets.Column(_lazy("First entry"), lambda row: row.first.name, width=46),
    sheets.Column(_lazy("Place"), lambda row: row.first.area.full_name),
    sheets.Column(_lazy("Tax code"), lambda row: row.first.tax_code),
    sheets.Column(_lazy("Telephone"), lambda row: row.first.phone),
    sheets.Column(_lazy("Second entry"), lambda row: row.second.name, width=46),
    sheets.Column(_lazy("Place"), lambda row: row.second.area.full_name),
    sheets.Column(_lazy("Tax code"), lambda row: row.second.tax_code),
    sheets.Column(_lazy("Telephone"), lambda row: row.second.phone),
    sheets.Column(_lazy("Why"), lambda row: " ".join(duplicates.reasons_of(row)), width=60),
)


@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, public_id: UUID, slug: str, pk: int | None = None) -> HttpResponse:
    user, kind = user_of(request), part_of(slug)
    enterprise = seen(user, public_id)
    permissions.may_edit(enterprise, user).require()
    row = None if pk is None else get_object_or_404(kind.model, pk=pk, enterprise=enterprise)
    back = reverse("enterprises:detail", args=[public_id]) + f"#{slug}"
    if request.method == "POST" and "remove" in request.POST and row is not None:
        remove_part(enterprise, kind, row, actor=user)
        messages.success(request, _("Removed; the history keeps it."))
        return redirect(back)
    form = PartForm(request.POST or None, part=kind, actor=user, row=row)

    def act() -> str:
        save_part(enterprise, kind, form.values(), actor=user, row=row)
        return back

    answer, error = sent_once(request, form, act, _("Saved."))
    if answer:
        return answer
    context = {"enterprise": enterprise, "part": kind, "row": row, "back": back}
    return render_form(request, "enterprises/part.html", form, context, error)


# --- entries that may be one -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: HttpRequest) -> HttpResponse:
    """The queue. POST: the two of a pair are different."""
    user = user_of(request)
    permissions.may_enter(None, user).require()
    pairs = duplicates.open_pairs(user)
    if request.method == "POST":
        number = request.POST.get("pair", "")
        row = get_object_or_404(pairs, pk=int(number) if number.isascii() and number.isdigit() else 0)
        duplicates.call_different(row.first, row.second, actor=user)
        messages.success(request, _("Kept in mind: these are two establishments."))
        return redirect("enterprises:alike")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "nghi-trung", _("Suspected duplicates"), COLUMNS, pairs.iterator())
    page = Paginator(pairs, PAIRS_AT_ONCE).get_page(request.GET.get("page"))
    reasons = duplicates.reasons_of_each(list(page))
    rows = [{"pair": row, "reasons": why} for row, why in zip(page, reasons, strict=True)]
    return render(request, "enterprises/alike.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, first: UUID, second: UUID) -> HttpResponse:
    """Two entries side by side: which stays, and of each field whose value holds."""
    user = user_of(request)
    one, other = seen(user, first), seen(user, second)
    permissions.may_edit(one, user).require()
    permissions.may_edit(other, user).require()
    form = MergeForm(request.POST or None, first=one, second=other)

    def act() -> str:
        kept, gone = (one, other) if form.cleaned_data["keep"] == str(first) else (other, one)
        merging.merge(kept, gone, form.take(), actor=user, note=form.cleaned_data["note"])
        return reverse("enterprises:detail", args=[kept.public_id])

    answer, error = sent_once(request, form, act, _("The two are one now. This can be undone within 30 days."))
    if answer:
        return answer
    pair = DuplicatePair(first=one, second=other)
    context: dict[str, Any] = {
        "first": one,
        "second": other,
        "reasons": duplicates.reasons_of(pair),
        "moves": [(row, merging.what_moves(row)) for row in (one, other)],
        "days": merging.UNDO_DAYS,
    }
    return render_form(request, "enterprises/merge.html", form, context, error)


@require_POST
def undo_merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`public_id`: of the entry that was merged into another."""
    user = user_of(request)
    row = get_object_or_404(Merge.objects.select_related("kept", "gone"), gone__public_id=public_id)
    kept = get_object_or_404(Enterprise.objects.visible_to(user), pk=row.kept_id)
    try:
        again = merging.undo(row, actor=user)
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.message)
        return redirect("enterprises:detail", kept.public_id)
    messages.success(request, _("The merge is undone: «%(name)s» stands for itself again.") % {"name": again.name})
    return redirect("enterprises:detail", again.public_id)
