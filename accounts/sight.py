"""What somebody may see: worked out from the grants valid today."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.roles import PROVINCE_ROLES, Role
from core import clock
from places.models import AreaClosure

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Sight:
    """`country`: the ministry's view of everything published. `province_ids`: provinces (with those they were formed
    from) whose records the person works with. `centre_ids`: agencies whose projects they implement.
    `granted_area_ids`: units a collaborator answers for today; what lies below and before them is in the closure."""

    roles: frozenset[str] = frozenset()
    country: bool = False
    ministry_area_ids: frozenset[int] = frozenset()
    province_ids: frozenset[int] = frozenset()
    administers_ids: frozenset[int] = frozenset()
    centre_ids: frozenset[int] = frozenset()
    granted_area_ids: frozenset[int] = frozenset()
    province_roles: dict[str, frozenset[int]] = field(default_factory=dict)

    def role_for(self, province_id: int, *roles: str) -> bool:
        """Does one of the roles hold for this province?"""
        return any(province_id in self.province_roles.get(role, ()) for role in roles)


def _provinces(area_ids: set[int]) -> dict[int, set[int]]:
    """The provinces of each unit: itself, and those it was formed from."""
    found: dict[int, set[int]] = {}
    rows = AreaClosure.objects.filter(ancestor_id__in=area_ids, area__level="province")
    for ancestor, province in rows.values_list("ancestor_id", "area_id"):
        found.setdefault(ancestor, set()).add(province)
    return found


def sight_of(user: "User") -> Sight:
    if not user.is_active:
        return Sight()
    grants = list(user.grants.valid_on(clock.today()))
    by_role: dict[str, set[int]] = {}
    for grant in grants:
        by_role.setdefault(grant.role, set())
        if grant.area_id:
            by_role[grant.role].add(grant.area_id)
    working = {role: areas for role, areas in by_role.items() if role != Role.COLLABORATOR}
    provinces = _provinces(set().union(*working.values()))
    province_roles = {
        role: frozenset(province for area in areas for province in provinces.get(area, ()))
        for role, areas in working.items()
    }
    staff: set[int] = set()
    for role in PROVINCE_ROLES:
        staff |= province_roles.get(role, frozenset())
    ministry = [grant for grant in grants if grant.role == Role.MINISTRY]
    return Sight(
        roles=frozenset(by_role),
        country=any(grant.area_id is None for grant in ministry),
        ministry_area_ids=province_roles.get(Role.MINISTRY, frozenset()),
        province_ids=frozenset(staff),
        administers_ids=province_roles.get(Role.ADMINISTRATOR, frozenset()),
        centre_ids=frozenset({user.agency_id}) if Role.CENTRE in by_role and user.agency_id else frozenset(),
        granted_area_ids=frozenset(by_role.get(Role.COLLABORATOR, set())),
        province_roles=province_roles,
    )
