"""Who may do what with a yearly plan and with the dated rules. Predicates over one province; sight (visible_to) was
asked before."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.permissions import may_administer_portal
from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User
    from programmes.models import AnnualPlan, LegalDocument


def may_enter_plan(province_id: int | None, user: "User") -> Verdict:
    """`None`: in any province."""
    sight = user.sight
    if province_id is None and sight.province_roles.get(Role.OFFICER):
        return YES
    if province_id is not None and sight.role_for(province_id, Role.OFFICER):
        return YES
    return no(_("Only an officer of the department enters the yearly plan."))


def may_lock(province_id: int, user: "User") -> Verdict:
    if user.sight.role_for(province_id, Role.LEADER):
        return YES
    return no(_("Only a leader of the department locks records."))


def may_approve_plan(plan: "AnnualPlan", user: "User") -> Verdict:
    """A leader records the decision of the competent authority; never on a plan they entered themselves."""
    if not user.sight.role_for(plan.area_id, Role.LEADER):
        return no(_("Only a leader of the department records the decision on a plan."))
    if user.pk is not None and user.pk == plan.entered_by_id:
        return no(_("Nobody decides on a plan they entered themselves."))
    return YES


def may_change_rule(province_id: int | None, user: "User") -> Verdict:
    """A dated rule of a province: its administrator. `None`, of the whole country: the administrator of the portal."""
    if province_id is None:
        return may_administer_portal(user)
    if user.sight.role_for(province_id, Role.ADMINISTRATOR):
        return YES
    return no(_("Only an administrator of the province changes its rules."))


def may_add_rule(user: "User") -> Verdict:
    """In any place."""
    if user.sight.administers_ids:
        return YES
    return no(_("Only an administrator changes the rules of the programme."))


def may_review_document(row: "LegalDocument", user: "User") -> Verdict:
    """Records what was found when a document was looked at: who was asked to, and whoever may change it."""
    if user.pk is not None and row.reviewer_id == user.pk:
        return YES
    if may_change_rule(row.area_id, user):
        return YES
    return no(_("Only an administrator, or the person asked to look at it, records a review."))
