"""Beginning a portal."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.agencies import ensure_agencies
from accounts.models import Agency, AgencyKind, User
from accounts.roles import Role
from accounts.services import create_user, grant_role
from audit.actors import SYSTEM
from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from home.models import Portal
from places.models import Area, Level
from reports.services import first_schedule


def province_of_today(code: str) -> Area:
    """One of the provinces there are today, by its code: «42», also «1» for «01». Raises Invalid."""
    provinces = Area.objects.current().filter(level=Level.PROVINCE)
    province: Area | None = provinces.filter(code=code.strip().zfill(2)).first()
    if province is None:
        known = ", ".join(f"{row.code} {row.name}" for row in provinces.order_by("code"))
        text = _("There is no province with the code %(code)s. Provinces: %(known)s.") % {"code": code, "known": known}
        raise Invalid(text, fields={"province": text})
    return province


def require_empty() -> None:
    """Raises WrongState when somebody began already."""
    if Portal.objects.exists() or User.objects.exists():
        raise WrongState(_("This portal is set up already. Nothing was changed."))


@transaction.atomic
def set_up_portal(province: Area, *, username: str, full_name: str, password: str) -> Portal:
    """Make the portal of a province: its agencies and its first administrator. Only once, on an empty database.

    The reference data must have been loaded. There is no demonstration in it.
    """
    require_empty()
    ensure_agencies(province)
    office = Agency.objects.filter(kind=AgencyKind.DEPARTMENT, area=province).get()
    try:
        validate_password(password, User(username=username, full_name=full_name))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), fields={"password": error.messages}) from error
    administrator = create_user(username=username, full_name=full_name, agency=office, password=password, actor=SYSTEM)
    grant_role(administrator, Role.ADMINISTRATOR, province, clock.today(), actor=SYSTEM)
    first_schedule(province)
    portal: Portal = Portal.objects.create(province=province, demonstration=False)
    record(portal, "set_up", actor=SYSTEM, changes={"province": (None, province), "administrator": (None, username)})
    return portal
