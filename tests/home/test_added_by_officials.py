"""A new kind of establishment, question, criterion, training subject, norm and deadline: entered by an official on a
page, with audit, and used at once. Nothing of it is code."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from enterprises.models import Enterprise
from products.models import SelectionRound
from programmes.norms import norm_for
from projects.models import Project
from projects.procedure import deadline_of
from tests import factories as f
from tests.clocks import Clock
from tests.outreach.scene import Survey
from tests.products import making
from training.models import TrainingClass

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(db: None, clock: Clock) -> Survey:
    clock.set("2026-09-15 08:00")
    return Survey()


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def test_officials_add_six_kinds_of_things_on_pages_and_they_are_used(survey: Survey) -> None:
    place, people = survey.place, survey.people
    administrator, officer = browser(people.administrator), browser(people.officer)
    activity, province = survey.activity, str(place.province.pk)
    activity.norm_code = "MACHINE"
    activity.save()

    def add(client: Client, url: str, seen: str, **typed: Any) -> None:
        """Type it into the form that the page shows; it is stored, and the trail says by whom."""
        shown = client.get(url)
        assert shown.status_code == 200, url
        assert 'name="form_key"' in shown.content.decode()
        before = Entry.objects.count()
        answer = client.post(url, {"form_key": str(f.new_uuid()), **typed})
        assert answer.status_code == 302, answer.context["form"].errors
        entry = Entry.objects.order_by("-pk").first()
        assert entry is not None and Entry.objects.count() == before + 1
        assert (entry.action, entry.channel) == ("create", "page") and entry.actor_id
        assert seen in client.get(answer["Location"]).content.decode()

    def rule(slug: str) -> str:
        return reverse("programmes:rule_new", args=[slug])

    of_rules = {"area": province, "valid_from": "01/09/2026", "legal_basis": "9/2026/QĐ-UBND", "reason": "Mới ban hành"}
    of_rules |= {"verified": "yes"}

    # A kind of establishment: an establishment of it is entered and found.
    add(administrator, rule("kinds"), "Liên hiệp hợp tác xã", name="Liên hiệp hợp tác xã", **of_rules)
    url = reverse("enterprises:new")
    kinds = officer.get(url).context["form"].fields["kind"].choices
    code = next(code for code, words in kinds if words == "Liên hiệp hợp tác xã")
    firm = {"name": "Liên hiệp HTX Nông sản Minh Họa", "kind": code, "area": place.commune.uid}
    assert officer.post(url, {**firm, "form_key": str(f.new_uuid())}).status_code == 302
    row = Enterprise.objects.get(name=firm["name"])
    assert row.get_kind_display() == "Liên hiệp hợp tác xã"
    assert firm["name"] in officer.get(reverse("enterprises:list"), {"kind": code}).content.decode()

    # A question: the collaborator's sheet asks it.
    asked = "Có cần tư vấn sản xuất sạch hơn?"
    url = reverse("outreach:question_new", args=[survey.round.public_id])
    add(officer, url, asked, text=asked, kind="yes_no", position="9")
    sheet = reverse("outreach:sheet", args=[survey.round.public_id, survey.first.public_id])
    assert asked in browser(people.collaborator).get(sheet).content.decode()

    # A criterion: the next round of selections is judged by it.
    levels = making.lists()
    url = reverse("products:list_row", args=["criteria", 0])
    add(administrator, url, "Thân thiện môi trường", name="Thân thiện môi trường", position="5", verified="no")
    round_ = {"level": levels["PROVINCIAL"].pk, "province": province, "year": 2026, "name": "Bình chọn 2026"}
    round_ |= {"organiser": "Sở Công Thương", "form_key": str(f.new_uuid())}
    assert officer.post(reverse("products:round_new"), round_).status_code == 302
    assert SelectionRound.objects.get().criteria.filter(name="Thân thiện môi trường").exists()

    # A subject of training: a class is held in it.
    subject = {"what": "subject", "name": "Chuyển đổi số", "kind": "management", "verified": "no", "reason": "Kế hoạch"}
    add(administrator, reverse("training:subjects"), "Chuyển đổi số", area=province, **subject)
    project = f.approved(place, people)
    url = reverse("training:new", args=[project.public_id])
    topic = next(
        one for one in officer.get(url).context["form"].fields["topic"].queryset if str(one) == "Chuyển đổi số"
    )
    lesson = {"subject": "Lớp 1", "kind": "management", "topic": topic.pk, "area": place.commune.uid}
    lesson |= {"starts_on": "20/09/2026", "ends_on": "21/09/2026", "form_key": str(f.new_uuid())}
    assert officer.post(url, lesson).status_code == 302
    assert TrainingClass.objects.get().topic == topic

    # A norm and a deadline: they hold from their day on, and not before.
    norm = {"source": "local", "code": "MACHINE", "activity_text": "Máy móc", "unit": "cơ sở", "cap_scope": "unknown"}
    add(administrator, rule("norms"), "300.000.000", ceiling_amount_vnd="300.000.000", **norm, **of_rules)
    found = norm_for(activity, "local", place.province, dt.date(2026, 9, 15))
    assert found.norm is not None and found.norm.ceiling_amount_vnd == 300_000_000
    assert norm_for(activity, "local", place.province, dt.date(2026, 8, 31)).norm is None
    step = {"source": "local", "step": "appraise", "deadline_day": "30", "deadline_month": "10", "deadline_years": "0"}
    add(administrator, rule("steps"), "30/10", **step, **of_rules)
    project = Project.objects.get(pk=project.pk)
    assert deadline_of(project, "appraise") == dt.date(project.year, 10, 30)
