"""What can be imported. An app of a higher floor registers its importer at its start (AppConfig.ready)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from audit.services import record_many
from core.verdicts import Verdict
from core.workbooks import Cell
from imports.columns import Column
from places.models import Area

if TYPE_CHECKING:
    from accounts.models import User

NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass
class Row:
    """One row of the file. `number`: as the sheet counts it. `values`: what was read, by column; a column that the file
    does not have is missing, an empty cell is None. The importer's judge() sets `kind`, and for a record that is there
    already `pk` and `changes` ({field: [old, new]} in words)."""

    number: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)  # what is wrong with the sheet there, until it is typed over
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kind: str = NEW
    pk: int | None = None
    label: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)

    def blame(self, column: str, message: str) -> None:
        self.errors.setdefault(column, message)
        self.kind = WRONG


@dataclass(frozen=True)
class Stored:
    """What became of the rows: records of `Importer.model`, the changed ones with the fields they had before. `rest`:
    what the importer needs besides to take it back, as JSON."""

    created: Sequence[models.Model] = ()
    changed: Sequence[tuple[models.Model, dict[str, Any]]] = ()
    rest: dict[str, Any] = field(default_factory=dict)


class Importer:
    """One kind of file. Subclasses say what its columns are, judge rows and store them; the engine does the rest."""

    kind: ClassVar[str]  # in addresses
    title: ClassVar[Any]
    lead: ClassVar[Any]
    model: ClassVar[type[models.Model]]
    columns: Sequence[Column]
    max_rows: ClassVar[int] = 10_000
    sheet: ClassVar[Any]  # the name of the template's sheet
    file: ClassVar[str]  # of the template, without ending
    asks_target: ClassVar[bool] = False
    personal: ClassVar[bool] = False  # its rows are people: nothing of what was written goes into an answer or a log
    parts: ClassVar[Sequence[type[models.Model]]] = ()  # records that belong to one of `model` and go with it

    def may(self, user: "User") -> Verdict:
        """Whether they may import at all."""
        raise NotImplementedError

    def provinces(self, user: "User") -> Iterable[Area]:
        """Of these the rows may be."""
        raise NotImplementedError

    def target(self, text: str, user: "User") -> Any:
        """What the rows belong to, where `asks_target`. Raises Invalid at `target`."""
        return None

    def targets(self, user: "User") -> list[tuple[str, str]]:
        return []

    def province_of(self, target: Any, user: "User") -> Area:
        return next(iter(self.provinces(user)))

    def context(self, province: Area, target: Any, user: "User") -> dict[Any, Any]:
        """What the check of all rows needs, read once."""
        return {"province": province, "target": target, "user": user}

    def judge(self, rows: list[Row], context: dict[Any, Any]) -> None:
        """For rows without faults in their cells: new, changed or the same, or what is wrong between their cells, with
        other rows and with what is stored. A constant number of statements, however many rows."""
        raise NotImplementedError

    def store(self, rows: list[Row], context: dict[Any, Any], note: str) -> Stored:
        """Make and change the records of these rows (new and changed ones), with their entries in the trail, which bear
        the note. Inside one transaction."""
        raise NotImplementedError

    def leaning_on(self, pks: list[int], since: dt.datetime) -> int:
        """How many records depend on those that were made at `since`: while there are any, they stay."""
        return leaning_on(self.model, pks, self.parts)

    def take_back(self, created: list[Any], actor: "User", note: str) -> None:
        """Remove what was made, with its parts."""
        record_many([(obj, "remove", {}) for obj in created], actor=actor, note=note)
        for part in in_parts([obj.pk for obj in created]):
            for other, name in references_to(self.model):
                if other in self.parts:
                    other._base_manager.filter(**{f"{name}__in": part}).delete()
            self.model._base_manager.filter(pk__in=part).delete()

    def taken_back(self, changed: list[Any], before: dict[int, dict[str, Any]], rest: dict[str, Any]) -> None:
        """What else to do once changed records have their values of before again ({pk: fields}). `rest`: of Stored."""

    def url_of(self, obj: Any) -> str:
        """The page of a record."""
        raise NotImplementedError


def leaning_on(model: Any, pks: list[int], parts: Sequence[Any] = ()) -> int:
    """How many records refer to one of these, but for `parts`, which go with them."""
    return sum(
        other._base_manager.filter(**{f"{name}__in": part}).count()
        for other, name in references_to(model)
        if other not in parts
        for part in in_parts(pks)
    )


def references_to(model: Any) -> list[tuple[Any, str]]:
    """Every foreign key of the database that leads to the model, also those of many-to-many tables."""
    fields = model._meta.get_fields(include_hidden=True)
    return [
        (field.related_model, field.field.name)
        for field in fields
        if field.auto_created and not field.concrete and not field.many_to_many
    ]


def in_parts(pks: Sequence[int]) -> list[Sequence[int]]:
    """As many ids at once as both databases take."""
    return [pks[start : start + 5000] for start in range(0, len(pks), 5000)]


_known: dict[str, Importer] = {}


def register(importer: type[Importer]) -> type[Importer]:
    _known[importer.kind] = importer()
    return importer


def importers_for(user: "User") -> list[Importer]:
    return [one for one in _known.values() if one.may(user)]


def importer_of(kind: str) -> Importer | None:
    return _known.get(kind)
