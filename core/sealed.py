"""Personal numbers, kept so that the database alone does not give them away.

Two uses of one key (`PERSONAL_DATA_KEY`, in the environment or beside the data, never in the database): `seal` hides a
text and `unseal` gives it back; `keyed` makes a fingerprint by which equal texts are found again without being kept.

`seal` is AES-256-GCM (NIST SP 800-38D) with a random nonce; the row it belongs to is bound in as associated data, so
that what was changed, or moved to another row, does not open. The format begins with its number, so that another cipher
can follow beside it.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE, _FORMAT = 12, "2."


class Broken(Exception):
    """What was sealed was changed, belongs elsewhere, or was sealed with another key."""


def _key(purpose: str) -> bytes:
    return hmac.digest(str(settings.PERSONAL_DATA_KEY).encode(), purpose.encode(), "sha256")


def _cipher() -> AESGCM:
    return AESGCM(_key("seal: AES-256-GCM"))


def seal(text: str, context: str) -> str:
    """The text hidden. `context`: the row it belongs to; only with the same it opens again."""
    nonce = secrets.token_bytes(_NONCE)
    hidden = _cipher().encrypt(nonce, text.encode(), context.encode())
    return _FORMAT + base64.urlsafe_b64encode(nonce + hidden).decode()


def unseal(sealed: str, context: str) -> str:
    """The text again. Raises Broken, which says nothing of it."""
    if not sealed.startswith(_FORMAT):
        raise Broken
    try:
        raw = base64.b64decode(sealed.removeprefix(_FORMAT).encode(), altchars=b"-_", validate=True)
        return _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], context.encode()).decode()
    except (ValueError, InvalidTag):
        raise Broken from None


def keyed(purpose: str, *parts: str) -> str:
    """A fingerprint (64 hexadecimal digits) of the parts for one purpose; without the key it tells nothing, also not
    to somebody who tries all numbers there are."""
    text = "\x1f".join(parts).encode()
    return hmac.new(_key(f"fingerprint: {purpose}"), text, hashlib.sha256).hexdigest()
