"""Who manages people, rights and programs. Sight (visible_to) was asked before.

Only administrators of a province do, and only there; nobody gives themselves a right. The portal itself (SYSTEM:
set-up, the demonstration) may do all of it.
"""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Agency, ApiClient, Grant, User, areas_below
from accounts.roles import Role
from core import clock
from core.verdicts import YES, Verdict, no
from places.models import Area

if TYPE_CHECKING:
    from audit.actors import Actor


def _is_system(actor: "Actor") -> bool:
    return actor.audit_kind == "system"


def may_administer(actor: "Actor") -> Verdict:
    """People, areas of responsibility, programs, reference data: the pages of administrators."""
    if _is_system(actor) or (isinstance(actor, User) and actor.sight.administers_ids):
        return YES
    return no(_("Only an administrator of the province manages people and programs."))


def may_administer_portal(actor: "Actor") -> Verdict:
    """What holds for every province: who administers all that have an administrator here. In the portal of one
    province that is its administrator."""
    if _is_system(actor):
        return YES
    if isinstance(actor, User) and actor.sight.administers_ids:
        served = Grant.objects.valid_on(clock.today()).filter(role=Role.ADMINISTRATOR, user__is_active=True)
        if set(served.values_list("area_id", flat=True)) <= actor.sight.administers_ids:
            return YES
    return no(_("Only the administrator of the portal changes what holds in the whole country."))


def may_use_agency(agency: Agency, actor: "Actor") -> Verdict:
    """Put somebody into this agency."""
    may = may_administer(actor)
    if not may or not isinstance(actor, User):
        return may
    if Agency.objects.administered_by(actor).filter(pk=agency.pk).exists():
        return YES
    return no(_("This agency belongs to another province."))


def may_manage(user: User, actor: "Actor") -> Verdict:
    """Change the person, their password, their right to sign in.

    An account that reaches beyond the administrator's province is not theirs: whoever can set its password could
    act as it.
    """
    may = may_administer(actor)
    if not may or not isinstance(actor, User):
        return may
    if user.agency is not None and not may_use_agency(user.agency, actor):
        return no(_("This person works for another province."))
    today = clock.today()
    elsewhere = (
        Grant.objects.filter(user=user)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .filter(Q(area__isnull=True) | ~Q(area_id__in=areas_below(actor.sight.administers_ids)))
    )
    if elsewhere.exists():
        return no(_("The rights of this account reach beyond your province, so it is not managed here."))
    return YES


def may_grant(user: User, actor: "Actor") -> Verdict:
    """Give the person a role, or a program made for them."""
    if not _is_system(actor) and user.pk == actor.audit_id:
        return no(_("Nobody gives themselves a right. Ask another administrator."))
    return may_manage(user, actor)


def may_grant_in(area: Area | None, actor: "Actor") -> Verdict:
    """Give a role for this unit; none is the whole country."""
    may = may_administer(actor)
    if not may or not isinstance(actor, User):
        return may
    if area is not None and areas_below(actor.sight.administers_ids).filter(area_id=area.pk).exists():
        return YES
    return no(_("You give roles for your own province only."))


def may_end_grant(grant: Grant, actor: "Actor") -> Verdict:
    """Taking a right away; also one's own, as long as another administrator stays."""
    return may_manage(grant.user, actor)


def may_hand_over(giver: User, actor: "Actor") -> Verdict:
    """Take units and open work from a person, also from one who has left; also one's own, as with a role."""
    return may_manage(giver, actor)


def may_take_over(taker: User, actor: "Actor") -> Verdict:
    """Give a person the units and open work of another; never oneself."""
    return may_grant(taker, actor)


def may_keep_training(user: User, actor: "Actor") -> Verdict:
    """Enter what somebody of the staff learned."""
    return may_manage(user, actor)


def may_set_password(user: User, actor: "Actor") -> Verdict:
    """One's own, or that of somebody one manages."""
    if isinstance(actor, User) and actor.pk == user.pk and user.kind == "person":
        return YES
    return may_manage(user, actor)


def may_reset_factor(user: User, actor: "Actor") -> Verdict:
    """Take away somebody's lost telephone. Never one's own: whoever stole a session could do that."""
    if isinstance(actor, User) and actor.pk == user.pk:
        return no(_("Nobody resets their own second factor. Ask another administrator."))
    return may_manage(user, actor)


def may_manage_client(client: ApiClient, actor: "Actor") -> Verdict:
    return may_manage(client.service_account, actor)


def other_administrators(province: Area, user: User) -> bool:
    """Does the province keep an administrator who can sign in, without an end date, when `user` is gone?"""
    return (
        Grant.objects.filter(role=Role.ADMINISTRATOR, area__closure_down__area=province, user__is_active=True)
        .filter(valid_to__isnull=True, valid_from__lte=clock.today())
        .exclude(user=user)
        .exists()
    )
