"""Who may ask for reports, submit, approve, issue and withdraw them."""

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


def may_enter_figure(province_id: int | None, user: "User") -> Verdict:
    """Figures that are not counted are entered by an officer of the province. `None`: in any province."""
    officer = user.sight.province_roles.get(Role.OFFICER, frozenset())
    if officer if province_id is None else user.sight.role_for(province_id, Role.OFFICER):
        return YES
    return no(_("Only an officer of the department enters figures."))


def may_schedule(province_id: int | None, user: "User") -> Verdict:
    """Which reports come by themselves is said by the administrator. `None`: in any province."""
    administered = user.sight.administers_ids
    if administered if province_id is None else province_id in administered:
        return YES
    return no(_("Only an administrator says which reports come by themselves."))


def may_read_work(report: "Report", user: "User") -> Verdict:
    """What the checks found and who wrote what is the department's own."""
    if report.province_id in user.sight.province_ids:
        return YES
    return no(_("Only the department reads how the report was made."))


def may_submit(report: "Report", user: "User") -> Verdict:
    """An officer of the department, who also writes the texts."""
    if user.sight.role_for(report.province_id, Role.OFFICER):
        return YES
    return no(_("Only an officer of the department submits a report."))


def may_return(report: "Report", user: "User") -> Verdict:
    """A leader sends it back; whoever submitted it may take it back."""
    if user.sight.role_for(report.province_id, Role.LEADER) or (
        report.submitted_by_id == user.pk and user.sight.role_for(report.province_id, Role.OFFICER)
    ):
        return YES
    return no(_("Only a leader of the department, or who submitted it, returns a report."))


def may_issue(report: "Report", user: "User") -> Verdict:
    """The officer or the leader notes what the office's own document system gave it."""
    if user.sight.role_for(report.province_id, Role.OFFICER, Role.LEADER):
        return YES
    return no(_("Only an officer or a leader of the department records the issue."))


def may_withdraw(report: "Report", user: "User") -> Verdict:
    """A leader, in person: no program takes back what was published."""
    if user.audit_kind != "client" and user.sight.role_for(report.province_id, Role.LEADER):
        return YES
    return no(_("Only a leader of the department withdraws a report."))


def may_publish(report: "Report", user: "User") -> Verdict:
    """A leader of the department who is not the one who submitted it; a program only with the right that is off unless
    it was switched on."""
    client = getattr(user, "api_client", None) if user.audit_kind == "client" else None
    if client is not None and not client.may_publish:
        return no(_("This program has no right to publish. A leader of the department publishes."))
    roles = (Role.LEADER,) if client is None else (Role.LEADER, Role.OFFICER)
    if not user.sight.role_for(report.province_id, *roles):
        return no(_("Only a leader of the department approves a report."))
    if report.submitted_by_id == user.pk:
        return no(_("You submitted this report. Another person approves it."))
    return YES


def may_lay_out(province_id: int | None, user: "User") -> Verdict:
    """Head, foot and templates of reports. `None`: in any province."""
    administered = user.sight.administers_ids
    if administered if province_id is None else province_id in administered:
        return YES
    return no(_("Only an administrator changes how reports look."))
