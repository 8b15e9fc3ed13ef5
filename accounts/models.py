"""People, agencies, roles for areas and times, and programs that use the API."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import ABILITIES, Role
from core import clock
from core.models import FoldedField, NfcCharField, Verified, public_id_field
from core.text import fold
from places.models import Area, AreaClosure


def areas_below(area_ids: Any) -> Any:
    """Ids of the units, what they were formed from and what was ever below them, for `…_id__in`."""
    return AreaClosure.objects.filter(ancestor_id__in=area_ids).values("area_id")


class AgencyKind(models.TextChoices):
    MINISTRY = "ministry", _("Ministry")
    MINISTRY_DEPARTMENT = "ministry_department", _("Unit of the ministry")
    PROVINCIAL_COMMITTEE = "provincial_committee", _("People's committee of the province")
    PROVINCIAL_COUNCIL = "provincial_council", _("People's council of the province")
    DEPARTMENT = "department", _("Department of industry and trade")
    CENTRE = "centre", _("Industrial-extension centre")
    COMMUNE = "commune", _("Commune authority")
    OTHER = "other", _("Other agency")


class AgencyQuerySet(models.QuerySet["Agency"]):
    def deciding(self, province_id: int) -> "AgencyQuerySet":
        """Those whose decisions on plans, projects and money are recorded: of the province, and above all provinces."""
        return self.deciding_any([province_id])

    def deciding_any(self, province_ids: Iterable[int]) -> "AgencyQuerySet":
        """Those of `deciding` for several provinces."""
        kinds = [
            AgencyKind.MINISTRY,
            AgencyKind.MINISTRY_DEPARTMENT,
            AgencyKind.PROVINCIAL_COMMITTEE,
            AgencyKind.PROVINCIAL_COUNCIL,
            AgencyKind.DEPARTMENT,
            AgencyKind.OTHER,
        ]
        return self.filter(Q(area_id__in=province_ids) | Q(area__isnull=True), kind__in=kinds)

    def administered_by(self, actor: "User") -> "AgencyQuerySet":
        """Agencies whose people the administrator manages: those of the province, and those above all provinces."""
        if not actor.sight.administers_ids:
            return self.none()
        return self.filter(Q(area__isnull=True) | Q(area_id__in=areas_below(actor.sight.administers_ids)))


class Agency(models.Model):  # type: ignore[django-manager-missing]
    """An office through time. Its names are dated: see AgencyName."""

    public_id = public_id_field()
    kind = models.CharField(_("kind"), max_length=30, choices=AgencyKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="agencies")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="units")
    name = NfcCharField(_("name"), max_length=300)  # the name of today, kept in step with the dated names

    objects: ClassVar[Any] = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def name_on(self, day: Any) -> str:
        """What it was called on a day; today's name where nothing is known of that day."""
        row = (
            self.names.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
            .first()
        )
        return row.name if row else self.name


class AgencyName(models.Model):
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="names")
    name = NfcCharField(_("name"), max_length=300)
    short_name = NfcCharField(_("short name"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = NfcCharField(_("legal basis"), max_length=200, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)

    class Meta:
        ordering = [F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="agency_name_dates_ordered",
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserKind(models.TextChoices):
    PERSON = "person", _("Person")
    SERVICE = "service", _("Program")


class UserQuerySet(models.QuerySet["User"]):
    def people(self) -> "UserQuerySet":
        return self.filter(kind=UserKind.PERSON)

    def visible_to(self, actor: "User") -> "UserQuerySet":
        """Everybody sees themselves. An administrator sees who works for an agency of the province, whoever has or
        had a role there or for the whole country, and people above all provinces who have no role yet."""
        return self.filter(Q(pk=actor.pk) | _reached_by(actor))

    def staff_for(self, actor: "User") -> "UserQuerySet":
        """Everybody sees themselves. Administrators, leaders and auditors see who works for an agency of the province
        and whoever has or had a role there."""
        below = areas_below(staff_read_in(actor))
        with_role = Grant.objects.filter(area_id__in=below).values("user_id")
        return self.people().filter(Q(pk=actor.pk) | Q(agency__area_id__in=below) | Q(pk__in=with_role))

    def search(self, text: str) -> "UserQuerySet":
        """By name or account, with or without accents."""
        return self.filter(folded__contains=fold(text))


def staff_read_in(actor: "User") -> set[int]:
    """Provinces whose people and hand-overs the person reads."""
    roles = (Role.ADMINISTRATOR, Role.LEADER, Role.AUDITOR)
    return {pk for role in roles for pk in actor.sight.province_roles.get(role, ())}


def _reached_by(actor: "User", path: str = "") -> Q:
    """Which accounts (at `path`) an administrator sees."""
    administered = actor.sight.administers_ids
    if not administered:
        return Q(pk__in=[])
    below = areas_below(administered)
    with_role = Grant.objects.filter(Q(area__isnull=True) | Q(area_id__in=below)).values("user_id")
    without_role = Q(**{f"{path}agency__area__isnull": True}) & ~Q(**{f"{path}id__in": Grant.objects.values("user_id")})
    return Q(**{f"{path}agency__area_id__in": below}) | Q(**{f"{path}id__in": with_role}) | without_role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """Somebody who acts: a person with a password, or the service account of a program without one."""

    public_id = public_id_field()
    username = models.CharField(
        _("account"), max_length=60, unique=True, error_messages={"unique": _("This account exists already.")}
    )
    full_name = NfcCharField(_("full name"), max_length=150)
    folded = FoldedField(source="full_name username")
    kind = models.CharField(max_length=10, choices=UserKind.choices, default=UserKind.PERSON)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    position = NfcCharField(_("position"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["folded", "id"]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.username})"

    # What the lower floors know of an actor (audit.actors.Actor).
    @property
    def audit_kind(self) -> str:
        return "client" if self.kind == UserKind.SERVICE else "person"

    @property
    def audit_id(self) -> int | None:
        return self.pk

    @property
    def audit_label(self) -> str:
        return str(self)

    @cached_property
    def sight(self) -> Any:
        """What the person may see and do today (accounts.sight.Sight), read once per request."""
        from accounts.sight import sight_of

        return sight_of(self)

    def has_role(self, *roles: str) -> bool:
        return self.is_active and bool(self.sight.roles & set(roles))


class GrantQuerySet(models.QuerySet["Grant"]):
    def valid_on(self, day: Any) -> "GrantQuerySet":
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Grant(models.Model):
    """A role of a person for an area and a time. Without an area: the whole country (ministry only)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["valid_from", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_dates_ordered"
            ),
            models.CheckConstraint(condition=Q(area__isnull=False) | Q(role=Role.MINISTRY), name="grant_needs_area"),
            models.UniqueConstraint(fields=["user", "role", "area", "valid_from"], name="grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user.username} · {self.role} · {self.area or '*'}"

    def in_words(self) -> str:
        """What the person may do by this role, where and when, in one sentence."""
        words = {
            "person": self.user.full_name,
            "ability": ABILITIES[Role(self.role)],
            "area": self.area or gettext("the whole country"),
            "from": date_format(self.valid_from, "SHORT_DATE_FORMAT"),
            "to": date_format(self.valid_to, "SHORT_DATE_FORMAT") if self.valid_to else "",
        }
        if self.valid_to:
            return gettext("%(person)s %(ability)s: %(area)s, from %(from)s to %(to)s.") % words
        return gettext("%(person)s %(ability)s: %(area)s, from %(from)s until further notice.") % words

    @property
    def time(self) -> str:
        """past, now or future"""
        today = clock.today()
        if self.valid_to is not None and self.valid_to < today:
            return "past"
        return "future" if self.valid_from > today else "now"


SCOPES = ("reports:read", "reports:write", "records:read", "records:write")


class ApiClientQuerySet(models.QuerySet["ApiClient"]):
    def visible_to(self, actor: "User") -> "ApiClientQuerySet":
        """As the people of their agencies: an administrator sees them, nobody else."""
        return self.filter(_reached_by(actor, "service_account__"))


class ApiClient(models.Model):
    """A program that uses the API for one agency, as its own service account."""

    client_id = models.CharField(max_length=60, unique=True)
    name = NfcCharField(_("name"), max_length=150)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="api_clients")
    service_account = models.OneToOneField(User, on_delete=models.PROTECT, related_name="api_client")
    scopes: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    may_publish = models.BooleanField(_("may publish reports"), default=False)
    is_active = models.BooleanField(default=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = ApiClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.client_id})"


class ApiSecretQuerySet(models.QuerySet["ApiSecret"]):
    def live(self) -> "ApiSecretQuerySet":
        """Those that open the door now."""
        return self.filter(revoked_at__isnull=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), client__is_active=True
        )


class ApiSecret(models.Model):
    """A secret of a client, hashed; shown once when made. At most two live at a time, for rotation."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="secrets")
    hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ApiSecretQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.client.client_id} …{self.hint}"


class AccessToken(models.Model):
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="tokens")
    secret = models.ForeignKey(ApiSecret, on_delete=models.CASCADE, related_name="tokens")
    hash = models.CharField(max_length=64, unique=True)
    scopes: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.client.client_id} {self.pk}"


class FormDraft(models.Model):
    """What somebody typed into a form and has not stored yet, as it was typed: it may be wrong or incomplete.

    `page` is the address of the form, `fields` its inputs that are not empty ({name: [text, …]}). `window` and `turn`
    say which opened page sent it and as which of its sendings, so that one that was held up does not come after a
    later one. `done`: the form was stored; the row stays empty to refuse what still arrives.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="form_drafts")
    key = models.UUIDField()
    page = models.CharField(max_length=300, blank=True)
    fields: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    window = models.CharField(max_length=40, blank=True)
    turn = models.PositiveIntegerField(default=0)
    kept_at = models.DateTimeField(default=clock.now)
    done = models.BooleanField(default=False)

    class Meta:
        ordering = ["-kept_at", "-id"]
        indexes = [models.Index(fields=["kept_at"], name="form_draft_kept_at")]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="form_draft_once")]

    def __str__(self) -> str:
        return f"{self.page} {self.key}"

    @property
    def title(self) -> str:
        """What the thing is called in it, as far as it was typed."""
        return " ".join(str((self.fields.get("name") or [""])[0]).split())[:120]


class SavedView(models.Model):
    """A list as somebody wants it again: its filters and columns, as they stand in the address."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=300)
    name = NfcCharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return f"{self.page}?{self.query}" if self.query else self.page


class StaffTraining(models.Model):
    """What somebody of the staff learned. `days`: None is not known. `year_to`: the last year, where it went on longer
    than `year_from`."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="trainings")
    subject = NfcCharField(_("subject"), max_length=200)
    provider = NfcCharField(_("provider"), max_length=200, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    certificate_no = NfcCharField(_("certificate no."), max_length=60, blank=True)
    year_from = models.PositiveSmallIntegerField(_("year"))
    year_to = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-year_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "subject", "provider", "year_from"], name="staff_training_once"),
            models.CheckConstraint(
                condition=Q(year_to__isnull=True) | Q(year_to__gt=F("year_from")), name="staff_training_years_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, actor: "User") -> "HandOverQuerySet":
        """Administrators, leaders and auditors those of the province, others those they gave or took over."""
        return self.filter(Q(giver=actor) | Q(taker=actor) | Q(province_id__in=staff_read_in(actor)))


class HandOver(models.Model):
    """One person's units and open work passed to another (accounts.hand_over). Never changed (accounts/guards.py).

    `starts_on`: the taker's first day; the giver's roles for the units ended the day before. `everything`: all open
    work of the giver, not only that of the units. `moved`: {kind of open work: ids of its rows}.
    """

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="given_over")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="taken_over")
    starts_on = models.DateField(_("first day"))
    reason = models.TextField(_("reason"))
    everything = models.BooleanField(_("all open work"), default=False)
    moved: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="hand_over_between_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="hand_over_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.giver.full_name} → {self.taker.full_name}"

    @property
    def total(self) -> int:
        return sum(len(ids) for ids in self.moved.values())


class HandOverUnit(models.Model):
    """A unit of a hand-over. `grant_number`: the giver's role for it, which is handed over once; kept as a number,
    because a role that had not begun is withdrawn with its row."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="units")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    grant_number = models.BigIntegerField(unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["hand_over", "area"], name="hand_over_unit_once")]

    def __str__(self) -> str:
        return str(self.area)


class CodeTries(models.Model):
    """How often the person gave a code of their second factor since `since`, right ones forgotten; and the last half
    minute (number since 1970) whose code was used: neither it nor an older one is taken again."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="code_tries")
    tries = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField(default=clock.now)
    used_through = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user}: {self.tries}"


class RecoveryCode(models.Model):
    """Stands in for the telephone once. Only a keyed fingerprint of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user} ({self.pk})"
