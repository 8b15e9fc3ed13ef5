"""The register in depth: figures of two years, a certificate, a link, a move, a contact, an entry that may be another
one's, and one that was merged. All of it invented."""

import datetime as dt
from dataclasses import replace

from core import clock
from enterprises.merging import merge
from enterprises.models import Enterprise
from enterprises.parts import PARTS, save_part
from enterprises.services import EnterpriseData, change_enterprise, create_enterprise
from home.demo.stage import Stage
from home.demo.timeline import Timeline

MILLION = 1_000_000
RICH = "Công ty TNHH Chế biến gỗ Minh Họa A7"
PHONE = "0900 000 007"
TWICE = ("Cty TNHH CB gỗ Minh Họa A7", "Chế biến gỗ Minh Họa A7")


def tell_establishments(stage: Stage, timeline: Timeline) -> None:
    day = clock.today() - dt.timedelta(days=20)
    timeline.add(day, lambda: _fill(stage))
    timeline.add(day, lambda: _enter_twice(stage))


def _data(row: Enterprise) -> EnterpriseData:
    """As it is stored."""
    names = [name for name in EnterpriseData.__dataclass_fields__ if name not in ("industry_version", "moved_on")]
    return EnterpriseData(**{name: getattr(row, name) for name in names})


def _fill(stage: Stage) -> None:
    actor, row = stage.person("trungtam"), Enterprise.objects.get(name=RICH)
    data = replace(
        _data(row),
        phone=PHONE,
        trade="agro_food",
        industry_code="16",
        main_product="Ván ghép thanh",
        technology="Máy ghép thanh, buồng sấy",
        raw_material="Gỗ rừng trồng trong tỉnh",
    )
    row = change_enterprise(row, data, actor=actor)
    moved = replace(_data(row), address="Địa chỉ minh họa mới", moved_on=clock.today() - dt.timedelta(days=60))
    row = change_enterprise(row, moved, actor=actor)
    year = clock.today().year
    for number, workers, women in ((2, 24, 9), (1, 31, 12)):
        figures = {"year": year - number, "workers": workers, "women": women, "capital_vnd": 6_500 * MILLION}
        figures |= {"revenue_vnd": (9_000 + 800 * workers) * MILLION} if number == 1 else {}
        save_part(row, PARTS["years"], figures, actor=actor)
    paper = {"name": "ISO 9001", "number": "MH-01", "issuer": "Tổ chức minh họa", "valid_from": dt.date(year - 1, 3, 1)}
    save_part(row, PARTS["certificates"], paper, actor=actor)
    contact = {"person": "Người liên hệ minh họa", "position": "Kế toán", "phone": PHONE, "purpose": "Hồ sơ đề án"}
    save_part(row, PARTS["contacts"], contact, actor=actor)
    other = Enterprise.objects.exclude(pk=row.pk).filter(province=row.province).earliest("pk")
    link = {"kind": "buys", "other": other, "what": "Nguyên liệu minh họa", "valid_from": dt.date(year - 1, 1, 1)}
    save_part(row, PARTS["links"], link, actor=actor)


def _enter_twice(stage: Stage) -> None:
    """Twice more under other spellings: one is found out and merged, the other waits to be looked at."""
    actor, row = stage.person("trungtam"), Enterprise.objects.get(name=RICH)
    for number, name in enumerate(TWICE):
        again = create_enterprise(EnterpriseData(name, "enterprise", row.area, phone=PHONE), actor=actor)
        if number == 0:
            merge(row, again, {}, actor=actor, note="Cùng số điện thoại, cùng địa chỉ (minh họa)")
