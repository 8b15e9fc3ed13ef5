"""Files of policies, and letters about them: once, only where agreed to, never to who was told."""

from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.errors import Invalid, NotAllowed, WrongState
from enterprises.parts import PARTS, save_part
from jobs.services import work_once
from outreach import letters, spreading
from outreach.models import Policy, PolicyFile, PolicyLetter, Reached
from tests import factories as f
from tests.clocks import Clock
from tests.outreach.scene import Survey, channel, signed_in
from tests.outreach.test_policies import policy_of

pytestmark = pytest.mark.django_db
PAGE = "https://khuyencong.example.vn/chinh-sach/1/"


@pytest.fixture(autouse=True)
def today(clock: Clock, settings: Any) -> None:
    clock.set("2026-09-15")
    settings.EMAIL_HOST = "mail.example.vn"


@pytest.fixture
def survey(db: None) -> Survey:
    return Survey()


@pytest.fixture
def policy(survey: Survey) -> Policy:
    return policy_of(survey, published=True)


def contact(survey: Survey, enterprise: Any, email: str = "co-so@example.vn", consents: bool = True) -> Any:
    values = {"person": "Trần Minh Họa", "email": email, "consents": consents, "purpose": "Chính sách"}
    return save_part(enterprise, PARTS["contacts"], values, actor=survey.people.officer)


def work() -> None:
    while work_once():
        pass


def test_letter_goes_once_to_who_agreed_and_others_are_called(survey: Survey, policy: Policy) -> None:
    contact(survey, survey.first)
    contact(survey, survey.second, consents=False)
    contact(survey, survey.third, "ba@example.vn")
    spreading.tell(policy, [survey.third], channel(), survey.round.starts_on, actor=survey.people.officer)
    by_mail = channel("Thư điện tử")
    assert letters.write(policy, by_mail, PAGE, actor=survey.people.officer) == 1
    work()
    (letter,) = mail.outbox
    assert letter.to == ["co-so@example.vn"] and PAGE in letter.body and policy.title in letter.subject
    reached = Reached.objects.get(policy=policy, enterprise=survey.first)
    assert (reached.channel, reached.told_by) == (by_mail, survey.people.officer)
    assert letters.write(policy, by_mail, PAGE, actor=survey.people.officer) == 0
    work()
    assert len(mail.outbox) == 1
    client = signed_in(survey.people.officer)
    shown = client.get(reverse("outreach:policy", args=[policy.public_id]), {"state": "call"}).context["page"]
    assert list(shown) == [survey.second]  # without consent: called


def test_consent_or_policy_taken_back_before_the_letter_goes_stops_it(survey: Survey, policy: Policy) -> None:
    row = contact(survey, survey.first)
    assert letters.write(policy, channel(), PAGE, actor=survey.people.officer) == 1
    values = {name: getattr(row, name) for name in PARTS["contacts"].fields} | {"consents": False}
    save_part(survey.first, PARTS["contacts"], values, actor=survey.people.officer, row=row)
    work()
    assert not mail.outbox and not PolicyLetter.objects.exists() and not Reached.objects.exists()
    save_part(survey.first, PARTS["contacts"], values | {"consents": True}, actor=survey.people.officer, row=row)
    assert letters.write(policy, channel(), PAGE, actor=survey.people.officer) == 1  # as if none was asked for
    work()
    assert len(mail.outbox) == 1


def test_letters_need_a_right_a_server_and_a_policy_that_is_shown(
    survey: Survey, policy: Policy, settings: Any
) -> None:
    contact(survey, survey.first)
    for who in (survey.people.leader, survey.people.collaborator):
        with pytest.raises(NotAllowed):
            letters.write(policy, channel(), PAGE, actor=who)
    settings.EMAIL_HOST = ""
    with pytest.raises(WrongState):
        letters.write(policy, channel(), PAGE, actor=survey.people.officer)
    settings.EMAIL_HOST = "mail.example.vn"
    Policy.objects.update(published=False)
    with pytest.raises(WrongState):
        letters.write(policy, channel(), PAGE, actor=survey.people.officer)
    assert not PolicyLetter.objects.exists()


def test_nobody_agrees_without_an_address(survey: Survey) -> None:
    with pytest.raises(Invalid) as refused:
        contact(survey, survey.first, email="")
    assert "email" in refused.value.fields


def test_officer_sends_the_letters_from_the_page_once(survey: Survey, policy: Policy) -> None:
    contact(survey, survey.first)
    url = reverse("outreach:policy", args=[policy.public_id])
    client = signed_in(survey.people.officer)
    sent = {"what": "letters", "form_key": str(f.new_uuid()), "channel": channel().pk}
    assert [client.post(url, sent).status_code for _time in range(2)] == [302, 302]
    work()
    assert len(mail.outbox) == 1 and reverse("public:policy", args=[policy.public_id]) in mail.outbox[0].body
    assert signed_in(survey.people.collaborator).post(url, sent).status_code == 403


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("nq.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF", "application/pdf")


def test_file_of_a_policy_is_read_by_everybody_once_it_is_published(survey: Survey) -> None:
    policy = policy_of(survey)
    url = reverse("outreach:policy", args=[policy.public_id])
    client = signed_in(survey.people.officer)
    typed = {"what": "file", "form_key": str(f.new_uuid()), "title": "Toàn văn nghị quyết", "file": pdf()}
    assert client.post(url, typed).status_code == 302
    row = PolicyFile.objects.get()
    inside = reverse("outreach:policy_file", args=[policy.public_id, row.pk])
    outside = reverse("public:policy_file", args=[policy.public_id, row.pk])
    assert client.get(inside)["Content-Type"] == "application/pdf"
    assert Client().get(outside).status_code == 404 and Client().get(inside).status_code == 302
    assert signed_in(f.stranger()).get(inside).status_code == 404
    Policy.objects.update(published=True)
    assert Client().get(outside)["Content-Type"] == "application/pdf"
    assert "Toàn văn nghị quyết" in Client().get(reverse("public:policy", args=[policy.public_id])).content.decode()
    wrong = {**typed, "form_key": str(f.new_uuid()), "file": SimpleUploadedFile("a.pdf", b"MZ" * 99)}
    assert client.post(url, wrong).status_code == 422
    assert client.post(url, {"what": "remove_file", "pk": row.pk}).status_code == 302
    assert not PolicyFile.objects.exists() and Client().get(outside).status_code == 404
