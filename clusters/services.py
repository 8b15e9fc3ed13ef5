"""Entering and changing clusters and what belongs to them; how many of those in operation treat their wastewater."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit.services import changed, record
from clusters.models import (
    Cluster,
    ClusterCommune,
    ClusterStage,
    Investor,
    Licence,
    Occupant,
    Part,
    StageReached,
    Wastewater,
    WastewaterState,
    Work,
)
from clusters.permissions import may_enter
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from places.models import Area
from places.services import province_of
from programmes.locking import is_locked
from projects.exceptions import CLUSTERS, Where, counting, covering
from projects.exceptions import note as note_exception
from projects.models import LockException, Project

if TYPE_CHECKING:
    from accounts.models import User

HECTARES = ("planned_ha", "industrial_ha", "served_ha", "leased_ha")
MAX_HA = Decimal(100_000)


@dataclass(frozen=True)
class ClusterData:
    """What is typed of a cluster. Areas in hectares, None: not reported. `projects`: those linked to it."""

    code: str
    name: str
    province: Area
    planned_ha: Decimal | None = None
    industrial_ha: Decimal | None = None
    served_ha: Decimal | None = None
    leased_ha: Decimal | None = None
    reference: str = ""
    note: str = ""
    projects: Iterable[Project] = field(default_factory=tuple)


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def _checked(data: ClusterData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {name: getattr(data, name) for name in ("province", *HECTARES)}
    values |= {name: _line(getattr(data, name)) for name in ("code", "name", "reference")}
    values["note"] = nfc(data.note).strip()
    for name, text in (("code", _("Enter the code.")), ("name", _("Enter the name."))):
        if not values[name]:
            errors[name] = text
    for name in HECTARES:
        if values[name] is not None and not 0 <= values[name] <= MAX_HA:
            errors[name] = _("Enter an area in hectares, for example 35,5.")
    leased, industrial, served, planned = (
        values[name] for name in ("leased_ha", "industrial_ha", "served_ha", "planned_ha")
    )
    if not errors:
        if leased is not None and industrial is not None and leased > industrial:
            errors["leased_ha"] = _("More is leased than there is land to lease.")
        if planned is not None:
            for name, value in (("industrial_ha", industrial), ("served_ha", served)):
                if value is not None and value > planned:
                    errors[name] = _("This is more than the area of the cluster.")
    if any(project.province_id != data.province.pk for project in data.projects):
        errors["projects"] = _("This project is one of another province.")
    if errors:
        raise Invalid(fields=errors)
    return values


def _twice() -> Conflict:
    text = _("There is a cluster with this code already.")
    return Conflict(text, code="duplicate", fields={"code": text})


@transaction.atomic
def create_cluster(data: ClusterData, *, actor: "User") -> Cluster:
    may_enter(data.province.pk, actor).require()
    values = _checked(data)
    try:
        with transaction.atomic():
            row: Cluster = Cluster.objects.create(**values)
    except IntegrityError as error:
        raise _twice() from error
    row.projects.set(data.projects)
    codes = sorted(project.code for project in data.projects)
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    record(row, "create", actor=actor, changes=changes | ({"projects": (None, codes)} if codes else {}))
    return row


@transaction.atomic
def change_cluster(row: Cluster, data: ClusterData, *, actor: "User", version: int | None = None) -> Cluster:
    """Change it, unless somebody else did since `version` was read. It stays in its province."""
    row = lock(row, "province")
    may_enter(row.province_id, actor).require()
    values = _checked(data)
    if data.province.pk != row.province_id:
        raise Invalid(fields={"province": _("It stays with its province.")})
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    changes = changed(row, values)
    before = sorted(row.projects.values_list("code", flat=True))
    after = sorted(project.code for project in data.projects)
    if before != after:
        changes["projects"] = (before, after)
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise _twice() from error
        row.projects.set(data.projects)
        record(row, "change", actor=actor, changes=changes)
    return row


# --- what belongs to it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One kind of part: its fields, those that must be given, and those that are money, area or days."""

    slug: str
    model: type[Part]
    fields: tuple[str, ...]
    required: tuple[str, ...]


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("communes", ClusterCommune, ("area", "valid_from", "valid_to", "note"), ("area",)),
        Kind("stages", StageReached, ("stage", "on", "decision_no", "note"), ("stage", "on")),
        Kind("investors", Investor, ("name", "decision_no", "valid_from", "valid_to", "note"), ("name",)),
        Kind("occupants", Occupant, ("enterprise", "area_ha", "valid_from", "valid_to", "note"), ("enterprise",)),
        Kind("licences", Licence, ("number", "issuer", "issued_on", "valid_to", "note"), ("number", "issued_on")),
        Kind("wastewater", Wastewater, ("state", "on", "capacity_m3", "note"), ("state", "on")),
        Kind(
            "works",
            Work,
            ("name", "year", "source", "planned_vnd", "spent_vnd", "project", "note"),
            ("name", "year", "source"),
        ),
    )
}
COUNTED = ("stages", "wastewater")


def _part(kind: Kind, cluster: Cluster, values: Mapping[str, Any]) -> dict[str, Any]:
    tidy: dict[str, Any] = {name: values.get(name) for name in kind.fields}
    for name, value in tidy.items():
        if isinstance(value, str):
            tidy[name] = _line(value)
        elif value is None and name in ("note", "decision_no", "issuer"):
            tidy[name] = ""
    errors: dict[str, str] = {name: _("This is missing.") for name in kind.required if tidy[name] in (None, "")}
    for name in ("on", "issued_on"):
        if tidy.get(name) is not None and tidy[name] > clock.today():
            errors[name] = _("The date lies in the future.")
    first = tidy.get("valid_from") or tidy.get("issued_on")
    if first and tidy.get("valid_to") and tidy["valid_to"] < first:
        errors["valid_to"] = _("The last day lies before the first.")
    area = tidy.get("area")
    if area is not None and (area.level == "province" or province_of(area).pk != cluster.province_id):
        errors["area"] = _("Choose a commune of the province of the cluster.")
    enterprise, project = tidy.get("enterprise"), tidy.get("project")
    if enterprise is not None and enterprise.province_id != cluster.province_id:
        errors["enterprise"] = _("This establishment is one of another province.")
    if project is not None and project.province_id != cluster.province_id:
        errors["project"] = _("This project is one of another province.")
    if tidy.get("area_ha") is not None and not 0 < tidy["area_ha"] <= MAX_HA:
        errors["area_ha"] = _("Enter an area in hectares, for example 35,5.")
    if kind.slug == "works" and tidy.get("year") is not None and not 1990 <= tidy["year"] <= 2100:
        errors["year"] = _("Enter a year, for example 2026.")
    if kind.slug == "wastewater":
        if tidy["state"] in (WastewaterState.NONE, WastewaterState.NOT_APPLICABLE) and tidy["capacity_m3"] is not None:
            errors["capacity_m3"] = _("Without a system there is no capacity.")
        if tidy["state"] == WastewaterState.NOT_APPLICABLE and not tidy["note"]:
            errors["note"] = _("Say why it does not apply.")
    if errors:
        raise Invalid(fields=errors)
    return tidy


def _there_already() -> Conflict:
    return Conflict(_("The same is recorded for this cluster already."), code="duplicate")


def _locked(kind: Kind, row: Any, cluster: Cluster) -> bool:
    return kind.slug in COUNTED and is_locked(cluster.province_id, row.counts_on)


def _stays() -> WrongState:
    return WrongState(_("This counts in the locked time and stays as it is. Record a later one."), code="locked")


def _place(cluster: Cluster) -> Where:
    """What an exception must be for: a project linked to it, a commune it lies in, or the province."""
    communes = cluster.clustercommune_rows.values_list("area", flat=True)
    return Where(
        cluster.province_id, tuple(cluster.projects.values_list("pk", flat=True)), (cluster.province_id, *communes)
    )


def _under(row: Any, exception: LockException | None, cluster: Cluster, actor: "User") -> None:
    """Tell in the history of the exception what was written under it."""
    if exception is not None:
        words = _("Cluster «%(name)s»: %(what)s, %(day)s") % {
            "name": cluster.name, "what": row._meta.verbose_name if not hasattr(row, "stage") else row.stage.name,
            "day": f"{row.on:%d/%m/%Y}",
        }  # fmt: skip
        note_exception(exception, row, words, actor=actor)


@transaction.atomic
def add_part(kind: Kind, cluster: Cluster, values: Mapping[str, Any], *, actor: "User") -> Any:
    """Add a commune, stage, investor, occupant, licence, state of wastewater or work."""
    cluster = lock(cluster)
    may_enter(cluster.province_id, actor).require()
    tidy = _part(kind, cluster, values)
    counted: dict[str, Any] = {}
    exception = None
    if kind.slug in COUNTED:
        counts_on, exception = counting(CLUSTERS, _place(cluster), tidy["on"], actor)
        moment = clock.now() if exception else None
        counted = {"counts_on": counts_on, "exception": exception, "exception_at": moment}
    try:
        with transaction.atomic():
            row = kind.model._default_manager.create(cluster=cluster, **tidy, **counted)
    except IntegrityError as error:
        raise _there_already() from error
    changes = {name: (None, value) for name, value in tidy.items() if value not in (None, "")}
    record(row, f"add_{kind.slug}", actor=actor, changes=changes, within=cluster)
    _under(row, exception, cluster, actor)
    return row


@transaction.atomic
def change_part(kind: Kind, row: Any, values: Mapping[str, Any], *, actor: "User") -> Any:
    """Put right what was typed of it. What counts in the locked time stays, but by an exception."""
    cluster = lock(row.cluster)
    row = lock(row)
    may_enter(cluster.province_id, actor).require()
    exception = None
    if _locked(kind, row, cluster):
        exception = covering(CLUSTERS, _place(cluster), actor)
        if exception is None:
            raise _stays()
    tidy = _part(kind, cluster, values)
    changes = changed(row, tidy)
    if changes:
        for name, value in tidy.items():
            setattr(row, name, value)
        if kind.slug in COUNTED:
            row.counts_on, into = counting(CLUSTERS, _place(cluster), row.on, actor)
            exception = exception or into
            if exception is not None:
                row.exception, row.exception_at = exception, clock.now()
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise _there_already() from error
        record(row, "change", actor=actor, changes=changes, within=cluster)
        _under(row, exception, cluster, actor)
    return row


@transaction.atomic
def remove_part(kind: Kind, row: Any, note: str, *, actor: "User") -> None:
    """Remove what was entered by mistake; the trail keeps it with the reason. What counts in the locked time stays,
    also within an exception: it is put right."""
    cluster = lock(row.cluster)
    row = lock(row)
    may_enter(cluster.province_id, actor).require()
    if _locked(kind, row, cluster):
        raise _stays()
    if not note.strip():
        raise Invalid(fields={"note": _("Give the reason.")})
    changes = {name: (getattr(row, name), None) for name in kind.fields if getattr(row, name) not in (None, "")}
    record(row, "remove_part", actor=actor, changes=changes, note=note.strip(), within=cluster)
    row.delete()


# --- as of a day ------------------------------------------------------------------------------------------------------


@dataclass
class Standing:
    """A cluster as of a day. `stage` and `wastewater` None: not reported by then."""

    cluster: Cluster
    stage: ClusterStage | None = None
    wastewater: Wastewater | None = None

    @property
    def operating(self) -> bool:
        return self.stage is not None and self.stage.operating

    @property
    def treats(self) -> bool | None:
        """Does it treat its wastewater centrally? None: not reported, or it does not apply."""
        if self.wastewater is None or self.wastewater.state == WastewaterState.NOT_APPLICABLE:
            return None
        return self.wastewater.state == WastewaterState.OPERATING


def standings(clusters: "QuerySet[Cluster]", day: dt.date, *, db: str = "default") -> list[Standing]:
    """How each cluster stands as of a day: its latest stage and latest state of wastewater that count by then."""
    found = {row.pk: Standing(row) for row in clusters}
    stages = StageReached.objects.using(db).filter(cluster__in=list(found), counts_on__lte=day)
    for reached in stages.select_related("stage").order_by("on", "id"):
        found[reached.cluster_id].stage = reached.stage
    water = Wastewater.objects.using(db).filter(cluster__in=list(found), counts_on__lte=day).order_by("on", "id")
    for row in water:
        found[row.cluster_id].wastewater = row
    return list(found.values())


def with_works(rows: "QuerySet[Cluster]") -> "QuerySet[Cluster]":
    """Those with a planning or infrastructure work, or a linked project."""
    return rows.filter(Q(work_rows__isnull=False) | Q(projects__isnull=False)).distinct()


@dataclass
class Rate:
    """Of the target «every operating cluster treats its wastewater»: clusters in operation, those that treat, those
    that do not, those that have not reported, those it does not apply to. `percent` None: nothing to divide."""

    operating: list[Standing]
    treating: list[Standing]
    not_treating: list[Standing]
    not_reported: list[Standing]
    not_applicable: list[Standing]

    @property
    def percent(self) -> Decimal | None:
        """Treating ÷ (treating + not treating) × 100. What is not reported is told beside it and counts as neither."""
        known = len(self.treating) + len(self.not_treating)
        return (Decimal(len(self.treating)) * 100 / known).quantize(Decimal("0.01")) if known else None


def rate(rows: Iterable[Standing]) -> Rate:
    found = Rate([], [], [], [], [])
    for row in rows:
        if not row.operating:
            continue
        found.operating.append(row)
        if row.treats is not None:
            (found.treating if row.treats else found.not_treating).append(row)
        else:
            (found.not_reported if row.wastewater is None else found.not_applicable).append(row)
    return found
