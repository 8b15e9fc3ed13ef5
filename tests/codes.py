"""Codes of the second factor, as a person's telephone shows them."""

from accounts import second_factor
from accounts.models import CodeTries, User
from audit.actors import SYSTEM

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def digits(user: User, later: int = 0) -> str:
    """What the telephone shows now, or `later` half minutes on. The person gets a device, and none of its codes was
    used or tried: a test needs no half minute between two of them."""
    if not second_factor.has(user):
        second_factor.give(user, SECRET, actor=SYSTEM)
    CodeTries.objects.filter(user_id=user.pk).delete()
    return second_factor.code_at(SECRET, second_factor.now_step() + later)


def given(user: User) -> second_factor.Attempt:
    return second_factor.attempt(user, digits(user))
