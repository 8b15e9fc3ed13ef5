"""What of projects waits for one person: projects to report on, updates to see to, reminders."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Grant, User, areas_below
from accounts.open_work import OpenWork, register
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Invalid
from places.models import AreaClosure
from projects.models import OPEN_FOR_PROGRESS, ProgressKeeper, ProgressReminder, ProgressState, ProgressUpdate, Project
from projects.reminders import waiting_for

if TYPE_CHECKING:
    from audit.actors import Actor


def _open(path: str = "") -> dict[str, Any]:
    return {f"{path}state__in": OPEN_FOR_PROGRESS, f"{path}historical": False}


def _within(rows: Any, areas: Collection[int] | None, path: str = "area_id__in") -> Any:
    return rows if areas is None else rows.filter(**{path: areas_below(areas)})


def _will_report(project: Project, person: User) -> bool:
    """Does the person report on it, today or from the first day of a role given already?"""
    grants = person.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    covering = AreaClosure.objects.filter(area_id=project.area_id).values("ancestor_id")
    if grants.filter(role=Role.COLLABORATOR, area_id__in=covering).exists():
        return True
    if grants.filter(role=Role.CENTRE).exists() and project.implementing_unit_id == person.agency_id:
        return True
    return grants.filter(role=Role.OFFICER, area_id__in=covering).exists()


def _require(project: Project, person: User) -> None:
    if not _will_report(project, person):
        words = _("%(person)s does not report on %(project)s: give them the unit too.")
        raise Invalid(fields={"taker": words % {"person": person.full_name, "project": project.code}})


@register
class ProjectsToReportOn(OpenWork):
    """Projects under way in the units of a collaborator. They follow the unit by themselves."""

    code = "projects"
    label = _lazy("projects to report on")

    def counts(self, users: Collection[int]) -> dict[int, int]:
        grants = Grant.objects.valid_on(clock.today()).filter(role=Role.COLLABORATOR, user__in=users)
        projects = grants.values_list("user").annotate(
            count=Count(
                "area__closure_down__area__projects",
                distinct=True,
                filter=Q(**_open("area__closure_down__area__projects__")),
            )
        )
        return {user: count for user, count in projects.order_by() if count}

    def rows(self, user: User, areas: Collection[int] | None = None) -> QuerySet[Any]:
        granted = user.grants.valid_on(clock.today()).filter(role=Role.COLLABORATOR).values("area_id")
        rows = Project.objects.filter(area_id__in=areas_below(granted), **_open())
        found: QuerySet[Project] = _within(rows, areas)
        return found

    def move(self, row: Any, taker: User, *, actor: "Actor", reason: str) -> None:
        """Nothing is written: who answers for the unit reports on its projects."""
        if not _will_report(row, taker):
            _require(row, taker)

    def url(self, row: Any) -> str:
        return reverse("projects:detail", args=[row.public_id])


@register
class UpdatesToSeeTo(OpenWork):
    """Progress that waits for its confirmation, or came back and was not reported anew."""

    code = "updates"
    label = _lazy("progress updates not confirmed or returned")

    def _rows(self) -> Any:
        newest = ProgressUpdate.objects.filter(project=OuterRef("project")).order_by("-id")
        unsettled = Q(state=ProgressState.REPORTED) | Q(
            state=ProgressState.RETURNED, pk=Subquery(newest.values("pk")[:1])
        )
        rows = ProgressUpdate.objects.filter(unsettled, **_open("project__"))
        return rows.annotate(seen_to_by=Coalesce(F("keeper__person_id"), F("reported_by_id"))).select_related("project")

    def counts(self, users: Collection[int]) -> dict[int, int]:
        rows = self._rows().filter(seen_to_by__in=users).order_by().values_list("seen_to_by")
        return dict(rows.annotate(count=Count("pk")))

    def rows(self, user: User, areas: Collection[int] | None = None) -> QuerySet[Any]:
        found: QuerySet[ProgressUpdate] = _within(
            self._rows().filter(seen_to_by=user.pk), areas, "project__area_id__in"
        )
        return found

    def move(self, row: Any, taker: User, *, actor: "Actor", reason: str) -> None:
        """The update keeps its author and every figure; the taker sees to it and reports anew where it came back."""
        _require(row.project, taker)
        before = ProgressKeeper.objects.filter(update=row).select_related("person").first()
        giver = before.person if before else row.reported_by
        ProgressKeeper.objects.update_or_create(update=row, defaults={"person": taker})
        changes = {"responsible": (giver and giver.full_name, taker.full_name)}
        record(row, "hand_over", actor=actor, changes=changes, note=reason, within=row.project)

    def words(self, row: Any) -> str:
        return f"{row.project} · {row.on:%d/%m/%Y} · {row.get_state_display()}"

    def url(self, row: Any) -> str:
        return reverse("projects:update", args=[row.project.public_id, row.uuid])


@register
class Reminders(OpenWork):
    """What somebody was asked to report and nobody has reported since."""

    code = "reminders"
    label = _lazy("reminders to report")

    def counts(self, users: Collection[int]) -> dict[int, int]:
        answer = ProgressUpdate.objects.exclude(state=ProgressState.RETURNED).filter(
            project=OuterRef("project"), reported_at__gte=OuterRef("sent_at")
        )
        later = ProgressReminder.objects.filter(
            person=OuterRef("person"), project=OuterRef("project"), pk__gt=OuterRef("pk")
        )
        rows = ProgressReminder.objects.filter(~Exists(answer), ~Exists(later), person__in=users, **_open("project__"))
        return dict(rows.order_by().values_list("person").annotate(count=Count("pk")))

    def rows(self, user: User, areas: Collection[int] | None = None) -> QuerySet[Any]:
        rows = waiting_for(user).filter(**_open("project__")).select_related("project", "period", "person")
        found: QuerySet[ProgressReminder] = _within(rows, areas, "project__area_id__in")
        return found

    def move(self, row: Any, taker: User, *, actor: "Actor", reason: str) -> None:
        """The taker is the one who is asked now. Who was asked the same day already answers both by one report."""
        _require(row.project, taker)
        if ProgressReminder.objects.filter(project=row.project, person=taker, sent_on=row.sent_on).exists():
            return
        changes = {"person": (row.person.full_name, taker.full_name)}
        row.person = taker
        row.save(update_fields=["person"])
        record(row, "hand_over", actor=actor, changes=changes, note=reason, within=row.project)

    def words(self, row: Any) -> str:
        return f"{row.project} · {row.period.label}"

    def url(self, row: Any) -> str:
        return reverse("projects:report", args=[row.project.public_id])

    def seen_by(self, rows: QuerySet[Any], viewer: User) -> QuerySet[Any]:
        return rows.filter(project__in=Project.objects.visible_to(viewer).values("pk"))
