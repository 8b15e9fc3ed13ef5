"""For every page of the portal: addresses that show it, with real records. A page that is not in the table fails the
walk, so that a new one cannot be forgotten."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import ApiClient, Grant, HandOver, StaffTraining, User
from accounts.roles import Role
from clusters.models import Cluster, ClusterStage
from coordination.models import GivenTask, ReplyTime, TaskDocument, Thread
from core import clock
from enterprises.models import DuplicatePair, Enterprise
from funding.models import Budget, LedgerEntry, Pledge
from imports.models import Import
from jobs.models import Job
from outreach.models import Advice, Campaign, Difficulty, Policy, SurveyRound
from papers.models import Engagement, PaperTemplate
from places.models import Area
from products.models import Brand, Product, SelectionEntry, SelectionLevel, SelectionRound, Spearhead
from programmes.models import AdvanceTier, AnnualPlan, LegalDocument, StepRule, SupportNorm, Target
from projects.models import (
    Adjustment,
    Contract,
    Decision,
    Inspection,
    LockException,
    ProgressPhoto,
    ProgressUpdate,
    Project,
    ProjectState,
)
from reports.models import EnteredFigure, Report, ReportTemplate
from training.models import CountingRule, TrainingClass, TrainingSubject

OFFICER, LEADER, ACCOUNTANT, CENTRE = "canbo", "lanhdao", "ketoan", "trungtam"
COLLABORATOR, MINISTRY, AUDITOR, ADMINISTRATOR = "ctv", "bo", "kiemtoan", "quantri"
ACCOUNTS = (OFFICER, LEADER, ACCOUNTANT, CENTRE, COLLABORATOR, MINISTRY, AUDITOR, ADMINISTRATOR)


@dataclass(frozen=True)
class Sample:
    """One address. `fullest` is the account that sees most of it: it gets `status`, and its picture is kept."""

    name: str
    note: str
    path: str
    fullest: str | None = OFFICER
    status: int = 200
    ours: bool = True  # False: the page is made by a library
    pictured: tuple[int, ...] = (1280, 768, 390)  # further samples of a page are only pictured on the phone

    @property
    def picture(self) -> str:
        return f"{self.name.replace(':', '-')}{'-' + self.note if self.note else ''}"


# Addresses that are no pages of their own, each with its reason.
NO_PAGES = {
    "healthz": "for machines",
    "readyz": "for machines",
    "set_language": "only POST",
    "accounts:sign_out": "only POST",
    "accounts:draft": "a part of a form, shown on projects:new",
    "accounts:draft_drop": "only POST",
    "accounts:person_password": "only POST",
    "accounts:person_reactivate": "only POST",
    "accounts:secret_new": "only POST",
    "accounts:secret_revoke": "only POST",
    "enterprises:undo_merge": "only POST",
    "projects:confirm": "only POST",
    "projects:inspection_sign": "only POST; a refused one is shown on projects:inspection",
    "projects:inspection_file": "a file",
    "projects:inspection_photo": "a file",
    "projects:return_update": "only POST; a refused form is shown there, see the test of forms",
    "programmes:plan_revise": "only POST",
    "projects:completeness": "a part of the form, shown on projects:new",
    "projects:ceilings": "a part of the form, shown on projects:new",
    "funding:batch_effect": "a part of funding:batch",
    "projects:beneficiaries": "a part of the form, shown on projects:new",
    "funding:treasury_sheet": "a file",
    "projects:file": "a file",
    "projects:paper": "a file",
    "accounts:view_save": "only POST",
    "accounts:view_drop": "only POST",
    "projects:export": "a file",
    "projects:photo": "a file",
    "products:photo": "a file",
    "outreach:policy_file": "a file",
    "public:policy_file": "a file",
    "reports:template_file": "a file",
    "projects:lines_sheet": "a file",
    "reports:file": "a file",
    "reports:board": "a part of projects:reminders",
    "papers:paper": "a file",
    "papers:whole_file": "a file",
    "papers:template_file": "a file",
    "papers:sample_file": "a file",
    "imports:blank": "a file",
    "imports:faults": "a file",
    "imports:mend": "only POST; a refused one is shown on imports:detail",
    "imports:store": "only POST; a refused one is shown on imports:detail",
    "imports:drop": "only POST",
    "imports:undo": "only POST; a refused one is shown on imports:detail",
    "outreach:need_draft": "only POST",
    "coordination:task_paper": "a file",
    "coordination:attached": "a file",
    "papers:registration": "leads to papers:registration_of",
}

Make = Callable[[], Iterable[tuple[Any, ...]]]
PAGES: dict[str, Make] = {}


def page(name: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        PAGES[name] = make
        return make

    return keep


def samples(names: Iterable[str]) -> list[Sample]:
    """Of these pages, in this order. Each line of the table: note, arguments, account that sees most[, query]."""
    found = []
    for name in names:
        for number, (note, args, fullest, *query) in enumerate(PAGES[name]()):
            path = reverse(name, args=args) + (query[0] if query else "")
            pictured = (390,) if number else (1280, 768, 390)
            found.append(Sample(name, note, path, fullest, ours=name != "api:docs", pictured=pictured))
    return found


def refusals() -> list[Sample]:
    """What everybody may run into."""
    project = live(state="closed").first()
    return [
        Sample("errors", "404", "/khong-co-trang-nay/", OFFICER, 404),
        Sample("errors", "403", reverse("projects:new"), AUDITOR, 403),
        Sample("errors", "403-people", reverse("accounts:people"), OFFICER, 403),
        Sample("errors", "409", reverse("projects:step", args=[project.public_id, "start"]), OFFICER, 409),
        Sample("errors", "409-edit", reverse("projects:edit", args=[project.public_id]), OFFICER, 409),
    ]


def live(**filters: Any) -> Any:
    return Project.objects.filter(historical=False, **filters).order_by("id")


def _plain(name: str, fullest: str | None = OFFICER, **queries: str) -> None:
    """A page without parameters, also with the given queries."""
    PAGES[name] = lambda: [("", [], fullest), *((note, [], fullest, query) for note, query in queries.items())]


# --- people and programs ----------------------------------------------------------------------------------------------

_plain("accounts:sign_in", None)
_plain("accounts:password")
_plain("accounts:second_factor")
_plain("accounts:people", ADMINISTRATOR, none="?q=khong-co-ai", wrong="?role=vua")
_plain("accounts:person_new", ADMINISTRATOR)
_plain("accounts:coverage", ADMINISTRATOR)
_plain("accounts:clients", ADMINISTRATOR)
_plain("accounts:staff", ADMINISTRATOR, none="?q=khong-co-ai", wrong="?role=vua")
_plain("accounts:hand_overs", ADMINISTRATOR, none="?q=khong-co-ai")
_plain("accounts:client_new", ADMINISTRATOR)

PAGES["accounts:person_factor"] = lambda: [
    ("", [User.objects.get(username=COLLABORATOR).public_id], ADMINISTRATOR),
]


@page("accounts:person")
def _person() -> Any:
    yield "", [User.objects.get(username=COLLABORATOR).public_id], ADMINISTRATOR
    yield "own", [User.objects.get(username=ADMINISTRATOR).public_id], ADMINISTRATOR
    yield "closed", [User.objects.people().filter(is_active=False)[0].public_id], ADMINISTRATOR
    yield "without-role", [User.objects.people().filter(is_active=True, grants=None)[0].public_id], ADMINISTRATOR


for _name in ("person_edit", "person_deactivate", "grant_new"):
    PAGES[f"accounts:{_name}"] = lambda: [("", [User.objects.get(username=COLLABORATOR).public_id], ADMINISTRATOR)]


@page("accounts:staff_one")
def _staff_one() -> Any:
    yield "", [User.objects.get(username=COLLABORATOR).public_id], ADMINISTRATOR
    yield "work", [User.objects.get(username=COLLABORATOR).public_id], LEADER, "?work=projects"
    training = StaffTraining.objects.get(user__username=CENTRE)
    yield "training", [training.user.public_id], ADMINISTRATOR, f"?training={training.pk}"


PAGES["accounts:hand_over"] = lambda: [("", [HandOver.objects.get().public_id], ADMINISTRATOR)]


@page("accounts:hand_over_new")
def _hand_over_new() -> Any:
    yield "", [], ADMINISTRATOR, f"?giver={User.objects.get(username=COLLABORATOR).public_id}"
    yield "giver", [], ADMINISTRATOR
    yield "without-units", [], ADMINISTRATOR, f"?giver={User.objects.get(username=CENTRE).public_id}"


@page("accounts:grant_end")
def _grant_end() -> Any:
    grant = Grant.objects.valid_on(clock.today()).get(role=Role.COLLABORATOR)
    yield "", [grant.user.public_id, grant.pk], ADMINISTRATOR


PAGES["accounts:client"] = lambda: [
    (client.client_id, [client.client_id], ADMINISTRATOR) for client in ApiClient.objects.filter(name__contains="tỉnh")
]
for _name in ("client_edit", "client_deactivate"):
    PAGES[f"accounts:{_name}"] = lambda: [("", ["demo-province"], ADMINISTRATOR)]
_plain("api:docs")

# --- home -------------------------------------------------------------------------------------------------------------

PAGES["home:home"] = lambda: [
    (account, [], account) for account in (OFFICER, LEADER, ACCOUNTANT, CENTRE, COLLABORATOR, ADMINISTRATOR)
]
_plain("home:dashboard", OFFICER, history="?programme=HT-KCDP-2021-2025", year="?year=2021", empty="?year=2031")
PAGES["home:records"] = lambda: [
    ("establishments", [], OFFICER, "?figure=establishments&from=2018&to=2026&activity=MACHINE"),
    ("", [], OFFICER, "?from=2018&to=2021"),
    ("place", [], OFFICER, f"?from=2018&to=2026&place={live(state='in_progress').first().area.uid}"),
    ("none", [], OFFICER, "?from=1999&to=1999"),
]

_plain("home:damaged_files", ADMINISTRATOR)
_plain("home:network", before="?on=01/03/2025", none="?on=01/01/1800")
_plain("home:exceptions", AUDITOR, year="?year=2026", kind="?kind=repeated", none="?year=1999")
PAGES["home:money_effect"] = lambda: [
    ("", [live(state="submitted").first().public_id], LEADER),
    ("none", [live(state="closed").first().public_id], LEADER),
]


@page("home:target")
def _target() -> Any:
    for target in Target.objects.filter(indicator__code__in=["MACHINE_EST", "BRAND_EST", "REGIONAL_ENTRIES"]):
        yield f"{target.programme.code}-{target.indicator.code}", [target.pk], OFFICER


# --- reference data ---------------------------------------------------------------------------------------------------

_plain("programmes:reference", OFFICER, none="?q=khong-co-gi")
_plain("programmes:document_new", ADMINISTRATOR)
PAGES["programmes:document"] = lambda: [("", [LegalDocument.objects.get(number="45/2012/NĐ-CP").pk], ADMINISTRATOR)]
PAGES["programmes:document_change"] = lambda: [
    (mode, [LegalDocument.objects.get(number="45/2012/NĐ-CP").pk, mode], ADMINISTRATOR)
    for mode in ("replace", "plan", "review")
]
_plain("programmes:activities", OFFICER, none="?q=khong-co-gi")
_plain("programmes:norms", OFFICER, none="?q=khong-co-gi", wrong="?on=hom-nao")
PAGES["programmes:rules"] = lambda: [
    ("steps", ["steps"], ADMINISTRATOR),
    ("tiers", ["tiers"], OFFICER),
    ("papers", ["papers"], OFFICER),
    ("priorities", ["priorities"], ADMINISTRATOR),
    ("kinds", ["kinds"], ADMINISTRATOR),
    ("eligibility", ["eligibility"], OFFICER),
    ("none", ["adjustments"], OFFICER, "?on=01/01/1999&source=national"),
]
PAGES["programmes:rule_new"] = lambda: [("", ["norms"], ADMINISTRATOR)]
PAGES["programmes:rule"] = lambda: [
    ("", ["norms", SupportNorm.objects.get(code="MACHINE", source="national", valid_to=None).pk], ADMINISTRATOR)
]
PAGES["programmes:rule_replace"] = lambda: [("", ["steps", StepRule.objects.get(code="N_REGISTER").pk], ADMINISTRATOR)]
PAGES["programmes:rule_correct"] = lambda: [("", ["tiers", AdvanceTier.objects.get(tier=2).pk], ADMINISTRATOR)]
PAGES["programmes:rule_end"] = lambda: [("", ["steps", StepRule.objects.get(code="N_CONTRACT").pk], ADMINISTRATOR)]
_plain("programmes:targets")
_plain("programmes:periods", OFFICER, none="?year=1999")
_plain("programmes:places", OFFICER, none="?q=khong-co-noi-nay", history="?on=2022-01-01")
_plain("programmes:plans", OFFICER, none="?year=1999")
_plain("programmes:plan_new")


def _plan(state: str) -> Any:
    return AnnualPlan.objects.get(state=state).public_id


PAGES["programmes:plan"] = lambda: [("", [_plan("approved")], OFFICER), ("draft", [_plan("draft")], LEADER)]
PAGES["programmes:plan_edit"] = lambda: [("", [_plan("draft")], OFFICER)]
PAGES["programmes:plan_approve"] = lambda: [("", [_plan("draft")], LEADER)]

# --- establishments ---------------------------------------------------------------------------------------------------

_plain("enterprises:list", OFFICER, none="?q=khong-co-co-so-nay", page="?page=2", wrong="?kind=vua")
_plain("enterprises:new")
for _name in ("detail", "edit"):
    PAGES[f"enterprises:{_name}"] = lambda: [
        ("", [Enterprise.objects.get(name="Công ty TNHH Chế biến gỗ Minh Họa A7").public_id], OFFICER)
    ]

PAGES["enterprises:part_new"] = lambda: [("years", [_rich().public_id, "years"], OFFICER)]
PAGES["enterprises:part"] = lambda: [
    ("link", [_rich().public_id, "links", _rich().links.first().pk], CENTRE),
]


def _rich() -> Enterprise:
    """The one whose record the demonstration fills."""
    return Enterprise.objects.filter(certificates__isnull=False).earliest("pk")


_plain("enterprises:alike", OFFICER)


@page("enterprises:merge")
def _merge() -> Any:
    pair = DuplicatePair.objects.filter(state="open").earliest("pk")
    yield "", [pair.first.public_id, pair.second.public_id], OFFICER


# --- projects ---------------------------------------------------------------------------------------------------------

_plain(
    "projects:list",
    OFFICER,
    none="?q=khong-co-de-an-nay",
    late="?late=1",
    page="?page=2",
    wrong="?state=vua",
    columns="?columns=state&columns=type&columns=beneficiaries&columns=submitted&columns=investment&columns=asked",
)
_plain("projects:bulk", OFFICER, found="?all=1&state=draft", step="?all=1&state=draft&step=submit")
PAGES["projects:new"] = lambda: [
    ("", [], OFFICER),
    ("copy", [], OFFICER, f"?copy={live(state='closed').first().public_id}"),
]
_plain("projects:copy", OFFICER, none="?q=khong-co-de-an-nay")
_plain("projects:progress", OFFICER)
_plain("projects:reminders", OFFICER, all="?all=1", none="?period=2020-Y")
PAGES["projects:inbox"] = lambda: [
    ("", [], LEADER),
    ("chosen", [], LEADER, f"?project={live(state='submitted').last().public_id}"),
    ("gone", [], LEADER, f"?project={live(state='approved').first().public_id}"),
    ("none", [], ACCOUNTANT),
]
PAGES["projects:of_enterprise"] = lambda: [
    ("", [Enterprise.objects.get(name="Công ty TNHH Chế biến gỗ Minh Họa A7").public_id], OFFICER)
]


@page("projects:detail")
def _project() -> Any:
    for state in ProjectState.values:
        if state == "in_progress":
            continue
        yield state, [live(state=state).last().public_id], OFFICER
    running = live(state="in_progress")
    yield "in_progress", [running.get(name__contains="máy bào").public_id], CENTRE
    yield "group", [running.get(type="group").public_id], OFFICER
    yield "flagship", [running.get(type="flagship").public_id], OFFICER
    yield "task", [running.get(type="task").public_id], OFFICER
    national = Project.objects.filter(historical=True, year=2022, programme__source="national").first()
    yield "history", [national.public_id], OFFICER


PAGES["projects:edit"] = lambda: [
    (state, [live(state=state).first().public_id], OFFICER) for state in ("draft", "returned")
]


@page("projects:step")
def _step() -> Any:
    ready = live(state="draft").exclude(investment_vnd=None).first()
    yield "submit", [ready.public_id, "submit"], OFFICER
    yield "submit-incomplete", [live(state="draft").get(investment_vnd=None).public_id, "submit"], OFFICER
    yield "return", [live(state="submitted").first().public_id, "return"], LEADER
    yield "approve", [live(state="submitted").first().public_id, "approve"], LEADER
    yield "start", [live(state="approved").first().public_id, "start"], CENTRE
    yield "accept", [live(state="in_progress").first().public_id, "accept"], CENTRE
    yield "close", [live(state="accepted").first().public_id, "close"], ACCOUNTANT
    yield "stop", [live(state="in_progress").first().public_id, "stop"], LEADER
    yield "appraise", [live(state="submitted").first().public_id, "appraise"], LEADER
    yield "ministry_return", [live(state="registered").first().public_id, "ministry_return"], OFFICER
    yield "contract", [live(state="approved").first().public_id, "contract"], CENTRE
    yield "liquidate", [live(state="accepted").first().public_id, "liquidate"], CENTRE
    yield "settle", [live(state="liquidated").first().public_id, "settle"], ACCOUNTANT


PAGES["projects:opinion"] = lambda: [("", [live(state="registered").first().public_id], LEADER)]
PAGES["projects:contract_new"] = lambda: [
    ("", [live(state="approved").first().public_id], CENTRE),
    ("annex", [live(state="contracted").first().public_id], CENTRE),
]


@page("projects:contract_void")
def _contract_void() -> Any:
    row = Contract.objects.filter(project__state="contracted").first()
    yield "", [row.project.public_id, row.public_id], CENTRE


PAGES["projects:adjust"] = lambda: [
    ("", [live(state="in_progress").get(type="group").public_id], OFFICER),
    ("task", [live(state="in_progress").get(type="task").public_id], CENTRE),
]


def _asked() -> list[Any]:
    row = Adjustment.objects.filter(state="asked").get()
    return [row.project.public_id, row.public_id]


PAGES["projects:adjustment"] = lambda: [("", _asked(), LEADER)]
PAGES["projects:adjustment_step"] = lambda: [
    ("decide", [*_asked(), "decide"], LEADER),
    ("refuse", [*_asked(), "refuse"], LEADER),
]


_plain("funding:batch", LEADER)
PAGES["projects:decision"] = lambda: [("", [live(state="submitted").last().public_id], LEADER)]
PAGES["projects:inspection_new"] = lambda: [("", [live(state="in_progress").first().public_id], OFFICER)]


def _inspection(state: str) -> list[Any]:
    row = Inspection.objects.get(state=state)
    return [row.project.public_id, row.public_id]


PAGES["projects:inspection"] = lambda: [(state, _inspection(state), OFFICER) for state in ("signed", "draft")]
PAGES["projects:inspection_edit"] = lambda: [("", _inspection("draft"), OFFICER)]
PAGES["projects:inspection_correct"] = lambda: [("", _inspection("signed"), OFFICER)]
PAGES["projects:inspection_met"] = lambda: [
    ("", [*_inspection("signed"), Inspection.objects.get(state="signed").requirements.first().pk], OFFICER)
]
PAGES["projects:report"] = lambda: [
    ("", [live(state="in_progress").get(name__contains="máy bào").public_id], COLLABORATOR),
    ("first", [live(state="approved").first().public_id], CENTRE),
]


@page("projects:update")
def _update() -> Any:
    rows = ProgressUpdate.objects.filter(project__historical=False).order_by("-id")
    for state in ("reported", "returned", "confirmed"):
        row = rows.filter(state=state).first()
        yield state, [row.project.public_id, row.uuid], OFFICER
    photos = rows.filter(photos__isnull=False, state="confirmed").first()
    yield "photos", [photos.project.public_id, photos.uuid], OFFICER


# --- money ------------------------------------------------------------------------------------------------------------

_plain("funding:board", OFFICER, history="?year=2020", none="?year=1999")
_plain("funding:give")
_plain("funding:pledges", OFFICER, none="?q=khong-co-gi")
_plain("funding:pledge_new")
_plain("funding:counterpart", ACCOUNTANT)
PAGES["funding:pledge"] = lambda: [("", [Pledge.objects.filter(receipts__amount_vnd__lt=0).first().public_id], OFFICER)]
PAGES["funding:pledge_edit"] = lambda: [("", [Pledge.objects.filter(giver="enterprise").first().public_id], OFFICER)]
PAGES["funding:pledges_of_project"] = lambda: [
    ("", [Pledge.objects.filter(receipts__amount_vnd__lt=0).first().project.public_id], OFFICER)
]
_plain("funding:lock", LEADER)
_plain("funding:exception_open", LEADER)
PAGES["funding:exception"] = lambda: [("", [LockException.objects.latest("id").public_id], LEADER)]
PAGES["funding:budget"] = lambda: [
    ("", [Budget.objects.filter(source="local").order_by("-year")[0].public_id], ACCOUNTANT),
    ("history", [Budget.objects.get(source="local", year=2020).public_id], ACCOUNTANT),
    ("account", [Budget.objects.filter(source="national").order_by("-year")[0].public_id], OFFICER, "?account=paid"),
]
PAGES["funding:year_end"] = lambda: [
    ("", [Budget.objects.filter(source="local").order_by("-year")[0].public_id], ACCOUNTANT),
    ("history", [Budget.objects.get(source="local", year=2020).public_id], OFFICER),
]
PAGES["funding:treasury"] = lambda: [
    ("", [Budget.objects.filter(source="local").order_by("-year")[0].public_id], ACCOUNTANT)
]
PAGES["funding:project_panel"] = lambda: [
    ("", [live(state="in_progress").get(name__contains="máy bào").public_id], ACCOUNTANT),
    ("none", [live(state="draft").first().public_id], ACCOUNTANT),
]
PAGES["funding:pay"] = lambda: [("", [live(state="in_progress").get(name__contains="máy bào").public_id], ACCOUNTANT)]
PAGES["funding:allocate"] = lambda: [("", [live(state="in_progress").get(name__contains="máy bào").public_id], LEADER)]
PAGES["funding:correct"] = lambda: [
    ("", [LedgerEntry.objects.filter(account="paid", project__historical=False)[0].public_id], ACCOUNTANT)
]

# --- training ---------------------------------------------------------------------------------------------------------

_plain("training:list", OFFICER, none="?year=2019")


def _with_roster() -> TrainingClass:
    found: TrainingClass = TrainingClass.objects.filter(roster__needs_id=True).earliest("pk")
    return found


PAGES["training:detail"] = lambda: [
    ("", [TrainingClass.objects.filter(total__isnull=False)[0].public_id], OFFICER),
    ("not-reported", [TrainingClass.objects.filter(total__isnull=True)[0].public_id], OFFICER),
]
PAGES["training:edit"] = lambda: [("", [TrainingClass.objects.filter(total__isnull=False)[0].public_id], OFFICER)]
PAGES["training:project_panel"] = lambda: [
    ("", [live(type="task").first().public_id], OFFICER),
    ("none", [live(state="approved").first().public_id], OFFICER),
]
PAGES["training:course"] = lambda: [("", [_with_roster().public_id], OFFICER)]
PAGES["training:roster"] = lambda: [
    ("", [_with_roster().public_id], OFFICER),
    ("none", [TrainingClass.objects.filter(total__isnull=True, kind="other")[0].public_id], OFFICER),
]
PAGES["training:trainee"] = lambda: [
    ("", [_with_roster().public_id, _with_roster().attendances.earliest("number").public_id], OFFICER)
]
PAGES["training:presence"] = lambda: [
    ("", [_with_roster().public_id], OFFICER),
    ("session", [_with_roster().public_id], OFFICER, f"?session={_with_roster().sessions.earliest('on').pk}"),
    ("none", [TrainingClass.objects.filter(total__isnull=True, kind="other")[0].public_id], OFFICER),
]
_plain("training:subjects", ADMINISTRATOR)
PAGES["training:subject"] = lambda: [("", [TrainingSubject.objects.get(code="BRAND").pk], ADMINISTRATOR)]
PAGES["training:counting"] = lambda: [("", [CountingRule.objects.earliest("pk").pk], OFFICER)]
PAGES["training:new"] = lambda: [("", [live(type="task").first().public_id], OFFICER)]

# --- tasks given, exchange --------------------------------------------------------------------------------------------

_plain("coordination:tasks", OFFICER, none="?q=khong-co-viec-nay")
_plain("coordination:task_new")
PAGES["coordination:task"] = lambda: [
    ("reported", [GivenTask.objects.filter(state="reported")[0].public_id], OFFICER),
    ("mine", [GivenTask.objects.filter(assigned_to__username=COLLABORATOR)[0].public_id], COLLABORATOR),
    ("done", [GivenTask.objects.filter(state="done")[0].public_id], OFFICER),
]
PAGES["coordination:task_edit"] = lambda: [("", [GivenTask.objects.filter(state="reported")[0].public_id], OFFICER)]
_plain("coordination:documents")
PAGES["coordination:document"] = lambda: [
    ("", [TaskDocument.objects.get(legal__isnull=True).public_id], OFFICER),
    ("none", [TaskDocument.objects.get(legal__isnull=False).public_id], OFFICER),
]
_plain("coordination:exchange", OFFICER, none="?q=khong-co-gi")
PAGES["coordination:thread_new"] = lambda: [
    ("", [], COLLABORATOR),
    ("project", [], OFFICER, f"?project={live(state='in_progress').first().public_id}"),
]
PAGES["coordination:thread"] = lambda: [
    ("mine", [Thread.objects.filter(state="open", waits_side="network")[0].public_id], COLLABORATOR),
    ("answered", [Thread.objects.filter(state="answered")[0].public_id], OFFICER),
    ("closed", [Thread.objects.filter(state="closed")[0].public_id], OFFICER),
]
PAGES["coordination:of_project"] = lambda: [("", [live(state="approved").first().public_id], OFFICER)]
PAGES["coordination:of_area"] = lambda: [("", [Thread.objects.earliest("id").area.uid], OFFICER)]
_plain("coordination:lists", ADMINISTRATOR)
PAGES["coordination:list_row"] = lambda: [("", ["reply-times", ReplyTime.objects.all()[0].pk], ADMINISTRATOR)]

# --- needs, advice, policies ------------------------------------------------------------------------------------------

_plain("outreach:rounds")
_plain("outreach:round_new")


def _survey() -> Any:
    return SurveyRound.objects.get()


def _answered() -> list[Any]:
    sheet = _survey().sheets.filter(complete=True).first()
    return [_survey().public_id, sheet.enterprise.public_id]


PAGES["outreach:round"] = lambda: [
    ("", [_survey().public_id], OFFICER),
    ("none", [_survey().public_id], OFFICER, "?q=khong-co-co-so-nay"),
]
PAGES["outreach:round_edit"] = lambda: [("", [_survey().public_id], OFFICER)]
PAGES["outreach:question_new"] = lambda: [("", [_survey().public_id], OFFICER)]
PAGES["outreach:question_edit"] = lambda: [("", [_survey().public_id, _survey().questions.all()[3].public_id], OFFICER)]
PAGES["outreach:sheet"] = lambda: [("", _answered(), CENTRE)]
_plain("outreach:needs", OFFICER, none="?state=met")
PAGES["outreach:plan_needs"] = lambda: [("", [_plan("approved")], OFFICER)]
PAGES["outreach:of_project"] = lambda: [("", [live(state="approved").first().public_id], OFFICER)]
PAGES["outreach:of_enterprise"] = lambda: [("", _answered()[1:], OFFICER)]
_plain("outreach:advice", OFFICER, none="?q=khong-co-ai")
_plain("outreach:advice_new")
PAGES["outreach:advice_one"] = lambda: [
    (state, [Advice.objects.filter(state=state)[0].public_id], OFFICER) for state in ("open", "answered", "closed")
]
_plain("outreach:policies", OFFICER, none="?q=khong-co-gi")
_plain("outreach:policy_new")
PAGES["outreach:policy"] = lambda: [("", [Policy.objects.get(published=True).public_id], OFFICER)]
PAGES["outreach:policy_edit"] = lambda: [("", [Policy.objects.get(published=True).public_id], OFFICER)]
_plain("outreach:campaigns")
_plain("outreach:campaign_new")
PAGES["outreach:campaign"] = lambda: [("", [Campaign.objects.get(held_on__isnull=False).public_id], OFFICER)]
PAGES["outreach:campaign_edit"] = lambda: [("", [Campaign.objects.get(held_on__isnull=True).public_id], OFFICER)]
_plain("outreach:review", OFFICER)
_plain("outreach:difficulties", OFFICER, none="?q=khong-co-gi")
_plain("outreach:difficulty_new")
PAGES["outreach:difficulty"] = lambda: [
    (state, [Difficulty.objects.filter(state=state).first().public_id], OFFICER) for state in ("noted", "sent")
]
PAGES["outreach:difficulty_edit"] = lambda: [
    ("", [Difficulty.objects.filter(state="noted").first().public_id], OFFICER)
]
_plain("outreach:uptake", OFFICER, content="?activity=MACHINE", list="?activity=MACHINE&what=asked")
_plain("outreach:lists")
_plain("public:policies", None, none="?q=khong-co-gi")
PAGES["public:policy"] = lambda: [("", [Policy.objects.get(published=True).public_id], None)]
PAGES["public:support"] = lambda: [
    ("", [], None),
    (
        "answer",
        [],
        None,
        f"?kind=enterprise&commune={_commune().uid}&trade=agro_food&wants=MACHINE&wants=BRAND&workers=12",
    ),
]
_plain("public:status", None)


def _commune() -> Area:
    found: Area = Area.objects.current().filter(level="commune", closure_up__ancestor=_survey().province).first()
    return found


# --- products ---------------------------------------------------------------------------------------------------------

_plain("products:list", OFFICER, none="?q=khong-co-gi")
_plain("products:rounds", OFFICER, none="?year=2011")
_plain("products:round_new", OFFICER)
_plain("products:results", OFFICER, none="?first=2099")
_plain("products:entries", OFFICER, none="?first=2099")
_plain("products:spearheads", OFFICER)
_plain("products:spearhead_new", OFFICER)
_plain("products:lists", ADMINISTRATOR)


def _rounds(*states: str) -> Any:
    return [(state, [SelectionRound.objects.filter(state=state)[0].public_id], OFFICER) for state in states]


def _branded(**filters: Any) -> Any:
    return Product.objects.filter(brands__isnull=False, **filters).order_by("id")[0]


PAGES["products:detail"] = lambda: [
    ("", [_branded().public_id], OFFICER),
    ("certified", [Product.objects.filter(entries__certificate__isnull=False)[0].public_id], OFFICER),
]
PAGES["products:edit"] = lambda: [("", [_branded().public_id], OFFICER)]
PAGES["products:brand_new"] = lambda: [("", [_branded().public_id], OFFICER)]
PAGES["products:brand"] = lambda: [
    (state, [Brand.objects.filter(state=state)[0].public_id], OFFICER) for state in ("prepared", "filed", "granted")
]
PAGES["products:of_enterprise"] = lambda: [("", [_branded().enterprise.public_id], OFFICER)]
PAGES["products:new"] = lambda: [("", [_branded().enterprise.public_id], OFFICER)]
PAGES["products:of_project"] = lambda: [
    ("", [Brand.objects.filter(project__isnull=False)[0].project.public_id], OFFICER)
]
PAGES["products:round"] = lambda: _rounds("open", "scoring", "certified")
PAGES["products:round_edit"] = lambda: _rounds("open")
PAGES["products:round_enter"] = lambda: _rounds("open")
PAGES["products:entry_remove"] = lambda: [
    ("", [SelectionEntry.objects.filter(round__state="open")[0].public_id], OFFICER)
]
PAGES["products:round_council"] = lambda: [
    ("", [SelectionRound.objects.get(state="open", level__own_council=True).public_id], OFFICER)
]
PAGES["products:round_scores"] = lambda: _rounds("scoring")
PAGES["products:round_step"] = lambda: [
    ("close", [SelectionRound.objects.filter(state="open")[0].public_id, "close_entries"], OFFICER),
    ("decide", [SelectionRound.objects.get(state="scoring").public_id, "decide_results"], LEADER),
]
PAGES["products:spearhead"] = lambda: [("", [Spearhead.objects.all()[0].public_id], OFFICER)]
PAGES["products:spearhead_edit"] = lambda: [("", [Spearhead.objects.all()[0].public_id], OFFICER)]
PAGES["products:list_row"] = lambda: [
    ("level", ["levels", SelectionLevel.objects.all()[0].pk], ADMINISTRATOR),
    ("criterion", ["criteria", 0], ADMINISTRATOR),
]

# --- clusters ---------------------------------------------------------------------------------------------------------

_plain("clusters:list", OFFICER, none="?q=khong-co-gi")
_plain("clusters:new", OFFICER)
_plain("clusters:lists", ADMINISTRATOR)
PAGES["clusters:list_row"] = lambda: [("", ["stages", ClusterStage.objects.all()[0].pk], ADMINISTRATOR)]
PAGES["clusters:detail"] = lambda: [
    ("", [Cluster.objects.get(code="CCN-MH-A").public_id], OFFICER),
    ("not-reported", [Cluster.objects.get(code="CCN-MH-D").public_id], OFFICER),
]
PAGES["clusters:edit"] = lambda: [("", [Cluster.objects.get(code="CCN-MH-A").public_id], OFFICER)]
PAGES["clusters:of_project"] = lambda: [("none", [live(type="task").first().public_id], OFFICER)]


@page("clusters:part")
def _parts() -> Any:
    row = Cluster.objects.get(code="CCN-MH-A")
    yield "wastewater", [row.public_id, "wastewater", row.wastewater_rows.all()[0].pk], OFFICER
    yield "works", [row.public_id, "works", 0], OFFICER


# --- reports ----------------------------------------------------------------------------------------------------------

_plain("reports:schedule", ADMINISTRATOR)


@page("reports:entered")
def _entered() -> Any:
    yield "", [], OFFICER
    yield "none", [], LEADER, "?year=1999"
    corrected = EnteredFigure.objects.filter(replaces__isnull=False).earliest("id")
    yield "one", [corrected.public_id], OFFICER
    yield "corrected", [corrected.replaces.public_id], OFFICER


_plain("reports:layouts", ADMINISTRATOR)
_plain("reports:layout_new", ADMINISTRATOR)
PAGES["reports:template_new"] = lambda: [(name, [name], ADMINISTRATOR) for name in ("docx", "xlsx")]
PAGES["reports:template_withdraw"] = lambda: [
    ("", [ReportTemplate.objects.filter(withdrawn_at__isnull=True)[0].public_id], ADMINISTRATOR)
]
PAGES["verify:report"] = lambda: [("", [Report.objects.filter(state="published")[0].public_id], None)]
_plain("verify:file", None)
_plain("reports:list", LEADER, none="?year=1999", draft="?state=draft")


@page("reports:watch")
def _watch() -> Any:
    for state in ("queued", "running", "failed"):
        yield state, [Job.objects.get(kind="reports.make", state=state).public_id], OFFICER


@page("reports:detail")
def _report() -> Any:
    yield "draft", [Report.objects.get(state="draft", kind="programme-results").public_id], LEADER
    yield "regular", [Report.objects.get(state="submitted", kind="programme-progress").public_id], LEADER
    yield "published", [Report.objects.get(state="published", period__code="2022-Y").public_id], LEADER


@page("reports:lines")
def _lines() -> Any:
    report = Report.objects.get(state="published", period__code="2022-Y")
    line = report.lines.filter(section="money").first() or report.lines.first()
    query = f"?section={line.section}&row={line.row}&column={line.column}"
    yield "", [report.public_id], OFFICER, query
    regular = Report.objects.get(state="submitted", kind="programme-progress")
    query = "?section=work&row=establishments.supported&column=programme"
    yield "once", [regular.public_id], OFFICER, query


PAGES["reports:publish"] = lambda: [("", [Report.objects.get(state="submitted").public_id], LEADER)]


@page("reports:step")
def _report_steps() -> Any:
    yield "submit", [Report.objects.get(state="draft", kind="programme-results").public_id, "submit"], OFFICER
    yield "return", [Report.objects.get(state="submitted").public_id, "return"], LEADER
    yield "withdraw", [Report.objects.get(state="published", period__code="2022-Y").public_id, "withdraw"], LEADER


PAGES["reports:texts"] = lambda: [
    ("", [Report.objects.get(state="draft", kind="programme-results").public_id], OFFICER)
]
NO_PAGES["reports:compare"] = "needs two versions: tests/reports/test_life.py"

# --- papers -----------------------------------------------------------------------------------------------------------

PAGES["papers:project"] = lambda: [
    (state, [live(state=state).first().public_id], OFFICER) for state in ("draft", "in_progress", "settled")
]
PAGES["papers:registration_of"] = lambda: [("", [clock.today().year], OFFICER), ("none", [2050], OFFICER)]
_plain("papers:templates", ADMINISTRATOR)
PAGES["papers:template_new"] = lambda: [("", ["contract"], ADMINISTRATOR), ("letter", ["registration"], ADMINISTRATOR)]
PAGES["papers:template_withdraw"] = lambda: [
    ("", [PaperTemplate.objects.get(area__isnull=False).public_id], ADMINISTRATOR)
]

_plain("papers:engagements", LEADER)
_plain("papers:engagement_new", LEADER)
PAGES["papers:engagement"] = lambda: [
    ("", [Engagement.objects.get().public_id], AUDITOR),
    ("page", [Engagement.objects.get().public_id], LEADER, "?page=2"),
]
PAGES["papers:engagement_close"] = lambda: [("", [Engagement.objects.get().public_id], LEADER)]
PAGES["papers:sample_new"] = lambda: [("", [Engagement.objects.get().public_id], AUDITOR)]
PAGES["papers:sample"] = lambda: [("", [Engagement.objects.get().samples.get().public_id], AUDITOR)]

_plain("imports:index")
PAGES["imports:new"] = lambda: [("", ["enterprises"], OFFICER)]
PAGES["imports:detail"] = lambda: [
    (row.file_name.removesuffix(".xlsx"), [row.public_id], OFFICER) for row in Import.objects.order_by("id")
]

# --- files: looked at for their status alone --------------------------------------------------------------------------


def files() -> list[str]:
    photo = ProgressPhoto.objects.select_related("update__project").order_by("-id")[0]
    report = Report.objects.filter(state="published")[0]
    running = live(state="in_progress").filter(type="single").first()
    paths = [
        reverse("projects:export"),
        reverse("imports:blank", args=["enterprises"]),
        reverse("imports:faults", args=[Import.objects.get(file_name="co-loi.xlsx").public_id]),
        reverse("projects:photo", args=[photo.update.project.public_id, photo.update.uuid, photo.pk]),
        *(reverse("reports:file", args=[report.public_id, name]) for name in ("pdf", "docx", "xlsx", "json")),
        *(reverse("papers:paper", args=[running.public_id, "contract", name]) for name in ("pdf", "docx")),
        reverse("papers:whole_file", args=[running.public_id]),
        reverse("papers:sample_file", args=[Engagement.objects.get().samples.get().public_id]),
    ]
    scan = Decision.objects.filter(file__isnull=False).first()
    if scan is not None:
        paths.append(reverse("projects:file", args=[scan.project.public_id, scan.pk]))
    return paths
