"""Every service of establishments, training, products, clusters, outreach and imports asks for the right first: pages
ask too, but programs and commands call the same functions."""

import ast
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from audit.models import Entry
from clusters import services as clusters
from core.errors import NotAllowed
from enterprises import duplicates, merging, parts
from enterprises import services as enterprises
from imports import services as imports
from imports.importers import importer_of
from outreach import advice, spreading
from outreach import services as outreach
from outreach.models import Need
from products import selections
from products import services as products
from products.models import Criterion
from programmes import listed
from tests import factories as f
from tests.clocks import Clock
from tests.imports.sheets import GOOD, sent, table, upload
from tests.outreach.scene import Survey, channel, topic
from tests.outreach.test_policies import document
from tests.products import making
from tests.training.people import class_of, enter, person
from training import rosters, subjects
from training import services as training

pytestmark = pytest.mark.django_db

MODULES = (
    *("enterprises/services", "enterprises/parts", "enterprises/merging", "enterprises/duplicates"),
    *("training/services", "training/rosters", "training/subjects", "products/services", "products/selections"),
    *("clusters/services", "outreach/services", "outreach/advice", "outreach/spreading", "imports/services"),
    "programmes/listed",
)
NOT_ASKED = {
    "training/rosters.erase": "the job that erases rosters, and nobody else",
    "outreach/advice.pass_on": "the hand-over, which asks for the right to it",
    "outreach/advice.projects_for": "a question; it gives what the person sees",
    "imports/services.drop": "whoever sent a file drops it, also without the right to store it",
}
DAY = dt.date(2026, 9, 10)


def services() -> set[str]:
    """Every public function of these modules that acts for somebody."""
    found = set()
    for module in MODULES:
        tree = ast.parse((Path(settings.BASE_DIR) / f"{module}.py").read_text(encoding="utf-8"))
        for one in tree.body:
            public = isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
            if public and "actor" in [argument.arg for argument in (*one.args.args, *one.args.kwonlyargs)]:
                found.add(f"{module}.{one.name}")
    return found


class Records:
    """One of each, and by the name of each service the call of it."""

    def __init__(self) -> None:
        survey = Survey()
        place, people = survey.place, survey.people
        self.people, officer, province = people, people.officer, survey.place.province
        here: Any = SimpleNamespace(province=province, area=place.commune, enterprise=survey.first)
        firm, other = survey.first, survey.second
        survey.round.questions.exclude(activity=None).update(required=False)
        outreach.save_sheet(survey.round, firm, survey.answers(), actor=officer)
        need, question = Need.objects.get(), survey.wants
        outreach.draft_from_need(need, actor=officer)  # it is there already: asking for it again is refused too
        asked = advice.ask_advice(firm, advice.AdviceData(topic(), "phone", "Máy nào?", DAY), actor=officer)
        policy_data = spreading.PolicyData("Hỗ trợ máy móc", document(), "Hỗ trợ mua máy")
        policy = spreading.create_policy(province, policy_data, actor=officer)
        campaign_data = spreading.CampaignData("Phiên", channel(), DAY)
        campaign = spreading.create_campaign(province, campaign_data, actor=officer)
        lesson = class_of(f.approved(place, people))
        one, two = enter(lesson, person(place), person(place, "Hai"), actor=officer)
        reason = "Theo quyết định"
        subject = subjects.add_subject(
            subjects.SubjectData("Chuyển đổi số", "management", province), reason, actor=people.administrator
        )
        product = making.product(place, people, "Bún khô", enterprise=other)
        brand = products.create_brand(product, products.BrandData("Bún"), actor=officer)
        round_ = making.scoring(place, people, making.product(place, people, "Nước mắm"))
        opened = making.round_(place, people, name="Đợt hai")
        entry = selections.enter_product(opened, product, DAY, actor=officer)
        spearhead = products.Spearhead.objects.create(programme=f.programme(place), province=province, name="Bưởi")
        cluster = clusters.create_cluster(clusters.ClusterData("CCN-1", "Cụm Một", province), actor=officer)
        communes = clusters.KINDS["communes"]
        commune = clusters.add_part(communes, cluster, {"area": place.commune}, actor=officer)
        part = next(iter(parts.PARTS.values()))
        twins = [f.enterprise(place, f"Công ty Sinh Đôi {number}") for number in (1, 2)]
        merged = merging.merge(*twins, {}, actor=officer)
        importer = importer_of("enterprises")
        assert importer is not None
        checked = sent(table(GOOD), officer)
        criterion = Criterion.objects.first()
        assert criterion is not None
        member = round_.council.first()
        assert member is not None
        foreign = f.enterprise(f.Place("40", "Nghệ An"), "Công ty Tỉnh Bạn")
        self.across = [(firm, foreign), (foreign, firm)]
        nothing: Any = SimpleNamespace(pk=0)
        calls: dict[str, Callable[[Any], Any]] = {
            "enterprises/services.create_enterprise": lambda a: enterprises.create_enterprise(
                enterprises.EnterpriseData("X", "enterprise", place.commune), actor=a
            ),
            "enterprises/services.change_enterprise": lambda a: enterprises.change_enterprise(
                firm, enterprises.EnterpriseData("X", "enterprise", place.commune), actor=a
            ),
            "enterprises/parts.save_part": lambda a: parts.save_part(firm, part, {}, actor=a),
            "enterprises/parts.remove_part": lambda a: parts.remove_part(firm, part, nothing, actor=a),
            "enterprises/merging.merge": lambda a: merging.merge(firm, other, {}, actor=a),
            "enterprises/merging.undo": lambda a: merging.undo(merged, actor=a),
            "enterprises/duplicates.call_different": lambda a: duplicates.call_different(firm, other, actor=a),
            "training/services.create_class": lambda a: training.create_class(lesson.project, nothing, actor=a),
            "training/services.change_class": lambda a: training.change_class(lesson, nothing, actor=a),
            "training/services.tell_course": lambda a: training.tell_course(lesson, [], [], actor=a),
            "training/rosters.add_trainees": lambda a: rosters.add_trainees(lesson, [person(place, "Ba")], actor=a),
            "training/rosters.change_trainee": lambda a: rosters.change_trainee(one, person(place, "Ba"), actor=a),
            "training/rosters.remove_trainee": lambda a: rosters.remove_trainee(one, reason, actor=a),
            "training/rosters.change_roster": lambda a: rosters.change_roster(
                lesson, needs_id=False, id_reason="", differs_reason="x", actor=a
            ),
            "training/rosters.look_at_id": lambda a: rosters.look_at_id(one, reason, actor=a),
            "training/rosters.look_at_roster": lambda a: rosters.look_at_roster(lesson, reason, actor=a),
            "training/rosters.export_roster": lambda a: rosters.export_roster(lesson, actor=a),
            "training/rosters.say_same": lambda a: rosters.say_same(one, two, reason, actor=a),
            "training/rosters.say_apart": lambda a: rosters.say_apart(one, reason, actor=a),
            "training/subjects.add_subject": lambda a: subjects.add_subject(
                subjects.SubjectData("Mới", "management", province), reason, actor=a
            ),
            "training/subjects.change_subject": lambda a: subjects.change_subject(
                subject, subjects.SubjectData("Khác", "management", province), reason, actor=a
            ),
            "training/subjects.count_from": lambda a: subjects.count_from(
                subjects.CountingData(f.indicator(), "people", ["new_skill"], [], DAY), reason, actor=a
            ),
            "training/subjects.keep_rosters_for": lambda a: subjects.keep_rosters_for(12, "no", "", reason, actor=a),
            "products/services.create_product": lambda a: products.create_product(here, actor=a),
            "products/services.change_product": lambda a: products.change_product(product, here, actor=a),
            "products/services.create_brand": lambda a: products.create_brand(
                product, products.BrandData("Hai"), actor=a
            ),
            "products/services.change_brand": lambda a: products.change_brand(brand, products.BrandData("Ba"), actor=a),
            "products/services.take_brand_step": lambda a: products.take_brand_step(
                brand, "file", actor=a, data={"number": "1", "on": DAY}
            ),
            "products/services.create_spearhead": lambda a: products.create_spearhead(here, actor=a),
            "products/services.change_spearhead": lambda a: products.change_spearhead(spearhead, here, actor=a),
            "products/selections.create_round": lambda a: selections.create_round(here, actor=a),
            "products/selections.change_round": lambda a: selections.change_round(opened, here, actor=a),
            "products/selections.set_council": lambda a: selections.set_council(opened, [], actor=a),
            "products/selections.enter_product": lambda a: selections.enter_product(opened, product, DAY, actor=a),
            "products/selections.remove_entry": lambda a: selections.remove_entry(entry, reason, actor=a),
            "products/selections.give_scores": lambda a: selections.give_scores(member, {}, actor=a),
            "products/selections.take_round_step": lambda a: selections.take_round_step(
                opened, "close_entries", actor=a
            ),
            "clusters/services.create_cluster": lambda a: clusters.create_cluster(
                clusters.ClusterData("CCN-2", "Cụm Hai", province), actor=a
            ),
            "clusters/services.change_cluster": lambda a: clusters.change_cluster(
                cluster, clusters.ClusterData("CCN-1", "Cụm", province), actor=a
            ),
            "clusters/services.add_part": lambda a: clusters.add_part(
                communes, cluster, {"area": place.other}, actor=a
            ),
            "clusters/services.change_part": lambda a: clusters.change_part(
                communes, commune, {"area": place.other}, actor=a
            ),
            "clusters/services.remove_part": lambda a: clusters.remove_part(communes, commune, reason, actor=a),
            "outreach/services.create_round": lambda a: outreach.create_round(
                province, outreach.RoundData("Mới", DAY, DAY, None), actor=a
            ),
            "outreach/services.change_round": lambda a: outreach.change_round(
                survey.round, outreach.RoundData("Mới", DAY, DAY, None), actor=a
            ),
            "outreach/services.add_question": lambda a: outreach.add_question(
                survey.round, outreach.QuestionData("Gì?", "text", 9), actor=a
            ),
            "outreach/services.change_question": lambda a: outreach.change_question(
                question, outreach.QuestionData("Gì?", "yes_no", 9), actor=a
            ),
            "outreach/services.save_sheet": lambda a: outreach.save_sheet(survey.round, other, {}, actor=a),
            "outreach/services.draft_from_need": lambda a: outreach.draft_from_need(need, actor=a),
            "outreach/services.store_item": lambda a: outreach.store_item("channel", "Loa", None, actor=a),
            "outreach/advice.ask_advice": lambda a: advice.ask_advice(
                firm, advice.AdviceData(topic(), "phone", "Gì?", DAY), actor=a
            ),
            "outreach/advice.assign": lambda a: advice.assign(asked, people.officer, actor=a),
            "outreach/advice.visit": lambda a: advice.visit(asked, DAY, "Ai", "Gì", actor=a),
            "outreach/advice.take_step": lambda a: advice.take_step(
                asked, "answer", actor=a, data={"answer": "x", "on": DAY}
            ),
            "outreach/spreading.create_policy": lambda a: spreading.create_policy(province, policy_data, actor=a),
            "outreach/spreading.change_policy": lambda a: spreading.change_policy(policy, policy_data, actor=a),
            "outreach/spreading.add_file": lambda a: spreading.add_file(policy, nothing, "Tờ rơi", actor=a),
            "outreach/spreading.remove_file": lambda a: spreading.remove_file(policy, 0, actor=a),
            "outreach/spreading.tell": lambda a: spreading.tell(policy, [firm], channel(), DAY, actor=a),
            "outreach/spreading.create_campaign": lambda a: spreading.create_campaign(province, campaign_data, actor=a),
            "outreach/spreading.change_campaign": lambda a: spreading.change_campaign(campaign, campaign_data, actor=a),
            "outreach/spreading.reach": lambda a: spreading.reach(campaign, [firm], actor=a),
            "outreach/spreading.count_people": lambda a: spreading.count_people(campaign, place.commune, 3, actor=a),
            "imports/services.send": lambda a: imports.send(importer, upload(table(GOOD)), "", actor=a),
            "imports/services.mend": lambda a: imports.mend(checked, {}, actor=a, version=checked.version),
            "imports/services.confirm": lambda a: imports.confirm(
                checked, valid_only=False, actor=a, version=checked.version
            ),
            "imports/services.undo": lambda a: imports.undo(checked, actor=a),
            "programmes/listed.add_row": lambda a: listed.add_row(Criterion, {"name": "Mới"}, actor=a),
            "programmes/listed.change_row": lambda a: listed.change_row(criterion, {"name": "Khác"}, actor=a),
        }
        self.calls = calls


@pytest.fixture
def records(db: None, clock: Clock) -> Records:
    clock.set("2026-09-15 08:00")
    return Records()


def test_every_service_refuses_whoever_may_not_before_it_does_anything(records: Records) -> None:
    assert services() == {*records.calls, *NOT_ASKED}
    written = Entry.objects.count()
    for name, call in records.calls.items():
        for actor in (records.people.accountant, records.people.ministry):
            with pytest.raises(NotAllowed):
                call(actor)
                pytest.fail(name)
    assert Entry.objects.count() == written


def test_both_establishments_must_be_ones_own(records: Records) -> None:
    officer = records.people.officer
    for one, other in records.across:
        with pytest.raises(NotAllowed):
            duplicates.call_different(one, other, actor=officer)
        with pytest.raises(NotAllowed):
            merging.merge(one, other, {}, actor=officer)
