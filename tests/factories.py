"""Readable people, places and projects for tests. A small Hà Tĩnh: one province, two communes of today, a district and
a commune of before."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Agency, Grant, User
from accounts.roles import Role
from core import clock
from core.models import Source
from enterprises.models import Enterprise
from funding.models import Budget
from funding.services import Voucher, give_budget
from places.models import Area, AreaClosure, AreaParent, AreaSuccession
from programmes.models import (
    Activity,
    ActivityGroup,
    AppraisalCriterion,
    EstablishmentKind,
    Indicator,
    Programme,
    ReportingPeriod,
    StepRule,
)
from projects.models import Project, ProjectEstimate
from projects.services import DecisionData, ProjectData, create_project, take_step

PASSWORD = "mật-khẩu-thử-1234"


def area(uid: str, **fields: Any) -> Area:
    level = {"p": "province", "d": "district", "c": "commune"}[uid[0]]
    name = fields.pop("name", uid)
    kind = {"province": "Tỉnh", "district": "Huyện", "commune": "Xã"}[level]
    row, _created = Area.objects.get_or_create(
        uid=uid,
        defaults={
            "code": uid[1:].split("-")[0],
            "level": level,
            "type": kind,
            "name": name,
            "full_name": f"{kind} {name}",
            "verified": "yes",
            **fields,
        },
    )
    return row


KINDS = {
    "enterprise": "Doanh nghiệp",
    "cooperative": "Hợp tác xã",
    "cooperative_group": "Tổ hợp tác",
    "household": "Hộ kinh doanh",
    "artisan": "Nghệ nhân",
}


class Place:
    """The small province. `commune` and `other` are of today; `before` was merged into `commune` on 01/07/2025 and
    lay in `district`, which ended the day before."""

    def __init__(self, code: str = "42", name: str = "Hà Tĩnh") -> None:
        begin, end = dt.date(2025, 7, 1), dt.date(2025, 6, 30)
        number = int(code) * 1000
        self.province = area(f"p{code}", name=name)
        self.commune = area(f"c{number + 73}-2025h2", name="Thạch Lạc", valid_from=begin)
        self.other = area(f"c{number + 75}-2025h2", name="Đồng Tiến", valid_from=begin)
        self.before = area(f"c{number + 73}-2020", name="Tượng Sơn", valid_to=end)
        self.district = area(f"d{code}5", name="Thạch Hà", valid_to=end)
        links = [
            (self.commune, self.province, begin, None),
            (self.other, self.province, begin, None),
            (self.before, self.district, None, end),
            (self.district, self.province, None, end),
        ]
        for child, parent, valid_from, valid_to in links:
            AreaParent.objects.get_or_create(area=child, parent=parent, valid_from=valid_from, valid_to=valid_to)
        AreaSuccession.objects.get_or_create(
            old=self.before, new=self.commune, defaults={"on": begin, "kind": "merge", "whole": True, "verified": "yes"}
        )
        below = {
            self.province: [self.province, self.commune, self.other, self.before, self.district],
            self.commune: [self.commune, self.before],
            self.other: [self.other],
            self.before: [self.before],
            self.district: [self.district, self.before],
        }
        for ancestor, rows in below.items():
            for row in rows:
                AreaClosure.objects.get_or_create(
                    ancestor=ancestor, area=row, defaults={"via": "self" if ancestor == row else "mixed"}
                )
        kinds()
        self.department = agency("department", self.province, f"Sở Công Thương {name}")
        self.centre = agency("centre", self.province, f"Trung tâm Khuyến công và Xúc tiến thương mại {name}")
        self.committee = agency("provincial_committee", self.province, f"UBND tỉnh {name}")


def kinds() -> None:
    """The kinds of establishment that there always were."""
    known = set(EstablishmentKind.objects.values_list("code", flat=True))
    EstablishmentKind.objects.bulk_create(
        EstablishmentKind(code=code, name=name, verified="yes") for code, name in KINDS.items() if code not in known
    )


def agency(kind: str, place: Area | None, name: str) -> Agency:
    row, _created = Agency.objects.get_or_create(kind=kind, area=place, name=name)
    return row


def user(username: str, role: str | None, place: Area | None, office: Agency | None = None, **grant: Any) -> User:
    row: User = User.objects.create(
        username=username, full_name=username.title(), agency=office, password=make_password(PASSWORD)
    )
    if role is not None:
        Grant.objects.create(user=row, role=role, area=place, valid_from=dt.date(2018, 1, 1), **grant)
    return row


class People:
    """One person of every role in the small province, and a stranger from another one."""

    def __init__(self, place: Place) -> None:
        p = place.province
        self.officer = user("canbo", Role.OFFICER, p, place.department)
        self.leader = user("lanhdao", Role.LEADER, p, place.department)
        self.accountant = user("ketoan", Role.ACCOUNTANT, p, place.department)
        self.centre = user("trungtam", Role.CENTRE, p, place.centre)
        self.collaborator = user("ctv", Role.COLLABORATOR, place.commune)
        self.auditor = user("kiemtoan", Role.AUDITOR, p)
        self.administrator = user("quantri", Role.ADMINISTRATOR, p, place.department)
        self.ministry = user("bo", Role.MINISTRY, None, agency("ministry", None, "Bộ Công Thương"))

    def all(self) -> dict[str, User]:
        return dict(vars(self))


def stranger(role: str = Role.OFFICER) -> User:
    """Somebody of the same role in another province, who must see nothing of ours."""
    place = Place("40", "Nghệ An")
    return user(f"nguoila_{role}", role, place.province, place.department)


def programme(place: Place | None = None, source: str = Source.LOCAL, **fields: Any) -> Programme:
    local = source == Source.LOCAL
    row, _created = Programme.objects.get_or_create(
        code=fields.pop("code", "KCDP-2021-2030" if local else "KCQG-2021-2030"),
        defaults={
            "name": "Chương trình khuyến công địa phương" if local else "Chương trình khuyến công quốc gia",
            "source": source,
            "area": place.province if place and local else None,
            "year_from": 2018,
            "year_to": 2030,
            "verified": "yes",
            **fields,
        },
    )
    return row


def activity(code: str = "MACHINE", name: str = "Ứng dụng máy móc, thiết bị tiên tiến") -> Activity:
    group, _created = ActivityGroup.objects.get_or_create(code="1", defaults={"name": "Nhóm 1", "verified": "yes"})
    row, _created = Activity.objects.get_or_create(
        code=code, defaults={"group": group, "name": name, "verified": "yes"}
    )
    return row


def indicator(code: str = "HT25_MACHINE", **fields: Any) -> Indicator:
    row, _created = Indicator.objects.get_or_create(
        code=code,
        defaults={
            "name": "Cơ sở ứng dụng máy móc, thiết bị",
            "unit": "cơ sở",
            "unit_counted": "establishment",
            "method": "computed",
            "verified": "yes",
            **fields,
        },
    )
    return row


def period(code: str = "2026-Y", first: str = "2025-12-15", last: str = "2026-12-14", **fields: Any) -> ReportingPeriod:
    row, _created = ReportingPeriod.objects.get_or_create(
        code=code,
        defaults={
            "kind": "year",
            "regime": "administrative",
            "year": int(code[:4]),
            "label": f"Năm {code[:4]}",
            "data_from": dt.date.fromisoformat(first),
            "data_to": dt.date.fromisoformat(last),
            "verified": "yes",
            **fields,
        },
    )
    return row


def enterprise(place: Place, name: str = "Công ty TNHH Gỗ Thạch Lạc", **fields: Any) -> Enterprise:
    row: Enterprise = Enterprise.objects.create(
        name=name, kind="enterprise", area=place.commune, province=place.province, **fields
    )
    return row


def budget(place: Place, people: People, amount_vnd: int = 1_000_000_000, **fields: Any) -> Budget:
    prog = fields.get("programme") or programme(place)
    voucher = Voucher("12/QĐ-UBND", clock.today(), issuer=place.committee)
    year = fields.get("year", 2026)
    entry = give_budget(place.province, prog, prog.source, year, amount_vnd, voucher, actor=people.leader)
    return entry.budget


def project_data(place: Place, **fields: Any) -> ProjectData:
    values: dict[str, Any] = {
        "name": "Hỗ trợ ứng dụng máy móc trong chế biến gỗ",
        "type": "single",
        "year": 2026,
        "programme": programme(place),
        "area": place.commune,
        "activities": [activity()],
        "estimate": {Source.LOCAL: 300_000_000, Source.COUNTERPART: 300_000_000},
        "investment_vnd": 600_000_000,
        "planned_results": [(indicator(), 1)],
        "implementing_unit": place.centre,
    }
    values.update(fields)
    return ProjectData(**values)


def project(place: Place, people: People, **fields: Any) -> Project:
    """A complete draft, entered by the centre."""
    if "beneficiaries" not in fields and fields.get("type") != "task":
        fields["beneficiaries"] = [enterprise(place)]
    return create_project(project_data(place, **fields), actor=people.centre)


def decision(place: Place, number: str = "45/QĐ-UBND", **fields: Any) -> DecisionData:
    return DecisionData(issuer=place.committee, number=number, decided_on=fields.pop("on", clock.today()), **fields)


def approved(place: Place, people: People, amount_vnd: int = 300_000_000, **fields: Any) -> Project:
    """A project with a decision. Its budget is made when there is none yet."""
    row = project(place, people, **fields)
    source = row.programme.source
    if not Budget.objects.filter(province=place.province, source=source, year=row.year).exists():
        budget(place, people, max(amount_vnd, 1_000_000_000), programme=row.programme, year=row.year)
    row = take_step(row, "submit", actor=people.officer)
    data = {"decision": decision(place), "money": {source: amount_vnd}}
    return take_step(row, "approve", actor=people.leader, data=data)


def bare_project(place: Place, code: str = "KCDP-2026-900", **fields: Any) -> Project:
    """A row as it stands, past every service: for tests of guards and constraints."""
    values: dict[str, Any] = {
        "name": "Đề án thử",
        "year": 2026,
        "programme": programme(place),
        "area": place.commune,
        "province": place.province,
        "implementing_unit": place.centre,
        **fields,
    }
    row: Project = Project.objects.create(code=code, **values)
    ProjectEstimate.objects.create(project=row, source=Source.LOCAL, amount_vnd=1)
    return row


def criterion(code: str = "L1", **fields: Any) -> AppraisalCriterion:
    values = {"name": "Phù hợp với chương trình", "source": Source.LOCAL, "verified": "yes", **fields}
    row, _created = AppraisalCriterion.objects.get_or_create(code=code, defaults=values)
    return row


def step_rule(code: str, step: str, before: str, **fields: Any) -> StepRule:
    values = {"source": Source.NATIONAL, "verified": "yes", "legal_basis": "Điều 6", **fields}
    row: StepRule = StepRule.objects.create(code=code, step=step, before=before, **values)
    return row


def new_uuid() -> uuid.UUID:
    return uuid.uuid4()
