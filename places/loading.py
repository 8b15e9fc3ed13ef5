"""Units, parents and successions from data/areas*.csv."""

import datetime as dt

from django.db import transaction

from core.reference import day, rows
from places.models import Area, AreaParent, AreaSuccession
from places.services import rebuild_closure


@transaction.atomic
def load_areas() -> int:
    """Bring the units in line with the files; the uid is the key. Safe to run again. Gives the number of units."""
    units = rows("areas.csv")
    columns = (
        "code",
        "level",
        "type",
        "name",
        "full_name",
        "legal_basis",
        "source",
        "verified",
        "name_variants",
        "note",
    )
    areas = [
        Area(
            uid=row["uid"],
            valid_from=day(row["valid_from"]),
            valid_to=day(row["valid_to"]),
            commune_units=int(row["commune_units"]) if row["commune_units"] else None,
            **{name: row[name] for name in columns},
        )
        for row in units
    ]
    update = [*columns, "folded", "valid_from", "valid_to", "commune_units"]
    Area.objects.bulk_create(areas, batch_size=200, update_conflicts=True, unique_fields=["uid"], update_fields=update)
    pk = dict(Area.objects.values_list("uid", "pk"))
    former = []
    for row in units:
        if row["main_former_district_uid"] or row["main_former_district_2024_uid"]:
            former.append(
                Area(
                    pk=pk[row["uid"]],
                    main_former_district_id=pk.get(row["main_former_district_uid"]),
                    main_former_district_2024_id=pk.get(row["main_former_district_2024_uid"]),
                )
            )
    Area.objects.bulk_update(former, ["main_former_district", "main_former_district_2024"], batch_size=200)
    AreaParent.objects.all().delete()
    AreaParent.objects.bulk_create(
        [
            AreaParent(
                area_id=pk[row["uid"]],
                parent_id=pk[row["parent_uid"]],
                valid_from=day(row["valid_from"]),
                valid_to=day(row["valid_to"]),
            )
            for row in rows("area_parents.csv")
        ],
        batch_size=500,
    )
    AreaSuccession.objects.all().delete()
    AreaSuccession.objects.bulk_create(
        [
            AreaSuccession(
                old_id=pk[row["old_uid"]],
                new_id=pk[row["new_uid"]],
                on=dt.date.fromisoformat(row["on"]),
                kind=row["kind"],
                whole=row["whole"] == "yes",
                verified=row["verified"],
                note=row["note"],
            )
            for row in rows("area_successions.csv")
        ],
        batch_size=500,
    )
    rebuild_closure()
    return len(units)
