"""Products, brands, selections and clusters of the demonstration, all invented. The selections of 2021 and 2022 add up
to what was published: 41 certificates of the province, 22 products entered for the region, 6 recognised."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from clusters.models import ClusterStage
from clusters.services import KINDS, ClusterData, add_part, create_cluster
from core import clock
from core.models import Source
from enterprises.models import Enterprise
from home.demo.photos import photo
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from products.models import Certificate, Product, ProductGroup, Result, SelectionLevel, SelectionRound
from products.photos import add_photo
from products.selections import (
    CriterionData,
    MemberData,
    RoundData,
    create_round,
    enter_product,
    give_scores,
    set_council,
    take_round_step,
)
from products.services import (
    BrandData,
    ProductData,
    SpearheadData,
    create_brand,
    create_product,
    create_spearhead,
    take_brand_step,
)
from projects.models import Project

CERTIFIED, TO_THE_REGION, RECOGNISED = 41, 22, 6
KINDS_OF_PRODUCT = ("HANDICRAFT", "FOOD", "MACHINES", "OTHER")
MILLION = 1_000_000
PICTURED = (0, 1, 2, 50)


def tell_selections(stage: Stage, timeline: Timeline) -> None:
    told = _Selections(stage)
    timeline.add(dt.date(2021, 9, 15), told.province_2021)
    timeline.add(dt.date(2022, 7, 4), told.region_2022)
    today = clock.today()
    timeline.add(today - dt.timedelta(days=14), told.of_this_year)
    timeline.add(today - dt.timedelta(days=13), told.clusters)


class _Selections:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.products: list[Product] = []
        self.owners: list[Enterprise] = []
        self.groups: dict[str, ProductGroup] = {}

    def person(self, name: str) -> Any:
        return self.stage.person(name)

    def _level(self, code: str) -> SelectionLevel:
        level: SelectionLevel = SelectionLevel.objects.get(code=code)
        return level

    def _project(self, activity: str, year: int) -> Project | None:
        """The project of the demonstration that paid for it."""
        found: Project | None = Project.objects.filter(
            activities__code=activity, year=year, province=self.stage.province, decided_on__isnull=False
        ).first()
        return found

    def _product(self, number: int, name: str = "", **fields: Any) -> Product:
        if not self.owners:
            self.owners = list(Enterprise.objects.filter(province=self.stage.province).order_by("id")[:40])
            self.groups = {row.code: row for row in ProductGroup.objects.all()}
        owner = fields.pop("enterprise", None) or self.owners[number % len(self.owners)]
        group = self.groups[fields.pop("group", KINDS_OF_PRODUCT[number % 4])]
        data = ProductData(owner, name or f"Sản phẩm minh họa {number:02d}", group, **fields)
        made = create_product(data, actor=self.person("trungtam"))
        if number in PICTURED:
            picture = SimpleUploadedFile("anh.jpg", photo(made.name, owner.name), "image/jpeg")
            add_photo(made, picture, f"Hình vẽ minh họa: {made.name}", actor=self.person("trungtam"))
        return made

    def _round(self, code: str, day: dt.date, name: str, organiser: str, **fields: Any) -> SelectionRound:
        data = RoundData(self._level(code), day.year, self.stage.province, name, organiser, **fields)
        return create_round(data, actor=self.person("canbo"))

    def _enter(self, row: SelectionRound, products: list[Product], day: dt.date) -> None:
        given = {one.entry.product_id: one for one in Certificate.objects.select_related("entry")}
        lower = row.level.code != "PROVINCIAL"
        for product in products:
            enter_product(
                row, product, day, actor=self.person("trungtam"), certificate=given.get(product.pk) if lower else None
            )

    def _decide(self, row: SelectionRound, number: str, day: dt.date, recognised: int) -> SelectionRound:
        """Results and certificates; the first ones are recognised."""
        entries = list(row.entries.order_by("id"))
        results = {
            entry.pk: (Result.RECOGNISED, "")
            if place < recognised
            else (Result.NOT_RECOGNISED, "Chưa đủ điểm (minh họa).")
            for place, entry in enumerate(entries)
        }
        data = {"number": number, "on": day, "results": results}
        row = take_round_step(row, "decide_results", actor=self.person("lanhdao"), data=data)
        last = dt.date(day.year + 3, 12, 31)
        stem = number.split("/")[0]
        papers = {entry.pk: (f"{stem}-{place + 1:02d}", day, last) for place, entry in enumerate(entries[:recognised])}
        return take_round_step(row, "certify", actor=self.person("canbo"), data={"certificates": papers})

    def _scored(self, row: SelectionRound, members: int = 2) -> SelectionRound:
        council = [MemberData(f"Ủy viên minh họa {one + 1}", "Chức vụ minh họa") for one in range(members)]
        # Invented weights, as those of the real selections are not known.
        weights = [
            CriterionData(one, Decimal(weight), Decimal(100))
            for one, weight in zip(row.criteria.all(), (35, 30, 25, 10), strict=True)
        ]
        set_council(row, council, weights, actor=self.person("canbo"))
        row = take_round_step(row, "close_entries", actor=self.person("canbo"))
        return take_round_step(row, "begin_scoring", actor=self.person("canbo"))

    def province_2021(self) -> None:
        day = clock.today()
        self.products = [self._product(number) for number in range(1, CERTIFIED + 3)]
        row = self._round(
            "PROVINCIAL", day, "Bình chọn sản phẩm CNNT tiêu biểu cấp tỉnh năm 2021 (minh họa)",
            self.stage.department.name_on(day), decision_no="MH-BC21/QĐ-UBND", decision_on=day,
            project=self._project("VOTE_PROVINCIAL", 2021),
        )  # fmt: skip
        self._enter(row, self.products, day)
        row = self._scored(row)
        self._decide(row, "MH-GCN21/QĐ-UBND", day, CERTIFIED)

    def region_2022(self) -> None:
        day = clock.today()
        row = self._round(
            "REGIONAL", day, "Bình chọn sản phẩm CNNT tiêu biểu cấp khu vực năm 2022 (minh họa)",
            "Đơn vị của Bộ Công Thương (minh họa)", region="Khu vực minh họa",
            project=self._project("VOTE_ENTRY", 2022),
        )  # fmt: skip
        self._enter(row, self.products[:TO_THE_REGION], day)
        row = take_round_step(row, "close_entries", actor=self.person("canbo"))
        self._decide(row, "MH-KV22/QĐ-BCT", day, RECOGNISED)

    def of_this_year(self) -> None:
        """A round that is being scored, one that is open, brands in every stage, a spearhead product."""
        day = clock.today()
        row = self._round(
            "PROVINCIAL", day, f"Bình chọn sản phẩm CNNT tiêu biểu cấp tỉnh năm {day.year} (minh họa)",
            self.stage.department.name_on(day), decision_no=f"MH-BC{day:%y}/QĐ-UBND", decision_on=day,
            entries_until=day + dt.timedelta(days=10),
        )  # fmt: skip
        self._enter(row, self.products[-5:], day)
        row = self._scored(row)
        criteria, first = list(row.criteria.all()), row.council.first()
        assert first is not None
        entries = list(row.entries.all())
        given = {
            (entry, one): Decimal(70 + 3 * place + 2 * number)
            for place, entry in enumerate(entries[:4])
            for number, one in enumerate(criteria)
        }
        give_scores(first, given, actor=self.person("canbo"))
        year = day.year + 1
        coming = RoundData(
            self._level("REGIONAL"), year, self.stage.province, f"Bình chọn cấp khu vực năm {year} (minh họa)",
            "Đơn vị của Bộ Công Thương (minh họa)", region="Khu vực minh họa",
        )  # fmt: skip
        create_round(coming, actor=self.person("canbo"))
        extra = self._round(
            "PROVINCIAL", day, f"Bình chọn bổ sung năm {day.year} (minh họa)", self.stage.department.name_on(day),
        )  # fmt: skip
        self._enter(extra, self.products[:1], day)
        self._brands(day)

    def _brands(self, day: dt.date) -> None:
        supported = list(
            Project.objects.filter(activities__code="BRAND", year__gte=2021, beneficiaries__isnull=False)
            .filter(decided_on__isnull=False, province=self.stage.province)
            .distinct()
            .order_by("decided_on", "id")
        )
        spearhead = create_spearhead(
            SpearheadData(
                self.stage.programme(Source.LOCAL, day.year), self.stage.province, "Sản phẩm từ bưởi (minh họa)",
                projects=supported[-1:], note="Chưa có văn bản; dòng minh họa.",
            ),
            actor=self.person("canbo"),
        )  # fmt: skip
        for number, project in enumerate(supported[:4]):
            owner = project.beneficiaries.order_by("id")[0]
            product = self._product(number, f"Sản phẩm có nhãn hiệu {number + 1} (minh họa)", enterprise=owner,
                                    spearhead=spearhead if number == 3 else None)  # fmt: skip
            brand = create_brand(
                product, BrandData(f"Nhãn hiệu Minh Họa {number + 1}", project), actor=self.person("trungtam")
            )
            filed = (project.decided_on or day) + dt.timedelta(days=40)
            if number == 3 or filed > day:
                continue
            data = {"number": f"4-MH-{number + 1:05d}", "on": filed}
            brand = take_brand_step(brand, "file", actor=self.person("trungtam"), data=data)
            if number < 2:
                granted = filed + dt.timedelta(days=400)
                paper = {"number": f"MH-{number + 1:06d}", "on": granted, "valid_to": granted + dt.timedelta(days=3652)}
                if granted <= day:
                    take_brand_step(brand, "grant", actor=self.person("trungtam"), data=paper)
        create_brand(self.products[5], BrandData("Nhãn hiệu đang chuẩn bị (minh họa)"), actor=self.person("trungtam"))
        box = {"is_set": True, "consists_of": "Hộp quà gồm ba sản phẩm minh họa"}
        self._product(50, "Bộ quà tặng (minh họa)", group="FOOD", **box)

    def clusters(self) -> None:
        """Five clusters: three treat or do not treat their wastewater, one has not said, one is being built."""
        communes = ("c18115-2025h2", "c18229-2025h2", "c18352-2025h2", "c18418-2025h2", "c18523-2025h2")
        facts: tuple[tuple[str, str, str | None, int, int], ...] = (
            ("A", "OPERATING", "operating", 50, 30), ("B", "OPERATING", "building", 40, 12),
            ("C", "OPERATING", "operating", 30, 21), ("D", "OPERATING", None, 25, 8),
            ("E", "INVESTING", "planned", 60, 0),
        )  # fmt: skip
        stages = {row.code: row for row in ClusterStage.objects.all()}
        owners = list(Enterprise.objects.filter(province=self.stage.province).order_by("id")[:6])
        officer = self.person("canbo")
        for number, (letter, stage, water, planned, leased) in enumerate(facts):
            data = ClusterData(
                f"CCN-MH-{letter}", f"Cụm công nghiệp Minh Họa {letter}", self.stage.province,
                Decimal(planned), Decimal(planned) * Decimal("0.7"), Decimal(leased) if leased else None,
                Decimal(leased),
            )  # fmt: skip
            row = create_cluster(data, actor=officer)
            where = {"area": self.stage.area(communes[number]), "valid_from": dt.date(2025, 7, 1)}
            add_part(KINDS["communes"], row, where, actor=officer)
            reached = {
                "stage": stages[stage],
                "on": dt.date(2019 + number, 6, 1),
                "decision_no": f"MH-CCN{letter}/QĐ-UBND",
            }
            add_part(KINDS["stages"], row, reached, actor=officer)
            if water:
                state = {"state": water, "on": dt.date(2023, 3, 1), "capacity_m3": 500 + 100 * number}
                add_part(KINDS["wastewater"], row, state, actor=officer)
            if letter == "A":
                add_part(KINDS["investors"], row, {"name": "Đơn vị hạ tầng Minh Họa"}, actor=officer)
                paper = {"number": "MH-GPMT-01", "issued_on": dt.date(2022, 5, 4), "valid_to": dt.date(2032, 5, 3)}
                add_part(KINDS["licences"], row, paper, actor=officer)
                for place, owner in enumerate(owners):
                    lot = {
                        "enterprise": owner,
                        "area_ha": Decimal("1.5") if place else None,
                        "valid_from": dt.date(2021, 1, 4),
                    }
                    add_part(KINDS["occupants"], row, lot, actor=officer)
                works = (
                    ("Đường nội bộ", 2022, Source.LOCAL, 6000, 5200),
                    ("Trạm xử lý nước thải", 2023, Source.OTHER, 18000, None),
                )
                for name, year, source, plan, spent in works:
                    work = {"name": f"{name} (minh họa)", "year": year, "source": source, "planned_vnd": plan * MILLION,
                            "spent_vnd": None if spent is None else spent * MILLION}  # fmt: skip
                    add_part(KINDS["works"], row, work, actor=officer)
