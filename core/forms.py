"""The forms of the portal: fields that read what Vietnamese offices type, and errors shown at field and summary.

How a field is drawn stands in templates/django/forms/.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.money import group, parse_vnd
from core.text import nfc

NOTHING_CHOSEN = "---------"  # Django's own words for it
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxInput, "form-check-input"),
    (forms.HiddenInput, ""),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class Renderer(TemplatesSetting):
    field_template_name = "django/forms/field.html"


class KcForm(forms.Form):
    """Every form of a page. Its widgets have their classes, its text is NFC, and it can take a rule's refusal."""

    error_css_class = "kc-field--wrong"
    data: Any
    meanwhile: Sequence[dict[str, str]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == NOTHING_CHOSEN:
                field.empty_label = _("Choose") if field.required else "–"

    def __getitem__(self, name: str) -> forms.BoundField:
        """Classes are put on as late as possible: a subclass may still exchange widgets in its __init__."""
        bound = super().__getitem__(name)
        widget = bound.field.widget
        known = next(css for kind, css in _CLASSES if isinstance(widget, kind))
        present = str(widget.attrs.get("class", "")).split()
        if known and known not in present:
            widget.attrs["class"] = " ".join([known, *present])
        return bound

    def blame(self, error: DomainError) -> None:
        """Show a rule's refusal at the fields it names, or above the form."""
        for name, texts in error.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
        if not error.fields:
            self.add_error(None, error.message)

    def take_over(self, version: int, stored: dict[str, Any]) -> None:
        """Somebody else saved first. What was typed stays, `meanwhile` tells where it differs from what is stored
        now, and saving once more counts from there (the hidden field `version`)."""
        self.meanwhile = [
            {
                "label": str(bound.label),
                "stored": _in_words(bound, stored[bound.name]),
                "typed": _in_words(bound, typed),
            }
            for bound in self.visible_fields()
            if bound.name in stored and (typed := bound.value()) is not None
            if _in_words(bound, stored[bound.name]) != _in_words(bound, typed)
        ]
        self.retype("version", str(version))

    def retype(self, name: str, text: str) -> None:
        """Put something else where the person typed."""
        data: Any = self.data.copy()
        data[name] = text
        self.data = data

    def judge_nothing(self) -> None:
        """Show what was typed again, without a word on what is wrong or missing."""
        self._errors = ErrorDict()

    @property
    def faults(self) -> list[dict[str, str]]:
        """For the summary: each message with the id of the input to go to, in the order of the page."""
        found = [{"id": "", "label": "", "text": str(text)} for text in self.non_field_errors()]
        for bound in self:
            for text in bound.errors:
                target = bound.id_for_label or f"{bound.auto_id}_0"
                found.append({"id": target, "label": str(bound.label), "text": str(text)})
        return found


def _in_words(bound: forms.BoundField, value: Any) -> str:
    """A value as the person sees it in the form; nothing where nothing is entered."""
    value = bound.field.prepare_value(value)
    choices: Any = getattr(bound.field, "choices", ())
    for key, label in choices:
        for one, words in label if isinstance(label, (list, tuple)) else [(key, label)]:
            if str(one) == str(value):
                return str(words)
    shown = bound.field.widget.format_value(value)
    return " ".join(str(shown or "").split())


def told(form: "KcForm") -> str:
    """What a form of filters narrows by, in words: «Budget year: 2026; State: Draft»."""
    words = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name not in getattr(form, "used", ()) or value in (None, ""):
            continue
        said = value if isinstance(value, Model) else _in_words(form[name], value)
        words.append(str(field.label) if value is True else f"{field.label}: {said}")
    return "; ".join(words)


class FilterForm(KcForm):
    """What a list is narrowed by, from the address. What cannot be used is named (`ignored`) and left out."""

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.used = {name for name, value in data.items() if str(value).strip() and name in self.fields}

    def usable(self) -> dict[str, Any]:
        """What was chosen, without what is wrong or empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    @property
    def in_words(self) -> str:
        """«Budget year: 2026; State: Draft», of what is used."""
        self.is_valid()
        return told(self)

    @property
    def ignored(self) -> list[str]:
        """«Year: abc» for each part of the address that could not be used."""
        known = {*self.fields, "page", "format"}
        wrong = [f"{self.fields[name].label}: {self.data.get(name, '')[:40]}" for name in self.errors]
        return wrong + [f"{name[:20]}: {self.data.get(name, '')[:40]}" for name in self.data if name not in known]


class NfcField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return nfc(super().to_python(value) or "")


class DateField(forms.DateField):
    """dd/mm/yyyy, also 01-02-2026, 01022026 and ISO. A calendar is never the only way."""

    default_error_messages = {"invalid": _("Enter a date as day/month/year, for example 31/01/2026.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format="%d/%m/%Y", attrs={"inputmode": "numeric", "class": "kc-input-date", "maxlength": 10}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        found = super().to_python(value.strip() if isinstance(value, str) else value)
        if found is not None and not 1900 <= found.year <= 2200:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class _MoneyInput(forms.TextInput):
    def __init__(self) -> None:
        attrs = {"inputmode": "text", "autocomplete": "off", "class": "kc-input-money", "data-kc-money": ""}
        super().__init__(attrs)

    def format_value(self, value: Any) -> str | None:
        return group(value).replace("−", "-") if isinstance(value, int) else super().format_value(value)


class MoneyField(forms.Field):
    """Whole đồng. Empty is None (not reported), «0» is zero. `signed` allows a minus in front."""

    default_error_messages = {"below": _("This cannot be below zero.")}
    widget = _MoneyInput

    def __init__(self, *, signed: bool = False, **kwargs: Any) -> None:
        self.signed = signed
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        text = nfc(str(value)).strip().replace("−", "-")
        if not text:
            return None
        below = text.startswith("-")
        if below and not self.signed:
            raise ValidationError(self.error_messages["below"], code="below")
        try:
            amount = parse_vnd(text.removeprefix("-"))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
        return -amount if below else amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class WholeField(forms.Field):
    """A count: «1.234» or «1234». Empty is None (not reported), «0» is zero."""

    default_error_messages = {
        "invalid": _("Enter a whole number, for example 12."),
        "large": _("This number is too large."),
    }

    def __init__(self, *, max_value: int = 2_000_000_000, **kwargs: Any) -> None:
        self.max_value = max_value
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "kc-input-number"}
        kwargs.setdefault("widget", forms.TextInput(attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        text = str(value).strip()
        if not text:
            return None
        whole = text.replace(".", "")
        groups_right = text == whole or all(len(part) == 3 for part in text.split(".")[1:])
        if not whole.isascii() or not whole.isdigit() or not groups_right:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if int(whole[:15]) > self.max_value or len(whole) > 15:
            raise ValidationError(self.error_messages["large"], code="large")
        return int(whole)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True
