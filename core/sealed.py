"""Personal numbers, kept so that the database alone does not give them away.

Two uses of one key (`PERSONAL_DATA_KEY`, in the environment or beside the data, never in the database): `seal` hides a
text and `unseal` gives it back; `keyed` makes a fingerprint by which equal texts are found again without being kept.

`seal` is encrypt-then-MAC with nothing but the standard library: HMAC-SHA256 of a random nonce and a counter is the key
stream, and a second HMAC over nonce, context and what was encrypted refuses anything that was changed or moved to
another row. The format begins with its number, so that another cipher can follow beside it.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

_NONCE, _TAG, _FORMAT = 16, 32, "1."


class Broken(Exception):
    """What was sealed was changed, belongs elsewhere, or was sealed with another key."""


def _key(purpose: str) -> bytes:
    return hmac.digest(str(settings.PERSONAL_DATA_KEY).encode(), purpose.encode(), "sha256")


def _stream(nonce: bytes, length: int) -> bytes:
    key = _key("seal: stream")
    blocks = (hmac.digest(key, nonce + number.to_bytes(4, "big"), "sha256") for number in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _tag(nonce: bytes, context: str, hidden: bytes) -> bytes:
    about = hashlib.sha256(context.encode()).digest()
    return hmac.digest(_key("seal: tag"), nonce + about + hidden, "sha256")


def seal(text: str, context: str) -> str:
    """The text hidden. `context`: the row it belongs to; only with the same it opens again."""
    plain, nonce = text.encode(), secrets.token_bytes(_NONCE)
    hidden = bytes(a ^ b for a, b in zip(plain, _stream(nonce, len(plain)), strict=True))
    return _FORMAT + base64.urlsafe_b64encode(nonce + hidden + _tag(nonce, context, hidden)).decode()


def unseal(sealed: str, context: str) -> str:
    """The text again. Raises Broken, which says nothing of it."""
    if not sealed.startswith(_FORMAT):
        raise Broken
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(_FORMAT).encode())
    except ValueError:
        raise Broken from None
    nonce, hidden, tag = raw[:_NONCE], raw[_NONCE:-_TAG], raw[-_TAG:]
    if not hmac.compare_digest(tag, _tag(nonce, context, hidden)):
        raise Broken
    return bytes(a ^ b for a, b in zip(hidden, _stream(nonce, len(hidden)), strict=True)).decode()


def keyed(purpose: str, *parts: str) -> str:
    """A fingerprint (64 hexadecimal digits) of the parts for one purpose; without the key it tells nothing, also not
    to somebody who tries all numbers there are."""
    text = "\x1f".join(parts).encode()
    return hmac.new(_key(f"fingerprint: {purpose}"), text, hashlib.sha256).hexdigest()
