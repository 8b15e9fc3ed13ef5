"""One project's life, told as a list of days. Every step is taken by the service that people's steps go through."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audit.services import record
from core import clock
from core.models import Source
from funding.models import EntryKind
from funding.services import Voucher, pay
from home.demo.photos import photo
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from projects.adjustments import ask
from projects.appraisal import OpinionData, criteria, give_opinion
from projects.contracts import ContractData, record_contract
from projects.models import ProgressUpdate, Project, ProjectState
from projects.progress import ProgressData, add_photo, confirm_progress, report_progress, return_progress
from projects.services import DecisionData, PaperData, ProjectData, create_project, record_decision, take_step
from training.services import ClassData, create_class


class Story:
    """`source` is where its support comes from; money is in đồng."""

    def __init__(self, stage: Stage, timeline: Timeline, source: str, *, historical: bool) -> None:
        self.stage = stage
        self.timeline = timeline
        self.source = source
        self.historical = historical
        self.project: Project
        self.updates: list[ProgressUpdate] = []

    def enter(self, day: dt.date, *, beneficiaries: Sequence[str] = (), by: str = "trungtam", **fields: Any) -> None:
        """The draft. `beneficiaries` are names of establishments, entered when they are not known."""

        def act() -> None:
            found = [self.stage.enterprise(name, fields["area"]) for name in beneficiaries]
            data = ProjectData(beneficiaries=found, implementing_unit=self.stage.centre, **fields)
            self.project = create_project(data, actor=self.stage.person(by))
            # No service marks a record so: a person's records never are.
            Project.objects.filter(pk=self.project.pk).update(historical=self.historical, demonstration=True)

        self.timeline.add(day, act)

    def step(self, day: dt.date, code: str, by: str, *, note: str = "", data: Mapping[str, Any] | None = None) -> None:
        def act() -> None:
            self.project = take_step(self.project, code, actor=self.stage.person(by), note=note, data=data)

        self.timeline.add(day, act)

    def submit(self, day: dt.date) -> None:
        self.step(day, "submit", "canbo")

    def send_back(self, day: dt.date, reason: str) -> None:
        self.step(day, "return", "lanhdao", note=reason)

    def decision(self, day: dt.date, number: str, batch: str = "") -> DecisionData:
        return DecisionData(issuer=self.stage.issuer(self.source), number=number, decided_on=day, batch=batch)

    def approve(self, day: dt.date, number: str, money: Mapping[str, int], batch: str = "") -> None:
        data = {"decision": self.decision(day, number, batch), "money": dict(money)}
        self.step(day, "approve", "lanhdao", data=data)

    def approve_without_money(self, day: dt.date, number: str) -> None:
        """History whose money was never reported. The portal lets nobody approve without money, so this is written
        past the step, as what it is: a decision that is known, with an amount that is not."""

        def act() -> None:
            project, leader = self.project, self.stage.person("lanhdao")
            decision = record_decision(project, self.decision(day, number), {}, actor=leader)
            changes: dict[str, tuple[Any, Any]] = {
                "state": (project.state, ProjectState.APPROVED),
                "decision": (None, f"{decision.number}, {decision.decided_on:%d/%m/%Y}, {decision.issuer_name}"),
            }
            project.state = ProjectState.APPROVED
            project.submitted_at, project.submitted_by = clock.now(), self.stage.person("canbo")
            project.decided_on = day
            project.version += 1
            project.historical = project.demonstration = True
            project.save()
            record(project, "approve", actor=leader, changes=changes, note="Kinh phí chưa được báo cáo.")

        self.timeline.add(day, act)

    def register(self, day: dt.date, number: str) -> None:
        paper = PaperData(number, day, self.stage.department)
        self.step(day, "register", "canbo", data={"paper": paper})

    def opinion(self, day: dt.date, recommendation: str = "approve", remarks: str = "", by: str = "lanhdao") -> None:
        """With the whole checklist found to be met."""

        def act() -> None:
            marks = {line.code: ("met", "") for line in criteria(self.project)}
            data = OpinionData(recommendation, remarks, marks=marks)
            give_opinion(self.project, data, actor=self.stage.person(by))

        self.timeline.add(day, act)

    def appraise(self, day: dt.date, number: str) -> None:
        paper = PaperData(number, day, participants="Lãnh đạo Sở (minh họa)\nPhòng chuyên môn (minh họa)")
        self.step(day, "appraise", "lanhdao", data={"paper": paper})

    def ministry_appraise(self, day: dt.date, number: str) -> None:
        paper = PaperData(number, day, self.stage.unit)
        self.step(day, "ministry_appraise", "canbo", data={"paper": paper})

    def reject(self, day: dt.date, reason: str) -> None:
        self.step(day, "reject", "lanhdao", note=reason)

    def contracts(self, day: dt.date, number: str, amount_vnd: int) -> None:
        """Every contract the project needs, the support shared by the beneficiaries; then the step."""

        def act() -> None:
            centre = self.stage.centre.name
            owners = list(self.project.beneficiaries.order_by("pk"))
            first = self.stage.unit.name if self.source == Source.NATIONAL else self.stage.department.name
            rows = []
            if self.source == Source.NATIONAL or not owners:
                rows.append(ContractData("implementation", f"{number}/HĐTH", day, first, centre, amount_vnd))
            for place, owner in enumerate(owners, 1):
                share = amount_vnd // len(owners)
                rows.append(ContractData("support", f"{number}-{place}/HĐHT", day, centre, owner.name, share, owner))
            for row in rows:
                record_contract(self.project, row, actor=self.stage.person("trungtam"))

        self.timeline.add(day, act)
        self.step(day, "contract", "trungtam", data={"on": day})

    def liquidate(self, day: dt.date, number: str) -> None:
        self.step(day, "liquidate", "trungtam", data={"paper": PaperData(number, day)})

    def settle(self, day: dt.date, number: str) -> None:
        self.step(day, "settle", "ketoan", data={"paper": PaperData(number, day, self.stage.department)})

    def ask_adjustment(self, day: dt.date, reason: str, new: Mapping[str, Any]) -> None:
        self.timeline.add(day, lambda: ask(self.project, new, reason, actor=self.stage.person("trungtam")))

    def start(self, day: dt.date) -> None:
        self.step(day, "start", "trungtam")

    def accept(self, day: dt.date) -> None:
        self.step(day, "accept", "canbo")

    def close(self, day: dt.date) -> None:
        self.step(day, "close", "ketoan")

    def stop(self, day: dt.date, reason: str, number: str) -> None:
        self.step(day, "stop", "lanhdao", note=reason, data={"decision": self.decision(day, number)})

    def pay(self, day: dt.date, amount_vnd: int, number: str, *, advance: bool = False) -> None:
        self.money(day, EntryKind.ADVANCE if advance else EntryKind.PAYMENT, amount_vnd, number)

    def money(self, day: dt.date, kind: str, amount_vnd: int, number: str) -> None:
        def act() -> None:
            pay(self.project, self.source, kind, amount_vnd, Voucher(number, day), actor=self.stage.person("ketoan"))

        self.timeline.add(day, act)

    def progress(
        self,
        day: dt.date,
        note: str,
        percent: int | None = None,
        *,
        by: str = "trungtam",
        spent_vnd: int | None = None,
        results: Mapping[str, int] | None = None,
        photos: Sequence[str] = (),
    ) -> None:
        """An update with the value invested that makes `percent`, and a drawing for each caption of `photos`."""

        def act() -> None:
            whole = self.project.investment_vnd
            data = ProgressData(
                uuid=self.stage.new_uuid(),
                on=day,
                value_invested_vnd=whole * percent // 100 if whole and percent is not None else None,
                money_spent_vnd=spent_vnd,
                note=note,
                results=[(self.stage.indicators[code], quantity) for code, quantity in (results or {}).items()],
            )
            actor = self.stage.person(by)
            update, _new = report_progress(self.project, data, actor=actor)
            for caption in photos:
                upload = SimpleUploadedFile("minh-hoa.jpg", photo(caption, self.project.name), "image/jpeg")
                add_photo(update, upload, actor=actor, caption=caption)
            self.updates.append(update)

        self.timeline.add(day, act)

    def confirm(self, day: dt.date, by: str = "canbo") -> None:
        """The latest update."""
        self.timeline.add(day, lambda: confirm_progress(self.updates[-1], actor=self.stage.person(by)))

    def return_update(self, day: dt.date, reason: str) -> None:
        self.timeline.add(day, lambda: return_progress(self.updates[-1], actor=self.stage.person("canbo"), note=reason))

    def training(self, day: dt.date, data: ClassData) -> None:
        self.timeline.add(day, lambda: create_class(self.project, data, actor=self.stage.person("trungtam")))


def support(source: str, amount_vnd: int, cost_vnd: int | None) -> dict[str, int]:
    """Estimate or decision: the support, and as counterpart what is left of the cost."""
    money = {source: amount_vnd}
    if cost_vnd is not None and cost_vnd > amount_vnd:
        money[Source.COUNTERPART] = cost_vnd - amount_vnd
    return money
