"""Projects of past years and payments from a workbook."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Agency, AgencyKind, User
from accounts.roles import Role
from core import clock
from core.models import SUPPORT_SOURCES, Source
from core.money import group
from core.text import fold
from core.verdicts import YES, Verdict, no
from core.workbooks import Cell
from enterprises.models import Enterprise
from enterprises.services import clean_tax_code
from funding.history import PastProject, may_record_past, record_past_project, withdraw_past_project
from funding.models import Budget, BudgetBalance, EntryKind, LedgerEntry, ProjectBalance
from funding.services import OVER_BUDGET, OVER_PROJECT, Voucher, choose_budget, correct, pay
from imports.columns import Choice, Column, Day, Money, Whole, Wrong, shown
from imports.importers import SAME, Importer, Row, Stored, register
from imports.places import Gazetteer
from places.models import Area, Level
from programmes.models import Activity, Indicator, Method, Programme
from projects.models import Project, ProjectType
from projects.services import DecisionData

SHORT_SOURCES = (
    (Source.NATIONAL, "KCQG"),
    (Source.NATIONAL, "Quốc gia"),
    (Source.NATIONAL, "Trung ương"),
    (Source.LOCAL, "KCĐP"),
    (Source.LOCAL, "Địa phương"),
    (Source.LOCAL, "Tỉnh"),
)
SHORT_TYPES = (
    (ProjectType.SINGLE, "Đề án đơn"),
    (ProjectType.SINGLE, "Đơn lẻ"),
    (ProjectType.GROUP, "Nhóm"),
    (ProjectType.FLAGSHIP, "Điểm"),
)


class Several(Column):
    """Several values with «;» between them, as a list."""

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        parts = [" ".join(part.split()) for part in re.split(r"[;\n]", shown(cell))]
        return [part for part in parts if part]


class Activities(Several):
    def words(self, context: Any) -> str:
        return f"{self.help} " + _("Names of the list of activities; several with «;» between them.")

    def options(self, context: Any) -> list[str]:
        return [str(row) for row in Activity.objects.all()]

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        known = context.setdefault("activities", None)
        if known is None:
            known = {}
            for row in Activity.objects.all():
                known |= {fold(row.code): row, fold(row.name): row, fold(row.name_en): row}
            context["activities"] = known
        names = super().value(cell, context, notes)
        unknown = [name for name in names if fold(name) not in known]
        if unknown:
            raise Wrong(_("There is no activity «%(name)s». Choose one of the list.") % {"name": unknown[0][:80]})
        return [known[fold(name)] for name in names]


def _sources(context: Any) -> Iterable[tuple[Any, str]]:
    return [(source, str(source.label)) for source in SUPPORT_SOURCES]


def _agencies(province: Area) -> dict[str, Agency]:
    """Agencies that decide or carry out, by everything they were ever called."""
    found: dict[str, Agency] = {}
    rows = Agency.objects.filter(Q(area=province) | Q(area__isnull=True)).prefetch_related("names")
    for row in rows:
        for name in (row.name, *(name for one in row.names.all() for name in (one.name, one.short_name))):
            if name:
                found[fold(name)] = row
    return found


@register
class PastProjects(Importer):
    kind = "past-projects"
    title = gettext_lazy("Projects of past years")
    lead = gettext_lazy(
        "One row for each project of a budget year that is over, with its decision and its money. Establishments and "
        "the budget of the year are entered before. A project that is there already is left as it is."
    )
    model = Project
    sheet = gettext_lazy("Projects of past years")
    file = "mau-nhap-de-an-cu"
    max_rows = 1000
    FIXED: Sequence[Column] = (
        Column(
            "code",
            gettext_lazy("Code"),
            gettext_lazy("Empty: the next free one is given."),
            also=("Mã đề án",),
            most=40,
        ),
        Column(
            "name",
            gettext_lazy("Project"),
            gettext_lazy("Name as in the decision."),
            required=True,
            also=("Tên đề án", "Nội dung đề án"),
            most=400,
            width=50,
        ),
        Whole(
            "year",
            gettext_lazy("Budget year"),
            required=True,
            also=("Năm", "Năm kế hoạch"),
            least=2000,
            largest=2100,
            example="2021",
        ),
        Choice(
            "source",
            gettext_lazy("Source"),
            required=True,
            also=("Nguồn kinh phí", "Nguồn vốn"),
            among=_sources,
            other=lambda context: SHORT_SOURCES,
            example="Khuyến công địa phương",
        ),
        Choice(
            "type",
            gettext_lazy("Type"),
            also=("Loại đề án",),
            among=lambda context: [(value, str(label)) for value, label in ProjectType.choices],
            other=lambda context: SHORT_TYPES,
            help=gettext_lazy("Empty: single project."),
        ),
        Activities(
            "activities", gettext_lazy("Activities"), required=True, also=("Nội dung hoạt động", "Hoạt động"), width=40
        ),
        Column(
            "area",
            gettext_lazy("Place"),
            gettext_lazy(
                "Commune, or district of before, as it was called on the day of the decision; or the province."
            ),
            required=True,
            also=("Địa điểm", "Xã, phường", "Địa bàn thực hiện"),
        ),
        Several(
            "beneficiaries",
            gettext_lazy("Beneficiaries"),
            gettext_lazy("Names or tax codes as in the register of establishments; several with «;» between them."),
            also=("Đơn vị thụ hưởng", "Cơ sở thụ hưởng", "Đơn vị được hỗ trợ"),
            width=40,
            most=2000,
        ),
        Column(
            "unit",
            gettext_lazy("Implementing unit"),
            gettext_lazy("Empty: the centre of the province."),
            also=("Đơn vị thực hiện", "Đơn vị chủ trì"),
        ),
        Column(
            "issuer",
            gettext_lazy("Issued by"),
            gettext_lazy("The agency that decided."),
            required=True,
            also=("Cơ quan quyết định", "Cơ quan phê duyệt"),
        ),
        Column(
            "decision_no",
            gettext_lazy("Decision number"),
            required=True,
            also=("Số quyết định", "Quyết định số"),
            most=60,
        ),
        Day(
            "decided_on",
            gettext_lazy("Date of the decision"),
            required=True,
            also=("Ngày quyết định",),
            example="15/03/2021",
        ),
        Day(
            "finished_on",
            gettext_lazy("Finished on"),
            required=True,
            also=("Ngày hoàn thành", "Ngày nghiệm thu"),
            example="20/11/2021",
        ),
        Money("support", gettext_lazy("Support"), required=True, also=("Kinh phí hỗ trợ", "Kinh phí khuyến công")),
        Money("counterpart", gettext_lazy("Counterpart money"), also=("Vốn đối ứng", "Đối ứng")),
        Money("investment", gettext_lazy("Total investment"), also=("Tổng mức đầu tư", "Tổng kinh phí")),
        Money("paid", gettext_lazy("Paid"), also=("Đã giải ngân", "Giải ngân")),
        Column(
            "document_no",
            gettext_lazy("Document number"),
            gettext_lazy("Of the payment."),
            also=("Số chứng từ",),
            most=60,
        ),
        Day("document_on", gettext_lazy("Document date"), gettext_lazy("Of the payment."), also=("Ngày chứng từ",)),
    )

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        """With one for each indicator whose results people report."""
        return [*self.FIXED, *(column for column, _indicator in self.results)]

    @property
    def results(self) -> list[tuple[Column, Indicator]]:
        rows = Indicator.objects.filter(method=Method.COMPUTED, training_kinds="").order_by("id")
        return [
            (Whole(f"result_{row.pk}", f"{_('Result')}: {row.name}", row.unit, also=(row.code, row.name)), row)
            for row in rows
        ]

    def may(self, user: User) -> Verdict:
        return may_record_past(None, user)

    def provinces(self, user: User) -> list[Area]:
        ids = user.sight.province_roles.get(Role.LEADER, ())
        return list(Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids))

    def context(self, province: Area, target: Any, user: User) -> dict[Any, Any]:
        return {
            **super().context(province, target, user),
            "gazetteer": Gazetteer.of(province, wider=True),
            "agencies": _agencies(province),
            "results": self.results,
        }

    def judge(self, rows: list[Row], context: dict[Any, Any]) -> None:
        judgement = _Judgement(context)
        for row in rows:
            row.label = row.values["name"]
            judgement.judge(row)

    def store(self, rows: list[Row], context: dict[Any, Any], note: str) -> Stored:
        judgement = _Judgement(context)
        made = []
        for row in rows:
            data = judgement.data_of(row)
            made.append(record_past_project(data, context["province"], actor=context["user"], note=note))
        return Stored(made)

    def leaning_on(self, pks: list[int], since: Any) -> int:
        """Money that was recorded of them later."""
        return LedgerEntry.objects.filter(project__in=pks, recorded_at__gt=since).count()

    def take_back(self, created: list[Any], actor: User, note: str) -> None:
        for project in created:
            withdraw_past_project(project, actor=actor, note=note)

    def url_of(self, obj: Any) -> str:
        return reverse("projects:detail", args=[obj.public_id])


class _Judgement:
    """What the rows are measured by, read once."""

    def __init__(self, context: dict[Any, Any]) -> None:
        self.context = context
        self.province: Area = context["province"]
        self.first: dict[Any, int] = {}
        self.asked: dict[int, int] = defaultdict(int)

    @cached_property
    def known(self) -> tuple[dict[str, Project], dict[tuple[str, int, str], Project]]:
        rows = Project.objects.filter(province=self.province).exclude(state="rejected").select_related("programme")
        by_code, by_name = {}, {}
        for row in rows:
            by_code[fold(row.code)] = row
            by_name[fold(row.name), row.year, str(row.programme.source)] = row
        return by_code, by_name

    @cached_property
    def establishments(self) -> dict[str, list[Enterprise]]:
        found: dict[str, list[Enterprise]] = defaultdict(list)
        for row in Enterprise.objects.filter(province=self.province):
            found[row.folded].append(row)
            if row.tax_code:
                found[row.tax_code].append(row)
        return found

    @cached_property
    def programmes(self) -> list[Programme]:
        return list(Programme.objects.filter(Q(area__isnull=True) | Q(area=self.province)))

    @cached_property
    def budgets(self) -> dict[tuple[str, int], list[Budget]]:
        found: dict[tuple[str, int], list[Budget]] = defaultdict(list)
        for row in Budget.objects.filter(province=self.province).select_related("programme"):
            found[row.source, row.year].append(row)
        return found

    @cached_property
    def free(self) -> dict[int, int]:
        rows = BudgetBalance.objects.filter(budget__province=self.province)
        return {row.pk: row.given_vnd - row.allocated_vnd for row in rows}

    @cached_property
    def centre(self) -> Agency | None:
        found = list(Agency.objects.filter(area=self.province, kind=AgencyKind.CENTRE)[:2])
        return found[0] if len(found) == 1 else None

    def judge(self, row: Row) -> None:
        values = row.values
        if values["year"] >= clock.today().year:
            row.blame("year", _("Only projects of budget years that are over are recorded so."))
        if self._is_known(row):
            return
        self._place(row)
        self._people(row)
        if values["finished_on"] < values["decided_on"]:
            row.blame("finished_on", _("This lies before the decision."))
        if values["decided_on"].year not in (values["year"] - 1, values["year"]):
            row.blame("decided_on", _("The decision is of another year than the budget."))
        if values["finished_on"] > clock.today():
            row.blame("finished_on", _("This day lies in the future."))
        self._money(row)

    def _is_known(self, row: Row) -> bool:
        values = row.values
        by_code, by_name = self.known
        code, name = fold(values.get("code") or ""), (fold(values["name"]), values["year"], str(values["source"]))
        first = self.first.setdefault(code or name, row.number)
        if first != row.number:
            row.blame("name", _("The same as in row %(number)s. Delete one of them.") % {"number": first})
            return True
        found = by_code.get(code) if code else by_name.get(name)
        if found is None:
            return False
        row.pk, row.kind = found.pk, SAME
        if code and fold(found.name) != name[0]:
            row.blame("code", _("This code belongs to another project: %(name)s.") % {"name": found.name})
        else:
            row.notes.append(
                _("There already: %(code)s. What is to be changed is changed on its page.") % {"code": found.code}
            )
        return True

    def _place(self, row: Row) -> None:
        try:
            text, day = row.values["area"], row.values["decided_on"]
            row.values["area"] = self.context["gazetteer"].find(text, day, row.notes, _("Place"))
        except Wrong as wrong:
            row.blame("area", wrong.args[0])

    def _people(self, row: Row) -> None:
        values = row.values
        agencies = self.context["agencies"]
        issuer = agencies.get(fold(values["issuer"]))
        if issuer is None:
            known = _("There is no agency of this name. Known are: %(names)s.") % {"names": self._deciding()}
            row.blame("issuer", known)
        values["issuer"] = issuer
        if values.get("unit"):
            unit = agencies.get(fold(values["unit"]))
            if unit is None:
                row.blame("unit", _("There is no agency of this name."))
            values["unit"] = unit
        elif self.centre is None:
            row.blame("unit", _("Enter the implementing unit: the province has no single centre."))
        else:
            values["unit"] = self.centre
        found = []
        for text in values.get("beneficiaries") or []:
            rows = self.establishments.get(fold(text)) or self.establishments.get(_code(text)) or []
            if len(rows) == 1:
                found.append(rows[0])
            elif rows:
                row.blame(
                    "beneficiaries",
                    _("Several establishments are called «%(name)s». Enter the tax code.") % {"name": text[:80]},
                )
            else:
                row.blame(
                    "beneficiaries",
                    _("«%(name)s» is not in the register of establishments. Enter or import it first.")
                    % {"name": text[:80]},
                )
        values["beneficiaries"] = found
        needs = any(activity.needs_beneficiary for activity in values["activities"])
        if not found and needs and values.get("type") != ProjectType.TASK:
            row.blame("beneficiaries", _("Enter who was supported, or «Task» as the type."))

    def _deciding(self) -> str:
        rows = Agency.objects.deciding(self.province.pk).values_list("name", flat=True)[:8]
        return ", ".join(f"«{name}»" for name in rows)

    def _money(self, row: Row) -> None:
        values = row.values
        if values["support"] == 0:
            row.blame("support", _("Enter an amount in đồng above zero."))
            return
        programme = self._programme(row)
        if programme is None:
            return
        rows = self.budgets.get((values["source"], values["year"]), [])
        budget = choose_budget(rows, programme.pk)
        if budget is None:
            row.blame(
                "support",
                _("No budget of %(year)s has been entered for this source. Enter it first.") % {"year": values["year"]},
            )
            return
        free = self.free.get(budget.pk, 0) - self.asked[budget.pk]
        if values["support"] > free:
            said = {"needed": group(values["support"]), "left": group(free), "missing": group(values["support"] - free)}
            row.blame(
                "support",
                str(OVER_BUDGET) % said,
            )
            return
        self.asked[budget.pk] += values["support"]
        self._paid(row)

    def _paid(self, row: Row) -> None:
        values = row.values
        if not values.get("paid"):
            return
        if values["paid"] > values["support"]:
            row.blame("paid", _("More than the support that was decided."))
        for name in ("document_no", "document_on"):
            if not values.get(name):
                row.blame(name, _("Money was paid: enter number and date of the document."))

    def _programme(self, row: Row) -> Programme | None:
        values = row.values
        found = [
            one
            for one in self.programmes
            if one.source == values["source"] and one.year_from <= values["year"] <= one.year_to
        ]
        if len(found) == 1:
            return found[0]
        row.blame("year", _("There is not exactly one programme of this source that runs in the year."))
        return None

    def data_of(self, row: Row) -> PastProject:
        """Of a row that was judged."""
        values = row.values
        programme = self._programme(row)
        assert programme is not None
        money = {values["source"]: values["support"]}
        if values.get("counterpart") is not None:
            money[Source.COUNTERPART] = values["counterpart"]
        paid = values.get("paid")
        results = [
            (indicator, values[column.code])
            for column, indicator in self.context["results"]
            if values.get(column.code) is not None
        ]
        return PastProject(
            name=values["name"],
            type=values.get("type") or ProjectType.SINGLE,
            year=values["year"],
            programme=programme,
            area=values["area"],
            unit=values["unit"],
            decision=DecisionData(
                issuer=values["issuer"], number=values["decision_no"], decided_on=values["decided_on"]
            ),
            finished_on=values["finished_on"],
            money=money,
            activities=values["activities"],
            beneficiaries=values["beneficiaries"],
            code=values.get("code") or "",
            investment_vnd=values.get("investment"),
            paid_vnd=paid,
            voucher=Voucher(values["document_no"], values["document_on"]) if paid else None,
            results=results,
        )


def _code(text: str) -> str:
    try:
        return clean_tax_code(text) or ""
    except Exception:  # a name is no tax code
        return ""


PAYMENTS = (EntryKind.ADVANCE, EntryKind.PAYMENT)


@register
class Payments(Importer):
    kind = "payments"
    title = gettext_lazy("Payments")
    lead = gettext_lazy(
        "One row for each voucher of an advance or a payment. A voucher that is recorded already (project, number, "
        "date and amount) is left as it is. Limits hold as on the page: never more than was approved."
    )
    model = LedgerEntry
    sheet = gettext_lazy("Payments")
    file = "mau-nhap-thanh-toan"
    max_rows = 2000
    columns = (
        Column(
            "project",
            gettext_lazy("Project code"),
            required=True,
            also=("Mã đề án", "Đề án"),
            most=40,
            example="KCDP-2026-001",
        ),
        Choice(
            "kind",
            gettext_lazy("Kind"),
            required=True,
            also=("Loại", "Loại chứng từ", "Nội dung chi"),
            among=lambda context: [(kind, str(kind.label)) for kind in PAYMENTS],
        ),
        Choice(
            "source",
            gettext_lazy("Source"),
            gettext_lazy("Empty: that of the project's programme."),
            also=("Nguồn kinh phí",),
            among=_sources,
            other=lambda context: SHORT_SOURCES,
        ),
        Money("amount", gettext_lazy("Amount"), required=True, also=("Số tiền",), unit=1, example="150.000.000"),
        Column("document_no", gettext_lazy("Document number"), required=True, also=("Số chứng từ",), most=60),
        Day("document_on", gettext_lazy("Document date"), required=True, also=("Ngày chứng từ",)),
        Column("reason", gettext_lazy("Reason"), also=("Lý do", "Diễn giải")),
    )

    def may(self, user: User) -> Verdict:
        if user.has_role(Role.ACCOUNTANT):
            return YES
        return no(_("Only an accountant of the department enters payments."))

    def provinces(self, user: User) -> list[Area]:
        ids = user.sight.province_roles.get(Role.ACCOUNTANT, ())
        return list(Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids))

    def judge(self, rows: list[Row], context: dict[Any, Any]) -> None:
        province = context["province"]
        projects = {
            fold(row.code): row
            for row in Project.objects.filter(province=province, decided_on__isnull=False).select_related("programme")
        }
        recorded = set(
            LedgerEntry.objects.filter(project__province=province, kind__in=PAYMENTS).values_list(
                "project_id", "document_no", "document_on", "amount_vnd"
            )
        )
        left: dict[tuple[int, str], int] = defaultdict(int)
        for balance in ProjectBalance.objects.filter(project__province=province).select_related("budget"):
            left[balance.project_id, balance.budget.source] += balance.unpaid_vnd
        first: dict[Any, int] = {}
        for row in rows:
            self._judge(row, projects, recorded, left, first)

    def _judge(self, row: Row, projects: Any, recorded: Any, left: Any, first: Any) -> None:
        values = row.values
        row.label = f"{values['project']} {values['document_no']}"
        project = projects.get(fold(values["project"]))
        if project is None:
            row.blame("project", _("There is no approved project with this code."))
            return
        values["project"] = project
        source = values["source"] = values.get("source") or project.programme.source
        key = (project.pk, values["document_no"], values["document_on"], values["amount"])
        earlier = first.setdefault(key, row.number)
        if earlier != row.number:
            row.blame("document_no", _("The same as in row %(number)s. Delete one of them.") % {"number": earlier})
            return
        if key in recorded:
            row.kind = SAME
            return
        if values["document_on"] > clock.today():
            row.blame("document_on", _("The date of the document lies in the future."))
        if values["amount"] == 0:
            row.blame("amount", _("Enter an amount in đồng above zero."))
        elif values["amount"] > left[project.pk, source]:
            said = {
                "needed": group(values["amount"]),
                "left": group(left[project.pk, source]),
                "missing": group(values["amount"] - left[project.pk, source]),
            }
            row.blame("amount", str(OVER_PROJECT) % said)
        else:
            left[project.pk, source] -= values["amount"]

    def store(self, rows: list[Row], context: dict[Any, Any], note: str) -> Stored:
        made = []
        for row in rows:
            values = row.values
            voucher = Voucher(values["document_no"], values["document_on"], values.get("reason") or "")
            made.append(
                pay(
                    values["project"],
                    values["source"],
                    values["kind"],
                    values["amount"],
                    voucher,
                    actor=context["user"],
                )
            )
        return Stored(made)

    def leaning_on(self, pks: list[int], since: Any) -> int:
        return LedgerEntry.objects.filter(corrects__in=pks).count()

    def take_back(self, created: list[Any], actor: User, note: str) -> None:
        """By counter-entries: what stands in the ledger stays."""
        for entry in sorted(created, key=lambda one: -one.pk):
            voucher = Voucher(entry.document_no, clock.today(), note[:300])
            correct(entry, -entry.amount_vnd, voucher, actor=actor)

    def url_of(self, obj: Any) -> str:
        return reverse("funding:project", args=[obj.project.public_id])
