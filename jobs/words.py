"""What the codes in Job.message say to a person."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FIGURES, FILES = "figures", "files"
WORKER_LOST, BROKEN = "worker_lost", "broken"

WORDS: dict[str, Any] = {
    FIGURES: _("Reading the figures"),
    FILES: _("Writing the files"),
    WORKER_LOST: _(
        "The work was broken off every time it was tried. Ask for it again; if it fails again, tell the administrator."
    ),
    BROKEN: _(
        "The work failed every time it was tried, through a fault in the portal. Ask for it again later; if it fails "
        "again, tell the administrator when you asked for it."
    ),
}
