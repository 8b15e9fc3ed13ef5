"""The fields of a template by their paths: `name.name`, and `rows[].x` for x of each row."""

from typing import Any

from django.utils.translation import gettext as _

from files.packages import Refused


def place(context: dict[str, Any], path: str, value: str) -> None:
    """Put `value` where the path says; into the one row of a list."""
    *above, last = path.split(".")
    here: Any = context
    for name in above:
        if name.endswith("[]"):
            here = here.setdefault(name[:-2], [{}])[0]
        else:
            here = here.setdefault(name, {})
    here[last] = value


def values(context: dict[str, Any], path: str) -> list[str]:
    """What stands there: one value, or one of each row."""
    found: list[Any] = [context]
    for name in path.split("."):
        if name.endswith("[]"):
            found = [row for item in found for row in item[name[:-2]]]
        else:
            found = [item[name] for item in found]
    return found


def sample(fields: dict[str, Any]) -> dict[str, Any]:
    """A context in which every field is its own mark, for looking whether a template holds it."""
    context: dict[str, Any] = {}
    for number, path in enumerate(fields):
        place(context, path, mark_of(number))
    return context


def mark_of(number: int) -> str:
    return f"«{number:03d}»"


def absent(text: str, wanted: list[str], fields: dict[str, Any]) -> list[str]:
    """Which of the wanted fields the filled sample does not show."""
    order = list(fields)
    return [path for path in wanted if mark_of(order.index(path)) not in text]


def faults_of_fields(text: str, wanted: list[str], fields: dict[str, Any]) -> list[str]:
    """What the filled sample does not show, in words."""
    return [
        _("The template lacks «%(item)s»: put {{ %(name)s }} where it belongs.")
        % {"item": fields[path], "name": written(path)}
        for path in absent(text, wanted, fields)
    ]


def written(path: str) -> str:
    """How a field is written in a template: `row.name` inside the loop over its list."""
    _list, found, field = path.rpartition("[].")
    return f"row.{field}" if found else path


def refusal_words(refusal: Refused) -> str:
    """Why a template was refused, in words for whoever uploaded it."""
    detail = refusal.detail[:80]
    words = {
        "too_big": _("The file is too large for a template. At most 5 MB, and 20 MB unpacked."),
        "not_word": _("This is not a Word document (.docx). Save it in Word as «Word Document (*.docx)»."),
        "active": _("The document holds something that acts by itself (%(detail)s): macros, objects or fields."),
        "external": _("The document is linked to something outside it (%(detail)s). Remove links to files and pages."),
        "not_allowed": _(
            "The template says more than is allowed (%(detail)s). It may only name fields, repeat rows and leave "
            "parts out."
        ),
        "unknown": _("There is no field «%(detail)s» for this paper."),
        "syntax": _("A field is written wrongly: %(detail)s."),
        "too_long": _("Filled in, the paper becomes far too long."),
        "too_slow": _("Filling in the template takes too much time or memory."),
        "broken": _("The document cannot be filled in (%(detail)s). Open it in Word, save it again and try once more."),
        "alone": _("«%(detail)s» stands in a paragraph or a cell of its own, with nothing beside it."),
        "not_excel": _("This is not an Excel workbook (.xlsx). Save it in Excel as «Excel Workbook (*.xlsx)»."),
        "formula": _(
            "The workbook computes by itself (%(detail)s). The portal writes the figures; remove the formulas."
        ),
    }
    return words[refusal.code] % {"detail": detail}
