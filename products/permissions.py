"""Who may enter products, run a selection, score and decide."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User
    from products.models import Brand, CouncilMember, SelectionRound


def may_enter(province_id: int | None, user: "User") -> Verdict:
    """Products, brands, rounds and entries. `province_id` None asks whether there is any province where they may."""
    if province_id is None:
        allowed = user.has_role(Role.OFFICER, Role.CENTRE)
    else:
        allowed = user.sight.role_for(province_id, Role.OFFICER, Role.CENTRE)
    if not allowed:
        return no(_("Only an officer of the department or the centre enters products and selections."))
    return YES


def may_change_brand(brand: "Brand", user: "User") -> Verdict:
    return may_enter(brand.product.enterprise.province_id, user)


def may_run(round_: "SelectionRound", user: "User") -> Verdict:
    return may_enter(round_.province_id, user)


def may_score_for(member: "CouncilMember", user: "User") -> Verdict:
    """A member with an account enters their own scores and nobody else does; an officer or the centre enters the sheets
    of members without one."""
    if member.user_id is not None:
        if member.user_id == user.pk:
            return YES
        return no(_("This member of the council enters their scores themselves."))
    return may_run(member.round, user)


def may_decide(round_: "SelectionRound", user: "User") -> Verdict:
    """A leader who neither sits on the council nor entered scores: who scores does not decide."""
    if not user.sight.role_for(round_.province_id, Role.LEADER):
        return no(_("Only a leader of the department decides on the results."))
    scored = round_.council.filter(user=user).exists() or round_.council.filter(scores__recorded_by=user).exists()
    if scored:
        return no(_("Whoever scored in this round does not decide on it."))
    return YES


def sees_history(province_id: int, user: "User") -> bool:
    """Who changed what is for those who work in the province."""
    sight = user.sight
    return province_id in sight.province_ids or province_id in sight.province_roles.get(Role.CENTRE, ())
