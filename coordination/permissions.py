"""Who gives tasks, works on them and confirms them; who writes in the exchange. Sight was asked before."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from coordination.models import Side
from core.verdicts import YES, Verdict, no
from places.models import Area, AreaClosure

if TYPE_CHECKING:
    from accounts.models import User
    from coordination.models import GivenTask, TaskDocument, Thread

GIVING = (Role.OFFICER, Role.LEADER, Role.CENTRE)
DOING = (Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.CENTRE, Role.COLLABORATOR)
OFFICE = (Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.CENTRE)


def may_give(province: Area | int | None, user: "User") -> Verdict:
    """Gives tasks and enters those of a document; None asks whether there is any province where they may."""
    if province is None:
        allowed = user.has_role(*GIVING)
    else:
        allowed = user.sight.role_for(province.pk if isinstance(province, Area) else province, *GIVING)
    return YES if allowed else no(_("Only an officer, a leader or the centre of the province gives tasks."))


def may_keep_document(document: "TaskDocument", user: "User") -> Verdict:
    """Changes a document typed in; a row of the law is changed where the law is kept."""
    if document.province_id is None:
        return no(_("This is a document of the reference data; it is not changed here."))
    return may_give(document.province_id, user)


def may_do(task: "GivenTask", user: "User") -> Verdict:
    """Records results and says that it is finished: whom it was given to, people of the agency, and the department."""
    if user.has_role(*DOING):
        if user.pk == task.assigned_to_id or (user.agency_id and user.agency_id == task.agency_id):
            return YES
        if user.sight.role_for(task.province_id, Role.OFFICER, Role.LEADER):
            return YES
    return no(_("Only whom the task was given to, or the department, records what came of it."))


def _answers_for(task: "GivenTask", user: "User") -> bool:
    """The one who gave it, while they may give tasks, or the department."""
    gave = user.pk == task.given_by_id and bool(may_give(task.province_id, user))
    return gave or bool(user.sight.role_for(task.province_id, Role.OFFICER, Role.LEADER))


def may_direct(task: "GivenTask", user: "User") -> Verdict:
    """Changes the task, gives it to somebody else, cancels it, opens it again, sends a result back."""
    if _answers_for(task, user):
        return YES
    return no(_("Only who gave the task, an officer or a leader of the department does this."))


def may_confirm(task: "GivenTask", user: "User") -> Verdict:
    """Two people see each task, but for one that somebody gave to themselves."""
    may = may_direct(task, user)
    own = task.given_by_id == user.pk == task.assigned_to_id
    if may and task.reported_by_id == user.pk and not own:
        return no(_("You said yourself that this is finished; somebody else confirms it."))
    return may


def side_of(province_id: int, area_id: int, user: "User") -> str:
    """On which side the person stands in an exchange on the place; nothing: on neither."""
    if user.sight.role_for(province_id, *OFFICE):
        return Side.OFFICE
    granted = user.sight.granted_area_ids
    if granted and AreaClosure.objects.filter(ancestor_id__in=granted, area_id=area_id).exists():
        return Side.NETWORK
    return ""


def may_write(thread: "Thread", user: "User") -> Verdict:
    if side_of(thread.province_id, thread.area_id, user):
        return YES
    return no(_("Only the province and the collaborators of the place write here."))


def may_exchange(province_id: int, area_id: int, user: "User") -> Verdict:
    """Begins an exchange on a place."""
    if side_of(province_id, area_id, user):
        return YES
    return no(_("Only the province and the collaborators of the place write here."))


def may_pass_on(thread: "Thread", user: "User") -> Verdict:
    """Says who answers: the department, the centre, or whom the question waits for."""
    if user.sight.role_for(thread.province_id, *GIVING) or (user.pk == thread.waits_for_id and may_write(thread, user)):
        return YES
    return no(_("Only the department, the centre, or the person it waits for passes it on."))


def may_close(thread: "Thread", user: "User") -> Verdict:
    if user.sight.role_for(thread.province_id, *GIVING) or (user.pk == thread.opened_by_id and may_write(thread, user)):
        return YES
    return no(_("Only who began it, the department or the centre closes it or opens it again."))
