"""Stored files, by their content. The bytes lie under settings.FILES_DIR, named by their SHA-256."""

from django.db import models

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
