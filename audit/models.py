"""Who did what, when, from where, old → new, and why. Rows are only ever added (audit/guards.py)."""

from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from audit import words
from core import clock


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, obj: models.Model) -> "EntryQuerySet":
        """Everything done to the object or inside it (a payment of a project is inside the project)."""
        label, key = obj._meta.label_lower, str(obj.pk)
        return self.filter(
            models.Q(object_type=label, object_id=key) | models.Q(within_type=label, within_id=key)
        ).order_by("-id")


class Entry(models.Model):
    at = models.DateTimeField(default=clock.now, db_index=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=300)
    within_type = models.CharField(max_length=60, blank=True)
    within_id = models.CharField(max_length=40, blank=True)
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # {field: [old, new]}
    note = models.TextField(blank=True)

    objects: ClassVar[Any] = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["within_type", "within_id"], name="audit_within"),
            models.Index(fields=["actor_kind", "actor_id", "at"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}"

    # In words, made when shown (audit.words).
    @property
    def action_words(self) -> str:
        return words.action(self.action)

    @property
    def actor_words(self) -> str:
        return words.actor(self.actor_kind, self.actor_label)

    @property
    def channel_words(self) -> str:
        return words.channel(self.channel)

    @property
    def changes_words(self) -> list[dict[str, str]]:
        rows = []
        for name, (old, new) in self.changes.items():
            choices = _choices(self.object_type, name)
            rows.append(
                {
                    "field": words.field(name),
                    "old": words.value(name, old, choices),
                    "new": words.value(name, new, choices),
                }
            )
        return rows


def _choices(object_type: str, name: str) -> dict[Any, Any]:
    """Code → words of a field of the record the entry is about; nothing where the field has none."""
    try:
        field: Any = apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return {}
    return dict(field.flatchoices) if getattr(field, "choices", None) else {}
