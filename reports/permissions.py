"""Who may ask for and publish reports."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User
    from reports.models import Report


def may_request(province_id: int, user: "User") -> Verdict:
    if user.sight.role_for(province_id, Role.OFFICER, Role.LEADER):
        return YES
    return no(_("Only an officer or a leader of the department asks for a report."))


def may_schedule(province_id: int | None, user: "User") -> Verdict:
    """Which reports come by themselves is said by the administrator. `None`: in any province."""
    administered = user.sight.administers_ids
    if administered if province_id is None else province_id in administered:
        return YES
    return no(_("Only an administrator says which reports come by themselves."))


def may_publish(report: "Report", user: "User") -> Verdict:
    """A leader of the department; a program only with the right that is off unless it was switched on."""
    client = getattr(user, "api_client", None) if user.audit_kind == "client" else None
    if client is not None and not client.may_publish:
        return no(_("This program has no right to publish. A leader of the department publishes."))
    roles = (Role.LEADER,) if client is None else (Role.LEADER, Role.OFFICER)
    if user.sight.role_for(report.province_id, *roles):
        return YES
    return no(_("Only a leader of the department publishes a report."))
