"""From sections to the frozen document: the exact bytes of the JSON file, and the records behind every figure."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Agency, AgencyKind
from programmes.models import LegalDocument
from projects.models import Project
from reports.documents.frozen import canonical_json
from reports.documents.words import WATERMARK
from reports.measures.activities import activities_section
from reports.measures.frame import Cell, Scope, Section
from reports.measures.money import money_section
from reports.measures.projects import places_section, progress_section, states_section
from reports.measures.targets import targets_section
from reports.models import ReportKind, ReportLine
from reports.words import AREA_LEVELS, TITLES

SECTIONS: dict[str, list[Callable[[Scope], Section]]] = {
    ReportKind.PROGRAMME_RESULTS: [
        targets_section,
        money_section,
        states_section,
        activities_section,
        places_section,
        progress_section,
    ]
}


@dataclass
class Figures:
    """All that was read in one snapshot."""

    sections: list[Section]
    head: dict[str, Any]
    demonstration: bool

    def shown(self) -> list[dict[str, Any]]:
        return [show_section(section) for section in self.sections]

    def sha256(self) -> str:
        """Of the figures alone: equal when nothing has changed, whatever version and moment."""
        return hashlib.sha256(canonical_json({"head": self.head, "sections": self.shown()})).hexdigest()

    def document(self, version: int, data_as_of: dt.datetime) -> dict[str, Any]:
        local = timezone.localtime(data_as_of, timezone.get_default_timezone())
        return {
            **self.head,
            "version": version,
            "data_as_of": local.isoformat(timespec="seconds"),
            "demonstration": self.demonstration,
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


def plain(value: int | Decimal | str | None) -> int | str | None:
    """Whole numbers stay numbers; what has decimals is a string, so that no reader rounds it."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def show_cell(cell: Cell) -> dict[str, Any]:
    coverage = None if cell.expected is None else {"reported": cell.reported, "expected": cell.expected}
    return {"value": plain(cell.value), "status": cell.status, "coverage": coverage}


def show_section(section: Section) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": section.title,
        "columns": [{"code": c.code, "title": c.title, "unit": c.unit, "kind": c.kind} for c in section.columns],
        "rows": [
            {
                "code": row.code,
                "title": row.title,
                "level": row.level,
                "cells": {code: show_cell(cell) for code, cell in row.cells.items()},
            }
            for row in section.rows
        ],
    }


def take_figures(kind: str, scope: Scope, tell: Callable[[int], None]) -> Figures:
    """Read everything of one moment. `tell` is called with the number of sections done."""
    sections = []
    for number, make in enumerate(SECTIONS[kind], start=1):
        sections.append(make(scope))
        tell(number)
    # The demonstration comes only into an empty database: where one of its records is, everything is invented.
    demonstration = Project.objects.using(scope.db).filter(demonstration=True).exists()
    first = head(kind, scope)
    if demonstration:
        first["notes"].insert(0, f"{WATERMARK}: doanh nghiệp và đề án trong báo cáo này là hư cấu.")
    return Figures(sections, first, demonstration)


def head(kind: str, scope: Scope) -> dict[str, Any]:
    """Who reports on what: agency names as of the end of the period, legal bases with their verification."""
    period, area = scope.period, scope.area
    agencies = Agency.objects.using(scope.db).filter(area__closure_down__area=area, area__level="province")
    department = agencies.filter(kind=AgencyKind.DEPARTMENT).first()
    committee = agencies.filter(kind=AgencyKind.PROVINCIAL_COMMITTEE).first()
    basis = [
        f"{document.type.capitalize()} số {document.number}"
        + ("" if document.verified == "yes" else " (chưa kiểm chứng đầy đủ)")
        for document in LegalDocument.objects.using(scope.db)
        .filter(number__in=[period.basis.split(" ")[0]])
        .order_by("number")
    ]
    notes = ["Ký hiệu: «0» không phát sinh; «…» chưa có số liệu; «x» không áp dụng."]
    if period.verified != "yes":
        notes.append("Kỳ báo cáo này chưa được kiểm chứng theo văn bản.")
    place = area.name if area.level == "province" else AREA_LEVELS.get(area.level, "") + area.name
    return {
        "kind": kind,
        "title": TITLES[kind],
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
        "basis": basis,
        "notes": notes,
    }
