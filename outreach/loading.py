"""What the lists of this app begin with: topics and channels from data/outreach_lists.csv."""

from django.db import transaction

from core.reference import rows
from outreach.models import ListItem


@transaction.atomic
def load_lists() -> dict[str, int]:
    """Add the lines that are missing. A line that is there stays as officials have it; one they renamed comes back
    under its first name, to be ended. Gives the number of lines by what they are."""
    wanted = [
        (row["kind"], row["name"], int(row["days"]) if row["days"] else None) for row in rows("outreach_lists.csv")
    ]
    known = set(ListItem.objects.values_list("kind", "name"))
    ListItem.objects.bulk_create(
        ListItem(kind=kind, name=name, days=days) for kind, name, days in wanted if (kind, name) not in known
    )
    return {"lists of outreach": len(wanted)}
