"""The second factor: a code of six digits from the person's telephone (TOTP, RFC 6238), asked for again at the moment
of what weighs much (a report made final, the locked line opened). Signing in does not ask for it.

Secrets, codes and the row they lie in are those of django-allauth (`mfa`); what it leaves to a cache of one process is
kept in the database here, because the portal runs in several: which code was used (`CodeTries.used_through`), and how
often somebody tried. Recovery codes are ours, because they are kept as fingerprints only.

A try counts before it is judged, in a transaction of its own, so that what the failed change takes back does not take
it back too: `attempt` first, then `check` within the change.
"""

import datetime as dt
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CodeTries, RecoveryCode, User
from accounts.permissions import may_reset_factor
from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from core.sealed import Broken, keyed, seal, unseal

if TYPE_CHECKING:
    from audit.actors import Actor

TRIES, WITHIN = 5, dt.timedelta(minutes=15)
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What django-allauth asks the portal: the name a telephone shows, and how a secret lies in the database."""

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return seal(text, "allauth.mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, "allauth.mfa")


@dataclass(frozen=True)
class Attempt:
    """A code somebody gave, counted. Only `attempt` makes one."""

    user_id: int
    text: str


# --- whether there is one -----------------------------------------------------------------------------------------


def device_of(user: User) -> Authenticator | None:
    found: Authenticator | None = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    return found


def has(user: User) -> bool:
    return device_of(user) is not None


def holders(user_ids: Iterable[int]) -> set[int]:
    """Which of them have one."""
    rows = Authenticator.objects.filter(user_id__in=list(user_ids), type=Authenticator.Type.TOTP)
    return set(rows.values_list("user_id", flat=True))


# --- a code -------------------------------------------------------------------------------------------------------


def attempt(user: User, text: str) -> Attempt:
    """Count a try. Raises Invalid after five within a quarter of an hour, until that is over: nobody is locked out for
    good. Not to be called within the transaction of the change: its end in an error would take the count back."""
    counted = attempt_once(user, text, lambda: False)
    assert counted is not None
    return counted


def attempt_once(user: User, text: str, was_sent: Callable[[], bool]) -> Attempt | None:
    """The same for what has one effect however often it is sent (core.once): None, and nothing counted, where
    `was_sent`, so that what went through is not judged again. Looked at while the row of the tries is held: who sends
    twice at once waits here until the first has used the code."""
    with transaction.atomic():
        row = _tries(user)
        if was_sent():
            return None
        now = clock.now()
        if not row.since <= now < row.since + WITHIN:
            row.tries, row.since = 0, now
        if row.tries >= TRIES:
            minutes = max(1, -int((now - row.since - WITHIN).total_seconds() // 60))
            text = _("Too many codes that were not right. Try again in %(minutes)s minutes.") % {"minutes": minutes}
            raise Invalid(fields={"code": text}, code="wait")
        if not row.tries:
            row.since = now
        row.tries += 1
        row.save()
    return Attempt(user.pk, text)


def attempt_of(user: User, body: object, was_sent: Callable[[], bool] = lambda: False) -> Attempt | None:
    """The same of what was sent to the API: a person gives `code`, a program has none."""
    text = body.get("code") if isinstance(body, dict) else None
    return attempt_once(user, text, was_sent) if isinstance(text, str) and user.audit_kind == "person" else None


def _tries(user: User) -> CodeTries:
    CodeTries.objects.get_or_create(user=user)
    row: CodeTries = CodeTries.objects.select_for_update().get(user=user)
    return row


def check(user: User, code: Attempt | None) -> None:
    """Take the code, which then is used, together with the change it was given for. Raises Invalid (field `code`)
    where there is none, it is wrong, old or used, or the person has no device."""
    if code is None or not code.text.strip():
        raise Invalid(fields={"code": _("Enter the six digits your telephone shows.")})
    if code.user_id != user.pk:
        raise ValueError("a code of somebody else")
    device = device_of(user)
    if device is None:
        raise Invalid(fields={"code": _("You have no second factor yet. Set it up first, under your name.")})
    with transaction.atomic():
        row = _tries(user)
        given = "".join(code.text.split()).replace("-", "").lower()
        step = _step(_secret(device), given)
        if step is not None and step > row.used_through:
            row.used_through = step
        elif not _use_recovery(user, given):
            raise Invalid(
                fields={"code": _("This code is wrong, too old or was used already. Enter the one shown now.")}
            )
        row.tries = 0
        row.save()
        Authenticator.objects.filter(pk=device.pk).update(last_used_at=clock.now())


def _context(user_id: int) -> str:
    return f"second factor of {user_id}"


def _secret(device: Authenticator) -> str:
    return unseal(device.data["secret"], _context(device.user_id))


def now_step() -> int:
    """The number of the half minute."""
    return int(clock.now().timestamp()) // int(app_settings.TOTP_PERIOD)


def code_at(secret: str, step: int) -> str:
    return str(format_hotp_value(hotp_value(secret, step)))


def _step(secret: str, code: str) -> int | None:
    """The half minute the code belongs to, the present one or a neighbour."""
    now, beside = now_step(), int(app_settings.TOTP_TOLERANCE)
    for step in range(now - beside, now + beside + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def _use_recovery(user: User, given: str) -> bool:
    unused = RecoveryCode.objects.filter(user=user, hash=_fingerprint(user, given), used_at__isnull=True)
    if not unused.update(used_at=clock.now()):
        return False
    record(user, "use_recovery_code", actor=user)
    return True


def _fingerprint(user: User, code: str) -> str:
    return keyed("recovery code", str(user.pk), code)


# --- setting up ---------------------------------------------------------------------------------------------------


def new_secret() -> str:
    return str(generate_totp_secret())


def sealed_secret(user: User, secret: str) -> str:
    """The secret as it may lie in a session until the device is confirmed."""
    return seal(secret, _context(user.pk))


def opened_secret(user: User, sealed: str) -> str | None:
    try:
        return unseal(sealed, _context(user.pk))
    except Broken:
        return None


def picture(user: User, secret: str) -> str:
    """The QR code that an app reads, as SVG."""
    adapter = Adapter()
    svg = str(adapter.build_totp_svg(adapter.build_totp_url(user, secret)))
    return svg[svg.index("<svg") :]


@transaction.atomic
def set_up(user: User, secret: str, code: Attempt, *, replaces: bool = False) -> list[str]:
    """The telephone showed the right code, so it is the person's second factor from now on; the recovery codes, which
    are told this once. `replaces`: another telephone in the place of the one there was, which no longer counts."""
    user = lock(user)
    device = device_of(user)
    if device is not None and not replaces:
        raise WrongState(_("You have a second factor already."))
    given = "".join(code.text.split())
    step = _step(secret, given)
    if code.user_id != user.pk or step is None:
        raise Invalid(fields={"code": _("This is not the code of this key. Enter the one shown now.")})
    if device is not None:
        device.delete()
    _store(user, secret)
    CodeTries.objects.update_or_create(user=user, defaults={"used_through": step, "tries": 0})
    codes = _renew_codes(user)
    record(user, "set_factor" if device is None else "renew_factor", actor=user)
    return codes


def _store(user: User, secret: str) -> None:
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.TOTP,
        data={"secret": sealed_secret(user, secret)},
        created_at=clock.now(),
    )


@transaction.atomic
def give(user: User, secret: str, *, actor: "Actor") -> None:
    """A device with a known secret: demonstration accounts and tests only."""
    if actor.audit_kind != "system":
        raise ValueError("only the portal itself")
    _store(user, secret)
    record(user, "set_factor", actor=actor)


def _renew_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(_LETTERS) for _n in range(8)) for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, hash=_fingerprint(user, code)) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


@transaction.atomic
def vouch(user: User, code: Attempt) -> None:
    """The device that is there allows what comes next: another one in its place."""
    check(lock(user), code)


@transaction.atomic
def new_recovery_codes(user: User, code: Attempt) -> list[str]:
    """Ten new ones; those before are worth nothing."""
    check(lock(user), code)
    record(user, "renew_recovery_codes", actor=user)
    return _renew_codes(user)


@transaction.atomic
def remove(user: User, code: Attempt) -> None:
    """The person gives it up."""
    check(lock(user), code)
    _forget(user)
    record(user, "remove_factor", actor=user)


@transaction.atomic
def reset(user: User, reason: str, *, actor: User) -> None:
    """The telephone is lost: an administrator who knows the person takes the device away, so that they set up another.
    Never one's own."""
    may_reset_factor(user, actor).require()
    user = lock(user)
    if not has(user):
        raise WrongState(_("This person has no second factor."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Give the reason.")})
    _forget(user)
    record(user, "reset_factor", actor=actor, note=reason.strip())


def _forget(user: User) -> None:
    Authenticator.objects.filter(user_id=user.pk).delete()
    RecoveryCode.objects.filter(user=user).delete()


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
