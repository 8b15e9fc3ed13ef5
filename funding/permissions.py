"""Who may give, approve and pay."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


def may_give_budget(province_id: int, user: "User") -> Verdict:
    if user.sight.role_for(province_id, Role.OFFICER, Role.LEADER, Role.ACCOUNTANT):
        return YES
    return no(_("Only the department's officer, accountant or leader enters the year's budget."))


def may_allocate(project: "Project", user: "User") -> Verdict:
    if user.sight.role_for(project.province_id, Role.LEADER):
        return YES
    return no(_("Only a leader of the department records money approved for a project."))


def may_pay(project: "Project", user: "User") -> Verdict:
    if user.sight.role_for(project.province_id, Role.ACCOUNTANT):
        return YES
    return no(_("Only an accountant of the department enters payments."))


def may_correct(province_id: int, user: "User") -> Verdict:
    if user.sight.role_for(province_id, Role.ACCOUNTANT):
        return YES
    return no(_("Only an accountant of the department corrects the ledger."))


def may_close_year(province_id: int, user: "User") -> Verdict:
    if user.sight.role_for(province_id, Role.LEADER, Role.ACCOUNTANT):
        return YES
    return no(_("Only the department's leader or accountant cancels budget or carries it over."))


def may_enter_pledge(province_id: int | None, user: "User") -> Verdict:
    """Promises and receipts of resources that are no public money. `None`: in any province."""
    roles = (Role.OFFICER, Role.CENTRE, Role.ACCOUNTANT)
    allowed = user.has_role(*roles) if province_id is None else user.sight.role_for(province_id, *roles)
    if allowed:
        return YES
    return no(_("Only an officer or accountant of the department or the centre enters resources mobilised."))
