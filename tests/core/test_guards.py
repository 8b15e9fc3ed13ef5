"""Guards: each refuses what it is there for, to raw SQL too; all are there after every migration."""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction

from accounts.hand_over import Order, hand_over
from audit.models import Entry
from clusters.models import ClusterStage
from clusters.services import KINDS, ClusterData, add_part, create_cluster
from coordination.exchange import Written, open_thread, write
from coordination.giving import ResultData, TaskData, add_result, give_task
from core import clock, guards
from files.services import store_bytes
from funding.models import BudgetBalance, LedgerEntry, ProjectBalance
from funding.resources import PledgeData, promise, receive
from funding.services import Voucher, pay
from jobs.services import work_once
from outreach.services import RoundData, create_round, save_sheet
from products.models import Certificate, ProductGroup, Score, SelectionLevel
from products.selections import enter_product, give_scores
from products.services import BrandData, create_brand, take_brand_step
from programmes.locking import lock_through
from projects.adjustments import ask, take_adjustment_step
from projects.appraisal import OpinionData, give_opinion
from projects.exceptions import ExceptionData, close_exception, open_exception
from projects.inspections import InspectionData, record_inspection, sign_inspection
from projects.models import Inspection, InspectionPhoto, Opinion, OpinionMark, ProgressPhoto, ProgressUpdate, StepPaper
from projects.progress import ProgressData, report_progress
from projects.services import PaperData, take_step
from reports.entering import FigureData, correct_figure, enter_figure
from reports.layouts import (
    LayoutData,
    ReportTemplateData,
    change_layout,
    shipped,
    upload_report_template,
    withdraw_report_template,
)
from reports.life import return_report, withdraw_report
from reports.models import CheckResult, Report, ReportEntry, ReportFile, ReportLine, ReportText
from reports.services import request_report
from tests import factories as f
from tests.codes import given
from tests.products import making
from tests.reports.ways import approved, signed_off, submitted
from training.models import TrainingClass
from training.rosters import TraineeData, add_trainees
from training.services import ClassData, create_class

SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


class Office:
    """Something to attack in every guarded table: a payment, a published report, a draft that follows it."""

    def __init__(self) -> None:
        place = f.Place()
        people = f.People(place)
        self.project = f.approved(place, people, 300_000_000)
        today = clock.today()
        self.period = f.period(f"{today.year}-Y", f"{today.year}-01-01", f"{today.year}-12-31")
        self.place, self.people = place, people
        waiting = submitted(self.make(), people)
        if not waiting.checks.exists():
            return_report(waiting, actor=people.leader, note="Ghi thêm")
            self.answered(waiting)
            waiting = Report.objects.get(pk=waiting.pk)
            Report.objects.filter(pk=waiting.pk).update(state="submitted")
        self.published = approved(waiting, people.leader, issued_no="1/BC-SCT", issued_on=today)
        self.entry = pay(self.project, "local", "advance", 100, Voucher("UNC 1", today), actor=people.accountant)
        self.locked = lock_through(place.province, today - dt.timedelta(days=3), "Chốt quý", actor=people.leader)
        self.examine()
        self.draft = self.make()
        assert self.draft.version == 2
        self.answered(self.draft)
        self.budget = self.entry.budget_id
        self.beneficiary = self.project.beneficiaries.get().pk
        self.other = f.enterprise(place, "Cơ sở khác").pk
        self.line, self.draft_line = (self.first(ReportLine, report) for report in (self.published, self.draft))
        self.behind, self.draft_behind = (self.first(ReportEntry, report) for report in (self.published, self.draft))
        self.file, self.draft_file = (self.first(ReportFile, report) for report in (self.published, self.draft))
        self.text, self.draft_text = (self.first(ReportText, report) for report in (self.published, self.draft))
        self.answer, self.draft_answer = (self.first(CheckResult, report) for report in (self.published, self.draft))

    def examine(self) -> None:
        """Another project with an opinion and the paper of its appraisal; an adjustment of the first one, decided."""
        place, people = self.place, self.people
        other = take_step(f.project(place, people), "submit", actor=people.officer)
        f.criterion()
        give_opinion(other, OpinionData("approve", marks={"L1": ("met", "")}), actor=people.leader)
        take_step(other, "appraise", actor=people.leader, data={"paper": PaperData("5/BB-SCT", clock.today())})
        asked = ask(self.project, {"partner": "Hội Nông dân"}, "Thêm đơn vị phối hợp", actor=people.officer)
        decided = take_adjustment_step(asked, "decide", actor=people.leader, decision=f.decision(place, "8/QĐ-UBND"))
        self.adjusted = decided.pk

    def make(self) -> Report:
        job = request_report("programme-results", self.period, self.place.province, actor=self.people.officer)
        assert work_once()
        job.refresh_from_db()
        report = Report.objects.get(public_id=job.result.split("/")[-2])
        ReportEntry.objects.create(report=report, measure="projects.approved", record="/", amount=1, spans="|done|")
        return report

    @staticmethod
    def answered(report: Report) -> None:
        CheckResult.objects.create(report=report, code="x", level="warning", text="x", answer="x")

    @staticmethod
    def first(model: type[models.Model], report: Report) -> Any:
        return model._default_manager.filter(report=report).earliest("id")


def copy(table: str, pk: int, verb: str = "INSERT", key: str = "id", **changed: str) -> str:
    """Insert the row again, with other values in some columns (SQL); `id` None leaves the number to the database, and
    so it is with what the database computes itself."""
    changed = {"counter": None, **changed}  # type: ignore[dict-item]
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    names = [name for name in names if changed.get(name, "") is not None]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name) or f'"{name}"' for name in names)
    return f"{verb} INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {key} = {pk}"


def entry(office: Office, account: str, kind: str, amount: int, verb: str = "INSERT", **changed: str) -> str:
    return copy(
        "funding_ledgerentry",
        office.entry.pk,
        verb,
        id=None,  # type: ignore[arg-type]
        public_id=f"'{f.new_uuid().hex}'",
        account=f"'{account}'",
        kind=f"'{kind}'",
        amount_vnd=str(amount),
        **{"advance_vnd": str(amount) if kind in ("advance", "recovery") else "0", **changed},
    )


def replace(table: str, pk: int, key: str = "id", **changed: str) -> list[str]:
    """Taking the row's place, which SQLite alone knows."""
    return [copy(table, pk, "INSERT OR REPLACE", key, **changed)] if SQLITE else []


def truncate(table: str) -> list[str]:
    return [] if SQLITE else [f"TRUNCATE {table} CASCADE"]


def report(office: Office, *assignments: str) -> list[str]:
    return [f"UPDATE reports_report SET {text} WHERE id = {office.published.pk}" for text in assignments]


def waiting(office: Office) -> Report:
    """The draft, as it waits for approval."""
    office.draft.refresh_from_db()
    return office.draft if office.draft.state == "submitted" else submitted(office.draft, office.people)


def withdrawn(office: Office) -> Report:
    office.published.refresh_from_db()
    if office.published.state == "withdrawn":
        return office.published
    return withdraw_report(office.published, actor=office.people.leader, note="Sai số liệu")


def superseded(office: Office) -> Report:
    """The first version, once the one after it was published and withdrawn: none is published any more."""
    second = approved(waiting(office), office.people.leader)
    withdraw_report(second, actor=office.people.leader, note="Sai số liệu")
    return office.published


def part_cases(table: str, mine: str, drafts: str) -> dict[str, Callable[[Office], list[str]]]:
    """Of a table whose rows belong to a report; `mine` and `drafts` are the Office's rows in it."""
    name = {
        "reports_reportline": "report_lines",
        "reports_reportfile": "report_files",
        "reports_reportentry": "report_entries",
        "reports_reporttext": "report_texts",
        "reports_checkresult": "report_checks",
    }[table]
    changed = {
        "report_files": "format = 'odt'",
        "report_lines": "contribution = 1",
        "report_entries": "amount = 2",
        "report_texts": "text = 'x'",
        "report_checks": "answer = 'y'",
    }[name]
    unique = {"report_files": "format", "report_texts": "code", "report_checks": "code"}.get(name, "")

    def insert(o: Office) -> list[str]:
        row, other = getattr(o, mine), getattr(o, drafts)
        fresh = {unique: "'odt'"} if unique else {}
        return [
            copy(table, row.pk, id=None, **fresh),  # type: ignore[arg-type]
            *replace(table, other.pk, id=str(row.pk), **fresh),
        ]

    def update(o: Office) -> list[str]:
        row, other = getattr(o, mine), getattr(o, drafts)
        into = f"report_id = {{}}, {unique} = 'odt'" if unique else "report_id = {}"
        return [
            f"UPDATE {table} SET {changed} WHERE id = {row.pk}",
            f"UPDATE {table} SET {into.format(o.draft.pk)} WHERE id = {row.pk}",
            f"UPDATE {table} SET {into.format(o.published.pk)} WHERE id = {other.pk}",
            *([f"UPDATE OR REPLACE {table} SET id = {row.pk} WHERE id = {other.pk}"] if SQLITE else []),
        ]

    return {
        f"{name}_insert": insert,
        f"{name}_update": update,
        f"{name}_delete": lambda o: [f"DELETE FROM {table} WHERE id = {getattr(o, mine).pk}"],
        f"{table.removeprefix('reports_')}_truncate": lambda o: truncate(table),
    }


def locked_progress(o: Office) -> tuple[ProgressUpdate, TrainingClass]:
    """An update that waits, with a result and a photo, and a class, all of today; then today is locked."""
    today, person = clock.today(), o.people.officer
    data = ProgressData(f.new_uuid(), today, 1_000, note="Đã lắp máy", results=[(f.indicator(), 1)])
    update, _created = report_progress(o.project, data, actor=person)
    stored = store_bytes(b"photo", "image/jpeg")
    ProgressPhoto.objects.create(update=update, file=stored)
    data_of_class = ClassData("Mây tre đan", "new_skill", o.place.commune, today, today, 20, 10)
    held = create_class(o.project, data_of_class, actor=person)
    lock_through(o.place.province, today, "Chốt", actor=o.people.leader)
    return update, held


def against_locked_progress(o: Office) -> list[str]:
    update, _held = locked_progress(o)
    table, today = "projects_progressupdate", clock.today()
    fresh = {"uuid": f"'{f.new_uuid().hex}'"}
    return [
        f"UPDATE {table} SET value_invested_vnd = 2000",
        f"UPDATE {table} SET note = 'x'",
        f"UPDATE {table} SET recorded_on = '2100-01-01'",
        f"UPDATE {table} SET state = 'confirmed', decided_at = reported_at, counts_on = '{today}'",
        f"DELETE FROM {table}",
        copy(table, update.pk, id=None, **fresh),  # type: ignore[arg-type]
        *replace(table, update.pk, recorded_on="'2100-01-01'", value_invested_vnd="5"),
        *truncate(table),
    ]


def against_locked_parts(table: str, **changed: str) -> Callable[[Office], list[str]]:
    def statements(o: Office) -> list[str]:
        update, _held = locked_progress(o)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT MAX(id) FROM {table} WHERE update_id = {update.pk}")
            pk = cursor.fetchone()[0]
        column, value = next(iter(changed.items()))
        return [
            f"UPDATE {table} SET {column} = {value}",
            f"DELETE FROM {table}",
            *replace(table, pk, **changed),
            *truncate(table),
        ]

    return statements


def against_locked_class(o: Office) -> list[str]:
    _update, held = locked_progress(o)
    table = "training_trainingclass"
    fresh = {"public_id": f"'{f.new_uuid().hex}'"}
    return [
        f"UPDATE {table} SET total = 21",
        f"UPDATE {table} SET counts_on = '2100-01-01'",
        f"DELETE FROM {table}",
        copy(table, held.pk, id=None, **fresh),  # type: ignore[arg-type]
        *replace(table, held.pk, total="21", counts_on="'2100-01-01'"),
        *truncate(table),
    ]


def against_its_attendances(o: Office) -> list[str]:
    day, person = clock.today(), o.people.officer
    held = create_class(o.project, ClassData("Mây tre đan", "new_skill", o.place.commune, day, day), actor=person)
    (trainee,) = add_trainees(held, [TraineeData("Nguyễn Thị Hòa", "female", 1985)], actor=person)
    lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
    row, table = trainee.attendance, "training_attendance"
    fresh = {"public_id": f"'{f.new_uuid().hex}'", "number": "2"}
    (other, _moment), (fits, moment) = stale(o, "classes"), stale(o, "rosters")
    now = f"{clock.now():%Y-%m-%d %H:%M:%S+00:00}"
    return [
        f"UPDATE {table} SET sex = 'male', exception_id = {other}, exception_at = '{now}'",
        f"UPDATE {table} SET sex = 'male', exception_id = {fits}, exception_at = '{moment}'",
        f"UPDATE {table} SET number = 9, exception_id = {fits}, exception_at = NULL",
        f"UPDATE {table} SET public_id = '{f.new_uuid().hex}', exception_id = {fits}, exception_at = '{now}'",
        f"UPDATE {table} SET person = 77",
        f"UPDATE {table} SET sex = 'male'",
        f"UPDATE {table} SET commune_id = {o.place.other.pk}",
        f"DELETE FROM {table}",
        copy(table, row.pk, id=None, **fresh),  # type: ignore[arg-type]
        *replace(table, row.pk, person="77"),
        *truncate(table),
    ]


def signed_inspection(o: Office) -> Inspection:
    today = clock.today()
    data = InspectionData(
        today, o.place.department, "Trần Văn Bình", findings="Tốt", requirements=[("Chạy thử", today)]
    )
    row = record_inspection(o.project, data, actor=o.people.officer)
    InspectionPhoto.objects.create(inspection=row, file=store_bytes(b"photo", "image/jpeg"))
    return sign_inspection(row, actor=o.people.officer)


def against_signed_inspection(o: Office) -> list[str]:
    row, table = signed_inspection(o), "projects_inspection"
    return [
        f"UPDATE {table} SET findings = 'x'",
        f"UPDATE {table} SET state = 'draft', signed_at = NULL",
        *replace(table, row.pk, findings="'x'"),
        *truncate(table),
    ]


def against_its_requirements(o: Office) -> list[str]:
    row, table = signed_inspection(o), "projects_inspectionrequirement"
    item = row.requirements.get()
    return [
        f"UPDATE {table} SET due_on = '2100-01-01'",
        f"DELETE FROM {table}",
        copy(table, item.pk, id=None, text="'x'"),  # type: ignore[arg-type]
        *replace(table, item.pk, text="'x'"),
        *truncate(table),
    ]


def against_its_photos(o: Office) -> list[str]:
    row, table = signed_inspection(o), "projects_inspectionphoto"
    return [
        f"UPDATE {table} SET file_id = file_id",
        f"DELETE FROM {table}",
        *replace(table, row.photos.get().pk),
        *truncate(table),
    ]


def against_exchange(o: Office) -> list[str]:
    asked = open_thread("Hỏi", Written("Hỏi"), actor=o.people.officer, area=o.place.commune)
    write(asked, Written("Đáp"), actor=o.people.collaborator)
    table, first = "coordination_message", asked.messages.earliest("id")
    again = copy(table, asked.messages.latest("id").pk, "INSERT OR REPLACE", id=None)  # type: ignore[arg-type]
    return [
        f"UPDATE {table} SET text = 'x'",
        f"DELETE FROM {table} WHERE answers_id IS NOT NULL",
        *replace(table, first.pk, text="'x'"),
        *([again] if SQLITE else []),
    ]


def against_results(o: Office) -> list[str]:
    day = clock.today()
    data = TaskData("Việc", "regular", day, assigned_to=o.people.collaborator)
    task = give_task(o.place.province, data, actor=o.people.officer)
    add_result(task, ResultData(day, "Xong"), actor=o.people.collaborator)
    table = "coordination_taskresult"
    return [
        f"UPDATE {table} SET text = 'x'",
        f"DELETE FROM {table}",
        *replace(table, task.results.get().pk, text="'x'"),
        *truncate(table),
    ]


def against_entered_figures(o: Office) -> list[str]:
    past = f.period("2020-Y", "2019-12-15", "2020-12-14")
    data, actor = FigureData(Decimal("11.9"), "Cục Thống kê"), o.people.officer
    first = enter_figure(o.place.province, "industry.growth", past, "official", data, actor=actor)
    second = correct_figure(first, FigureData(Decimal(12), "Cục Thống kê"), "Nhầm", actor=actor)
    table = "reports_enteredfigure"
    return [
        f"UPDATE {table} SET value = 1",
        f"UPDATE {table} SET reason = 'x' WHERE id = {second.pk}",
        f"DELETE FROM {table}",
        *replace(table, first.pk, value="1"),
        # once more as the first, and in the place of what was replaced or of another figure
        copy(table, first.pk, id=None, public_id=f"'{f.new_uuid().hex}'"),
        copy(table, second.pk, id=None, public_id=f"'{f.new_uuid().hex}'"),
        copy(table, second.pk, id=None, public_id=f"'{f.new_uuid().hex}'", replaces_id=str(second.pk), measure="'x'"),
    ]


def against_layouts(o: Office) -> list[str]:
    data = LayoutData(clock.today(), "Theo phân công ký", signer_titles="GIÁM ĐỐC")
    row = change_layout(o.place.province, data, actor=o.people.administrator)
    table = "reports_reportlayout"
    return [
        *(
            f"UPDATE {table} SET {text}"
            for text in ("signer_titles = 'x'", "valid_from = '2030-01-01'", "verified = 'yes'", "reason = 'x'")
        ),
        f"DELETE FROM {table}",
        *replace(table, row.pk, signer_titles="'x'"),
        *replace(table, row.pk, id="9999", signer_titles="'x'"),  # in its place by the other unique column
        *truncate(table),
    ]


def against_templates(o: Office) -> list[str]:
    """One in use and one withdrawn; the control of both is that the service withdrew it."""
    data = ReportTemplateData("docx", "Mẫu của Sở", shipped(), "mau.docx")
    used, gone = (upload_report_template(o.place.province, data, actor=o.people.administrator) for _n in range(2))
    gone = withdraw_report_template(gone, "Mẫu sai", actor=o.people.administrator)
    assert gone.withdrawn_at is not None
    table, other = "reports_reporttemplate", o.published.files.first()
    assert other is not None
    return [
        *(
            f"UPDATE {table} SET {text} WHERE id = {used.pk}"
            for text in (
                "title = 'x'",
                f"file_id = {other.file_id}",
                "kind = 'x'",
                "version = 9",
                "verified = 'yes'",
                "withdraw_reason = 'x'",
                "withdrawn_at = uploaded_at, withdraw_reason = 'x', title = 'x'",  # another one while it is withdrawn
            )
        ),
        f"UPDATE {table} SET withdrawn_at = NULL, withdraw_reason = '' WHERE id = {gone.pk}",
        f"UPDATE {table} SET withdraw_reason = 'x' WHERE id = {gone.pk}",
        f"UPDATE {table} SET withdrawn_at = uploaded_at WHERE id = {gone.pk}",
        f"DELETE FROM {table} WHERE id = {used.pk}",
        f"DELETE FROM {table} WHERE id = {gone.pk}",
        *replace(table, used.pk, title="'x'"),
        *replace(table, used.pk, id="9999", public_id=f"'{f.new_uuid().hex}'"),  # in its place by the version
        *truncate(table),
    ]


def against_saved_answers(o: Office) -> list[str]:
    today = clock.today()
    survey = create_round(o.place.province, RoundData("Khảo sát", today, today, today), actor=o.people.officer)
    firm = o.project.beneficiaries.first()
    sheet = save_sheet(survey, firm, {}, actor=o.people.officer)
    table, row = "outreach_sheetversion", sheet.versions.get()
    return [
        f"UPDATE {table} SET number = 2",
        f"DELETE FROM {table}",
        *replace(table, row.pk, number="2"),
    ]


def decided_selection(o: Office) -> Any:
    """A round with two criteria and one score whose results are decided."""
    row = making.scoring(o.place, o.people, making.product(o.place, o.people), on=clock.today())
    member, entry, criterion = row.council.first(), row.entries.get(), row.criteria.first()
    assert member is not None and criterion is not None
    give_scores(member, {(entry, criterion): Decimal(5)}, actor=o.people.officer)
    return making.decided(row, o.people.leader, clock.today())


def against_scores(o: Office) -> list[str]:
    row, table = decided_selection(o), "products_score"
    other = row.criteria.last()
    assert other is not None
    pk = Score.objects.get().pk
    return [
        f"UPDATE {table} SET value = 9",
        f"DELETE FROM {table}",
        copy(table, pk, id=None, criterion_id=str(other.pk)),  # type: ignore[arg-type]
        *replace(table, pk, value="9"),
        *truncate(table),
    ]


def against_entries(o: Office) -> list[str]:
    row, table = decided_selection(o), "products_selectionentry"
    another = making.product(o.place, o.people, "Mắm").pk
    fresh = {"public_id": f"'{f.new_uuid().hex}'", "product_id": str(another)}
    return [
        f"UPDATE {table} SET result = 'not_recognised', reason = 'x'",
        copy(table, row.entries.get().pk, id=None, **fresh),  # type: ignore[arg-type]
        *replace(table, row.entries.get().pk, reason="'x'"),
        *truncate(table),
    ]


def against_weights(o: Office) -> list[str]:
    row, table = decided_selection(o), "products_roundcriterion"
    free = row.criteria.last()  # without scores
    assert free is not None
    return [
        f"UPDATE {table} SET weight = 1",
        f"DELETE FROM {table} WHERE id = {free.pk}",
        *replace(table, free.pk, weight="1"),
        *truncate(table),
    ]


def against_decided_round(o: Office) -> list[str]:
    row, table = decided_selection(o), "products_selectionround"
    return [
        f"UPDATE {table} SET state = 'scoring'",
        f"UPDATE {table} SET result_no = '8/QĐ'",
        f"UPDATE {table} SET project_id = {o.project.pk}",
        *replace(table, row.pk, result_no="'8/QĐ'"),
        *truncate(table),
    ]


def against_receipts(o: Office) -> list[str]:
    data = PledgeData("other", "money", "x", clock.today(), "Thư", giver_name="x", project=o.project)
    row = receive(promise(data, actor=o.people.officer), 5, clock.today(), "BB 1", actor=o.people.officer)
    table = "funding_pledgereceipt"
    return [
        f"UPDATE {table} SET amount_vnd = 6",
        f"UPDATE {table} SET paper = 'x'",
        f"DELETE FROM {table}",
        *replace(table, row.pk, amount_vnd="6"),
        *truncate(table),
    ]


def against_hand_overs(o: Office) -> list[str]:
    order = Order(o.people.collaborator, f.user("nhanviec", None, None), clock.today(), "Nghỉ hưu", [o.place.commune])
    row, table, units = hand_over(order, actor=o.people.administrator), "accounts_handover", "accounts_handoverunit"
    return [
        f"UPDATE {table} SET reason = 'x'",
        f"UPDATE {units} SET grant_number = 0",
        f"DELETE FROM {units}",
        *replace(table, row.pk, reason="'x'"),
        *replace(units, row.units.get().pk, grant_number="0"),
    ]


def stale(o: Office, kind: str, moment: str = "2020-01-01 00:00:00+00:00") -> tuple[int, str]:
    """An exception for the project that is open, and a moment at which it was not."""
    data = ExceptionData(clock.today(), "Muộn", project=o.project, person=o.people.officer, **{kind: True})
    row = open_exception(o.place.province, data, actor=o.people.leader, code=given(o.people.leader))
    return row.pk, moment


def against_brands(o: Office) -> list[str]:
    """Filed in the locked time; and one that waits to be filed into it, without an exception, with one of another kind
    and with one that was not open then."""
    day, officer = clock.today(), o.people.officer
    product = making.product(o.place, o.people)
    brand, waiting = (create_brand(product, BrandData(name, o.project), actor=officer) for name in ("A", "B"))
    for step in ("file", "grant"):
        take_brand_step(brand, step, actor=officer, data={"number": "1", "on": day})
    lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
    (other, _moment), (fits, moment) = stale(o, "classes"), stale(o, "brands")
    table, now = "products_brand", f"{clock.now():%Y-%m-%d %H:%M:%S+00:00}"
    file = f"UPDATE {table} SET state = 'filed', filed_no = '2', filed_on = '{day}', counts_on = '{day}'"
    return [
        *(
            f"UPDATE {table} SET {text} WHERE id = {brand.pk}"
            for text in (
                "project_id = NULL",
                "counts_on = '2100-01-01'",
                "filed_no = 'x'",
                "state = 'prepared', counts_on = NULL",
                "state = 'filed'",
                "state = 'refused'",
                "valid_from = '2000-01-01'",
                f"project_id = NULL, exception_id = {fits}, exception_at = '{moment}'",
            )
        ),
        f"{file} WHERE id = {waiting.pk}",
        f"{file}, exception_id = {other}, exception_at = '{now}' WHERE id = {waiting.pk}",
        f"{file}, exception_id = {fits}, exception_at = '{moment}' WHERE id = {waiting.pk}",
        f"DELETE FROM {table} WHERE id = {brand.pk}",
        copy(table, brand.pk, id=None, public_id=f"'{f.new_uuid().hex}'"),  # type: ignore[arg-type]
        *replace(table, brand.pk, name="'x'", counts_on="'2100-01-01'"),
        *truncate(table),
    ]


def against_locked_entries(o: Office) -> list[str]:
    """One of the locked time; and one of the open time that is to get there: bare, by an exception of another kind, by
    one that was not open then."""
    day, officer, table = clock.today() - dt.timedelta(days=1), o.people.officer, "products_selectionentry"
    row = making.round_(o.place, o.people, project=o.project)
    locked = enter_product(row, making.product(o.place, o.people), day, actor=officer)
    lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
    later = enter_product(row, making.product(o.place, o.people, "Mắm"), clock.today(), actor=officer)
    product = making.product(o.place, o.people, "Bánh").pk
    fresh = {"id": None, "public_id": f"'{f.new_uuid().hex}'", "product_id": str(product)}
    return [
        f"UPDATE {table} SET registered_on = '2000-01-01' WHERE id = {locked.pk}",
        f"UPDATE {table} SET counts_on = '{clock.today()}' WHERE id = {locked.pk}",
        f"UPDATE {table} SET product_id = {product} WHERE id = {locked.pk}",
        *(f"UPDATE {table} SET counts_on = '{day}'{by} WHERE id = {later.pk}" for by in not_opened_by(o)),
        f"DELETE FROM {table} WHERE id = {locked.pk}",
        copy(table, locked.pk, **fresh),  # type: ignore[arg-type]
        *replace(table, locked.pk, counts_on="'2100-01-01'"),
        *replace(table, locked.pk, id="9999", public_id=f"'{f.new_uuid().hex}'", counts_on="'2100-01-01'"),
        *truncate(table),
    ]


def against_what_entries_count_by(change: str) -> Callable[[Office], list[str]]:
    def tried(o: Office) -> list[str]:
        day, officer = clock.today() - dt.timedelta(days=1), o.people.officer
        row, product = making.round_(o.place, o.people, project=o.project), making.product(o.place, o.people)
        enter_product(row, product, day, actor=officer)
        lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
        if change == "group":
            other = ProductGroup.objects.create(code="CRAFT", name="Thủ công", verified="no")
            return [f"UPDATE products_product SET group_id = {other.pk}", *truncate("products_product")]
        level = SelectionLevel.objects.get(code="REGIONAL").pk
        return [
            *(f"UPDATE products_selectionround SET {text}" for text in ("project_id = NULL", f"level_id = {level}")),
            *truncate("products_selectionround"),
        ]

    return tried


def against_locked_results(o: Office) -> list[str]:
    day, table = clock.today() - dt.timedelta(days=1), "products_selectionround"
    rounds = [
        making.scoring(o.place, o.people, making.product(o.place, o.people, name), on=day, name=name, project=o.project)
        for name in ("Bún", "Mắm")
    ]
    making.decided(rounds[0], o.people.leader, day)
    lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
    decide = f"UPDATE {table} SET state = 'selected', result_no = '8', result_on = '{day}', counts_on = '{day}'"
    return [
        f"UPDATE {table} SET counts_on = '{clock.today()}' WHERE id = {rounds[0].pk}",
        *(f"{decide}{by} WHERE id = {rounds[1].pk}" for by in not_opened_by(o)),
        copy(
            table,
            rounds[0].pk,
            id=None,
            public_id=f"'{f.new_uuid().hex}'",
            name="'Khác'",  # type: ignore[arg-type]
        ),
        *replace(table, rounds[0].pk, id="9999", public_id=f"'{f.new_uuid().hex}'", counts_on="'2100-01-01'"),
        *truncate(table),
    ]


def against_locked_certificates(o: Office) -> list[str]:
    day, table = clock.today() - dt.timedelta(days=1), "products_certificate"
    names, rounds = ("Bún", "Mắm", "Bánh"), []
    for name in names:
        product = making.product(o.place, o.people, name)
        row = making.scoring(o.place, o.people, product, on=day, name=name, project=o.project)
        rounds.append(making.decided(row, o.people.leader, day))
    making.certified(rounds[0], o.people.officer, day)
    lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
    making.certified(rounds[1], o.people.officer, clock.today())
    locked, later = (Certificate.objects.get(entry__round=row).pk for row in rounds[:2])
    waiting = rounds[2].entries.get().pk
    return [
        f"UPDATE {table} SET number = 'x' WHERE id = {locked}",
        f"UPDATE {table} SET counts_on = '{clock.today()}' WHERE id = {locked}",
        *(f"UPDATE {table} SET counts_on = '{day}'{by} WHERE id = {later}" for by in not_opened_by(o)),
        f"DELETE FROM {table} WHERE id = {locked}",
        copy(table, locked, id=None, entry_id=str(waiting)),  # type: ignore[arg-type]
        *replace(table, locked, counts_on="'2100-01-01'"),
        *replace(table, locked, id="9999", counts_on="'2100-01-01'"),
        *truncate(table),
    ]


def not_opened_by(o: Office) -> list[str]:
    """What a row of a selection may say of an exception that does not open the line for it."""
    (other, _moment), (fits, moment) = stale(o, "brands"), stale(o, "selections")
    now = f"{clock.now():%Y-%m-%d %H:%M:%S+00:00}"
    return [
        "",
        f", exception_id = {other}, exception_at = '{now}'",
        f", exception_id = {fits}, exception_at = '{moment}'",
    ]


def against_cluster_parts(table: str, change: str) -> Callable[[Office], list[str]]:
    def tried(o: Office) -> list[str]:
        day, officer = clock.today() - dt.timedelta(days=1), o.people.officer
        cluster = create_cluster(ClusterData("C1", "Cụm", o.place.province), actor=officer)
        stage = ClusterStage.objects.create(code="OPERATING", name="Hoạt động", operating=True)
        reached = add_part(KINDS["stages"], cluster, {"stage": stage, "on": day}, actor=officer)
        water = add_part(KINDS["wastewater"], cluster, {"state": "building", "on": day}, actor=officer)
        row = reached if "stage" in table else water
        lock_through(o.place.province, day, "Chốt", actor=o.people.leader)
        data = ExceptionData(clock.today(), "Muộn", area=o.place.province, person=officer, clusters=True)
        fits = open_exception(o.place.province, data, actor=o.people.leader, code=given(o.people.leader)).pk
        elsewhere, _moment = stale(o, "clusters")  # for a project the cluster has nothing to do with
        now = f"{clock.now():%Y-%m-%d %H:%M:%S+00:00}"
        part = KINDS["stages" if "stage" in table else "wastewater"]
        told = {"stage": stage} if "stage" in table else {"state": "planned"}
        later = add_part(part, cluster, {**told, "on": clock.today()}, actor=officer)  # in the open time
        mine = f"WHERE id = {row.pk}"
        return [
            f"UPDATE {table} SET {change} {mine}",
            f"UPDATE {table} SET counts_on = '2100-01-01' {mine}",
            f"UPDATE {table} SET {change}, exception_id = {fits}, exception_at = '2020-01-01 00:00:00+00:00' {mine}",
            f"UPDATE {table} SET {change}, exception_id = {elsewhere}, exception_at = '{now}' {mine}",
            f"UPDATE {table} SET counts_on = '{day}' WHERE id = {later.pk}",
            f"DELETE FROM {table} {mine}",
            copy(table, row.pk, id=None, on="'2020-01-01'"),  # type: ignore[arg-type]
            *replace(table, row.pk, note="'x'", counts_on="'2100-01-01'"),
            *([f"UPDATE OR REPLACE {table} SET \"on\" = '{day}' WHERE id = {later.pk}"] if SQLITE else []),
            *truncate(table),
        ]

    return tried


def against_exceptions(o: Office) -> list[str]:
    data = ExceptionData(clock.today(), "Muộn", project=o.project, person=o.people.collaborator, progress=True)
    row = open_exception(o.place.province, data, actor=o.people.leader, code=given(o.people.leader))
    closed = open_exception(o.place.province, data, actor=o.people.leader, code=given(o.people.leader))
    close_exception(closed, "Xong", actor=o.people.leader)
    table = "projects_lockexception"
    return [
        f"UPDATE {table} SET ends_at = '2099-01-01 00:00:00+00:00' WHERE id = {row.pk}",
        f"UPDATE {table} SET classes = NOT classes WHERE id = {row.pk}",
        f"UPDATE {table} SET rosters = NOT rosters, brands = NOT brands WHERE id = {row.pk}",
        f"UPDATE {table} SET closed_at = NULL, closed_by_id = NULL WHERE id = {closed.pk}",
        f"DELETE FROM {table}",
        *replace(table, row.pk, reason="'x'"),
        *truncate(table),
    ]


# What each guard must refuse. A guard without a case here fails the test below.
CASES: dict[str, Callable[[Office], list[str]]] = {
    "opinions": lambda o: [
        "UPDATE projects_opinion SET recommendation = 'reject', remarks = 'x'",
        "DELETE FROM projects_opinion",
        *replace("projects_opinion", Opinion.objects.get().pk, remarks="'x'"),
        *truncate("projects_opinion"),
    ],
    "opinion_marks": lambda o: [
        "UPDATE projects_opinionmark SET mark = 'not_met'",
        "DELETE FROM projects_opinionmark",
        *replace("projects_opinionmark", OpinionMark.objects.get().pk, mark="'not_met'"),
        *truncate("projects_opinionmark"),
    ],
    "step_papers": lambda o: [
        "UPDATE projects_steppaper SET number = '6/BB-SCT'",
        "DELETE FROM projects_steppaper",
        *replace("projects_steppaper", StepPaper.objects.get().pk, number="'x'"),
        *truncate("projects_steppaper"),
    ],
    "adjustment_settled": lambda o: [
        f"UPDATE projects_adjustment SET number = 'x' WHERE id = {o.adjusted}",
        f"UPDATE projects_adjustment SET state = 'asked' WHERE id = {o.adjusted}",
    ],
    "adjustment_kept": lambda o: [f"DELETE FROM projects_adjustment WHERE id = {o.adjusted}"],
    "data_locks": lambda o: [
        f"UPDATE programmes_datalock SET reason = 'other' WHERE id = {o.locked.pk}",
        f"DELETE FROM programmes_datalock WHERE id = {o.locked.pk}",
        *replace("programmes_datalock", o.locked.pk, locked_through="'2000-01-01'"),
        *truncate("programmes_datalock"),
    ],
    "data_lock_forward": lambda o: [
        copy("programmes_datalock", o.locked.pk, id=None, locked_through=day)  # type: ignore[arg-type]
        for day in ("'2000-01-01'", f"'{o.locked.locked_through - dt.timedelta(days=1)}'")
    ],
    "lock_exceptions": against_exceptions,
    "brands_line": against_brands,
    "cluster_stages_line": against_cluster_parts("clusters_stagereached", "decision_no = 'x'"),
    "cluster_wastewater_line": against_cluster_parts("clusters_wastewater", "state = 'operating'"),
    "selection_scores": against_scores,
    "selection_entries": against_entries,
    "selection_criteria": against_weights,
    "selection_decided": against_decided_round,
    "selection_entries_line": against_locked_entries,
    "selection_results_line": against_locked_results,
    "selection_rounds_line": against_what_entries_count_by("round"),
    "products_line": against_what_entries_count_by("group"),
    "selection_certificates_line": against_locked_certificates,
    "inspection_signed": against_signed_inspection,
    "inspection_requirements": against_its_requirements,
    "inspection_photos": against_its_photos,
    "progress_line": against_locked_progress,
    "progress_results_line": against_locked_parts("projects_achievedresult", quantity="2"),
    "progress_photos_line": against_locked_parts("projects_progressphoto", caption="'x'"),
    "classes_line": against_locked_class,
    "sheet_versions": against_saved_answers,
    "entered_figures": against_entered_figures,
    "report_layouts": against_layouts,
    "report_templates": against_templates,
    "pledge_receipts": against_receipts,
    "hand_overs": lambda o: [text for text in against_hand_overs(o) if "accounts_handoverunit" not in text],
    "hand_over_units": lambda o: [text for text in against_hand_overs(o) if "accounts_handoverunit" in text],
    "exchange_messages": against_exchange,
    "task_results": against_results,
    "attendances_line": against_its_attendances,
    "ledger_locked": lambda o: [
        entry(o, "paid", "payment", 1, recorded_on=f"'{day}'")
        for day in (o.locked.locked_through, o.locked.locked_through - dt.timedelta(days=400))
    ],
    "audit_entries": lambda o: [
        "UPDATE audit_entry SET actor_label = 'nobody'",
        "UPDATE audit_entry SET note = note",
        "DELETE FROM audit_entry",
        *replace("audit_entry", Entry.objects.earliest("id").pk, note="'other'"),
        *truncate("audit_entry"),
    ],
    "ledger_entries": lambda o: [
        f"UPDATE funding_ledgerentry SET amount_vnd = 1 WHERE id = {o.entry.pk}",
        f"UPDATE funding_ledgerentry SET document_on = '2020-01-01' WHERE id = {o.entry.pk}",
        f"DELETE FROM funding_ledgerentry WHERE id = {o.entry.pk}",
        *replace("funding_ledgerentry", o.entry.pk, amount_vnd="99"),
        *truncate("funding_ledgerentry"),
    ],
    "ledger_balance": lambda o: [
        entry(o, "allocated", "allocation", 700_000_001),
        entry(o, "allocated", "correction", -299_999_901),
        entry(o, "paid", "payment", 299_999_901),
        entry(o, "paid", "return", -101),
        entry(o, "cleared", "clearing", 101),
        entry(o, "cleared", "correction", -1),
        entry(o, "paid", "recovery", -101),
        entry(o, "paid", "correction", -1),  # of a payment: there is none beside the advance
        entry(o, "delivered", "delivery", 101, establishment_id=str(o.beneficiary)),
        *(
            [
                entry(o, "allocated", "allocation", 700_000_001, "INSERT OR IGNORE"),
                entry(o, "cleared", "clearing", 101, "INSERT OR IGNORE"),
                entry(o, "paid", "correction", -1, "INSERT OR IGNORE"),
                entry(o, "delivered", "delivery", 101, "INSERT OR IGNORE", establishment_id=str(o.beneficiary)),
            ]
            if SQLITE
            else []
        ),
    ],
    "ledger_establishment": lambda o: [
        entry(o, "delivered", "delivery", 1, establishment_id=str(o.other)),
        entry(o, "delivered", "correction", -1, establishment_id=str(o.other)),
    ],
    "budget_balances": lambda o: [
        f"UPDATE funding_budgetbalance SET allocated_vnd = 0, paid_vnd = 0 WHERE budget_id = {o.budget}",
        f"UPDATE funding_budgetbalance SET given_vnd = given_vnd + 1 WHERE budget_id = {o.budget}",
        f"DELETE FROM funding_budgetbalance WHERE budget_id = {o.budget}",
        *replace("funding_budgetbalance", o.budget, "budget_id", given_vnd="0", allocated_vnd="0", paid_vnd="0"),
        *truncate("funding_budgetbalance"),
    ],
    "project_balances": lambda o: [
        f"UPDATE funding_projectbalance SET paid_vnd = 0 WHERE project_id = {o.project.pk}",
        f"UPDATE funding_projectbalance SET allocated_vnd = 900000000 WHERE project_id = {o.project.pk}",
        f"UPDATE funding_projectbalance SET advanced_vnd = 0 WHERE project_id = {o.project.pk}",
        f"UPDATE funding_projectbalance SET cleared_vnd = 1 WHERE project_id = {o.project.pk}",
        f"UPDATE funding_projectbalance SET delivered_vnd = 1 WHERE project_id = {o.project.pk}",
        f"DELETE FROM funding_projectbalance WHERE project_id = {o.project.pk}",
        *replace("funding_projectbalance", o.project.pk, "project_id", allocated_vnd="0", paid_vnd="0"),
        *truncate("funding_projectbalance"),
    ],
    "report_frozen": lambda o: (
        report(
            o,
            "sha256 = 'x'",
            "document = ''" if SQLITE else "document = ''::bytea",
            "version = 9",
            "data_as_of = '2020-01-01 00:00:00+00'",
            "made_by_label = 'x'",
            "reason = 'x'",
            "submitted_by_id = NULL",
            "figures_sha256 = 'x'",
            "subject = 'x'",
            "subject_name = 'x'",
            f"public_id = '{f.new_uuid().hex}'",
        )
        + [
            f"UPDATE reports_report SET {text} WHERE id = {waiting(o).pk}"
            for text in (
                "sha256 = 'x'",
                "made_by_label = 'x'",
                "state = 'published', published_at = made_at, sha256 = 'x'",
            )
        ]
    ),
    "report_state": lambda o: [
        f"UPDATE reports_report SET state = 'gone' WHERE id = {o.published.pk}",
        f"UPDATE reports_report SET state = 'submitted', published_at = NULL WHERE id = {o.published.pk}",
        f"UPDATE reports_report SET state = 'superseded', published_at = made_at WHERE id = {o.draft.pk}",
        f"UPDATE reports_report SET state = 'withdrawn', published_at = made_at, withdrawn_at = made_at, "
        f"withdraw_reason = 'x' WHERE id = {o.draft.pk}",
        f"UPDATE reports_report SET state = 'published' WHERE id = {superseded(o).pk}",
    ],
    "report_published_once": lambda o: report(
        o, "publish_note = 'x'", "published_at = made_at", f"published_by_id = {o.people.auditor.pk}"
    ),
    "report_withdrawn_once": lambda o: [
        f"UPDATE reports_report SET {text} WHERE id = {withdrawn(o).pk}"
        for text in ("withdraw_reason = 'y'", "withdrawn_at = made_at", "withdrawn_by_id = NULL")
    ],
    "report_issued": lambda o: (
        report(o, "issued_no = '2/BC-SCT'", "issued_no = ''", "issued_on = '2020-01-01'", "issued_signer = 'x'")
        + [f"UPDATE reports_report SET issued_no = '1', issued_on = '2020-01-01' WHERE id = {o.draft.pk}"]
    ),
    "report_bytes": lambda o: [
        f"DELETE FROM files_storedfile WHERE id = {file}"
        for file in o.published.files.values_list("file_id", flat=True)
    ],
    "stored_files": lambda o: [
        *[
            f"UPDATE files_storedfile SET {text} WHERE id = {o.published.files.first().file_id}"  # type: ignore[union-attr]
            for text in ("sha256 = 'x'", "size = 1", "content_type = 'x'", f"public_id = '{f.new_uuid().hex}'")
        ],
        *replace("files_storedfile", o.published.files.first().file_id, size="1"),  # type: ignore[union-attr]
        *truncate("files_storedfile"),
    ],
    "report_kept": lambda o: [f"DELETE FROM reports_report WHERE id = {o.published.pk}"],
    "report_once": lambda o: [
        copy("reports_report", o.published.pk, id=None, public_id=f"'{f.new_uuid().hex}'"),  # type: ignore[arg-type]
        *replace("reports_report", o.published.pk, sha256="'x'"),
        *replace("reports_report", o.draft.pk, id=str(o.published.pk), version="7"),
    ],
    "report_not_displaced": lambda o: [
        f"UPDATE {verb} reports_report SET {what} WHERE id = {o.draft.pk}"
        for verb in (["OR REPLACE"] if SQLITE else [""])
        for what in ("version = 1", "state = 'published', published_at = made_at")
    ],
    "report_truncate": lambda o: truncate("reports_report"),
    **part_cases("reports_reportline", "line", "draft_line"),
    **part_cases("reports_reportfile", "file", "draft_file"),
    **part_cases("reports_reportentry", "behind", "draft_behind"),
    **part_cases("reports_reporttext", "text", "draft_text"),
    **part_cases("reports_checkresult", "answer", "draft_answer"),
}


def execute(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside does not last."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def without(guard: guards.Guard) -> None:
    for trigger in guard.triggers(connection.vendor):
        execute(f"DROP TRIGGER {trigger}" + ("" if SQLITE else f" ON {guard.table}"))


def test_every_guard_has_its_case() -> None:
    assert set(CASES) == {guard.name for guard in guards.registered()}


@pytest.mark.django_db
@pytest.mark.parametrize("guard", guards.registered(), ids=lambda guard: guard.name)
def test_guard_refuses_raw_sql(guard: guards.Guard) -> None:
    office = Office()
    if not SQLITE:
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing of the preparation is left to be checked
    statements = CASES[guard.name](office)
    assert statements or (SQLITE and not guard.sqlite), "nothing is tried"
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(statement)
            pytest.fail(f"not refused: {statement}")
    # Control: without this one guard the same is done.
    done = 0
    with undone():
        without(guard)
        if not SQLITE:
            execute("SET CONSTRAINTS ALL DEFERRED")
        for statement in statements:
            try:
                with transaction.atomic():
                    if execute(statement):
                        done += 1
                    transaction.set_rollback(True)
            except DatabaseError:
                continue
    assert done or not statements or guard.name in NEVER_ALONE, "the guard does nothing"


# On PostgreSQL unique rules refuse a second version too, and TRUNCATE … CASCADE meets the guards of lines and files.
NEVER_ALONE = set() if SQLITE else {"report_once", "report_not_displaced", "report_truncate"}


@pytest.mark.django_db
def test_guards_leave_the_ordinary_work_alone() -> None:
    """Control of the whole: what the services do passes, a draft is made again, a note of issue is added once."""
    office = Office()
    pay(office.project, "local", "payment", 5, Voucher("UNC 2", clock.today()), actor=office.people.accountant)
    again = office.make()
    assert again == office.draft
    signed_off(again, office.people)
    office.published.refresh_from_db()
    assert office.published.state == "superseded"
    execute(f"UPDATE reports_report SET issued_no = '2/BC-SCT', issued_on = '2026-01-02' WHERE id = {again.pk}")
    balance = BudgetBalance.objects.get()
    assert (balance.allocated_vnd, balance.paid_vnd) == (300_000_000, 105)
    assert ProjectBalance.objects.get().paid_vnd == 105


# --- always there -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_all_guards_are_there_after_all_migrations() -> None:
    assert guards.missing() == []
    out = io.StringIO()
    call_command("guards", "--check", stdout=out)
    assert f"{len(guards.registered())} guards" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_each_trigger_that_is_gone_is_missed_and_made_again() -> None:
    for guard in guards.registered():
        for trigger in guard.triggers(connection.vendor):
            execute(f"DROP TRIGGER {trigger}" + ("" if SQLITE else f" ON {guard.table}"))
            assert guards.missing() == [guard.name], trigger
            with pytest.raises(CommandError, match=guard.name):
                call_command("guards", "--check")
            guards.install()
            assert guards.missing() == []
    without(guards.registered()[0])
    call_command("migrate", verbosity=0)
    assert guards.missing() == []


@pytest.mark.needs_sqlite
@pytest.mark.django_db(transaction=True)
def test_rebuilt_sqlite_table_has_its_guards_again_after_migrate() -> None:
    """Django rebuilds a SQLite table for most changes. Without the lift before, the rebuild of one that triggers of
    other tables speak of would fail; without the reinstallation after, its guards would be gone."""
    wider = models.CharField(max_length=65)
    wider.set_attributes_from_name("sha256")

    def rebuild() -> None:
        with connection.schema_editor() as editor:
            editor.alter_field(Report, Report._meta.get_field("sha256"), wider, strict=True)

    with pytest.raises(DatabaseError, match="error in trigger"):
        rebuild()  # control: so it is with the guards in place
    guards.lift_before_migrate(plan=["something"])
    try:
        rebuild()
        assert set(guards.missing()) == {guard.name for guard in guards.registered() if guard.sqlite}
    finally:
        call_command("migrate", verbosity=0)
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
def test_rebuilt_ledger_still_refuses(request: pytest.FixtureRequest) -> None:
    office = Office()
    longer = models.CharField(max_length=61)
    longer.set_attributes_from_name("document_no")
    guards.lift_before_migrate(plan=["something"])
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(LedgerEntry, LedgerEntry._meta.get_field("document_no"), longer, strict=True)
    finally:
        call_command("migrate", verbosity=0)
    assert guards.missing() == []
    for statement in CASES["ledger_entries"](office) + CASES["ledger_balance"](office):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(statement)


def test_nothing_is_lifted_when_there_is_nothing_to_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[str] = []
    monkeypatch.setattr(guards, "_drop", dropped.append)
    guards.lift_before_migrate(plan=[])
    assert dropped == []


# --- lifted in tests only ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_flush_works_in_tests_and_only_with_the_guards_lifted() -> None:
    Office()
    with pytest.raises(CommandError):
        call_command("flush", interactive=False, verbosity=0)
    assert LedgerEntry.objects.exists()
    assert guards.missing() == []
    with guards.lifted():
        assert guards.missing() != []
        call_command("flush", interactive=False, verbosity=0)
    assert not LedgerEntry.objects.exists() and not Entry.objects.exists() and not Report.objects.exists()
    assert guards.missing() == []


@pytest.mark.django_db
def test_guards_are_back_when_a_test_fails_while_they_are_lifted() -> None:
    with pytest.raises(ZeroDivisionError), guards.lifted():
        raise ZeroDivisionError
    assert guards.missing() == []


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["off", "not there"])
def test_guards_are_never_lifted_outside_the_test_suite(how: str, settings: Any) -> None:
    if how == "off":
        settings.GUARDS_MAY_BE_LIFTED = False
    else:
        del settings.GUARDS_MAY_BE_LIFTED
    with pytest.raises(PermissionError), guards.lifted():
        raise AssertionError("lifted")
    assert guards.missing() == []


def test_only_the_settings_of_the_tests_know_the_switch() -> None:
    folder = Path(settings.BASE_DIR) / "khuyencong" / "settings"
    assert [file.name for file in folder.glob("*.py") if "GUARDS_MAY_BE_LIFTED" in file.read_text()] == ["testing.py"]


def test_no_code_of_ours_drops_a_trigger_elsewhere() -> None:
    root = Path(settings.BASE_DIR)
    apps = [
        root / guard
        for guard in ("core", "audit", "jobs", "files", "funding", "reports", "projects", "products", "home")
    ]
    speaking = {
        str(path.relative_to(root))
        for app in apps
        for path in app.rglob("*.py")
        if re.search(r"DROP TRIGGER|\blifted\(", path.read_text())
    }
    assert speaking == {"core/guards.py"}
