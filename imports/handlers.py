"""What the worker does with an import: checks the file, stores its rows."""

from django.urls import reverse
from django.utils import translation

from imports import services
from imports.models import Import, ImportState
from jobs.services import Run, handler


def _path(row: Import) -> str:
    return reverse("imports:detail", args=[row.public_id])


@handler(services.CHECK)
def check(run: Run) -> str:
    """Read the file apart and judge its rows; what was found appears with the end of the job."""
    row = services.handler_of(run.job)
    if row.state != ImportState.WAITING:
        return _path(row)
    run.progress(0, 2)
    with translation.override(row.language):
        found = services.check_file(row)
    run.progress(1, 2)
    with run.publish():
        Import.objects.filter(pk=row.pk, state=ImportState.WAITING).update(**found)
        run.finish(_path(row))
    return _path(row)


@handler(services.STORE)
def store(run: Run) -> str:
    row = services.handler_of(run.job)
    if row.state != ImportState.STORING:
        return _path(row)
    run.progress(0, 1)
    with translation.override(row.language), run.publish():
        services.store(row, valid_only=run.params["valid_only"])
        run.finish(_path(row))
    return _path(row)
