"""Fields and bases that every app uses, and the answers kept for repeated requests."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.text import fold, nfc


class Verified(models.TextChoices):
    """Whether somebody saw the fact in its source."""

    YES = "yes", _("Verified")
    PARTIAL = "partial", _("Partly verified")
    NO = "no", _("Not verified")


class Source(models.TextChoices):
    """Where money comes from."""

    NATIONAL = "national", _("National industrial-extension money")
    LOCAL = "local", _("Local industrial-extension money")
    COUNTERPART = "counterpart", _("Counterpart money")
    OTHER = "other", _("Other sources")


SUPPORT_SOURCES = (Source.NATIONAL, Source.LOCAL)


if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


class NfcCharField(_Text):
    """Text kept in Unicode NFC, whatever keyboard it came from."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return nfc(value) if isinstance(value, str) else value


class FoldedField(_Text):
    """Another field's text without accents and case, for search. Kept by every save and bulk_create."""

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("max_length", 1000)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = " ".join(str(getattr(model_instance, part) or "") for part in self.source.split())
        value = fold(text)[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


def money_field(label: Any = None, **kwargs: Any) -> "models.BigIntegerField[Any, Any]":
    """Whole đồng. Null means not reported; zero means zero."""
    return models.BigIntegerField(label, **kwargs)


def public_id_field() -> "models.UUIDField[Any, Any]":
    """What the API and links call the row by."""
    return models.UUIDField(default=uuid.uuid4, unique=True, editable=False)


now: Callable[[], Any] = clock.now


class IdempotencyKey(models.Model):
    """One request of one caller that changes something, and the answer it got.

    Kept seven days. The row is written in the same transaction as the change, so that the change and the memory of
    it cannot part.
    """

    caller = models.CharField(max_length=100)
    key = models.UUIDField()
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


def bulk_change(model: Any, objects: list[Any], fields: set[str]) -> None:
    """Model.objects.bulk_update, with the texts for search kept in step."""
    folded = [field for field in model._meta.concrete_fields if isinstance(field, FoldedField)]
    for obj in objects:
        for field in folded:
            field.pre_save(obj, False)
    if objects:
        model.objects.bulk_update(objects, [*sorted(fields), *(field.name for field in folded)], batch_size=500)
