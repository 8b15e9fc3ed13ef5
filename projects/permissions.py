"""Who may do what with a đề án. Predicates over one row; sight (visible_to) was asked before."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.models import Source
from core.verdicts import YES, Verdict, no
from places.models import AreaClosure

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Adjustment, ProgressUpdate, Project


def may_create(user: "User") -> Verdict:
    if user.has_role(Role.OFFICER, Role.CENTRE):
        return YES
    return no(_("Only an officer of the department or the centre enters projects."))


def _works_on(project: "Project", user: "User") -> bool:
    """The officer of the province, or the centre that implements it."""
    sight = user.sight
    return sight.role_for(project.province_id, Role.OFFICER) or project.implementing_unit_id in sight.centre_ids


def sees_working_papers(project: "Project", user: "User") -> bool:
    """The trail with its remarks, and progress nobody has confirmed: for those who work on the project or look after
    the province, not for the ministry."""
    seen: bool = type(project).objects.worked_on_by(user).filter(pk=project.pk).exists()
    return seen


def _answers_for_place(project: "Project", user: "User") -> bool:
    """A collaborator of the place today, also where it lies in what the granted unit was formed from."""
    granted = user.sight.granted_area_ids
    return bool(granted) and AreaClosure.objects.filter(ancestor_id__in=granted, area_id=project.area_id).exists()


def may_edit(project: "Project", user: "User") -> Verdict:
    if not _works_on(project, user):
        return no(_("Only an officer of the department or the implementing centre changes this project."))
    return YES


def may_submit(project: "Project", user: "User") -> Verdict:
    if not user.sight.role_for(project.province_id, Role.OFFICER):
        return no(_("Only an officer of the department checks and submits a project."))
    return YES


def may_return(project: "Project", user: "User") -> Verdict:
    if not user.sight.role_for(project.province_id, Role.OFFICER, Role.LEADER):
        return no(_("Only an officer or a leader of the department returns a project."))
    return YES


def _is_author(project: "Project", user: "User") -> bool:
    return user.pk is not None and user.pk in (project.created_by_id, project.submitted_by_id)


def may_register(project: "Project", user: "User") -> Verdict:
    if not user.sight.role_for(project.province_id, Role.OFFICER):
        return no(_("Only an officer of the department registers a project with the ministry."))
    return YES


def may_give_opinion(project: "Project", user: "User") -> Verdict:
    """An appraiser of the department; never of a file they entered or submitted themselves."""
    if not user.sight.role_for(project.province_id, Role.OFFICER, Role.LEADER, Role.ACCOUNTANT):
        return no(_("Only people of the department appraise a project."))
    if _is_author(project, user):
        return no(_("Nobody appraises a project they entered or submitted themselves."))
    return YES


def may_appraise(project: "Project", user: "User") -> Verdict:
    """Concludes the appraisal at base level."""
    if not user.sight.role_for(project.province_id, Role.OFFICER, Role.LEADER):
        return no(_("Only an officer or a leader of the department concludes the appraisal."))
    if _is_author(project, user):
        return no(_("Nobody appraises a project they entered or submitted themselves."))
    return YES


def may_reject(project: "Project", user: "User") -> Verdict:
    if not user.sight.role_for(project.province_id, Role.LEADER):
        return no(_("Only a leader of the department rejects a project."))
    if _is_author(project, user):
        return no(_("Nobody decides on a project they entered or submitted themselves."))
    return YES


def acts_as_ministry(project: "Project", user: "User") -> bool:
    """Somebody of the ministry, who takes the ministry's steps with their own account."""
    sight = user.sight
    return sight.country or project.province_id in sight.ministry_area_ids


def may_act_for_ministry(project: "Project", user: "User") -> Verdict:
    """The ministry's own account, or an officer or leader of the department who records its paper."""
    if acts_as_ministry(project, user) or user.sight.role_for(project.province_id, Role.OFFICER, Role.LEADER):
        return YES
    return no(_("Only the ministry itself, or an officer of the department with its paper, records this."))


def may_approve(project: "Project", user: "User") -> Verdict:
    """A leader records the decision of the competent authority; never on a file they entered themselves."""
    if not user.sight.role_for(project.province_id, Role.LEADER):
        return no(_("Only a leader of the department records a decision."))
    if _is_author(project, user):
        return no(_("Nobody decides on a project they entered or submitted themselves."))
    return YES


def may_run(project: "Project", user: "User") -> Verdict:
    """Start, accept, close: the officer's work."""
    if not _works_on(project, user):
        return no(_("Only an officer of the department or the implementing centre moves this project on."))
    return YES


def may_close(project: "Project", user: "User") -> Verdict:
    if not user.sight.role_for(project.province_id, Role.OFFICER, Role.ACCOUNTANT):
        return no(_("Only an officer or an accountant of the department closes a project."))
    return YES


def may_stop(project: "Project", user: "User") -> Verdict:
    if not user.sight.role_for(project.province_id, Role.LEADER):
        return no(_("Only a leader of the department stops a project."))
    return YES


def may_report_progress(project: "Project", user: "User") -> Verdict:
    if _works_on(project, user) or _answers_for_place(project, user):
        return YES
    return no(_("Only the collaborator of the area, the centre or an officer reports progress."))


def may_inspect(project: "Project", user: "User") -> Verdict:
    """Records inspections and what came of them."""
    if not _works_on(project, user):
        return no(_("Only an officer of the department or the implementing centre records inspections."))
    return YES


def may_remind(project: "Project", user: "User") -> Verdict:
    """Asks those who report on a project to do so."""
    if not _works_on(project, user):
        return no(_("Only an officer of the department or the implementing centre reminds of progress."))
    return YES


def may_confirm(update: "ProgressUpdate", user: "User") -> Verdict:
    """Officer or centre, but never one's own report."""
    if not _works_on(update.project, user):
        return no(_("Only an officer of the department or the implementing centre confirms progress."))
    if user.pk is not None and update.reported_by_id == user.pk:
        return no(_("Nobody confirms their own report."))
    return YES


def sees_adjustments(project: "Project", user: "User") -> bool:
    """Those who work on the project; the ministry those of its own money, on which it decides."""
    own = acts_as_ministry(project, user) and project.programme.source == Source.NATIONAL
    return own or sees_working_papers(project, user)


def may_ask_adjustment(project: "Project", user: "User") -> Verdict:
    if not _works_on(project, user):
        return no(_("Only an officer of the department or the implementing centre asks for an adjustment."))
    return YES


def may_decide_adjustment(adjustment: "Adjustment", user: "User") -> Verdict:
    """The ministry's own account, or a leader who records the decision; never on what they asked for themselves."""
    project = adjustment.project
    own = acts_as_ministry(project, user) and project.programme.source == Source.NATIONAL
    if not (own or user.sight.role_for(project.province_id, Role.LEADER)):
        return no(_("Only a leader of the department records the decision on an adjustment, or the ministry itself."))
    if user.pk is not None and user.pk == adjustment.asked_by_id:
        return no(_("Nobody decides on an adjustment they asked for themselves."))
    return YES
