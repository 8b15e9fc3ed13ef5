"""Who may enter classes."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


def may_enter_class(project: "Project", user: "User") -> Verdict:
    sight = user.sight
    if sight.role_for(project.province_id, Role.OFFICER) or project.implementing_unit_id in sight.centre_ids:
        return YES
    return no(_("Only an officer of the department or the implementing centre enters classes."))
