"""What a file of establishments says beside their own fields: the figures of a year, and a certificate.

Of both it is kept what the import made and what stood there before, so that taking it back leaves what was there.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from core import clock
from core.models import bulk_change
from core.money import group
from core.text import fold
from enterprises.models import FIGURES, Certificate, Enterprise, YearFacts
from imports.columns import NOT_APPLICABLE
from imports.importers import Row, in_parts

YEAR = "year"
OF_A_YEAR = ("women", "capital_vnd", "revenue_vnd", "tax_paid_vnd")  # workers stand in the column `headcount`
CERTIFICATE = ("certificate", "certificate_no", "certificate_issuer", "certificate_from", "certificate_to")
CERTIFICATE_FIELDS = dict(zip(CERTIFICATE, ("name", "number", "issuer", "valid_from", "valid_to"), strict=True))
NOT_ITS_OWN = {YEAR, *OF_A_YEAR, *CERTIFICATE}


def figures_of(row: Row) -> tuple[int, dict[str, Any]]:
    """(year, {figure: number or NOT_APPLICABLE}) of a row. Workers alone without a year are those of this one."""
    given = {name: row.values.get(name) for name in OF_A_YEAR}
    given["workers"] = row.values.get("headcount")
    return row.values.get(YEAR) or clock.today().year, {name: v for name, v in given.items() if v is not None}


def certificate_of(row: Row) -> dict[str, Any]:
    """The fields of the certificate that a row tells of; nothing where it tells of none."""
    given = {name: row.values.get(code) for code, name in CERTIFICATE_FIELDS.items()}
    return {name: value for name, value in given.items() if value is not None}


@dataclass
class Known:
    """What is stored of the establishments of a province, read once for all rows."""

    facts: dict[tuple[int, int], YearFacts] = field(default_factory=dict)
    newest: dict[int, int] = field(default_factory=dict)  # the last year with a number of workers
    certificates: dict[tuple[int, str, str], Certificate] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row], province: Any) -> "Known":
        rows = list(rows)
        here = {"enterprise__province": province, "enterprise__merged_into__isnull": True}
        found = cls()
        years = {figures_of(row)[0] for row in rows if figures_of(row)[1]}
        if years:
            for facts in YearFacts.objects.filter(**here, year__in=years):
                found.facts[facts.enterprise_id, facts.year] = facts
        if any(row.values.get(YEAR) is not None for row in rows):
            told = YearFacts.objects.filter(**here, workers__isnull=False).order_by()
            found.newest = dict(told.values_list("enterprise_id").annotate(Max("year")))
        if any(certificate_of(row) for row in rows):
            for one in Certificate.objects.filter(**here).order_by("-pk"):
                found.certificates[one.enterprise_id, fold(one.name), one.number] = one
        return found

    def certificate(self, pk: int, given: dict[str, Any]) -> Certificate | None:
        return self.certificates.get((pk, fold(given.get("name", "")), given.get("number", "")))


def fault_of(row: Row, facts: YearFacts | None) -> tuple[str, str] | None:
    """(column, what is wrong) between the cells of a row, and with the figures stored of its year."""
    year, given = figures_of(row)
    if row.values.get(YEAR) is None and any(row.values.get(name) is not None for name in OF_A_YEAR):
        return YEAR, _("Enter the year that the figures are of, for example 2025.")
    if year > clock.today().year:
        return YEAR, _("Enter a year up to this one, for example 2025.")
    women, workers = (given.get(name, getattr(facts, name, None)) for name in ("women", "workers"))
    if isinstance(women, int) and isinstance(workers, int) and women > workers:
        return "women", _("There cannot be more women than workers.")
    told = certificate_of(row)
    if told and "name" not in told:
        return "certificate", _("Enter the name of the certificate.")
    first, last = told.get("valid_from"), told.get("valid_to")
    if first is not None and last is not None and last < first:
        return "certificate_to", _("The last day lies before the first.")
    return None


def figure_changes(obj: Enterprise, row: Row, known: Known) -> dict[str, tuple[Any, Any]]:
    """{figure: (stored, in the file)} where the file says otherwise; what it leaves empty is not in it."""
    year, given = figures_of(row)
    facts = known.facts.get((obj.pk, year))
    stored = {name: _stored(facts, name) for name in FIGURES}
    if row.values.get(YEAR) is None:
        stored["workers"] = obj.headcount
    return {name: (stored[name], value) for name, value in given.items() if stored[name] != value}


def _stored(facts: YearFacts | None, name: str) -> Any:
    if facts is None:
        return None
    return NOT_APPLICABLE if name in facts.not_applicable.split() else getattr(facts, name)


def is_newest(obj: Enterprise, row: Row, known: Known) -> bool:
    """Whether the workers of the row are those that the establishment itself shows."""
    newest = known.newest.get(obj.pk)
    return newest is None or figures_of(row)[0] >= newest


def certificate_changes(obj: Enterprise, row: Row, known: Known) -> dict[str, tuple[Any, Any]]:
    """{column: (stored, in the file)}: of a certificate of the same name and number, otherwise of a new one."""
    given = certificate_of(row)
    one = known.certificate(obj.pk, given) if given else None
    found = {}
    for code, name in CERTIFICATE_FIELDS.items():
        old = getattr(one, name, None) or None
        if name in given and old != given[name]:
            found[code] = (old, given[name])
    return found


def in_words(name: str, value: Any) -> Any:
    if value == NOT_APPLICABLE:
        return _("does not apply")
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return f"{group(value)} đồng" if name.endswith("_vnd") and value is not None else value


def in_trail(value: Any) -> Any:
    return in_words("", value) if value == NOT_APPLICABLE else value


def store(told: list[tuple[Enterprise, Row]], known: Known, created: set[int]) -> dict[str, Any]:
    """Store the figures and certificates of these rows. Gives what it takes to take them back, but for establishments
    that were `created`, with which they go: {"made": {model: [pk]}, "before": {model: [[pk, {field: value}]]}}."""
    made: dict[str, list[Any]] = {"years": [], "certificates": []}
    kept: dict[str, list[Any]] = {"years": [], "certificates": []}
    touched: dict[str, list[Any]] = {"years": [], "certificates": []}
    for obj, row in told:
        year, given = figures_of(row)
        facts = known.facts.get((obj.pk, year))
        if given and facts is None:
            facts = YearFacts(enterprise=obj, year=year)
            made["years"].append(facts)
        elif facts is not None and any(_stored(facts, name) != value for name, value in given.items()):
            kept["years"].append([facts.pk, _values(facts, (*FIGURES, "not_applicable"))])
            touched["years"].append(facts)
        for name, value in given.items():
            _put(facts, name, value)
        about = certificate_of(row)
        if not about:
            continue
        one = None if obj.pk in created else known.certificate(obj.pk, about)
        if one is None:
            made["certificates"].append(Certificate(enterprise=obj, **about))
        elif any((getattr(one, name) or None) != value for name, value in about.items()):
            kept["certificates"].append([one.pk, _values(one, tuple(CERTIFICATE_FIELDS.values()))])
            touched["certificates"].append(one)
            for name, value in about.items():
                setattr(one, name, value)
    bulk_change(YearFacts, touched["years"], {*FIGURES, "not_applicable"})
    bulk_change(Certificate, touched["certificates"], set(CERTIFICATE_FIELDS.values()))
    YearFacts.objects.bulk_create(made["years"], batch_size=1000)
    Certificate.objects.bulk_create(made["certificates"], batch_size=1000)
    fresh = {name: [row.pk for row in rows if row.enterprise_id not in created] for name, rows in made.items()}
    return {"made": fresh, "before": kept} if any(fresh.values()) or any(kept.values()) else {}


def take_back(rest: dict[str, Any]) -> None:
    """What `store` made goes, what it changed is as before."""
    models: dict[str, Any] = {"years": YearFacts, "certificates": Certificate}
    for name, model in models.items():
        for part in in_parts(rest.get("made", {}).get(name, [])):
            model.objects.filter(pk__in=part).delete()
        before = dict(rest.get("before", {}).get(name, []))
        rows = [row for part in in_parts(list(before)) for row in model.objects.filter(pk__in=part)]
        for row in rows:
            for attribute, value in before[row.pk].items():
                setattr(row, attribute, value)
        bulk_change(model, rows, {attribute for values in before.values() for attribute in values})


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """As JSON keeps them: days as text, which the database reads again."""
    found = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in found.items()}


def _put(facts: Any, name: str, value: Any) -> None:
    others = [one for one in facts.not_applicable.split() if one != name]
    if value == NOT_APPLICABLE:
        others = [one for one in FIGURES if one in {*others, name}]
        value = None
    facts.not_applicable = " ".join(others)
    setattr(facts, name, value)
