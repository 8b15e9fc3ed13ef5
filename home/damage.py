"""What the daily reading of the stored files found (files/checking.py), for administrators. The store is one for all
provinces: its state is told to the administrators of each, and of the records only kind and number."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Min, Sum
from django.utils.translation import gettext_lazy as _

from core import clock
from files.checking import PARTS
from files.models import FileFault, PartRead, StoredFile
from files.sweeping import referring

LATE = dt.timedelta(hours=25)

# What refers to files, in words. No title of a record: who administers need not see it.
KINDS = {
    "coordination.Message": _("Message"),
    "coordination.TaskResult": _("Result of a task"),
    "outreach.PolicyFile": _("File of a policy"),
    "papers.PaperTemplate": _("Template of a paper"),
    "products.ProductPhoto": _("Photo of a product"),
    "projects.Adjustment": _("Adjustment"),
    "projects.Contract": _("Contract"),
    "projects.Decision": _("Decision"),
    "projects.Inspection": _("Inspection"),
    "projects.InspectionPhoto": _("Photo of an inspection"),
    "projects.ProgressPhoto": _("Photo of progress"),
    "projects.StepPaper": _("Paper of a step"),
    "reports.Report": _("Issued report"),
    "reports.ReportFile": _("File of a report"),
    "reports.ReportTemplate": _("Template of a report"),
}


@dataclass(frozen=True)
class Reading:
    """How far the reading is: `files` in the parts read so far, `oldest` when the part that waits longest was read;
    `late`: that is more than a day ago."""

    files: int
    parts: int
    oldest: dt.datetime | None

    @property
    def whole(self) -> bool:
        return self.parts == PARTS

    @property
    def late(self) -> bool:
        return self.oldest is not None and self.oldest < clock.now() - LATE


def reading() -> Reading:
    told = PartRead.objects.aggregate(files=Sum("files"), oldest=Min("read_at"))
    return Reading(told["files"] or 0, PartRead.objects.count(), told["oldest"])


def records_of(faults: Iterable[FileFault]) -> dict[str, list[str]]:
    """{hash: kind and number of the records that refer to the file}, with one question for each kind."""
    names = [fault.name for fault in faults if fault.what != FileFault.What.ORPHAN]
    files = dict(StoredFile.objects.filter(sha256__in=names).values_list("pk", "sha256"))
    found: dict[str, list[str]] = defaultdict(list)
    for relation in referring() if files else ():
        name = f"{relation.field.name}_id"
        users = relation.related_model._base_manager.filter(**{f"{name}__in": list(files)}).order_by("pk")
        for file, user in users.values_list(name, "pk"):
            found[files[file]].append(f"{KINDS[relation.related_model._meta.label]} {user}")
    return found
