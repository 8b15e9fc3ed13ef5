"""Units, parents and successions from data/areas*.csv."""

import csv
import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import transaction

from places.models import Area, AreaParent, AreaSuccession
from places.services import rebuild_closure


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(settings.REFERENCE_DATA_DIR) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@transaction.atomic
def load_areas() -> int:
    """Bring the units in line with the files; the uid is the key. Safe to run again. Gives the number of units."""
    rows = _rows("areas.csv")
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
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            commune_units=int(row["commune_units"]) if row["commune_units"] else None,
            **{name: row[name] for name in columns},
        )
        for row in rows
    ]
    update = [*columns, "folded", "valid_from", "valid_to", "commune_units"]
    Area.objects.bulk_create(areas, batch_size=200, update_conflicts=True, unique_fields=["uid"], update_fields=update)
    pk = dict(Area.objects.values_list("uid", "pk"))
    former = []
    for row in rows:
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
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
            )
            for row in _rows("area_parents.csv")
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
            for row in _rows("area_successions.csv")
        ],
        batch_size=500,
    )
    rebuild_closure()
    return len(rows)
