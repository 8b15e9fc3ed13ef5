"""The accounts of the demonstration: one person of every role, and two programs. All names are invented."""

import datetime as dt
import os
import secrets
from pathlib import Path

from django.conf import settings

from accounts import second_factor
from accounts.models import SCOPES, Agency, AgencyKind, AgencyName, User
from accounts.roles import Role
from accounts.services import create_client, create_user, grant_role, new_password
from audit.actors import SYSTEM
from places.models import Area

SINCE = dt.date(2018, 1, 1)
LAST_DAY_OF_DISTRICTS = dt.date(2025, 6, 30)
COLLABORATORS_DISTRICT, COLLABORATORS_COMMUNE = "d442", "c18352-2025h2"

# account, name, role, kind of agency, position
PEOPLE = (
    ("canbo", "Lê Thị Thu Hà", Role.OFFICER, AgencyKind.DEPARTMENT, "Chuyên viên"),
    ("lanhdao", "Trần Văn Bình", Role.LEADER, AgencyKind.DEPARTMENT, "Phó Giám đốc"),
    ("ketoan", "Phan Thị Ngọc", Role.ACCOUNTANT, AgencyKind.DEPARTMENT, "Kế toán"),
    ("trungtam", "Nguyễn Đình Sơn", Role.CENTRE, AgencyKind.CENTRE, "Trưởng phòng khuyến công"),
    ("ctv", "Hồ Văn Dũng", Role.COLLABORATOR, AgencyKind.COMMUNE, "Cộng tác viên khuyến công"),
    ("bo", "Đặng Quang Huy", Role.MINISTRY, AgencyKind.MINISTRY, "Chuyên viên"),
    ("kiemtoan", "Võ Thị Lan", Role.AUDITOR, AgencyKind.PROVINCIAL_COMMITTEE, "Thanh tra viên"),
    ("quantri", "Bùi Anh Tuấn", Role.ADMINISTRATOR, AgencyKind.DEPARTMENT, "Quản trị hệ thống"),
)
PROGRAMS = ("demo-ministry", "demo-province")


def _commune_office(commune: Area) -> Agency:
    name = f"Ủy ban nhân dân {commune.full_name[0].lower()}{commune.full_name[1:]}"
    office: Agency = Agency.objects.create(kind=AgencyKind.COMMUNE, area=commune, name=name)
    AgencyName.objects.create(agency=office, name=name, valid_from=commune.valid_from)
    return office


def make_people(province: Area, password: str, totp: str) -> dict[str, User]:
    """Everybody with their role; the collaborator with a district as long as there were districts, a commune since."""
    commune = Area.objects.get(uid=COLLABORATORS_COMMUNE)
    offices = {agency.kind: agency for agency in Agency.objects.filter(area=province)}
    offices[AgencyKind.MINISTRY] = Agency.objects.get(kind=AgencyKind.MINISTRY, area=None)
    offices[AgencyKind.COMMUNE] = _commune_office(commune)
    people = {}
    for username, full_name, role, kind, position in PEOPLE:
        user = create_user(
            username=username,
            full_name=full_name,
            agency=offices[kind],
            password=password,
            position=position,
            actor=SYSTEM,
        )
        second_factor.give(user, totp, actor=SYSTEM)
        if role == Role.COLLABORATOR:
            district = Area.objects.get(uid=COLLABORATORS_DISTRICT)
            grant_role(user, role, district, SINCE, LAST_DAY_OF_DISTRICTS, actor=SYSTEM)
            grant_role(user, role, commune, LAST_DAY_OF_DISTRICTS + dt.timedelta(days=1), actor=SYSTEM)
        else:
            grant_role(user, role, None if role == Role.MINISTRY else province, SINCE, actor=SYSTEM)
        people[username] = user
    return people


def make_programs(province: Area, secret: str) -> None:
    """demo-ministry reads reports and records of the country; demo-province acts as an officer and never publishes."""
    ministry = Agency.objects.get(kind=AgencyKind.MINISTRY, area=None)
    department = Agency.objects.get(kind=AgencyKind.DEPARTMENT, area=province)
    create_client(
        "Phần mềm của Bộ (minh họa)",
        ministry,
        ("reports:read", "records:read"),
        Role.MINISTRY,
        None,
        actor=SYSTEM,
        client_id="demo-ministry",
        secret=secret,
    )
    create_client(
        "Phần mềm của tỉnh (minh họa)",
        department,
        SCOPES,
        Role.OFFICER,
        province,
        actor=SYSTEM,
        client_id="demo-province",
        secret=secret,
    )


def chosen_password() -> str:
    return os.environ.get("DEMO_PASSWORD") or new_password()


def chosen_secret() -> str:
    return os.environ.get("DEMO_CLIENT_SECRET") or secrets.token_urlsafe(32)


def chosen_totp() -> str:
    """The key of everybody's second factor, base32 as apps for codes take it. Raises ValueError where it is none."""
    secret = "".join(os.environ.get("DEMO_TOTP_SECRET", "").split()).upper()
    if not secret:
        return second_factor.new_secret()
    try:
        second_factor.code_at(secret, 0)
    except ValueError as error:
        raise ValueError("DEMO_TOTP_SECRET is no base32 (letters A-Z, digits 2-7; 16, 24 or 32 of them)") from error
    return secret


def note_accounts(password: str, secret: str, totp: str) -> Path:
    """Write them where the start of the portal reads them out; only the owner may open the file."""
    file: Path = settings.DATA_DIR / "demo_accounts.txt"
    lines = [
        "Demonstration accounts (SỐ LIỆU MINH HỌA), password of all: " + password,
        *(f"  {username:9} {full_name}, {role.value}" for username, full_name, role, _kind, _position in PEOPLE),
        "Key of everybody's second factor, for an app that shows codes (TOTP): " + totp,
        "Demonstration API clients, secret of both: " + secret,
        *(f"  {client_id}" for client_id in PROGRAMS),
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write("\n".join(lines) + "\n")
    return file
