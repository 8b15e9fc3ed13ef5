"""Stored files, by their content. The bytes lie under settings.FILES_DIR, named by their SHA-256."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import public_id_field


class StoredFile(models.Model):
    """Bytes that never change. Who may see them is said by the record that refers to them."""

    public_id = public_id_field()
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField(default=clock.now)  # the last time, within the hour

    def __str__(self) -> str:
        return self.sha256[:12]


class FileFault(models.Model):
    """A file that was not as it should be when it was last read (files/checking.py): gone again once it is. `name`: in
    its folder, the hash but for orphans. `found_at`: first, `seen_at`: last; `part`: that in which it is read."""

    class What(models.TextChoices):
        MISSING = "missing", _("Lost")
        CHANGED = "changed", _("Damaged")
        ORPHAN = "orphan", _("Known to no record")

    what = models.CharField(max_length=10, choices=What.choices)
    name = models.CharField(max_length=255)
    part = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["found_at", "id"]
        constraints = [models.UniqueConstraint(fields=["what", "name"], name="file_fault_once")]

    def __str__(self) -> str:
        return f"{self.what}: {self.name}"

    @property
    def place(self) -> str:
        """Where it lies, or lay, under FILES_DIR."""
        return self.name if self.what == self.What.ORPHAN else f"{self.name[:2]}/{self.name}"


class PartRead(models.Model):
    """When a part of the store was last read to its end, and how many files it had."""

    part = models.PositiveSmallIntegerField(unique=True)
    read_at = models.DateTimeField()
    files = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.part)
