"""The lists officials keep: time for an answer, days off, kinds of documents."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination.forms import LISTS
from programmes.listed_pages import lists_page, row_page


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    return lists_page(request, LISTS, "coordination/lists.html")


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return row_page(request, LISTS, slug, pk, back="coordination:lists", above=_("Coordination"))
