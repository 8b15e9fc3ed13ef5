"""Changing people, their rights and programs. Every function locks, checks, changes and writes the audit trail.

`actor` is an administrator of the province, the person themselves where that is said, or audit.actors.SYSTEM.
"""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Any

from axes.utils import reset
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import (
    SCOPES,
    AccessToken,
    Agency,
    AgencyKind,
    ApiClient,
    ApiSecret,
    Grant,
    User,
    UserKind,
    areas_below,
)
from accounts.roles import Role
from audit.actors import Actor
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from places.models import Area, AreaQuerySet, Level

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
PHONE = re.compile(r"\+?[0-9][0-9 .()-]{5,18}")
LIVE_SECRETS = 2
FIRST_PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud

# --- people -----------------------------------------------------------------------------------------------------------


def new_password() -> str:
    """A first password that can be read out on the telephone: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(FIRST_PASSWORD_LETTERS) for _n in range(4)) for _group in range(4))


def _refuse(field: str, text: str) -> Invalid:
    return Invalid(text, fields={field: text})


def _personal(values: dict[str, Any]) -> dict[str, Any]:
    """What was typed about a person, tidied and checked. Raises Invalid naming every wrong field."""
    wrong: dict[str, str] = {}
    values = {name: nfc(value).strip() if isinstance(value, str) else value for name, value in values.items()}
    if "full_name" in values and not values["full_name"]:
        wrong["full_name"] = _("Enter the full name.")
    if values.get("email"):
        try:
            validate_email(values["email"])
        except ValidationError:
            wrong["email"] = _("Enter an e-mail address, for example ten@hatinh.gov.vn.")
    if values.get("phone") and not PHONE.fullmatch(values["phone"]):
        wrong["phone"] = _("Enter a telephone number, for example 0912 345 678.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return values


def _check_password(password: str, user: User, field: str = "password") -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(error.messages[0], fields={field: error.messages}) from error


def _insert(user: User, field: str) -> None:
    """Store a new account; of two with one name the second is refused."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise _refuse(field, _("This account exists already. Choose another name.")) from error


@transaction.atomic
def create_user(
    *,
    username: str,
    full_name: str,
    agency: Agency,
    password: str | None,
    actor: Actor,
    position: str = "",
    email: str = "",
    phone: str = "",
) -> User:
    """Enter a person. They can do nothing yet: see grant_role. Without a password they cannot sign in."""
    permissions.may_use_agency(agency, actor).require()
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise _refuse("username", _("Use 2 to 60 letters without accents, digits, full stop, hyphen or underscore."))
    values = _personal({"full_name": full_name, "position": position, "email": email, "phone": phone})
    user = User(username=username, agency=agency, **values)
    if password is not None and actor.audit_kind != "system":
        _check_password(password, user)
    user.set_password(password)
    _insert(user, "username")
    shown = {name: (None, value) for name, value in {**values, "agency": agency}.items() if value}
    record(user, "create", actor=actor, changes={"username": (None, username), **shown})
    return user


@transaction.atomic
def change_user(user: User, *, actor: Actor, version: int | None = None, **values: Any) -> User:
    """Change full_name, agency, position, email, phone. With `version`: only if nobody changed it since (Conflict)."""
    user = lock(user)
    permissions.may_manage(user, actor).require()
    unknown = set(values) - {"full_name", "agency", "position", "email", "phone"}
    if unknown:
        raise TypeError(f"not changed here: {sorted(unknown)}")
    if version is not None and version != user.version:
        raise Conflict(_("Somebody else changed this person meanwhile. Look at it again, then change it."))
    values = _personal(values)
    agency = values.get("agency")
    if agency is not None and agency != user.agency:
        may = permissions.may_use_agency(agency, actor)
        if not may:
            raise _refuse("agency", may.reason)
        today = clock.today()
        centre = user.grants.filter(role=Role.CENTRE).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        if agency.kind != AgencyKind.CENTRE and centre.exists():
            raise _refuse("agency", _("The person works for the centre. End that role first."))
    changes = changed(user, values)
    if not changes:
        return user
    for name, (_old, value) in changes.items():
        setattr(user, name, value)
    user.version += 1
    user.save()
    record(user, "change", actor=actor, changes=changes)
    return user


@transaction.atomic
def set_password(user: User, password: str, *, actor: Actor) -> User:
    """Set a password: one's own, or for somebody one manages. Every session of the person ends."""
    user = lock(user)
    permissions.may_set_password(user, actor).require()
    if user.kind != UserKind.PERSON:
        raise WrongState(_("A program signs in with its secret, not with a password."))
    if not user.is_active:
        raise WrongState(_("This account is closed. Open it again first."))
    _check_password(password, user)
    user.set_password(password)
    user.version += 1
    user.save()
    if user.pk != actor.audit_id:
        reset(username=user.username)  # whoever was locked out after too many attempts gets in with the new one
    record(user, "set_password", actor=actor)
    return user


@transaction.atomic
def deactivate_user(user: User, *, actor: Actor, note: str = "") -> User:
    """Somebody leaves: no more sign-in, every session and every role ends at once. Nothing of their work is touched.

    The password goes too, so that no old session comes back to life when the account is opened again.
    """
    provinces = _lock_administered(user)
    user = lock(user)
    permissions.may_manage(user, actor).require()
    if user.kind != UserKind.PERSON:
        raise WrongState(_("Close the program itself."))
    if not user.is_active:
        raise WrongState(_("This account is closed already."))
    _keep_an_administrator(provinces, user)
    _close_account(user)
    record(user, "deactivate", actor=actor, changes={"is_active": (True, False)}, note=note.strip())
    today = clock.today()
    for grant in user.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)):
        _stop(grant, today - dt.timedelta(days=1), actor)  # none is left if the account is opened again today
    return user


def _close_account(user: User) -> None:
    user.is_active = False
    user.set_unusable_password()
    user.version += 1
    user.save()


@transaction.atomic
def reactivate_user(user: User, *, password: str, actor: Actor) -> User:
    """Open a closed account again, with a new password and without the roles it had."""
    user = lock(user)
    permissions.may_manage(user, actor).require()
    if user.kind != UserKind.PERSON or user.is_active:
        raise WrongState(_("This account is open."))
    _check_password(password, user)
    user.is_active = True
    user.set_password(password)
    user.version += 1
    user.save()
    record(user, "reactivate", actor=actor, changes={"is_active": (False, True)})
    return user


# --- roles ------------------------------------------------------------------------------------------------------------

LEVELS_OF_COLLABORATORS = (Level.COMMUNE, Level.DISTRICT)


@transaction.atomic
def grant_role(
    user: User,
    role: str,
    area: Area | None,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    *,
    actor: Actor,
) -> Grant:
    """Give a role for an area and a time; `valid_to` is the last day, none means until further notice.

    The area must have existed on the first day, and until the last one: a role from today knows no district. An
    administrator has no other role, because they touch no project.
    """
    user = lock(user)
    permissions.may_grant(user, actor).require()
    if not user.is_active:
        raise WrongState(_("This account is closed. Open it again first."))
    if role not in Role.values:
        raise _refuse("role", _("Choose a role."))
    if valid_to is not None and valid_to < valid_from:
        raise _refuse("valid_to", _("The last day lies before the first."))
    _check_area(role, area, valid_from, valid_to)
    may = permissions.may_grant_in(area, actor)
    if not may:
        raise _refuse("area", may.reason)
    if role == Role.CENTRE and (user.agency is None or user.agency.kind != AgencyKind.CENTRE):
        raise _refuse("role", _("Only people of an industrial-extension centre can work for it."))
    _check_beside(user, role, area, valid_from, valid_to)
    grant: Grant = Grant.objects.create(user=user, role=role, area=area, valid_from=valid_from, valid_to=valid_to)
    changes: dict[str, tuple[Any, Any]] = {
        "role": (None, role),
        "area": (None, area),
        "valid_from": (None, valid_from),
    }
    if valid_to is not None:
        changes["valid_to"] = (None, valid_to)
    record(grant, "grant_role", actor=actor, within=user, changes=changes)
    user.__dict__.pop("sight", None)
    return grant


def _check_area(role: str, area: Area | None, valid_from: dt.date, valid_to: dt.date | None) -> None:
    if area is None:
        if role != Role.MINISTRY:
            raise _refuse("area", _("Choose the area of this role."))
        return
    if role == Role.COLLABORATOR:
        if area.level not in LEVELS_OF_COLLABORATORS:
            raise _refuse("area", _("A collaborator answers for communes (before 01/07/2025 also districts)."))
    elif area.level != Level.PROVINCE:
        raise _refuse("area", _("This role holds for a whole province."))
    if (area.valid_from and valid_from < area.valid_from) or (area.valid_to and valid_from > area.valid_to):
        raise _refuse("area", _("%(area)s does not exist on %(day)s.") % {"area": area, "day": _day(valid_from)})
    if area.valid_to and (valid_to is None or valid_to > area.valid_to):
        raise _refuse(
            "valid_to",
            _("%(area)s existed until %(day)s; the role ends then at the latest.")
            % {"area": area, "day": _day(area.valid_to)},
        )


def _check_beside(user: User, role: str, area: Area | None, valid_from: dt.date, valid_to: dt.date | None) -> None:
    """What the person has at the same time."""
    same_time = user.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from))
    if valid_to is not None:
        same_time = same_time.filter(valid_from__lte=valid_to)
    if same_time.filter(role=role, area=area).exists():
        raise _refuse("role", _("The person has this role for this area at that time already."))
    others = same_time.exclude(role=Role.ADMINISTRATOR) if role == Role.ADMINISTRATOR else same_time.none()
    if role != Role.ADMINISTRATOR:
        others = same_time.filter(role=Role.ADMINISTRATOR)
    if others.exists():
        raise _refuse("role", _("An administrator manages people and touches no project: no other role at that time."))


def _day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@transaction.atomic
def end_grant(grant: Grant, on: dt.date, *, actor: Actor) -> Grant | None:
    """Let a role end; `on` is its last day, at the earliest yesterday (it is gone at once).

    A role that has not begun by then is withdrawn: its row goes, the audit trail keeps it, and None is returned.
    """
    today = clock.today()
    provinces = []
    if grant.role == Role.ADMINISTRATOR and grant.area is not None and grant.valid_from <= today:
        provinces.append(lock(grant.area))
    user = lock(grant.user)
    grant = lock(grant)
    permissions.may_end_grant(grant, actor).require()
    if grant.valid_to is not None and grant.valid_to < today:
        raise WrongState(_("This role has ended already."))
    if on < today - dt.timedelta(days=1):
        raise _refuse("on", _("A role cannot end before yesterday: what was done until now was done with it."))
    if grant.valid_to is not None and on > grant.valid_to:
        raise _refuse("on", _("The role ends before that, on %(day)s.") % {"day": _day(grant.valid_to)})
    _keep_an_administrator(provinces, user)
    user.__dict__.pop("sight", None)
    return _stop(grant, on, actor)


def _stop(grant: Grant, on: dt.date, actor: Actor) -> Grant | None:
    if on < grant.valid_from:
        changes: dict[str, tuple[Any, Any]] = {"role": (grant.role, None), "valid_from": (grant.valid_from, None)}
        record(grant, "withdraw_grant", actor=actor, within=grant.user, changes=changes)
        grant.delete()
        return None
    old, grant.valid_to = grant.valid_to, on
    grant.save(update_fields=["valid_to"])
    record(grant, "end_grant", actor=actor, within=grant.user, changes={"valid_to": (old, on)})
    return grant


def _lock_administered(user: User) -> list[Area]:
    """The provinces the person administers, locked: of two administrators who leave together the second sees the
    first gone."""
    today = clock.today()
    grants = user.grants.filter(role=Role.ADMINISTRATOR).valid_on(today).select_related("area").order_by("area_id")
    return [lock(grant.area) for grant in grants if grant.area is not None]


def _keep_an_administrator(provinces: list[Area], user: User) -> None:
    for province in provinces:
        if not permissions.other_administrators(province, user):
            raise WrongState(
                _("%(province)s would be without an administrator. Appoint another one first.") % {"province": province}
            )


# --- programs ---------------------------------------------------------------------------------------------------------


def secret_hash(client_id: str, secret: str) -> str:
    """What is kept of a secret. It is long and random, so a plain SHA-256 is enough; the client is part of it, so
    that two clients may have the same one."""
    return hashlib.sha256(f"{client_id}:{secret}".encode()).hexdigest()


def _check_scopes(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    if not wanted:
        raise _refuse("scopes", _("Choose what the program may do."))
    if wanted - set(SCOPES):
        raise _refuse("scopes", _("There is no such permission."))
    return [scope for scope in SCOPES if scope in wanted]


@transaction.atomic
def create_client(
    name: str,
    agency: Agency,
    scopes: Iterable[str],
    role: str,
    area: Area | None,
    *,
    actor: Actor,
    client_id: str | None = None,
    secret: str | None = None,
    may_publish: bool = False,
) -> tuple[ApiClient, str]:
    """Let a program of an agency use the API, as its own service account with one role.

    Returns the client and its secret, which is kept nowhere: show it once. `client_id` and `secret` are made up
    unless given.
    """
    permissions.may_use_agency(agency, actor).require()
    name = nfc(name).strip()
    if not name:
        raise _refuse("name", _("Enter the name of the program."))
    wanted = _check_scopes(scopes)
    if role == Role.ADMINISTRATOR:
        raise _refuse("role", _("A program is no administrator."))
    lock(agency)  # a second click
    if ApiClient.objects.filter(agency=agency, name=name, is_active=True).exists():
        raise _refuse("name", _("This agency has a program of this name already."))
    client_id = client_id or f"kc-{secrets.token_hex(8)}"
    account = User(username=client_id, full_name=name, kind=UserKind.SERVICE, agency=agency)
    account.set_unusable_password()
    _insert(account, "client_id")
    client: ApiClient = ApiClient.objects.create(
        client_id=client_id,
        name=name,
        agency=agency,
        service_account=account,
        scopes=wanted,
        may_publish=may_publish,
    )
    record(
        client,
        "create",
        actor=actor,
        changes={"agency": (None, agency), "scopes": (None, wanted), "may_publish": (None, may_publish)},
    )
    grant_role(account, role, area, clock.today(), actor=actor)
    _row, shown = _make_secret(client, secret, actor)
    return client, shown


@transaction.atomic
def change_client(client: ApiClient, *, actor: Actor, name: str, scopes: Iterable[str], may_publish: bool) -> ApiClient:
    """Change what a program may do. It has to ask for a new token, because the old ones carry what it could do."""
    client = lock(client)
    permissions.may_manage_client(client, actor).require()
    _must_be_open(client)
    name = nfc(name).strip()
    if not name:
        raise _refuse("name", _("Enter the name of the program."))
    if ApiClient.objects.filter(agency=client.agency, name=name, is_active=True).exclude(pk=client.pk).exists():
        raise _refuse("name", _("This agency has a program of this name already."))
    changes = changed(client, {"name": name, "scopes": _check_scopes(scopes), "may_publish": may_publish})
    if not changes:
        return client
    for field, (_old, value) in changes.items():
        setattr(client, field, value)
    client.save()
    if "name" in changes:
        client.service_account.full_name = name
        client.service_account.save(update_fields=["full_name", "folded"])
    AccessToken.objects.filter(client=client).delete()
    record(client, "change", actor=actor, changes=changes)
    return client


def _must_be_open(client: ApiClient) -> None:
    if not client.is_active:
        raise WrongState(_("This program is closed."))


def _make_secret(client: ApiClient, secret: str | None, actor: Actor) -> tuple[ApiSecret, str]:
    secret = secret or secrets.token_urlsafe(32)
    row: ApiSecret = ApiSecret.objects.create(
        client=client, hash=secret_hash(client.client_id, secret), hint=secret[-4:]
    )
    record(row, "create_secret", actor=actor, within=client, changes={"hint": (None, row.hint)})
    return row, secret


@transaction.atomic
def add_secret(client: ApiClient, *, actor: Actor, newest: int | None = None) -> tuple[ApiSecret, str]:
    """A second secret, so that the program changes over without a pause; then revoke the old one. At most two live.

    `newest`: id of the newest secret the person has seen; a second click then makes no second secret (Conflict).
    Returns the row and the secret, which is kept nowhere.
    """
    client = lock(client)
    permissions.may_manage_client(client, actor).require()
    _must_be_open(client)
    last = client.secrets.order_by("-id").first()
    if newest is not None and last is not None and last.pk != newest:
        raise Conflict(_("A new secret was made a moment ago. Look at the list again."))
    if client.secrets.live().count() >= LIVE_SECRETS:
        raise WrongState(_("Two secrets are in use. Revoke one first."))
    return _make_secret(client, None, actor)


@transaction.atomic
def revoke_secret(secret: ApiSecret, *, actor: Actor) -> ApiSecret:
    """From now on the secret opens nothing, nor does any token that was had with it."""
    client = lock(secret.client)
    secret = lock(secret)
    permissions.may_manage_client(client, actor).require()
    if secret.revoked_at is not None:
        raise WrongState(_("This secret is revoked already."))
    secret.revoked_at = clock.now()
    secret.save(update_fields=["revoked_at"])
    AccessToken.objects.filter(secret=secret).delete()
    record(secret, "revoke_secret", actor=actor, within=client, changes={"hint": (secret.hint, None)})
    return secret


@transaction.atomic
def deactivate_client(client: ApiClient, *, actor: Actor, note: str = "") -> ApiClient:
    """Close a program for good: its secrets, tokens and service account. What it wrote stays."""
    client = lock(client)
    permissions.may_manage_client(client, actor).require()
    _must_be_open(client)
    client.is_active = False
    client.save(update_fields=["is_active"])
    client.secrets.filter(revoked_at__isnull=True).update(revoked_at=clock.now())
    AccessToken.objects.filter(client=client).delete()
    account = lock(client.service_account)
    _close_account(account)
    record(client, "deactivate", actor=actor, changes={"is_active": (True, False)}, note=note.strip())
    today = clock.today()
    for grant in account.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today)):
        _stop(grant, today, actor)
    return client


def areas_for_grant(actor: User, role: str, day: dt.date) -> AreaQuerySet:
    """Units the administrator may give a role for, from that day: those that exist then."""
    level = LEVELS_OF_COLLABORATORS if role == Role.COLLABORATOR else (Level.PROVINCE,)
    mine = areas_below(actor.sight.administers_ids)
    areas: AreaQuerySet = Area.objects.filter(pk__in=mine, level__in=level).valid_on(day)
    return areas
