"""ID numbers that were sealed in the first format (a key stream and a mark of HMAC-SHA256) are sealed with AES-GCM."""

import base64
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import migrations

from core.sealed import seal

NONCE, TAG, FORMAT = 16, 32, "1."


def opened(sealed: str, context: str) -> str | None:
    """The text of the first format; None: it was changed, or sealed with another key."""

    def key(purpose: str) -> bytes:
        return hmac.digest(str(settings.PERSONAL_DATA_KEY).encode(), purpose.encode(), "sha256")

    raw = base64.urlsafe_b64decode(sealed.removeprefix(FORMAT).encode())
    nonce, hidden, tag = raw[:NONCE], raw[NONCE:-TAG], raw[-TAG:]
    about = hashlib.sha256(context.encode()).digest()
    if not hmac.compare_digest(tag, hmac.digest(key("seal: tag"), nonce + about + hidden, "sha256")):
        return None
    stream = b"".join(
        hmac.digest(key("seal: stream"), nonce + number.to_bytes(4, "big"), "sha256")
        for number in range(len(hidden) // 32 + 1)
    )
    return bytes(a ^ b for a, b in zip(hidden, stream[: len(hidden)], strict=True)).decode()


def seal_anew(apps: Any, schema_editor: Any) -> None:
    """What does not open with the key of today stays as it is: it opened for nobody before either."""
    trainees = apps.get_model("training", "Trainee").objects.using(schema_editor.connection.alias)
    for row in trainees.filter(id_sealed__startswith=FORMAT).select_related("attendance").iterator():
        context = str(row.attendance.public_id)
        number = opened(row.id_sealed, context)
        if number is not None:
            trainees.filter(pk=row.pk).update(id_sealed=seal(number, context))


class Migration(migrations.Migration):
    dependencies = [("training", "0003_rosters")]
    operations = [migrations.RunPython(seal_anew, migrations.RunPython.noop)]
