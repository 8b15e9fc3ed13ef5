"""One row of everything else that the API writes; for each writing a caller who may do it and a body that is taken."""

import datetime as dt
from decimal import Decimal
from typing import Any

from clusters.models import ClusterStage
from clusters.services import KINDS, add_part
from core import clock
from enterprises import merging
from enterprises.models import DuplicatePair
from enterprises.parts import PARTS, save_part
from outreach.models import ListItem, Need
from outreach.spreading import CampaignData, create_campaign
from products.selections import CriterionData, MemberData, enter_product, set_council, take_round_step
from products.services import BrandData, SpearheadData, create_brand, create_spearhead
from programmes.locking import lock_through
from projects.exceptions import ExceptionData, open_exception
from reports.layouts import LayoutData, ReportTemplateData, change_layout, shipped, upload_report_template
from tests import codes
from tests import factories as f
from tests.api.scene import Scene
from tests.imports.sheets import sent, table
from tests.products import making
from training.models import Attendance, TrainingClass, TrainingSubject
from training.rosters import TraineeData, add_trainees, change_roster
from training.services import ClassData, create_class

Writing = tuple[str, Any, dict[str, Any]]
PERSON = {
    "name": "Nguyễn Thị Hoa", "sex": "female", "birth_year": 1985, "phone": "0912345678", "id_number": "042185001234",
    "attended_percent": 90, "certificate_no": "CC 1", "works_after": True,
}  # fmt: skip


class More:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        place, people, today = scene.place, scene.people, clock.today()
        officer = people.officer
        self.brand = create_brand(scene.product, BrandData("Hương quê"), actor=officer)
        self.spearhead = create_spearhead(SpearheadData(f.programme(place), place.province, "Bún"), actor=officer)
        self.other_product = making.product(place, people, "Mắm ruốc", enterprise=scene.enterprise)
        self.scoring = making.round_(place, people, name="Đang chấm")
        entry = enter_product(self.scoring, scene.product, today, actor=officer)
        seats = [MemberData("Ủy viên A", user=people.accountant), MemberData("Ủy viên B")]
        weights = [CriterionData(one, Decimal(50), Decimal(10)) for one in self.scoring.criteria.all()]
        set_council(self.scoring, seats, weights, actor=officer)
        for step in ("close_entries", "begin_scoring"):
            self.scoring = take_round_step(self.scoring, step, actor=officer)
        self.scored = str(entry.public_id)
        self.entry = scene.round.entries.get()
        TrainingSubject.objects.create(code="S1", name="Vận hành", kind="other", verified="no")
        lesson = ClassData("Lớp có danh sách", "other", place.commune, today, today)
        self.lesson: TrainingClass = create_class(scene.local, lesson, actor=officer)
        change_roster(self.lesson, needs_id=True, id_reason="Bảng kê", differs_reason="", actor=officer)
        person = TraineeData("Trần Văn Nam", "male", 1990, place.commune, "0987654321", "042090004321")
        self.trainee: Attendance = add_trainees(self.lesson, [person], actor=officer)[0].attendance
        other = f.enterprise(place, "Hợp tác xã Mây tre", phone="0900000001")
        third = f.enterprise(place, "Hợp tác xã Mây tre 2")
        gone = f.enterprise(place, "Cơ sở nhập hai lần")
        self.other, self.third, self.gone = other, third, gone
        merging.merge(other, gone, {}, actor=officer)
        self.pair = DuplicatePair.objects.create(first=other, second=third)
        part = {
            "certificates": {"name": "HACCP"},
            "contacts": {"person": "Lê Thị B", "phone": "0911111111", "purpose": "Hồ sơ"},
            "links": {"other": third, "kind": "supplies"},
        }
        self.parts = {
            slug: save_part(scene.enterprise, PARTS[slug], values, actor=officer).pk for slug, values in part.items()
        }
        self.stage = ClusterStage.objects.create(code="OPERATING", name="Hoạt động", operating=True)
        day = today - dt.timedelta(days=9)
        given: dict[str, dict[str, Any]] = {
            "stages": {"stage": self.stage, "on": day},
            "investors": {"name": "Công ty hạ tầng"},
            "occupants": {"enterprise": scene.enterprise},
            "licences": {"number": "1/GP", "issued_on": day},
            "wastewater": {"state": "building", "on": day},
            "works": {"name": "Đường", "year": 2026, "source": "local"},
        }
        self.cluster_parts = {
            slug: add_part(KINDS[slug], scene.cluster, values, actor=officer).pk for slug, values in given.items()
        }
        self.cluster_parts["communes"] = scene.cluster.clustercommune_rows.get().pk
        lock_through(place.province, dt.date(2020, 1, 1), "Chốt", actor=people.leader)
        opened = ExceptionData(today, "Lũ", area=place.province, person=officer, progress=True)
        self.exception = open_exception(place.province, opened, actor=people.leader, code=codes.given(people.leader))
        administrator = people.administrator
        self.layout = change_layout(place.province, LayoutData(today, "Phân công ký"), actor=administrator)
        own = ReportTemplateData("docx", "Mẫu báo cáo", shipped(), "mau.docx")
        self.template = upload_report_template(place.province, own, actor=administrator)
        self.need = Need.objects.get()
        channel = ListItem.objects.get(kind="channel")
        held = CampaignData("Đã tổ chức", channel, today, held_on=today)
        self.campaign = create_campaign(place.province, held, actor=officer)
        self.channel = channel
        self.sent = sent(table(("Cơ sở mới", None, "Không rõ", "Xã Đồng Tiến", 5, "0912345679")), officer)
        assert self.sent.state == "checked", self.sent.fault

    def ids(self) -> dict[str, Any]:
        return {
            "brand_id": self.brand.public_id,
            "spearhead_id": self.spearhead.public_id,
            "entry_id": self.entry.public_id,
            "class_id": self.lesson.public_id,
            "trainee_id": self.trainee.public_id,
            "pair_id": self.pair.pk,
            "question_id": self.scene.question.public_id,
            "need_id": self.need.public_id,
            "policy_id": self.scene.policy.public_id,
            "campaign_id": self.campaign.public_id,
            "item_id": self.channel.pk,
            "import_id": self.sent.public_id,
            "exception_id": self.exception.public_id,
            "layout_id": self.layout.public_id,
            "template_id": self.template.public_id,
        }

    def bodies(self) -> dict[str, Writing]:
        return {
            **self._products(), **self._training(), **self._enterprises(), **self._clusters(), **self._outreach(),
            **self._look(),
        }  # fmt: skip

    def _look(self) -> dict[str, Writing]:
        administrator = self.scene.people.administrator
        layout = {
            "area": "42", "valid_from": "2030-01-01", "reason": "Đổi người ký", "kind": "programme-results",
            "parent_name": "x", "name": "x", "place": "x", "symbol": "/BC-SCT", "summary": "Báo cáo {kỳ}",
            "signer_titles": ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "signer_name": "x", "recipients": ["UBND tỉnh"],
            "annexed": False, "checked": True,
        }  # fmt: skip
        leader, officer = self.scene.people.leader, self.scene.people.officer
        opened = {
            "area": "42", "records": ["progress", "rosters", "clusters"], "person": str(officer.public_id),
            "until": str(clock.today()), "reason": "Lũ", "code": codes.digits(leader),
        }  # fmt: skip
        close = f"/lock-exceptions/{self.exception.public_id}/close/"
        at = f"/report-templates/{self.template.public_id}/withdraw/"
        return {
            "POST /report-layouts/": ("/report-layouts/", administrator, layout),
            "POST /lock-exceptions/": ("/lock-exceptions/", leader, opened),
            "POST /lock-exceptions/{exception_id}/close/": (close, leader, {"reason": "x"}),
            "POST /report-templates/{template_id}/withdraw/": (at, administrator, {"note": "x"}),
        }

    def _products(self) -> dict[str, Writing]:
        scene, people, today = self.scene, self.scene.people, str(clock.today())
        project, product = str(scene.local.public_id), f"/products/{scene.product.public_id}/"
        brand, round_ = f"/brands/{self.brand.public_id}/", f"/selection-rounds/{scene.round.public_id}/"
        scoring = f"/selection-rounds/{self.scoring.public_id}/"
        spearhead = {
            "programme": "KCDP-2021-2030", "area": "42", "name": "Mây tre", "document_no": "1/NQ",
            "document_on": today, "verified": "no", "note": "x", "projects": [project],
        }  # fmt: skip
        held = {
            "level": "PROVINCIAL", "year": 2026, "area": "42", "name": "Bình chọn khác", "organiser": "Sở",
            "region": "x", "decision_no": "1", "decision_on": today, "entries_until": today, "project": project,
        }  # fmt: skip
        one, two = scene.round.criteria.all()
        weights = [{"id": row.pk, "weight": "50.00", "max_score": "10.00"} for row in (one, two)]
        member = {"name": "Ủy viên", "title": "x", "role": "chair", "account": people.accountant.username}
        seat, criterion = self.scoring.council.get(user=None), self.scoring.criteria.all()[0]
        decided = {"entry": self.scored, "result": "recognised", "reason": "x"}
        paper = {"entry": self.scored, "number": "1", "issued_on": today, "valid_to": today}
        return {
            "POST /products/{product_id}/brands/": (
                f"{product}brands/", people.officer, {"name": "Nhãn", "project": project},
            ),
            "PUT /brands/{brand_id}/": (brand, people.officer, {"name": "Nhãn", "project": project, "version": 1}),
            "POST /brands/{brand_id}/steps/{step}/": (
                f"{brand}steps/file/", people.officer, {"number": "4", "on": today, "valid_to": today, "note": "x"},
            ),
            "POST /spearheads/": ("/spearheads/", people.officer, spearhead),
            "PUT /spearheads/{spearhead_id}/": (
                f"/spearheads/{self.spearhead.public_id}/", people.officer, {**spearhead, "version": 1},
            ),
            "POST /selection-rounds/": ("/selection-rounds/", people.officer, held),
            "PUT /selection-rounds/{round_id}/": (round_, people.officer, {**held, "version": 1}),
            "PUT /selection-rounds/{round_id}/council/": (
                f"{round_}council/", people.officer, {"members": [member], "criteria": weights, "version": 1},
            ),
            "PUT /selection-rounds/{round_id}/scores/": (
                f"{scoring}scores/", people.officer,
                {"member": seat.pk, "scores": [{"entry": self.scored, "criterion": criterion.pk, "value": "8.50"}]},
            ),
            "POST /selection-rounds/{round_id}/steps/{step}/": (
                f"{scoring}steps/decide_results/", people.leader,
                {"note": "x", "number": "7", "on": today, "results": [decided], "certificates": [paper]},
            ),
            "POST /selection-entries/": (
                "/selection-entries/", people.officer,
                {"round": str(scene.round.public_id), "product": str(self.other_product.public_id),
                 "registered_on": today, "from_entry": None},
            ),
            "POST /selection-entries/{entry_id}/remove/": (
                f"/selection-entries/{self.entry.public_id}/remove/", people.officer, {"note": "x"},
            ),
        }  # fmt: skip

    def _training(self) -> dict[str, Writing]:
        scene, officer, today = self.scene, self.scene.people.officer, str(clock.today())
        plain = f"/training-classes/{scene.training.public_id}/"
        lesson = f"/training-classes/{self.lesson.public_id}/"
        trainee = f"{lesson}trainees/{self.trainee.public_id}/"
        person = {**PERSON, "commune": scene.place.commune.uid, "certificate_on": today, "works_asked_on": today}
        return {
            "PUT /training-classes/{class_id}/": (
                plain, officer,
                {"subject": "Lớp", "kind": "other", "topic": "S1", "course": "x", "budget_line": "x",
                 "area": scene.place.commune.uid, "starts_on": today, "ends_on": today, "total": 2, "women": 1,
                 "version": 1},
            ),
            "PUT /training-classes/{class_id}/course/": (
                f"{plain}course/", officer,
                {"sessions": [{"on": today, "hours": "3.5", "topic": "x"}],
                 "trainers": [{"name": "A", "unit": "x", "topic": "x"}], "version": 1},
            ),
            "PUT /training-classes/{class_id}/roster/": (
                f"{plain}roster/", officer,
                {"needs_id": True, "id_reason": "x", "differs_reason": "x", "version": 1},
            ),
            "POST /training-classes/{class_id}/trainees/": (f"{lesson}trainees/", officer, {"trainees": [person]}),
            "POST /training-classes/{class_id}/trainees/look/": (f"{lesson}trainees/look/", officer, {"reason": "x"}),
            "PATCH /training-classes/{class_id}/trainees/{trainee_id}/": (trainee, officer, {**person, "version": 1}),
            "POST /training-classes/{class_id}/trainees/{trainee_id}/steps/{step}/": (
                f"{trainee}steps/apart/", officer, {"reason": "x"},
            ),
        }  # fmt: skip

    def _enterprises(self) -> dict[str, Writing]:
        scene, officer, today = self.scene, self.scene.people.officer, str(clock.today())
        one = f"/enterprises/{scene.enterprise.public_id}/"
        days = {"valid_from": today, "valid_to": today}
        parts = {
            "certificates": {"name": "ISO", "number": "1", "issuer": "x", **days},
            "contacts": {"person": "A", "position": "x", "phone": "1", "email": "a@example.vn", "purpose": "x"},
            "links": {"other": str(self.third.public_id), "kind": "buys", "what": "x", **days},
        }
        return {
            **self._parts("enterprises", "enterprise_id", one, parts, self.parts),
            "POST /enterprises/{enterprise_id}/{part}/{part_id}/remove/": (
                f"{one}certificates/{self.parts['certificates']}/remove/", officer, {},
            ),
            "POST /enterprises/{enterprise_id}/merges/": (
                f"{one}merges/", officer, {"gone": str(self.third.public_id), "take": ["name"], "note": "x"},
            ),
            "POST /enterprises/{enterprise_id}/undo-merge/": (
                f"/enterprises/{self.gone.public_id}/undo-merge/", officer, {},
            ),
            "POST /duplicates/{pair_id}/different/": (f"/duplicates/{self.pair.pk}/different/", officer, {}),
            "POST /imports/{import_id}/steps/{step}/": (
                f"/imports/{self.sent.public_id}/steps/mend/", officer,
                {"version": 1, "valid_only": True, "cells": [{"row": 2, "column": "kind", "text": "Hợp tác xã"}]},
            ),
        }  # fmt: skip

    def _parts(
        self, records: str, name: str, at: str, bodies: dict[str, dict[str, Any]], known: dict[str, int]
    ) -> dict[str, Writing]:
        found: dict[str, Writing] = {}
        for slug, body in bodies.items():
            path, officer = f"/{records}/{{{name}}}/{slug}/", self.scene.people.officer
            found[f"POST {path}"] = (f"{at}{slug}/", officer, body)
            found[f"PUT {path}{{part_id}}/"] = (f"{at}{slug}/{known[slug]}/", officer, body)
        return found

    def _clusters(self) -> dict[str, Writing]:
        scene, today = self.scene, str(clock.today())
        one = f"/clusters/{scene.cluster.public_id}/"
        days = {"valid_from": today, "valid_to": today, "note": "x"}
        parts: dict[str, dict[str, Any]] = {
            "communes": {"area": scene.place.other.uid, **days},
            "stages": {"stage": "OPERATING", "on": today, "decision_no": "1", "note": "x"},
            "investors": {"name": "A", "decision_no": "1", **days},
            "occupants": {"enterprise": str(self.other.public_id), "area_ha": "1.50", **days},
            "licences": {"number": "2", "issuer": "x", "issued_on": today, "valid_to": today, "note": "x"},
            "wastewater": {"state": "operating", "on": today, "capacity_m3": 500, "note": "x"},
            "works": {"name": "Điện", "year": 2026, "source": "local", "planned_vnd": 1, "spent_vnd": 1,
                      "project": str(scene.local.public_id), "note": "x"},
        }  # fmt: skip
        return {
            **self._parts("clusters", "cluster_id", one, parts, self.cluster_parts),
            "POST /clusters/{cluster_id}/{part}/{part_id}/remove/": (
                f"{one}works/{self.cluster_parts['works']}/remove/", scene.people.officer, {"note": "x"},
            ),
        }  # fmt: skip

    def _outreach(self) -> dict[str, Writing]:
        scene, officer, today = self.scene, self.scene.people.officer, str(clock.today())
        survey, advice = f"/survey-rounds/{scene.survey.public_id}/", f"/advice/{scene.advice.public_id}/"
        campaign, policy = f"/campaigns/{self.campaign.public_id}/", f"/policies/{scene.policy.public_id}/"
        audience = {"kinds": ["enterprise"], "communes": [scene.place.commune.uid]}
        question = {
            "text": "Bao nhiêu?", "kind": "number", "position": 2, "choices": [], "unit": "người", "help": "x",
            "required": False, "activity": None, "ended_on": today,
        }  # fmt: skip
        one = [str(scene.enterprise.public_id)]
        item = {"kind": "channel", "name": "Zalo", "days": None, "ended_on": today}
        return {
            "PUT /survey-rounds/{survey_id}/": (
                survey, officer,
                {**audience, "name": "Khảo sát", "starts_on": today, "ends_on": today, "closes_on": today, "note": "x",
                 "version": 1},
            ),
            "POST /survey-rounds/{survey_id}/questions/": (f"{survey}questions/", officer, question),
            "PUT /survey-rounds/{survey_id}/questions/{question_id}/": (
                f"{survey}questions/{scene.question.public_id}/", officer,
                {**question, "kind": "yes_no", "unit": "", "activity": f.activity().code, "version": 1},
            ),
            "POST /needs/{need_id}/draft/": (f"/needs/{self.need.public_id}/draft/", officer, {}),
            "POST /advice/{advice_id}/visits/": (
                f"{advice}visits/", officer, {"on": today, "visitor": "A", "finding": "x"},
            ),
            "PUT /policies/{policy_id}/": (
                policy, officer,
                {**audience, "title": "Tên khác", "document": "1/NQ", "summary": "x", "published": True,
                 "activities": [f.activity().code], "version": 1},
            ),
            "POST /policies/{policy_id}/told/": (
                f"{policy}told/", officer, {"enterprises": one, "channel": "Hội nghị", "on": today},
            ),
            "PUT /campaigns/{campaign_id}/": (
                campaign, officer,
                {**audience, "name": "Tên khác", "channel": "Hội nghị", "planned_on": today, "held_on": today,
                 "policy": str(scene.policy.public_id), "project": str(scene.local.public_id), "version": 1},
            ),
            "POST /campaigns/{campaign_id}/reached/": (f"{campaign}reached/", officer, {"enterprises": one}),
            "PUT /campaigns/{campaign_id}/people/": (
                f"{campaign}people/", officer, {"area": scene.place.commune.uid, "people": 5},
            ),
            "POST /outreach-lists/": ("/outreach-lists/", officer, item),
            "PUT /outreach-lists/{item_id}/": (
                f"/outreach-lists/{self.channel.pk}/", officer, {**item, "version": 1},
            ),
        }  # fmt: skip
