"""What the codes in Job.message say to a person."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FIGURES, RECORDS, FILES, SAVING = "figures", "records", "files", "saving"
WORKER_LOST, BROKEN, WITHDRAWN = "worker_lost", "broken", "withdrawn"
WITH = "|"  # between a code and the data it is about

WORDS: dict[str, Any] = {
    FIGURES: _("Reading the figures"),
    RECORDS: _("Reading the records behind the figures"),
    FILES: _("Writing the files"),
    SAVING: _("Storing the report"),
    WORKER_LOST: _(
        "The work was broken off every time it was tried. Ask for it again; if it fails again, tell the administrator."
    ),
    BROKEN: _(
        "The work failed every time it was tried, through a fault in the portal. Ask for it again later; if it fails "
        "again, tell the administrator when you asked for it."
    ),
    WITHDRAWN: _("You have cancelled it. Nothing was stored."),
}

# The same with the data they are about.
WORDS_WITH: dict[str, Any] = {
    FIGURES: _("Reading the figures: %(what)s"),
    RECORDS: _("Reading the records behind the figures: %(what)s"),
    FILES: _("Writing the file: %(what)s"),
    WORKER_LOST: _(
        "The work was broken off every time it was tried, the last time at «%(what)s». Ask for it again; if it fails "
        "again, tell the administrator."
    ),
    BROKEN: _(
        "The work failed every time it was tried, through a fault in the portal, at: %(what)s. Nothing was stored. "
        "Ask for it again later; if it fails again, tell the administrator these words."
    ),
}


def told(code: str, what: str = "") -> str:
    """A message that names the data it is about: told(FIGURES, "Đề án và kinh phí")."""
    return f"{code}{WITH}{what}"[:300] if what else code


def what_of(message: str) -> str:
    """The data a message names."""
    code, _with, what = message.partition(WITH)
    return what if code in WORDS else ""


def in_words(message: str) -> str:
    """A message in the reader's language. What is no code is a sentence already."""
    code, _with, what = message.partition(WITH)
    if what and code in WORDS_WITH:
        return str(WORDS_WITH[code]) % {"what": what}
    return str(WORDS[code]) if code in WORDS else message
