"""What the portal knows of a project, as text for its papers. Nothing is made up: what is not known is dots."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.utils.translation import override

from accounts.models import Agency, AgencyKind
from core import clock
from core.models import SUPPORT_SOURCES, Source
from core.money import group
from enterprises.models import Enterprise
from files.template_fields import values
from funding.models import Account, EntryKind, LedgerEntry
from papers.catalogue import Form
from papers.fields import FIELDS
from papers.words import DATE_DOTS, DOTS, DRAFT, day, long_day, said, span, vnd, vnd_words
from places.models import Area
from projects import appraisal, contracts
from projects.models import Contract, ContractKind, Mark, Opinion, OpinionMark, Project, StepPaper

Row = dict[str, str]
NO_NUMBER = "……/……"


def project_context(project: Project, form: Form, beneficiary: Enterprise | None = None) -> dict[str, Any]:
    """Every field of `papers.fields.FIELDS` for one paper of the project. `beneficiary`: whose contract it is."""
    return Known(project).context(form, beneficiary)


def office(province: Area, kind: str) -> Agency | None:
    """The province's office of a kind."""
    found: Agency | None = Agency.objects.filter(area=province, kind=kind).first()
    return found


def ministry_unit() -> Agency | None:
    """The ministry's unit that looks after the programme."""
    found: Agency | None = Agency.objects.filter(area__isnull=True, kind=AgencyKind.MINISTRY_DEPARTMENT).first()
    return found


def name_of(agency: Agency | None) -> str:
    return DOTS if agency is None else said(agency.name_on(clock.today()))


def head_of(province: Area, paper: StepPaper | None) -> Row:
    """Number, place and date of a paper; dots until they are known."""
    return {
        "number": said(paper.number) if paper and paper.number else NO_NUMBER,
        "place_date": f"{said(province.name)}, {long_day(paper.dated_on if paper else None)}",
        "day": day(paper.dated_on if paper else None),
        "participants": said(paper.participants if paper else ""),
        "conclusion": said(paper.note if paper else ""),
    }


class Known:
    """What is known of a project now, read once for all of its papers."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.beneficiaries = list(project.beneficiaries.select_related("area").order_by("folded", "pk"))
        self.papers = {row.step: row for row in project.papers.all()}  # the latest of each step
        self.decisions = list(project.decisions.prefetch_related("money"))
        self.contracts = contracts.current(project)
        self.estimate = {row.source: row.amount_vnd for row in project.estimates.all()}
        self.confirmed = list(project.updates.confirmed().prefetch_related("results__indicator"))
        moved = LedgerEntry.objects.filter(project=project, account__in=[Account.PAID, Account.DELIVERED])
        rows = list(moved.select_related("budget", "corrects").order_by("document_on", "pk"))
        self.entries = [row for row in rows if row.account == Account.PAID]
        self.delivered = [row for row in rows if row.account == Account.DELIVERED]

    def context(self, form: Form, beneficiary: Enterprise | None = None) -> dict[str, Any]:
        """The fields of one paper."""
        owner = beneficiary or (self.beneficiaries[0] if len(self.beneficiaries) == 1 else None)
        signed, value = self._contract(form, owner)
        final = signed is not None if form.code == "contract" else form.final(self.project)
        with override("vi"):
            return {
                **self._common,
                "mark": "" if final else DRAFT,
                "paper": self._paper(form),
                "beneficiary": _beneficiary(owner),
                "contract": self._contract_words(form, owner, signed, value),
            }

    @cached_property
    def _common(self) -> dict[str, Any]:
        """What every paper says alike."""
        sources, totals = self._sources()
        support, support_decided = _support(self.estimate), _support(self._decided())
        return {
            "project": self._project(),
            "beneficiaries": _rows("beneficiaries", [_beneficiary(row) for row in self.beneficiaries]),
            "money": {
                "total": vnd(sum(self.estimate.values()) if self.estimate else None),
                "support": vnd(support),
                "support_words": vnd_words(support),
            },
            "decided": {"support": vnd(support_decided), "support_words": vnd_words(support_decided)},
            "decision": self._decision(),
            "results": _rows("results", self._results()),
            "sources": _rows("sources", sources),
            "support": _rows("support", [row for row in sources if row["support"]]),
            "totals": totals,
            "ledger": _rows("ledger", self._ledger()),
            "checklist": _rows("checklist", self._checklist()),
            "opinions": _rows("opinions", self._opinions()),
            "appraisal": self._minutes("appraise") | {"conclusion": self._conclusion()},
            "acceptance": self._minutes("accept"),
            "settlement": self._minutes("settle"),
            "progress": self._progress(),
        }

    def _contract(self, form: Form, owner: Enterprise | None) -> tuple[Contract | None, int | None]:
        """The contract the paper is about, with its value today: the support contract with the beneficiary, or the
        only contract of support or implementation there is."""
        of_one = [
            (row, value)
            for row, value in self.contracts
            if row.kind == ContractKind.SUPPORT and owner and row.enterprise_id == owner.pk
        ]
        whole = [(row, value) for row, value in self.contracts if row.kind == ContractKind.IMPLEMENTATION]
        found = of_one if form.per_beneficiary else (whole or of_one)
        return found[-1] if found else (None, None)

    @cached_property
    def _offices(self) -> Row:
        """Names of the offices a paper comes from or goes to."""
        project = self.project
        committee = office(project.province, AgencyKind.PROVINCIAL_COMMITTEE)
        receiver = committee
        if project.programme.source == Source.NATIONAL:
            receiver = Agency.objects.filter(area__isnull=True, kind=AgencyKind.MINISTRY).first()
        return {
            "department": name_of(office(project.province, AgencyKind.DEPARTMENT)),
            "committee": name_of(committee),
            "receiver": name_of(receiver),
            "unit": name_of(project.implementing_unit),
        }

    def _paper(self, form: Form) -> Row:
        """A paper of the department stands below the committee, one of the centre below the department."""
        names, of_unit = self._offices, form.issued_by == "unit"
        of_centre = of_unit and self.project.implementing_unit.kind == AgencyKind.CENTRE
        paper = head_of(self.project.province, self.papers.get(form.step))
        if form.code == "appraisal":
            paper["conclusion"] = self._conclusion()
        return {
            "parent": names["department"] if of_centre else names["committee"],
            "agency": names["unit"] if of_unit else names["department"],
            "receiver": names["receiver"],
            **paper,
        }

    def _project(self) -> Row:
        row = self.project
        return {
            "code": said(row.code),
            "name": said(row.name),
            "type": str(row.get_type_display()),
            "year": str(row.year),
            "programme": said(row.programme.name),
            "place": f"{said(row.area.full_name)}, {said(row.province.full_name)}",
            "unit": self._offices["unit"],
            "partner": said(row.partner),
            "activities": said("; ".join(activity.name for activity in row.activities.all())),
            "aim": said(row.aim),
            "time": span(row.starts_on, row.ends_on),
            "investment": vnd(row.investment_vnd),
        }

    def _decided(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for decision in self.decisions:
            for money in decision.money.all():
                found[money.source] = found.get(money.source, 0) + money.amount_vnd
        return found

    def _decision(self) -> Row:
        first = self.decisions[0] if self.decisions else None
        return {
            "number": said(first.number if first else ""),
            "day": day(first.decided_on if first else None),
            "issuer": said(first.issuer_name if first else ""),
        }

    def _results(self) -> list[Row]:
        rows: dict[int, dict[str, Any]] = {}
        for plan in self.project.planned_results.select_related("indicator"):
            rows[plan.indicator_id] = {"indicator": plan.indicator, "planned": plan.quantity, "achieved": None}
        for update in self.confirmed:
            for result in update.results.all():
                row = rows.setdefault(
                    result.indicator_id, {"indicator": result.indicator, "planned": None, "achieved": None}
                )
                row["achieved"] = (row["achieved"] or 0) + result.quantity
        return [
            {
                "indicator": said(row["indicator"].name),
                "unit": said(row["indicator"].unit),
                "planned": _count(row["planned"]),
                "achieved": _count(row["achieved"]),
                "rate": _rate(row["achieved"], row["planned"]),
            }
            for row in rows.values()
        ]

    def _sources(self) -> tuple[list[Row], Row]:
        """By source. What is paid from counterpart and other money is not kept in the ledger: dots."""
        estimate, decided = self.estimate, self._decided()
        rows: list[Row] = []
        totals = {"estimated": 0, "decided": 0, "advanced": 0, "paid": 0, "left": 0}
        for source in Source:
            if source not in estimate and source not in decided:
                continue
            known: dict[str, int | None] = {"estimated": estimate.get(source), "decided": decided.get(source)}
            if source in (Source.NATIONAL, Source.LOCAL):
                paid = [row for row in self.entries if row.budget.source == source]
                known["advanced"] = sum(row.amount_vnd for row in paid if _of_advance(row))
                known["paid"] = spent = sum(row.amount_vnd for row in paid)
                known["left"] = decided[source] - spent if source in decided else None
            for name in totals:
                totals[name] += known.get(name) or 0
            row = {name: vnd(known.get(name)) for name in totals}
            rows.append({"source": str(source.label), "support": "1" if source in SUPPORT_SOURCES else "", **row})
        said_totals = {
            "estimated": vnd(totals["estimated"] if estimate else None),
            "decided": vnd(totals["decided"] if decided else None),
            "advanced": vnd(totals["advanced"] if decided else None),
            "paid": vnd(totals["paid"] if decided else None),
            "paid_words": vnd_words(totals["paid"] if decided else None),
            "left": vnd(totals["left"] if decided else None),
        }
        return rows, said_totals

    def _ledger(self) -> list[Row]:
        return [
            {
                "kind": str(row.get_kind_display()),
                "number": said(row.document_no),
                "day": day(row.document_on),
                "source": str(row.budget.get_source_display()),
                "amount": vnd(row.amount_vnd),
            }
            for row in self.entries
        ]

    @cached_property
    def _latest_opinions(self) -> list[Opinion]:
        return appraisal.latest(self.project)

    def _opinions(self) -> list[Row]:
        return [
            {
                "name": _person(row.appraiser_name),
                "recommendation": str(row.get_recommendation_display()),
                "support": vnd(row.support_vnd),
                "remarks": said(row.remarks),
            }
            for row in self._latest_opinions
        ]

    def _checklist(self) -> list[Row]:
        """Each criterion with what every appraiser of the round found."""
        marks = OpinionMark.objects.filter(opinion__in=[row.pk for row in self._latest_opinions])
        found: dict[int, list[str]] = {}
        names = {}
        for mark in marks.select_related("criterion", "opinion").order_by("opinion_id", "pk"):
            names[mark.criterion_id] = mark.criterion.name
            remark = f" ({mark.remark})" if mark.remark else ""
            words = f"{_person(mark.opinion.appraiser_name)}: {Mark(mark.mark).label}{remark}"
            found.setdefault(mark.criterion_id, []).append(words)
        if not found:
            names = {row.pk: row.name for row in appraisal.criteria(self.project)}
        return [
            {"criterion": said(name), "finding": said("\n".join(found.get(key, [])))}
            for key, name in sorted(names.items())
        ]

    def _conclusion(self) -> str:
        """The words of the conclusion; without any, that the file was found fit once it was concluded."""
        paper = self.papers.get("appraise")
        if paper is not None and paper.note:
            return said(paper.note)
        return "Đủ điều kiện hỗ trợ." if self.project.appraised_on else DOTS

    def _minutes(self, step: str) -> Row:
        paper = self.papers.get(step)
        return {
            "number": said(paper.number if paper else ""),
            "day": day(paper.dated_on if paper else None),
        }

    def _contract_words(self, form: Form, owner: Enterprise | None, row: Contract | None, value: int | None) -> Row:
        paid = self._paid_under(form, owner, row)
        left = value - paid if value is not None and paid is not None else None
        other = said(owner.name) if owner else DOTS
        return {
            "number": said(row.number) if row else NO_NUMBER,
            "day": day(row.signed_on) if row else DATE_DOTS,
            "party_a": said(row.party_a) if row else self._offices["unit"],
            "party_b": said(row.party_b) if row else other,
            "content": said((row.content if row else "") or self.project.aim or self.project.name),
            "value": vnd(value),
            "value_words": vnd_words(value),
            "time": span(row.starts_on, row.ends_on) if row else span(self.project.starts_on, self.project.ends_on),
            "paid": vnd(paid),
            "left": vnd(left),
            "left_words": vnd_words(left),
        }

    def _paid_under(self, form: Form, owner: Enterprise | None, row: Contract | None) -> int | None:
        """Under a support contract: what was delivered to the establishment, or, where no delivery was recorded, what
        was paid of a project with one beneficiary. Under another contract: what was paid of the project."""
        if row is None:
            return None
        entries = self.entries
        if form.per_beneficiary and self.delivered:
            entries = [entry for entry in self.delivered if owner and entry.establishment_id == owner.pk]
        elif form.per_beneficiary and len(self.beneficiaries) != 1:
            return None
        paid: int = sum(entry.amount_vnd for entry in entries)
        return paid

    def _progress(self) -> Row:
        confirmed = self.confirmed
        invested = next((row.value_invested_vnd for row in confirmed if row.value_invested_vnd is not None), None)
        spent = next((row.money_spent_vnd for row in confirmed if row.money_spent_vnd is not None), None)
        return {
            "day": day(confirmed[0].on if confirmed else None),
            "invested": vnd(invested),
            "spent": vnd(spent),
            "note": said(next((row.note for row in confirmed if row.note), "")),
            "difficulties": said(next((row.difficulties for row in confirmed if row.difficulties), "")),
            "proposals": said(next((row.proposals for row in confirmed if row.proposals), "")),
        }


def _rows(name: str, rows: list[Row]) -> list[Row]:
    """Numbered; one of dots where there is none, to be filled in by hand."""
    if not rows:
        fields = [path.partition("[].")[2] for path in FIELDS if path.startswith(f"{name}[].")]
        return [{**dict.fromkeys(fields, DOTS), "no": ""}]
    return [{"no": str(number), **row} for number, row in enumerate(rows, 1)]


def _person(label: str) -> str:
    """«Trần Văn Bình» of «Trần Văn Bình (lanhdao)»: a paper names people, not accounts."""
    return said(re.sub(r" \([^()]*\)$", "", label))


def _beneficiary(row: Enterprise | None) -> Row:
    if row is None:
        return dict.fromkeys(("name", "kind", "tax_code", "address", "representative", "phone"), DOTS)
    place = said(row.area.full_name)
    return {
        "name": said(row.name),
        "kind": str(row.get_kind_display()),
        "tax_code": said(row.tax_code),
        "address": f"{said(row.address)}, {place}" if row.address else place,
        "representative": said(row.representative),
        "phone": said(row.phone),
    }


def _of_advance(entry: LedgerEntry) -> bool:
    """An advance, or the correction of one."""
    return EntryKind.ADVANCE in (entry.kind, entry.corrects.kind if entry.corrects else "")


def _support(amounts: dict[str, int]) -> int | None:
    """National and local money together; None where neither is reported."""
    found = [amounts[source] for source in SUPPORT_SOURCES if source in amounts]
    return sum(found) if found else None


def _count(number: int | None) -> str:
    return DOTS if number is None else group(number)


def _rate(done: int | None, planned: int | None) -> str:
    """In percent with at most one decimal."""
    if done is None or not planned:
        return DOTS
    return f"{done * 100 / planned:.1f}".removesuffix(".0").replace(".", ",")


def missing(context: dict[str, Any], paths: Iterable[str]) -> list[str]:
    """Which of these fields the project cannot fill yet: dots, or a list without rows."""
    gaps = []
    for path in paths:
        if path == "mark":
            continue
        found = [_unknown(text) for text in values(context, path)]
        # Counterpart and other money are not in the ledger: one source of which it is known is enough.
        if not found or (all(found) if path.startswith("sources[]") else any(found)):
            gaps.append(path)
    return gaps


def _unknown(text: str) -> bool:
    return text == NO_NUMBER or DOTS in text or DATE_DOTS in text
