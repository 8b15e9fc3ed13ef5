"""Who may enter and change clusters."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User


def may_enter(province_id: int | None, user: "User") -> Verdict:
    """`province_id` None asks whether there is any province where they may."""
    if province_id is None:
        allowed = user.has_role(Role.OFFICER, Role.CENTRE)
    else:
        allowed = user.sight.role_for(province_id, Role.OFFICER, Role.CENTRE)
    if not allowed:
        return no(_("Only an officer of the department or the centre enters clusters."))
    return YES


def sees_history(province_id: int, user: "User") -> bool:
    sight = user.sight
    return province_id in sight.province_ids or province_id in sight.province_roles.get(Role.CENTRE, ())
