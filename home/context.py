"""What every page knows of the portal: whose it is, whether it is a demonstration, and where the person may go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


@dataclass(frozen=True)
class Place:
    """One entry of the navigation. `within`: url names begin with this when the person is there."""

    title: Any
    name: str
    within: tuple[str, ...]
    roles: frozenset[str]
    icon: str


STAFF = frozenset({Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.AUDITOR})
WORKING = STAFF | {Role.CENTRE, Role.COLLABORATOR}
READING = WORKING | {Role.MINISTRY}
EVERYBODY = READING | {Role.ADMINISTRATOR}

HOME = ("home:dashboard", "home:records", "home:target", "home:money_effect")
PLACES = (
    Place(_("Today"), "home:home", ("home:home",), WORKING | {Role.ADMINISTRATOR}, "today"),
    Place(
        _("Cases to look at"), "home:exceptions", ("home:exceptions",), frozenset({Role.AUDITOR, Role.LEADER}), "search"
    ),
    Place(_("Overview"), "home:dashboard", HOME, STAFF | {Role.CENTRE, Role.MINISTRY}, "overview"),
    Place(
        _("Waiting for decision"),
        "projects:inbox",
        ("projects:inbox",),
        frozenset({Role.LEADER, Role.OFFICER, Role.MINISTRY}),
        "inbox",
    ),
    Place(_("Projects"), "projects:list", ("projects:", "papers:project"), READING, "projects"),
    Place(_("Establishments"), "enterprises:list", ("enterprises:",), WORKING, "enterprises"),
    Place(
        _("Import from Excel"),
        "imports:index",
        ("imports:",),
        frozenset({Role.OFFICER, Role.CENTRE, Role.LEADER, Role.ACCOUNTANT}),
        "plans",
    ),
    Place(_("Funding"), "funding:board", ("funding:",), STAFF | {Role.CENTRE}, "funding"),
    Place(_("Training"), "training:list", ("training:",), WORKING, "training"),
    Place(_("Needs and policies"), "outreach:rounds", ("outreach:",), WORKING, "inbox"),
    Place(_("Coordination"), "coordination:tasks", ("coordination:",), WORKING, "people"),
    Place(_("Products"), "products:list", ("products:",), READING, "plans"),
    Place(_("Clusters"), "clusters:list", ("clusters:",), READING, "place"),
    Place(_("Collaborators"), "home:network", ("home:network",), STAFF | {Role.ADMINISTRATOR}, "people"),
    Place(
        _("Staff"),
        "accounts:staff",
        ("accounts:staff", "accounts:hand_over"),
        frozenset({Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR}),
        "people",
    ),
    Place(
        _("Reports"),
        "reports:list",
        ("reports:", "papers:registration"),
        STAFF | {Role.CENTRE, Role.MINISTRY},
        "reports",
    ),
    Place(
        _("Audits"),
        "papers:engagements",
        ("papers:engagement", "papers:sample"),
        frozenset({Role.LEADER, Role.AUDITOR}),
        "search",
    ),
    Place(_("Yearly plan"), "programmes:plans", ("programmes:plan",), STAFF | {Role.CENTRE}, "plans"),
    Place(_("Reference data"), "programmes:reference", ("programmes:", "places:"), EVERYBODY, "reference"),
    Place(
        _("People and areas"),
        "accounts:people",
        ("accounts:people", "accounts:person", "accounts:grant"),
        frozenset({Role.ADMINISTRATOR}),
        "people",
    ),
    Place(_("Report schedule"), "reports:schedule", ("reports:schedule",), frozenset({Role.ADMINISTRATOR}), "reports"),
    Place(
        _("Look of reports"),
        "reports:layouts",
        ("reports:layout", "reports:template"),
        frozenset({Role.ADMINISTRATOR}),
        "reports",
    ),
    Place(_("Templates of papers"), "papers:templates", ("papers:template",), frozenset({Role.ADMINISTRATOR}), "plans"),
    Place(_("Stored files"), "home:damaged_files", ("home:damaged_files",), frozenset({Role.ADMINISTRATOR}), "reports"),
    Place(
        _("Programs (API)"),
        "accounts:clients",
        ("accounts:client", "accounts:secret"),
        frozenset({Role.ADMINISTRATOR}),
        "programs",
    ),
)


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def navigation(roles: Iterable[str], here: str) -> list[dict[str, Any]]:
    """The entries for somebody with these roles; `here` is the name of the page shown ("projects:detail")."""
    mine = set(roles)
    entries = [
        {"title": place.title, "url": url, "place": place}
        for place in PLACES
        if place.roles & mine and (url := _url(place.name))
    ]
    active = next((entry for entry in entries if any(here.startswith(start) for start in entry["place"].within)), None)
    return [
        {"title": entry["title"], "url": entry["url"], "icon": entry["place"].icon, "active": entry is active}
        for entry in entries
    ]


def portal(request: HttpRequest) -> dict[str, Any]:
    """{{ portal.province_name }}, .demo, .help_phone, .nav. Must never fail: error pages use it too."""
    return {"portal": _Portal(request)}


class _Portal:
    """Reads only what a template asks for, and each thing once."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._row: Any = None
        self._read = False

    def _portal(self) -> Any:
        if not self._read:
            from home.models import Portal

            self._row = Portal.objects.select_related("province").first()
            self._read = True
        return self._row

    @property
    def province_name(self) -> str:
        row = self._portal()
        return str(row.province.full_name) if row else ""

    @property
    def demo(self) -> bool:
        row = self._portal()
        return bool(row and row.demonstration)

    @property
    def help_phone(self) -> str:
        row = self._portal()
        return str(row.help_phone) if row else ""

    @property
    def nav(self) -> list[dict[str, Any]]:
        user = getattr(self._request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        match = self._request.resolver_match
        return navigation(user.sight.roles, match.view_name if match else "")
