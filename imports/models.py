"""An import: one file that somebody sent, what was found in its rows, and what was made of them."""

import datetime as dt
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import NfcCharField, public_id_field
from places.models import Area

if TYPE_CHECKING:
    from accounts.models import User

UNDO_HOURS = 24  # how long what was stored can be taken back
KEPT_DAYS = 30  # how long an import that nobody stores keeps its rows


class ImportState(models.TextChoices):
    WAITING = "waiting", _("Being checked")
    CHECKED = "checked", _("Checked, not stored yet")
    UNREADABLE = "unreadable", _("Cannot be read")
    STORING = "storing", _("Being stored")
    STORED = "stored", _("Stored")
    UNDONE = "undone", _("Taken back")
    DROPPED = "dropped", _("Dropped")


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: "User") -> "ImportQuerySet":
        """Whoever sent the file; what was made of it is seen as every other record is."""
        return self.filter(owner=user)


class Import(models.Model):
    """`kind`: which importer reads it. `target`: what the rows belong to, where the importer asks for that (a training
    class). `upload`: the file until it is checked. `table`: heads, rows and what was found, packed (see `read`), until
    the rows are of no more use: people's data are not kept for nothing. `receipt`: what was made or changed, to lead
    there and to take it back.
    """

    public_id = public_id_field()
    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=60, blank=True)
    target_label = NfcCharField(max_length=300, blank=True)
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="imports")
    file_name = NfcCharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.WAITING)
    upload = models.BinaryField(null=True)
    table = models.BinaryField(null=True)
    fault = models.TextField(blank=True)  # why it cannot be read, in the language of its owner
    warnings: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    receipt: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "sha256"], name="import_same_file")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(
                condition=~Q(state="stored") | Q(stored_at__isnull=False), name="import_stored_at_known"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def read(self) -> dict[str, Any]:
        """{"heads": [...], "columns": {code: position}, "rows": [...]} as imports.checking made it; empty once gone."""
        return orjson.loads(zlib.decompress(bytes(self.table))) if self.table else {}

    def keep(self, table: dict[str, Any]) -> None:
        self.table = zlib.compress(orjson.dumps(table), 1)

    @property
    def total(self) -> int:
        return self.new + self.changed + self.same + self.wrong

    @property
    def storable(self) -> int:
        return self.new + self.changed

    @property
    def undo_until(self) -> dt.datetime | None:
        return self.stored_at + dt.timedelta(hours=UNDO_HOURS) if self.stored_at else None
