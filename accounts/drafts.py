"""What is typed into a long form is kept as it is typed, until the form is stored: nothing that was typed is lost.

A draft belongs to one person and is no record: no rule is asked, nothing stands in the audit trail, and after 30 days
it is gone.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import FormDraft, User
from core import clock
from core.errors import Invalid

KEPT = dt.timedelta(days=30)
MAX_BYTES = 256 * 1024  # a form with every field full, and 200 lines of a budget table, has half of that
MAX_DRAFTS = 50  # of one person; the oldest goes


def keep(
    user: User, key: UUID, page: str, fields: Mapping[str, Sequence[str]], *, window: str, turn: int
) -> FormDraft | None:
    """Keep what was typed. None where the form was stored meanwhile. Raises Invalid for too much of it."""
    if len(json.dumps(fields, ensure_ascii=False).encode()) > MAX_BYTES:
        raise Invalid(_("This is too much to be kept as a draft."))
    values = {"page": page, "fields": dict(fields), "window": window, "turn": turn, "kept_at": clock.now()}
    with transaction.atomic():
        draft, created = FormDraft.objects.select_for_update().get_or_create(user=user, key=key, defaults=values)
        if draft.done:
            return None
        if not created and (draft.window != window or draft.turn < turn):
            for name, value in values.items():
                setattr(draft, name, value)
            draft.save()
        if created:
            _forget_oldest(user)
    return draft


def _forget_oldest(user: User) -> None:
    oldest = FormDraft.objects.filter(user=user, done=False).order_by("-kept_at", "-id")[MAX_DRAFTS:]
    FormDraft.objects.filter(pk__in=[draft.pk for draft in oldest]).delete()


def kept(user: User, page: str, without: UUID | None = None) -> list[FormDraft]:
    """What the person typed into the form of this page and has not stored, newest first."""
    rows = FormDraft.objects.filter(user=user, page=page, done=False)
    return list((rows.exclude(key=without) if without else rows)[:5])


def find(user: User, page: str, key: UUID) -> FormDraft | None:
    return FormDraft.objects.filter(user=user, page=page, key=key, done=False).first()


def as_sent(draft: FormDraft) -> QueryDict:
    """The draft as the browser would have sent it: the data of a form."""
    data = QueryDict(mutable=True)
    for name, texts in draft.fields.items():
        data.setlist(name, [str(text) for text in texts])
    return data


def drop(user: User, key: UUID) -> None:
    FormDraft.objects.filter(user=user, key=key, done=False).delete()


def stored(user: User, key: UUID | None) -> None:
    """The form is stored. Belongs in the transaction of that: the draft is emptied with it or not at all."""
    if key is not None:
        values: dict[str, Any] = {"done": True, "fields": {}, "page": "", "kept_at": clock.now()}
        FormDraft.objects.update_or_create(user=user, key=key, defaults=values)


def clean() -> int:
    """Forget what is older than 30 days. How many there were."""
    count, _by_model = FormDraft.objects.filter(kept_at__lt=clock.now() - KEPT).delete()
    return count
