"""What every template may use: numbers, money, dates and the parts that pages share (templates/components/)."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import money

register = template.Library()

# Which of the five tones of a tag a state code has. What needs nobody's work is plain.
TONES = {
    "draft": "grey",
    "submitted": "blue",
    "reported": "blue",
    "queued": "grey",
    "running": "blue",
    "returned": "amber",
    "registered": "blue",
    "appraised": "blue",
    "ministry_appraised": "blue",
    "approved": "blue",
    "contracted": "blue",
    "liquidated": "green",
    "settled": "green",
    "asked": "blue",
    "decided": "green",
    "refused": "plain",
    "in_progress": "blue",
    "accepted": "green",
    "confirmed": "green",
    "published": "green",
    "done": "green",
    "closed": "plain",
    "superseded": "plain",
    "withdrawn": "red",
    "cancelled": "plain",
    "stopped": "red",
    "rejected": "red",
    "failed": "red",
    "prepared": "grey",
    "filed": "blue",
    "granted": "green",
    "expired": "plain",
    "open": "blue",
    "entries_closed": "amber",
    "scoring": "blue",
    "selected": "green",
    "certified": "green",
    "recognised": "green",
    "not_recognised": "plain",
}


def _missing() -> SafeString:
    return format_html('<span class="kc-missing">{}</span>', _("not reported"))


# --- numbers, money, dates: None is «not reported», never a zero ------------------------------------------------------


@register.filter
def vnd(value: int | None) -> str:
    """Whole đồng, grouped: 1.234.567"""
    return _missing() if value is None else money.group(value)


@register.filter
def million(value: int | None) -> str:
    """In triệu đồng; the head of the column names the unit."""
    return _missing() if value is None else money.million(value)


@register.filter
def number(value: int | float | Decimal | str | None) -> str:
    """A figure, grouped, decimals after a comma."""
    if value is None or value == "":
        return _missing()
    return money.group(value if isinstance(value, int) else Decimal(str(value)))


@register.filter
def percent(value: Decimal | int | str | None) -> str:
    return _missing() if value is None or value == "" else f"{money.group(Decimal(str(value)))} %"


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """dd/mm/yyyy"""
    if value is None or value == "":
        return "–"
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    return value.strftime("%d/%m/%Y")


@register.filter
def moment(value: dt.datetime | None) -> str:
    """HH:MM dd/mm/yyyy in the time of the office"""
    return timezone.localtime(value).strftime("%H:%M %d/%m/%Y") if value else "–"


@register.filter
def share(part: int | Decimal | None, whole: int | Decimal | None) -> int:
    """Part of whole in whole percent, for bars; 0 where it cannot be said."""
    return int(100 * part / whole) if part is not None and whole else 0


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key], or None"""
    return mapping.get(key) if mapping is not None else None


# --- parts of pages ---------------------------------------------------------------------------------------------------


@register.simple_tag
def tag(code: str, label: str) -> SafeString:
    """A state as a coloured tag; the word says it, the colour only helps."""
    return format_html('<span class="kc-tag kc-tag--{}">{}</span>', TONES.get(code, "grey"), label)


@register.simple_tag
def state(obj: Any, field: str = "state") -> SafeString:
    """The state of a record as a tag."""
    return tag(getattr(obj, field), getattr(obj, f"get_{field}_display")())


@register.simple_tag
def verified(mark: str) -> SafeString | str:
    """Nothing for a verified fact; otherwise a mark that says so."""
    if mark == "yes":
        return ""
    text = _("partly verified") if mark == "partial" else _("not verified")
    return format_html('<span class="kc-tag kc-tag--amber">{}</span>', text)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture that repeats what the words beside it say (static/img/icons.svg)."""
    from django.templatetags.static import static

    return format_html(
        '<svg class="kc-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def bar(part: Any, whole: Any, label: str) -> SafeString:
    """A bar of part in whole with its words for those who do not see it."""
    value = min(share(part, whole), 100)
    return format_html(
        '<progress class="kc-bar" max="100" value="{}" aria-label="{}">{} %</progress>', value, label, value
    )


@register.inclusion_tag("components/error_summary.html")
def errors(*forms: BaseForm) -> dict[str, Any]:
    """The summary above the heading: every fault of the forms, each a link to its input."""
    return {"faults": [fault for form in forms if form is not None for fault in getattr(form, "faults", [])]}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Numbered pages that keep the filters of the address."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("components/export.html", takes_context=True)
def export(context: template.Context) -> dict[str, Any]:
    """Links to the list as a file, with its filters: every row that was found (core.sheets)."""
    request = context["request"]
    kept = request.GET.copy()
    for name in ("page", "format"):
        kept.pop(name, None)
    return {"path": request.path, "query": kept.urlencode()}


@register.inclusion_tag("components/history.html")
def history(entries: Iterable[Any]) -> dict[str, Any]:
    """Who did what, when, from where, old → new, why."""
    return {"entries": entries}


@register.inclusion_tag("components/empty.html")
def empty(text: str, url: str = "", link: str = "") -> dict[str, str]:
    """What stands where a list would, and what to do about it."""
    return {"text": text, "url": url, "link": link}


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: Any, note: str = "", url: str = "") -> dict[str, Any]:
    """One figure with its name; a link leads to the records behind it."""
    return {"label": label, "value": value, "note": note, "url": url}
