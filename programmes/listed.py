"""Short lists that officials keep: groups of products, levels of a selection, criteria, stages of a cluster.

A list is a model derived from `Listed`. Its rows come from a file of data/ and are added, changed and ended on pages by
whoever administers the portal, with audit; what an official touched the file no longer changes.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid
from core.forms import DateField, KcForm, NfcField
from core.locks import lock, lock_name
from core.models import NfcCharField, Verified
from core.once import OnceForm
from core.reference import day, rows
from core.text import nfc
from programmes.permissions import may_change_rule

if TYPE_CHECKING:
    from accounts.models import User

COMMON = ("name", "position", "valid_from", "valid_to", "source", "verified", "note")


class ListedQuerySet(models.QuerySet[Any]):
    def valid_on(self, on: dt.date) -> "ListedQuerySet":
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


class Listed(models.Model):
    """One row of a list. `source`: where it was seen; `edited_at`: when an official last touched it, None while it
    stands as in its file."""

    code = models.CharField(max_length=40, unique=True)
    name = NfcCharField(_lazy("name"), max_length=300)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    source = NfcCharField(max_length=300, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    note = NfcCharField(max_length=500, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ListedQuerySet.as_manager()
    own: ClassVar[tuple[str, ...]] = ()  # its fields beside those of every list

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def in_force_on(self, on: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def bring_in(model: type[Listed], file: str, read: Callable[[dict[str, str]], dict[str, Any]]) -> int:
    """Bring the list in line with its file, row by row of its code; `read` gives what the model has of its own. Rows an
    official touched stay. Gives the number of lines."""
    lines = rows(file)
    known: dict[str, Any] = {row.code: row for row in model.objects.all()}
    for number, line in enumerate(lines, 1):
        values: dict[str, Any] = {name: line[name] for name in ("code", "name", "source", "verified", "note")}
        values |= {"position": number * 10, "valid_from": day(line["valid_from"]), "valid_to": day(line["valid_to"])}
        values |= read(line)
        row = known.get(line["code"])
        if row is None:
            model.objects.create(**values)
        elif row.edited_at is None and any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
    return len(lines)


def _checked(model: type[Listed], values: Mapping[str, Any]) -> dict[str, Any]:
    tidy = {
        name: " ".join(nfc(value).split()) if isinstance(value, str) else value
        for name, value in values.items()
        if name in (*COMMON, *model.own)
    }
    errors: dict[str, str] = {}
    if not tidy.get("name"):
        errors["name"] = _("Enter the name.")
    first, last = tidy.get("valid_from"), tidy.get("valid_to")
    if first and last and last < first:
        errors["valid_to"] = _("The last day lies before the first.")
    if tidy.get("verified") != Verified.NO and not tidy.get("source"):
        errors["source"] = _("Name the document and the article in which this was seen.")
    if errors:
        raise Invalid(fields=errors)
    return tidy


@transaction.atomic
def add_row(model: type[Listed], values: Mapping[str, Any], *, actor: "User") -> Any:
    """Add a row; its code is made here. Raises Invalid, and Conflict where the name is in the list already."""
    lock_name(f"list {model._meta.label}")
    may_change_rule(None, actor).require()
    tidy = _checked(model, values)
    if model.objects.filter(name=tidy["name"], valid_to__isnull=True).exists():
        text = _("This name is in the list already.")
        raise Conflict(text, code="duplicate", fields={"name": text})
    number = model.objects.count() + 1
    while model.objects.filter(code=f"X{number}").exists():
        number += 1
    row = model.objects.create(code=f"X{number}", edited_at=clock.now(), **tidy)
    record(row, "create", actor=actor, changes={k: (None, v) for k, v in tidy.items() if v not in (None, "")})
    return row


@transaction.atomic
def change_row(row: Listed, values: Mapping[str, Any], *, actor: "User", version: int | None = None) -> Any:
    """Change or end a row. What was made with it keeps what it took from it."""
    found: Any = lock(row)
    may_change_rule(None, actor).require()
    tidy = _checked(type(row), values)
    if version is not None and version != found.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    changes = changed(found, tidy)
    if changes:
        for name, value in tidy.items():
            setattr(found, name, value)
        found.version += 1
        found.edited_at = clock.now()
        found.save()
        record(found, "change", actor=actor, changes=changes)
    return found


class ListedForm(OnceForm, KcForm):
    """What is typed of a row of any list; a form of its own adds fields of its own."""

    name = NfcField(label=_lazy("Name"), max_length=300)
    position = forms.IntegerField(label=_lazy("Order in the list"), min_value=0, max_value=30_000, initial=100)
    valid_from = DateField(label=_lazy("First day"), required=False)
    valid_to = DateField(
        label=_lazy("Last day"), required=False, help_text=_lazy("Empty: it holds until further notice.")
    )
    source = NfcField(label=_lazy("Where it was seen"), max_length=300, required=False)
    verified = forms.ChoiceField(label=_lazy("Verified"), choices=Verified.choices, initial=Verified.NO)
    note = NfcField(label=_lazy("Note"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        if row is not None:
            names = [name for name in self.base_fields if name not in ("form_key", "version")]
            kwargs["initial"] = {**{name: getattr(row, name) for name in names}, "version": row.version}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("form_key", "version")}
