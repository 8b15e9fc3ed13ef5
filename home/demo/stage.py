"""Where and with whom the demonstration plays: the province, its people, and the reference data it needs."""

import uuid
from typing import Any

from accounts import second_factor
from accounts.models import Agency, AgencyKind, User
from core.models import Source
from enterprises.models import Enterprise
from enterprises.services import EnterpriseData, check_digit, create_enterprise
from places.models import Area
from programmes.models import Activity, Indicator, Programme

UNISSUED_PREFIX = "99"  # no tax code begins so: the codes pass the check digit and belong to nobody
NAMESPACE = uuid.UUID("6f0d8a52-5f0c-4f7e-9a55-0d2f6f1c9e42")  # uuids of updates: the same ones whenever loaded
KINDS = (
    ("Hợp tác xã", "cooperative"),
    ("Tổ hợp tác", "cooperative_group"),
    ("Hộ kinh doanh", "household"),
)


def tax_codes() -> Any:
    """One code after another that is well formed and was never issued."""
    number = 0
    while True:
        number += 1
        nine = f"{UNISSUED_PREFIX}{number:07d}"
        last = check_digit(nine)
        if last is not None:
            yield f"{nine}{last}"


class Stage:
    def __init__(self, province: Area, people: dict[str, User], totp: str) -> None:
        self.province, self._totp = province, totp
        self._people = people
        offices = {agency.kind: agency for agency in Agency.objects.filter(area=province)}
        self.department: Agency = offices[AgencyKind.DEPARTMENT]
        self.centre: Agency = offices[AgencyKind.CENTRE]
        self.committee: Agency = offices[AgencyKind.PROVINCIAL_COMMITTEE]
        self.unit: Agency = Agency.objects.get(kind=AgencyKind.MINISTRY_DEPARTMENT, area=None)
        self.ministry: Agency = Agency.objects.get(kind=AgencyKind.MINISTRY, area=None)
        self.activities: dict[str, Activity] = {row.code: row for row in Activity.objects.all()}
        self.indicators: dict[str, Indicator] = {row.code: row for row in Indicator.objects.all()}
        self._areas: dict[str, Area] = {row.uid: row for row in Area.objects.within(province)}
        self._programmes = list(Programme.objects.order_by("code"))
        self._enterprises: dict[str, Enterprise] = {}
        self._tax_codes = tax_codes()
        self._updates = 0

    def person(self, name: str) -> User:
        """With the rights of the day the clock stands at."""
        user = self._people[name]
        user.__dict__.pop("sight", None)
        return user

    def code(self, user: User) -> second_factor.Attempt:
        """What the person's telephone shows now."""
        return second_factor.attempt(user, second_factor.code_at(self._totp, second_factor.now_step()))

    def area(self, uid: str) -> Area:
        return self._areas[uid]

    def issuer(self, source: str) -> Agency:
        """Who decides: the ministry on national money, the People's committee on the province's."""
        return self.ministry if source == Source.NATIONAL else self.committee

    def programme(self, source: str, year: int) -> Programme:
        """The programme of the source that runs in the year."""
        for row in self._programmes:
            own = row.area_id in (None, self.province.pk)
            if own and row.source == source and row.year_from <= year <= row.year_to:
                return row
        raise LookupError(f"no {source} programme of {year}")

    def enterprise(self, name: str, area: Area, headcount: int | None = None) -> Enterprise:
        """The invented establishment of this name; entered by the centre when it is first heard of."""
        if name not in self._enterprises:
            kind = next((kind for start, kind in KINDS if name.startswith(start)), "enterprise")
            data = EnterpriseData(
                name=name,
                kind=kind,
                area=area,
                tax_code=next(self._tax_codes),
                headcount=headcount,
                address="Địa chỉ minh họa",
                representative="Người đại diện minh họa",
            )
            self._enterprises[name] = create_enterprise(data, actor=self.person("trungtam"))
        return self._enterprises[name]

    def new_uuid(self) -> uuid.UUID:
        self._updates += 1
        return uuid.uuid5(NAMESPACE, str(self._updates))
