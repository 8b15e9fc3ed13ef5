"""Who may enter and change establishments."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no
from places.models import Area

if TYPE_CHECKING:
    from accounts.models import User
    from enterprises.models import Enterprise


def may_enter(province: Area | None, user: "User") -> Verdict:
    """`province` None asks whether there is any province where they may."""
    if province is None:
        allowed = user.has_role(Role.OFFICER, Role.CENTRE)
    else:
        allowed = user.sight.role_for(province.pk, Role.OFFICER, Role.CENTRE)
    if not allowed:
        return no(_("Only an officer of the department or the centre of the province enters establishments."))
    return YES


def may_edit(enterprise: "Enterprise", user: "User") -> Verdict:
    return may_enter(enterprise.province, user)


def sees_history(enterprise: "Enterprise", user: "User") -> bool:
    """Who changed what is for those who work in the province, not for the ministry."""
    sight = user.sight
    centre = sight.province_roles.get(Role.CENTRE, ())
    return (
        enterprise.province_id in sight.province_ids or enterprise.province_id in centre or bool(sight.granted_area_ids)
    )
