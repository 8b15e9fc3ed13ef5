"""The reference frame from data/*.csv: law, activities, norms, programmes, indicators, targets, reporting periods."""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from core.models import Source
from core.reference import day, rows
from places.models import Area
from programmes.models import (
    Activity,
    ActivityGroup,
    AdjustmentKind,
    AdvanceTier,
    AppraisalCriterion,
    DatedRule,
    EligibilityRule,
    EligibleTrade,
    EstablishmentKind,
    Indicator,
    LegalDocument,
    NeededPaper,
    PeriodKind,
    PriorityCoefficient,
    Programme,
    ReportingPeriod,
    StepRule,
    SupportNorm,
    Target,
)

FIRST_YEAR, LAST_YEAR = 2018, 2030
BY_CODE = ("code",)
Tell = Callable[[str], None]
ROMAN = ("", "I", "II", "III", "IV")
TIMES = {PeriodKind.MONTH: ("m", 12), PeriodKind.QUARTER: ("q", 4)}


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _bring_in(model: Any, key: tuple[str, ...], wanted: list[dict[str, Any]]) -> int:
    """Make the rows that are missing and bring the others in line. What a file no longer has stays. Gives the number
    of lines of the file."""
    known = {tuple(getattr(row, name) for name in key): row for row in model.objects.all()}
    new: list[models.Model] = []
    for values in wanted:
        row = known.get(tuple(values[name] for name in key))
        if row is None:
            new.append(model(**values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
    model.objects.bulk_create(new, batch_size=200)
    return len(wanted)


def _bring_in_rules(model: type[DatedRule], key: tuple[str, ...], wanted: list[dict[str, Any]], tell: Tell) -> int:
    """As `_bring_in` for dated rules, of which each may have several versions: a line is the row of its first day, or
    the only one there is. Where an official entered or changed one of the versions, all of them are left alone, and
    `tell` hears of each line that says something else."""
    stored: dict[tuple[Any, ...], list[Any]] = {}
    for row in model._default_manager.all():
        stored.setdefault(tuple(getattr(row, name) for name in key), []).append(row)
    lines: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for values in wanted:
        lines.setdefault(tuple(values[name] for name in key), []).append(values)
    new: list[DatedRule] = []
    for same, versions in lines.items():
        known = stored.get(same, [])
        touched = any(row.edited_at is not None for row in known)
        for values in versions:
            row = next((row for row in known if row.valid_from == values["valid_from"]), None)
            if row is None and len(known) == len(versions) == 1:
                row = known[0]
            if row is not None and all(getattr(row, name) == value for name, value in values.items()):
                continue
            if touched:
                tell(f"left as officials set it: {model._meta.verbose_name} {row or model(**values)}")
            elif row is None:
                new.append(model(**values))
            else:
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
    model._default_manager.bulk_create(new, batch_size=200)
    return len(wanted)


@transaction.atomic
def load_programmes(tell: Tell = lambda text: None) -> dict[str, int]:
    """Bring the reference frame in line with the files, each row by its key. Safe to run again. The units must be
    there (places.loading). Gives the number of rows by what they are; `tell` hears what was left because an official
    set it otherwise (programmes.rules).

    When a report is due is set by officials, not here (Decree 09/2019/NĐ-CP, Article 8.5).
    """
    return {
        "legal documents": _legal_documents(tell),
        "activity groups": _activity_groups(),
        "activities": _activities(),
        "support norms": _support_norms(tell),
        "step rules": _bring_in_rules(StepRule, BY_CODE, _step_rules(), tell),
        "appraisal criteria": _bring_in_rules(
            AppraisalCriterion, BY_CODE, _dated("appraisal_criteria.csv", "code", "name"), tell
        ),
        "papers of a file": _bring_in_rules(NeededPaper, BY_CODE, _needed_papers(), tell),
        "kinds of adjustment": _bring_in_rules(
            AdjustmentKind, BY_CODE, _dated("adjustment_kinds.csv", "code", "change", "name", "authority"), tell
        ),
        "advance tiers": _advance_tiers(tell),
        "priority coefficients": _bring_in_rules(PriorityCoefficient, BY_CODE, _priority_coefficients(), tell),
        "kinds of establishment": _bring_in_rules(
            EstablishmentKind, BY_CODE, _unsourced("establishment_kinds.csv", "code", "name"), tell
        ),
        "eligible trades": _bring_in_rules(
            EligibleTrade, BY_CODE, _unsourced("eligible_trades.csv", "code", "name", "condition"), tell
        ),
        "eligibility rules": _bring_in_rules(EligibilityRule, BY_CODE, _eligibility_rules(), tell),
        "programmes": _programmes(),
        "indicators": _indicators(),
        "targets": _targets(),
        "reporting periods": _bring_in(ReportingPeriod, ("code",), list(_periods())),
    }


def _legal_documents(tell: Tell) -> int:
    """By the line of the file they came by, so that a number an official corrected makes no second document; what an
    official entered or changed is left alone."""
    known: dict[str, LegalDocument] = {}
    for row in LegalDocument.objects.all():
        known.setdefault(row.file_key or _document_key(row.number, row.issuer, row.subject), row)
    lines = rows("legal_documents.csv")
    for line in lines:
        key = _document_key(line["number"], line["issuer"], line["subject_vi"])
        plain = ("number", "type", "issuer", "amends", "replaced_by", "note", "verified")
        values: dict[str, Any] = {name: line[name] for name in plain}
        values |= {name: day(line[name]) for name in ("issued_on", "in_force_from", "in_force_to")}
        values |= {"subject": line["subject_vi"], "area_id": _province(line["area"]).pk if line["area"] else None}
        found = known.get(key)
        if found is None:
            LegalDocument.objects.create(file_key=key, **values)
        elif any(getattr(found, name) != value for name, value in values.items()):
            if found.edited_at is not None:
                tell(f"left as officials set it: {LegalDocument._meta.verbose_name} {found}")
                continue
            for name, value in {**values, "file_key": key}.items():
                setattr(found, name, value)
            found.save()
        elif not found.file_key:
            LegalDocument.objects.filter(pk=found.pk).update(file_key=key)
    return len(lines)


def _document_key(number: str, issuer: str, subject: str) -> str:
    return f"{issuer}|{number or subject}"


def _activity_groups() -> int:
    wanted = [
        {"code": row["group"], "name": row["name_vi"], "name_en": row["name_en"], "verified": row["verified"]}
        for row in rows("activity_groups.csv")
    ]
    return _bring_in(ActivityGroup, ("code",), wanted)


def _activities() -> int:
    groups = dict(ActivityGroup.objects.values_list("code", "pk"))
    wanted = [
        {
            "code": row["code"],
            "group_id": groups[row["group"]],
            "name": row["name_vi"],
            "name_en": row["name_en"],
            "needs_beneficiary": row["needs_beneficiary"] == "yes",
            "norm_code": row["norm_code"],
            "source": row["source"],
            "verified": row["verified"],
        }
        for row in rows("activities.csv")
    ]
    return _bring_in(Activity, ("code",), wanted)


def _province(code: str) -> Area:
    """The province a code stands for in a scope like «local:42»: the one of today."""
    province: Area = Area.objects.current().get(level="province", code=code)
    return province


def _dated(name: str, *plain: str) -> list[dict[str, Any]]:
    """Lines of a file of dated rules. An area is left empty for the whole country."""
    return [
        {
            **{column: row[column] for column in (*plain, "source", "legal_basis", "verified", "note")},
            "area": _province(row["area"]) if row["area"] else None,
            "valid_from": day(row["valid_from"]),
            "valid_to": day(row["valid_to"]),
        }
        for row in rows(name)
    ]


def _unsourced(name: str, *plain: str) -> list[dict[str, Any]]:
    """Lines of a file of dated rules that hold for every source of money in the whole country."""
    return [
        {
            **{column: row[column] for column in (*plain, "legal_basis", "verified", "note")},
            "valid_from": day(row["valid_from"]),
            "valid_to": day(row["valid_to"]),
        }
        for row in rows(name)
    ]


def _eligibility_rules() -> list[dict[str, Any]]:
    numbers = ("capital_max_vnd", "workers_max")
    wanted = _unsourced(
        "eligibility_rules.csv", "code", "subject", "name", "kinds", *numbers, "unit_types", "condition"
    )
    for row in wanted:
        row.update({name: int(row[name]) if row[name] else None for name in numbers})
    return wanted


def _needed_papers() -> list[dict[str, Any]]:
    activities = dict(Activity.objects.values_list("code", "pk"))
    groups = dict(ActivityGroup.objects.values_list("code", "pk"))
    wanted = _dated("needed_papers.csv", "code", "name", "needed_for", "activity", "group", "condition")
    for row in wanted:
        activity, group = row.pop("activity"), row.pop("group")
        row |= {
            "activity_id": activities[activity] if activity else None,
            "group_id": groups[group] if group else None,
        }
    return wanted


def _step_rules() -> list[dict[str, Any]]:
    numbers = ("deadline_day", "deadline_month", "deadline_years")
    wanted = _dated("step_rules.csv", "code", "step", "before", *numbers)
    for row in wanted:
        row.update({name: int(row[name]) if row[name] else None for name in numbers})
        row["deadline_years"] = row["deadline_years"] or 0
    return wanted


def _support_norms(tell: Tell) -> int:
    wanted = []
    for row in rows("support_norms.csv"):
        source, _colon, code = row["scope"].partition(":")
        wanted.append(
            {
                "code": row["code"],
                "source": source,
                "area_id": _province(code).pk if source == Source.LOCAL else None,
                "activity_text": row["activity"],
                "beneficiary_text": row["beneficiary"],
                "ceiling_amount_vnd": int(row["ceiling_amount_vnd"]) if row["ceiling_amount_vnd"] else None,
                "ceiling_percent": _decimal(row["ceiling_percent"]),
                "unit": row["unit"],
                "cap_scope": row["cap_scope"],
                "multiplier_of": row["multiplier_of"],
                "multiplier": _decimal(row["multiplier"]),
                "valid_from": day(row["valid_from"]),
                "valid_to": day(row["valid_to"]),
                "legal_basis": row["legal_basis"],
                "evidence": row["source"],
                "verified": row["verified"],
                "note": row["note"],
            }
        )
    return _bring_in_rules(SupportNorm, ("code", "source", "area_id"), wanted, tell)


def _advance_tiers(tell: Tell) -> int:
    activities = dict(Activity.objects.values_list("code", "pk"))
    groups = dict(ActivityGroup.objects.values_list("code", "pk"))
    wanted = []
    for row in rows("advance_tiers.csv"):
        source, _colon, code = row["scope"].partition(":")
        wanted.append(
            {
                "activity_id": activities[row["activity"]] if row["activity"] else None,
                "group_id": groups[row["group"]] if row["group"] else None,
                "source": source,
                "area_id": _province(code).pk if source == Source.LOCAL else None,
                "tier": int(row["tier"]),
                "percent": Decimal(row["percent"]),
                "condition": row["condition_vi"],
                "valid_from": day(row["valid_from"]),
                "valid_to": day(row["valid_to"]),
                "legal_basis": row["legal_basis"],
                "evidence": row["source"],
                "verified": row["verified"],
                "note": row["note"],
            }
        )
    return _bring_in_rules(AdvanceTier, ("activity_id", "group_id", "source", "area_id", "tier"), wanted, tell)


def _priority_coefficients() -> list[dict[str, Any]]:
    wanted = _dated("priority_coefficients.csv", "code", "norm_code", "name", "place", "coefficient")
    for row in wanted:
        row["place"] = Area.objects.get(uid=row["place"]) if row["place"] else None
        row["coefficient"] = _decimal(row["coefficient"])
    return wanted


def _programmes() -> int:
    areas = dict(Area.objects.filter(level="province").values_list("uid", "pk"))
    wanted = [
        {
            "code": row["code"],
            "name": row["name_vi"],
            "source": row["source"],
            "area_id": areas[row["area"]] if row["area"] else None,
            "year_from": int(row["year_from"]),
            "year_to": int(row["year_to"]),
            "legal_basis": row["legal_basis"],
            "verified": row["verified"],
            "note": row["note"],
        }
        for row in rows("programmes.csv")
    ]
    return _bring_in(Programme, ("code",), wanted)


def _indicators() -> int:
    wanted = [
        {
            "code": row["code"],
            "name": row["indicator_vi"],
            "unit": row["unit_vi"],
            "unit_counted": row["unit_counted"],
            "method": row["method"],
            "training_kinds": row["training_kinds"],
            "measure": row["measure"],
            "verified": row["verified"],
            "note": row["note"],
        }
        for row in rows("indicators.csv")
    ]
    return _bring_in(Indicator, ("code",), wanted)


def _targets() -> int:
    programmes = dict(Programme.objects.values_list("code", "pk"))
    indicators = dict(Indicator.objects.values_list("code", "pk"))
    wanted = [
        {
            "programme_id": programmes[row["programme"]],
            "indicator_id": indicators[row["code"]],
            "comparison": row["comparison"],
            "low": _decimal(row["low"]),
            "high": _decimal(row["high"]),
            "qualifier": row["qualifier_vi"],
            "source": row["source"],
            "verified": row["verified"],
            "note": row["note"],
        }
        for row in rows("targets.csv")
    ]
    return _bring_in(Target, ("programme_id", "indicator_id"), wanted)


def _number(text: str, words: dict[str, int]) -> int:
    """«Y», «(Y-1)», «m», «(3q-3)», «14»."""
    match = re.fullmatch(r"\(?(?:(\d*)([Ymq]))?([+-]?\d+)?\)?", text)
    if match is None or not text:
        raise ValueError(f"not a rule: {text!r}")
    times, word, rest = match.groups()
    return (int(times or 1) * words[word] if word else 0) + int(rest or 0)


def day_by_rule(rule: str, **words: int) -> dt.date:
    """The day a rule of reporting_periods.csv means: «(Y-1)/12/15»; month 0 is December of the year before, `last`
    the last day of the month."""
    year_part, month_part, day_part = rule.split("/")
    year, month = _number(year_part, words), _number(month_part, words)
    if month == 0:
        year, month = year - 1, 12
    return dt.date(year, month, calendar.monthrange(year, month)[1] if day_part == "last" else _number(day_part, words))


def _periods() -> Iterator[dict[str, Any]]:
    """Every period from FIRST_YEAR to LAST_YEAR that has days of data. One
    that ended before its decree was in force follows the same rule by analogy, and is not verified."""
    begins = dict(LegalDocument.objects.exclude(number="").values_list("number", "in_force_from"))
    for row in rows("reporting_periods.csv"):
        if not row["data_from_rule"]:
            continue
        word, times = TIMES.get(PeriodKind(row["kind"]), ("n", 1))
        in_force_from = begins.get(row["basis"].split(" ")[0])
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for number in range(1, times + 1):
                words = {"Y": year, word: number}
                roman = ROMAN[number] if word == "q" else ""
                data_to = day_by_rule(row["data_to_rule"], **words)
                early = in_force_from is not None and data_to < in_force_from
                yield {
                    "code": row["code_pattern"].format(**words),
                    "kind": row["kind"],
                    "regime": row["regime"],
                    "year": year,
                    "label": row["label_pattern_vi"].format(q_roman=roman, **words),
                    "data_from": day_by_rule(row["data_from_rule"], **words),
                    "data_to": data_to,
                    "basis": row["basis"],
                    "verified": "no" if early else row["verified"],
                    "note": "the period ended before its decree was in force" if early else row["note"],
                }
