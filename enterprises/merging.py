"""Two entries of one establishment become one: everything that points to the one that goes points to the one that
stays, the one that goes remains as a tombstone that leads there, and within 30 days all of it can be undone.

What is moved is found in the database's own shape (every foreign key to an establishment, also of higher apps and of
lists of many), so no app has to say anything. Three things are not moved:

- rows that a trigger or a constraint keeps as they are (the ledger above all: an entry says to whom money was delivered
  on that day, and is never rewritten). They stay with the tombstone; pages that start from the kept one look through
  it (`merged_ids`), and money delivered under the old entry is corrected under it;
- rows of which the kept one has its own already (figures of the same year): those of the kept one hold;
- places in a list where the kept one stands too (beneficiaries of one project): they are taken out, and put back by
  an undo.

Ids of establishments in texts (a change of beneficiaries that was asked for) are followed by `standing`.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry
from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from enterprises import duplicates
from enterprises.models import DuplicatePair, Enterprise, MatchKey, Merge, PairState
from enterprises.permissions import may_edit

if TYPE_CHECKING:
    from accounts.models import User

UNDO_DAYS = 30
# What is chosen field by field; together where one says nothing without the other.
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "kind": ("kind",),
    "tax_code": ("tax_code",),
    "place": ("area", "address"),
    "headcount": ("headcount",),
    "phone": ("phone",),
    "representative": ("representative",),
    "main_product": ("main_product",),
    "technology": ("technology",),
    "raw_material": ("raw_material",),
    "craft_village": ("craft_village",),
    "trade": ("trade",),
    "industry": ("industry_code", "industry_version"),
    "ceased_on": ("ceased_on",),
}
_OWN = (Enterprise, DuplicatePair, MatchKey, Merge)
# What people call what is moved; others by the name of their model.
WORDS = {
    "projects.project_beneficiaries": gettext_lazy("Projects"),
    "projects.contract": gettext_lazy("Contracts"),
    "funding.ledgerentry": gettext_lazy("Entries of the ledger"),
    "enterprises.yearfacts": gettext_lazy("Figures by year"),
    "enterprises.certificate": gettext_lazy("Certificates"),
    "enterprises.contact": gettext_lazy("Contacts"),
    "enterprises.enterpriselink": gettext_lazy("Links to other establishments"),
    "enterprises.formerplace": gettext_lazy("Former places"),
    "clusters.occupant": gettext_lazy("Places in clusters"),
    "funding.pledge": gettext_lazy("Promises of resources"),
    "outreach.advice": gettext_lazy("Requests for advice"),
    "outreach.difficulty": gettext_lazy("Difficulties"),
    "outreach.policyletter": gettext_lazy("Letters about policies"),
    "outreach.need": gettext_lazy("Needs"),
    "outreach.reached": gettext_lazy("Notes of what it was told"),
    "outreach.surveysheet": gettext_lazy("Survey sheets"),
    "products.product": gettext_lazy("Products"),
}


# --- looking through tombstones ---------------------------------------------------------------------------------------


def standing(row: Enterprise) -> Enterprise:
    """The establishment itself, or what it was merged into in the end."""
    while row.merged_into_id is not None:
        row = Enterprise.objects.get(pk=row.merged_into_id)
    return row


def standing_of(public_ids: Iterable[Any]) -> list[Enterprise]:
    """The establishments these ids stand for today, each once."""
    found: dict[int, Enterprise] = {}
    for row in Enterprise.objects.filter(public_id__in=list(public_ids)).order_by("folded", "pk"):
        row = standing(row)
        found.setdefault(row.pk, row)
    return list(found.values())


def merged_ids(enterprise: Enterprise) -> list[int]:
    """Ids of the establishment and of all that were merged into it."""
    found, new = [enterprise.pk], [enterprise.pk]
    while new:
        new = list(Enterprise.objects.filter(merged_into_id__in=new).values_list("pk", flat=True))
        found += new
    return found


def history_of(enterprise: Enterprise) -> Any:
    """What was done to it and to what was merged into it."""
    keys = [str(pk) for pk in merged_ids(enterprise)]
    label = Enterprise._meta.label_lower
    own = models.Q(object_type=label, object_id__in=keys) | models.Q(within_type=label, within_id__in=keys)
    return Entry.objects.filter(own).order_by("-id")


# --- what points to an establishment ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pointer:
    """A column that holds establishments."""

    model: type[models.Model]
    field: Any

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"

    @property
    def in_list(self) -> bool:
        return bool(self.model._meta.auto_created)

    @property
    def words(self) -> str:
        known = WORDS.get(self.model._meta.label_lower)
        return str(known or self.model._meta.verbose_name_plural)

    def ids(self, pk: int) -> list[Any]:
        rows = self.model._base_manager.filter(**{self.field.attname: pk})
        return list(rows.order_by("pk").values_list("pk", flat=True))


def pointers() -> list[Pointer]:
    """Every column of every table that holds establishments, in a fixed order."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model in _OWN or model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if field.is_relation and field.related_model is Enterprise:
                found.append(Pointer(model, field))
    return sorted(found, key=lambda one: one.name)


def what_moves(gone: Enterprise) -> list[tuple[str, int]]:
    """For the page: what hangs on the entry, and how many."""
    counted: dict[str, int] = {}
    for pointer in pointers():
        counted[pointer.words] = counted.get(pointer.words, 0) + len(pointer.ids(gone.pk))
    return [(words, count) for words, count in counted.items() if count]


# --- merging ----------------------------------------------------------------------------------------------------------


def _plain(row: models.Model) -> dict[str, Any]:
    return {field.attname: field.value_to_string(row) if _odd(field, row) else getattr(row, field.attname)
            for field in row._meta.concrete_fields}  # fmt: skip


def _odd(field: Any, row: models.Model) -> bool:
    return not isinstance(getattr(row, field.attname), (int, str, bool, type(None)))


def _move(pointer: Pointer, kept: Enterprise, gone: Enterprise) -> dict[str, Any]:
    """One column: {moved: ids, removed: rows, stayed: ids}. Each row in a savepoint of its own, so that what a guard
    keeps stays where it is."""
    moved, removed, stayed = [], [], []
    manager = pointer.model._base_manager
    for pk in pointer.ids(gone.pk):
        try:
            with transaction.atomic():
                manager.filter(pk=pk).update(**{pointer.field.attname: kept.pk})
            moved.append(pk)
        except IntegrityError:
            row = manager.get(pk=pk)
            if pointer.in_list:
                removed.append(_plain(row))
                row.delete()
            else:
                stayed.append(pk)
    return {"moved": moved, "removed": removed, "stayed": stayed}


def _chosen(kept: Enterprise, gone: Enterprise, take: Mapping[str, str]) -> dict[str, Any]:
    """The kept one's new values. `take`: by name of a choice the public id of the entry whose value holds."""
    values = {}
    for choice, fields in CHOICES.items():
        wanted = take.get(choice, str(kept.public_id))
        if wanted not in (str(kept.public_id), str(gone.public_id)):
            raise Invalid(fields={choice: _("Choose one of the list.")})
        if wanted == str(gone.public_id):
            values.update({name: getattr(gone, name) for name in fields})
    return {name: value for name, value in values.items() if getattr(kept, name) != value}


@transaction.atomic
def merge(kept: Enterprise, gone: Enterprise, take: Mapping[str, str], *, actor: "User", note: str = "") -> Merge:
    """Make one of two. `kept` stays with its address; of each of CHOICES the entry named in `take` gives the value."""
    if kept.pk == gone.pk:
        raise Invalid(_("Choose two different entries."))
    first, second = (lock(row, "area", "province") for row in sorted((kept, gone), key=lambda row: row.pk))
    kept, gone = (first, second) if first.pk == kept.pk else (second, first)
    may_edit(kept, actor).require()
    may_edit(gone, actor).require()
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise WrongState(_("One of the two was merged already."))
    if kept.province_id != gone.province_id:
        raise WrongState(_("The two lie in different provinces."))
    before = {"kept": _plain(kept), "gone": _plain(gone)}
    values = _chosen(kept, gone, take)
    pair = DuplicatePair.objects.filter(first=first, second=second).first()
    data: dict[str, Any] = {**before, "pair": _plain(pair) if pair is not None else None, "pointers": {}}
    data["keys"] = sorted(MatchKey.objects.filter(enterprise=gone).values_list("key", "pk"))
    data["kept_keys"] = sorted(MatchKey.objects.filter(enterprise=kept).values_list("key", "pk"))
    data["open_pairs"] = [
        _plain(row) for row in DuplicatePair.objects.filter(_touches(kept.pk) | _touches(gone.pk), state=PairState.OPEN)
    ]
    for pointer in pointers():
        there = pointer.ids(kept.pk)
        done = _move(pointer, kept, gone)
        data["pointers"][pointer.name] = {**done, "there": there}
    changes = {name: (getattr(kept, name), value) for name, value in values.items()}
    gone.merged_into, gone.version, gone.updated_at = kept, gone.version + 1, clock.now()
    if "tax_code" in values:
        gone.tax_code = None
    gone.save()
    for name, value in values.items():
        setattr(kept, name, value)
    kept.version, kept.updated_at = kept.version + 1, clock.now()
    kept.save()
    MatchKey.objects.filter(enterprise=gone).delete()
    DuplicatePair.objects.filter(_touches(gone.pk), state=PairState.OPEN).delete()
    row, _made = DuplicatePair.objects.get_or_create(first=first, second=second)
    row.state, row.decided_at, row.decided_by_id = PairState.MERGED, clock.now(), actor.pk
    row.save()
    duplicates.look_again(kept)
    known = [values["id"] for values in data["open_pairs"]]
    new = DuplicatePair.objects.filter(_touches(kept.pk), state=PairState.OPEN).exclude(pk__in=known)
    data["new_pairs"] = list(new.values_list("pk", flat=True))
    data["version"] = kept.version
    made: Merge = Merge.objects.create(kept=kept, gone=gone, by_id=actor.pk, data=_json(data))
    record(kept, "merge", actor=actor, changes={"merged": (None, gone), **changes, **_told(data)}, note=note)
    return made


def _touches(pk: int) -> models.Q:
    return models.Q(first_id=pk) | models.Q(second_id=pk)


def _json(data: Any) -> Any:
    """As the database gives it back."""
    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))


def _told(data: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What was moved, for the audit trail: table, column and ids."""
    told = {}
    for what in ("moved", "removed", "stayed"):
        rows = {name: found[what] for name, found in data["pointers"].items() if found[what]}
        if rows:
            ids = {name: [row["id"] if isinstance(row, dict) else row for row in rows[name]] for name in rows}
            told[f"rows_{what}"] = (None, [f"{name}: {', '.join(map(str, found))}" for name, found in ids.items()])
    return told


# --- undoing ----------------------------------------------------------------------------------------------------------


def last_day(row: Merge) -> dt.date:
    return clock.local_day(row.at) + dt.timedelta(days=UNDO_DAYS)


def against_undo(row: Merge) -> str:
    """Why it cannot be undone any more; nothing where it can."""
    data = row.data
    if clock.today() > last_day(row):
        return _("A merge is undone within %(days)s days; this was until %(day)s.") % {
            "days": UNDO_DAYS,
            "day": date_format(last_day(row), "SHORT_DATE_FORMAT"),
        }
    if row.kept.merged_into_id is not None:
        return _("«%(name)s» was itself merged since: undo that first.") % {"name": row.kept.name}
    if Merge.objects.filter(kept=row.kept, pk__gt=row.pk).exists():
        return _("Another entry was merged into it since: undo that first.")
    if row.kept.version != data["version"]:
        return _("«%(name)s» was changed since.") % {"name": row.kept.name}
    for pointer in pointers():
        found = data["pointers"].get(pointer.name, {"there": [], "moved": [], "stayed": []})
        now, expected = set(pointer.ids(row.kept.pk)), {*found["there"], *found["moved"]}
        if now - expected:
            return _("Something was entered for it since: %(what)s.") % {"what": pointer.words}
        if set(found["moved"]) - now:
            return _("Something that was moved was changed or removed since: %(what)s.") % {"what": pointer.words}
        if set(pointer.ids(row.gone_id)) != set(found["stayed"]):
            return _("Something was entered under the old entry since: %(what)s.") % {"what": pointer.words}
    tax_code = data["gone"]["tax_code"]
    taken = Enterprise.objects.filter(tax_code=tax_code).exclude(pk__in=(row.kept_id, row.gone_id))
    if tax_code and taken.exists():
        return _("Its tax code was given to another establishment since.")
    return ""


@transaction.atomic
def undo(row: Merge, *, actor: "User") -> Enterprise:
    """Put everything back as it was before the merge. Gives the entry that stands again. Raises Conflict with the
    reason where something that happened since depends on it."""
    first, second = (lock(one) for one in sorted((row.kept, row.gone), key=lambda one: one.pk))
    found = Merge.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise WrongState(_("This was undone already."))
    found.kept, found.gone = (first, second) if first.pk == found.kept_id else (second, first)
    may_edit(found.kept, actor).require()
    reason = against_undo(found)
    if reason:
        raise Conflict(reason, code="cannot_undo")
    data = found.data
    kept, gone = found.kept, found.gone
    for pointer in pointers():
        manager, moved = pointer.model._base_manager, data["pointers"].get(pointer.name)
        if moved is None:
            continue
        manager.filter(pk__in=moved["moved"]).update(**{pointer.field.attname: gone.pk})
        for values in moved["removed"]:
            manager.bulk_create([_again(pointer.model, values)])
    found.delete()
    Enterprise.objects.filter(pk=kept.pk).update(tax_code=None)
    for values in (data["gone"], data["kept"]):
        _again(Enterprise, values).save(force_update=True)
    for enterprise, keys in ((gone, data["keys"]), (kept, data["kept_keys"])):
        MatchKey.objects.filter(enterprise=enterprise).delete()
        MatchKey.objects.bulk_create(MatchKey(pk=pk, key=key, enterprise=enterprise) for key, pk in keys)
    pairs = [*data["open_pairs"], *([data["pair"]] if data["pair"] is not None else [])]
    restored = {values["id"]: _again(DuplicatePair, values) for values in pairs}
    DuplicatePair.objects.filter(models.Q(pk__in=[*restored, *data["new_pairs"]])).delete()
    DuplicatePair.objects.filter(first=first, second=second).delete()
    DuplicatePair.objects.bulk_create(restored.values())
    gone = Enterprise.objects.get(pk=gone.pk)
    record(kept, "undo_merge", actor=actor, changes={"merged": (gone, None)})
    return gone


def _again(model: type[models.Model], values: Mapping[str, Any]) -> Any:
    """A row from its stored values."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in values.items()})
