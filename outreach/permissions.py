"""Who keeps surveys, advice and policies, and who answers for an establishment. Sight was asked before."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no
from places.models import Area, AreaClosure
from places.services import province_of

if TYPE_CHECKING:
    from accounts.models import User
    from enterprises.models import Enterprise
    from outreach.models import Advice, Difficulty


def may_keep(province: Area | int | None, user: "User") -> Verdict:
    """Surveys, policies, campaigns, drafts from needs. `province` None asks whether there is any where they may."""
    if province is None:
        allowed = user.has_role(Role.OFFICER, Role.CENTRE)
    else:
        pk = province.pk if isinstance(province, Area) else province
        allowed = user.sight.role_for(pk, Role.OFFICER, Role.CENTRE)
    if not allowed:
        return no(_("Only an officer of the department or the centre of the province does this."))
    return YES


def may_answer_for(enterprise: "Enterprise", user: "User") -> Verdict:
    """Fills a survey sheet for an establishment, enters its request for advice, notes that it was told."""
    if may_keep(enterprise.province_id, user):
        return YES
    granted = user.sight.granted_area_ids
    if granted and AreaClosure.objects.filter(ancestor_id__in=granted, area_id=enterprise.area_id).exists():
        return YES
    return no(_("Only the collaborator of the area, the centre or an officer does this for an establishment."))


def may_handle(advice: "Advice", user: "User") -> Verdict:
    """Answers a request, records visits and the outcome: officer, centre, or whom it was given to."""
    if may_keep(advice.enterprise.province_id, user) or (user.pk and advice.assigned_to_id == user.pk):
        return YES
    return no(_("Only an officer, the centre, or the person it was given to deals with this request."))


def may_edit_lists(user: "User") -> Verdict:
    """Topics, channels, trades and contacts hold for the whole portal."""
    if user.has_role(Role.OFFICER, Role.ADMINISTRATOR):
        return YES
    return no(_("Only an officer or an administrator changes these lists."))


def may_report_from(area: Area, user: "User") -> Verdict:
    """Enters a difficulty a commune told: officer, centre, or the collaborator of the area."""
    province = area if area.level == "province" else province_of(area)
    if may_keep(province, user):
        return YES
    granted = user.sight.granted_area_ids
    if granted and AreaClosure.objects.filter(ancestor_id__in=granted, area_id=area.pk).exists():
        return YES
    return no(_("Only the collaborator of the area, the centre or an officer does this for a commune."))


def may_note(difficulty: "Difficulty", user: "User") -> Verdict:
    """Puts right what was typed of a difficulty: whoever could enter it."""
    if difficulty.enterprise is not None:
        return may_answer_for(difficulty.enterprise, user)
    return may_report_from(difficulty.area if difficulty.area is not None else difficulty.province, user)


def may_send_up(difficulty: "Difficulty", user: "User") -> Verdict:
    """Sends a difficulty upward, records answer and outcome."""
    return may_keep(difficulty.province_id, user)


def may_review(user: "User") -> Verdict:
    """Reads what of the rules is to be looked at: whoever works for a province, administers it, or the country."""
    sight = user.sight
    if sight.country or sight.province_ids or sight.administers_ids:
        return YES
    return no(_("The review of policies is seen by those who work for the whole province."))
