"""The offices a portal begins with, from data/agencies.csv: the ministry's, and those of one province."""

from django.db import transaction

from accounts.models import Agency, AgencyName
from core import clock
from core.reference import day, rows
from places.models import Area

EVERY_PROVINCE = "*"


def ensure_ministry() -> None:
    """The ministry and its unit for industrial extension. Safe to run again."""
    _ensure(None)


def ensure_agencies(province: Area) -> None:
    """The ministry's offices, and People's committee and council, department and centre of the province.

    An office that exists is left as it is, whatever the file says now: officials rename offices, files do not. Names
    that nobody looked up are made by a pattern and say that they are not verified.
    """
    _ensure(None)
    _ensure(province)


@transaction.atomic
def _ensure(province: Area | None) -> None:
    wanted = rows("agencies.csv")
    lines = [row for row in wanted if row["area"] == (province.uid if province else "")]
    if province and not lines:
        lines = [row for row in wanted if row["area"] == EVERY_PROVINCE]
    here = {agency.kind: agency for agency in Agency.objects.filter(area=province)}
    before = set(here)
    for row in lines:
        words = {"type": province.type.lower(), "name": province.name} if province else {}
        name = row["name_pattern"].format(**words)
        agency = here.get(row["kind"])
        if row["kind"] in before:
            continue
        if agency is None:
            agency = Agency.objects.create(
                kind=row["kind"], area=province, parent=here.get(row["parent_kind"]), name=name
            )
            here[row["kind"]] = agency
        AgencyName.objects.create(
            agency=agency,
            name=name,
            short_name=row["short_name_pattern"].format(**words),
            valid_from=day(row["valid_from"]),
            valid_to=day(row["valid_to"]),
            legal_basis=row["legal_basis"],
            verified=row["verified"],
        )
    for kind, agency in here.items():
        if kind not in before:
            agency.name = agency.name_on(clock.today())
            agency.save(update_fields=["name"])
