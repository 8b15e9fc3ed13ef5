"""From sections to the frozen document: the exact bytes of the JSON file, and the records behind every figure."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Agency, AgencyKind
from core.faults import at
from jobs.words import FIGURES, RECORDS, told
from places.models import Area
from programmes.models import LegalDocument, PeriodKind
from projects.models import Project
from reports.documents.frozen import canonical_json
from reports.documents.words import WATERMARK
from reports.kinds.districts import in_years
from reports.kinds.kind import KINDS
from reports.layouts import office_for, templates_for
from reports.measures.frame import Cell, Column, Row, Scope, Section
from reports.measures.measure import MEASURES, Entry
from reports.models import ReportEntry, ReportLine
from reports.subjects import name_of
from reports.verification import verification_address
from reports.words import AREA_LEVELS


@dataclass
class Figures:
    """All that was read in one snapshot."""

    sections: list[Section]
    head: dict[str, Any]
    demonstration: bool
    behind: list[tuple[str, Entry, str, str]] = field(default_factory=list)  # measure, record, line's unit, its name
    subject_name: str = ""

    def shown(self) -> list[dict[str, Any]]:
        return [show_section(section) for section in self.sections]

    def sha256(self) -> str:
        """Of the figures alone: equal when nothing has changed, whatever version and moment."""
        return hashlib.sha256(canonical_json({"head": self.head, "sections": self.shown()})).hexdigest()

    def document(self, version: int, data_as_of: dt.datetime, code: str) -> dict[str, Any]:
        """`code`: the id under which everybody may ask whether the report is genuine."""
        local = timezone.localtime(data_as_of, timezone.get_default_timezone())
        return {
            **self.head,
            "version": version,
            "data_as_of": local.isoformat(timespec="seconds"),
            "demonstration": self.demonstration,
            "verify": {"code": code, "url": verification_address(code)},
            "sections": self.shown(),
        }

    def lines(self) -> list[ReportLine]:
        return [
            ReportLine(
                section=section.code,
                row=row.code,
                column=column,
                record=line.record,
                title=line.title[:500],
                area=line.area,
                on=line.on,
                contribution=line.contribution,
            )
            for section in self.sections
            for row in section.rows
            for column, cell in row.cells.items()
            for line in cell.lines
        ]

    def entries(self) -> list[ReportEntry]:
        return [
            ReportEntry(
                measure=measure,
                record=entry.record,
                title=entry.title[:500],
                area=name,
                place=place,
                source=entry.source,
                on=entry.on,
                amount=entry.amount,
                spans=f"|{'|'.join(sorted(entry.spans))}|",
                what=entry.what,
            )
            for measure, entry, place, name in self.behind
        ]


def plain(value: int | Decimal | str | None) -> int | str | None:
    """Whole numbers stay numbers; what has decimals is a string, so that no reader rounds it."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def show_cell(cell: Cell) -> dict[str, Any]:
    coverage: dict[str, Any] | None = None
    if cell.expected is not None:
        coverage = {"reported": cell.reported, "expected": cell.expected}
        coverage |= {"called": cell.called} if cell.called else {}
    shown = {"value": plain(cell.value), "status": cell.status, "coverage": coverage}
    return shown | ({"estimate": True} if cell.estimate else {})


def show_section(section: Section) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": section.title,
        "columns": [show_column(column) for column in section.columns],
        "rows": [show_row(row) for row in section.rows],
    }


def show_column(column: Column) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": column.code, "title": column.title, "unit": column.unit, "kind": column.kind}
    if column.behind:
        shown |= {"behind": [list(part) for part in column.behind], "per": column.per, "measure": column.measure}
    return shown


def show_row(row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": row.code, "title": row.title, "level": row.level}
    if row.measure or row.place:
        shown |= {"kind": row.kind, "measure": row.measure, "place": row.place, "source": row.source}
        shown |= {"former": row.former} if row.former else {}
    return {**shown, "cells": {code: show_cell(cell) for code, cell in row.cells.items()}}


def measures_of(sections: list[Section]) -> list[str]:
    """The measures whose records are behind the figures, in the order they stand."""
    named = [row.measure for section in sections for row in section.rows]
    named += [column.measure for section in sections for column in section.columns]
    return list(dict.fromkeys(code for code in named if code))


def records_behind(sections: list[Section], scope: Scope) -> list[tuple[str, Entry, str, str]]:
    codes = measures_of(sections)
    if not codes:
        return []
    found: list[tuple[str, Entry]] = []
    for code in codes:
        with at(MEASURES[code].title):
            found += ((code, entry) for entry in MEASURES[code].entries(scope.asked))
    ids = {entry.area_id for _code, entry in found if entry.area_id is not None}
    unit_of = scope.asked.unit_of
    trend = {row.measure for section in sections for row in section.rows if row.former}
    former = {pk: scope.districts[pk] for pk in ids} if trend else {}
    areas = Area.objects.using(scope.db).in_bulk({*ids, *(unit_of[pk] for pk in ids), *former.values()})
    if trend:
        uids = {pk: areas[unit].uid for pk, unit in former.items()}
        found = [(code, in_years(entry, scope.years, uids) if code in trend else entry) for code, entry in found]
    return [
        (code, entry, areas[unit_of[entry.area_id]].uid, areas[entry.area_id].full_name)
        if entry.area_id is not None
        else (code, entry, "", "")
        for code, entry in found
    ]


def take_figures(kind: str, scope: Scope, tell: Callable[[int, str], None]) -> Figures:
    """Read everything of one moment. `tell` is called before each step: how many are done, and what comes now."""
    sections: list[Section] = []
    for done, make in enumerate(KINDS[kind].sections):
        tell(done, told(FIGURES, getattr(make, "title", "") or f"phần {done + 1}"))
        made = make(scope)
        sections += [made] if isinstance(made, Section) else made
    tell(len(KINDS[kind].sections), RECORDS)
    # The demonstration comes only into an empty database: where one of its records is, everything is invented.
    demonstration = Project.objects.using(scope.db).filter(demonstration=True).exists()
    first = head(kind, scope, len(sections))
    if demonstration:
        first["notes"].insert(0, f"{WATERMARK}: doanh nghiệp và đề án trong báo cáo này là hư cấu.")
    return Figures(sections, first, demonstration, records_behind(sections, scope), name_of(KINDS[kind], scope))


def head(kind: str, scope: Scope, tables: int) -> dict[str, Any]:
    """Who reports on what: agency names as of the end of the period, legal bases with their verification."""
    period, area = scope.period, scope.area
    agencies = Agency.objects.using(scope.db).filter(area__closure_down__area=area, area__level="province")
    department = agencies.filter(kind=AgencyKind.DEPARTMENT).first()
    committee = agencies.filter(kind=AgencyKind.PROVINCIAL_COMMITTEE).first()
    basis = [
        f"{document.type.capitalize()} số {document.number}"
        + ("" if document.verified == "yes" else " (chưa kiểm chứng đầy đủ)")
        for document in LegalDocument.objects.using(scope.db)
        .filter(number=period.basis.split(" ")[0])
        .exclude(number="")
        .order_by("number")
    ]
    notes = ["Ký hiệu: «0» không phát sinh; «…» chưa có số liệu; «x» không áp dụng."]
    if period.verified != "yes" and period.kind != PeriodKind.FREE:
        notes.append("Kỳ báo cáo này chưa được kiểm chứng theo văn bản.")
    notes += KINDS[kind].notes(scope)
    place = area.name if area.level == "province" else AREA_LEVELS.get(area.level, "") + area.name
    title, name = KINDS[kind].title, name_of(KINDS[kind], scope)
    return {
        "kind": kind,
        "title": f"{title} {name}" if KINDS[kind].asks == "project" else title,
        **({"subject": {"key": scope.subject, "name": name}} if scope.subject else {}),
        "period": {
            "code": period.code,
            "label": period.label,
            "data_from": period.data_from.isoformat(),
            "data_to": period.data_to.isoformat(),
        },
        "area": {"uid": area.uid, "code": area.code, "full_name": area.full_name},
        "agency": {
            "parent_name": committee.name_on(period.data_to) if committee else "",
            "name": department.name_on(period.data_to) if department else "",
            "place": place,
        },
        "office": office_for(kind, scope, tables),
        "templates": templates_for(kind, scope),
        "basis": basis,
        "notes": notes,
    }
