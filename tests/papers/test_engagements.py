"""An auditor's work: a scope, every payment in it with all its papers, and samples drawn by chance that stay."""

import hashlib
import io
import re
import zipfile
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit import words
from audit.models import Entry
from core import clock
from core.errors import Invalid, NotAllowed, WrongState
from core.models import Source
from files.services import store_bytes
from funding.services import Voucher, pay
from papers import archive
from papers.engagements import (
    EngagementData,
    close_engagement,
    draw_sample,
    drawn,
    open_engagement,
    payments_of,
)
from papers.models import Engagement, Sample
from projects.models import Decision, Project
from tests import factories
from tests.projects import lives


@pytest.fixture
def paid(place: factories.Place, people: factories.People) -> list[Project]:
    """Two projects with three payments, and a scan of each decision."""
    rows = []
    for number in range(2):
        owner = factories.enterprise(place, f"Cơ sở {number}")
        row = lives.in_state("in_progress", place, people, beneficiaries=[owner], name=f"Đề án {number}")
        for amount in (10_000_000, 20_000_000, 50_000_000):
            voucher = Voucher(f"PC-{number}-{amount // 10**6}", clock.today())
            pay(row, Source.LOCAL, "payment", amount, voucher, actor=people.accountant)
        decision = Decision.objects.get(project=row)
        decision.file = store_bytes(f"%PDF-1.7 {number}".encode(), "application/pdf")
        decision.save()
        rows.append(row)
    return rows


def opened(place: factories.Place, people: factories.People, **fields: Any) -> Engagement:
    day = clock.today()
    values = {
        "name": "Kiểm toán kinh phí 2026",
        "starts_on": day,
        "ends_on": day.replace(month=12),
        "year_from": 2026,
        "year_to": 2026,
        "auditors": [people.auditor],
        **fields,
    }
    return open_engagement(place.province, EngagementData(**values), actor=people.leader)


@pytest.mark.django_db
def test_the_scope_holds_the_payments_of_its_years_and_projects(
    paid: list[Project], place: factories.Place, people: factories.People
) -> None:
    assert payments_of(opened(place, people)).count() == 6
    assert payments_of(opened(place, people, projects=paid[:1])).count() == 3
    assert not payments_of(opened(place, people, year_from=2024, year_to=2025)).exists()


@pytest.mark.django_db
def test_only_a_leader_opens_for_auditors_of_the_province(place: factories.Place, people: factories.People) -> None:
    day = clock.today()
    data = EngagementData("Kiểm toán", day, day, 2026, 2026, [people.auditor])
    for person in people.all().values():
        if person != people.leader:
            with pytest.raises(NotAllowed):
                open_engagement(place.province, data, actor=person)
    for wrong, field in (
        ({"auditors": [people.officer]}, "auditors"),
        ({"auditors": []}, "auditors"),
        ({"auditors": [factories.stranger("auditor")]}, "auditors"),
        ({"ends_on": day.replace(month=1)}, "ends_on"),
        ({"year_to": 2020}, "year_to"),
        ({"name": " "}, "name"),
    ):
        with pytest.raises(Invalid) as caught:
            opened(place, people, **wrong)
        assert list(caught.value.fields) == [field]


@pytest.mark.django_db
def test_a_sample_is_kept_and_anybody_can_draw_it_again(
    paid: list[Project], place: factories.Place, people: factories.People
) -> None:
    row = opened(place, people)
    sample = draw_sample(row, 4, actor=people.auditor)
    keys = list(payments_of(row).values_list("pk", flat=True))
    chosen = set(sample.entries.values_list("pk", flat=True))
    assert (sample.size, sample.drawn_from, len(chosen)) == (4, 6, 4)
    assert chosen == set(drawn(keys, 4, sample.seed))
    assert set(drawn(keys, 6, sample.seed)) == set(drawn(keys, 100, sample.seed)) == set(keys)
    large = draw_sample(row, 100, least_vnd=50_000_000, actor=people.auditor)
    assert set(large.entries.values_list("amount_vnd", flat=True)) == {50_000_000} and large.size == 2
    actions = Entry.objects.about(row).values_list("action", "changes")
    assert {action for action, _changes in actions} <= set(words.ACTIONS)
    assert {name for _action, changes in actions for name in changes} <= set(words.FIELDS)


def test_each_payment_is_as_likely_as_any_other() -> None:
    counts = dict.fromkeys(range(10), 0)
    for seed in range(2000):
        for key in drawn(list(range(10)), 3, f"{seed:04d}"):
            counts[key] += 1
    assert all(500 < count < 700 for count in counts.values())


@pytest.mark.django_db
def test_samples_are_drawn_by_its_auditors_in_its_days_alone(
    paid: list[Project], place: factories.Place, people: factories.People, clock: Any
) -> None:
    row = opened(place, people)
    colleague = factories.user("kiemtoan3", "auditor", place.province)  # an auditor here, not of this audit
    for person in [*people.all().values(), factories.stranger("auditor"), colleague]:
        if person != people.auditor:
            with pytest.raises(NotAllowed):
                draw_sample(row, 1, actor=person)
    for size in (0, 201):
        with pytest.raises(Invalid):
            draw_sample(row, size, actor=people.auditor)
    clock.set("2026-12-16")
    with pytest.raises(WrongState):
        draw_sample(row, 1, actor=people.auditor)
    clock.set("2026-09-15")
    draw_sample(row, 1, actor=people.auditor)
    close_engagement(row, "Xong", actor=people.leader)
    with pytest.raises(WrongState):
        draw_sample(row, 1, actor=people.auditor)
    with pytest.raises(WrongState):
        close_engagement(row, "Xong", actor=people.leader)


@pytest.mark.django_db
def test_the_sample_comes_with_its_files_and_a_true_index(
    paid: list[Project], place: factories.Place, people: factories.People
) -> None:
    row = draw_sample(opened(place, people, projects=paid[:1]), 2, actor=people.auditor)
    content = archive.sample_file(row).read()
    assert archive.sample_file(row).read() == content
    box = zipfile.ZipFile(io.BytesIO(content))
    assert all(name.startswith((f"{paid[0].code}/", "00 ", "01 ")) for name in box.namelist())
    book = CalamineWorkbook.from_filelike(io.BytesIO(box.read(archive.PAYMENTS))).get_sheet_by_index(0).to_python()
    listed = {line[1] for line in book if str(line[1]).startswith("PC-")}
    assert listed == set(row.entries.values_list("document_no", flat=True))
    book = CalamineWorkbook.from_filelike(io.BytesIO(box.read(archive.FILES))).get_sheet_by_index(0).to_python()
    files = {line[4]: line[5] for line in book if str(line[4]).endswith(".pdf")}
    assert files and set(files) == {name for name in box.namelist() if name.endswith(".pdf")}
    for name, sha256 in files.items():
        assert hashlib.sha256(box.read(name)).hexdigest() == sha256


@pytest.mark.django_db
def test_from_a_payment_every_paper_is_reached_in_four_clicks(
    paid: list[Project], place: factories.Place, people: factories.People
) -> None:
    """The list of audits, the audit, the project of the payment, the scan; and the papers made of it in one more."""
    row = opened(place, people)
    client = lives.browser(people.auditor)

    def follow(page: Any, url: str) -> Any:
        assert f'href="{url}"' in page.text, url
        return client.get(url)

    page = follow(client.get(reverse("papers:engagements")), reverse("papers:engagement", args=[row.public_id]))
    assert "PC-0-10" in page.text
    page = follow(page, reverse("projects:detail", args=[paid[0].public_id]))
    decision = Decision.objects.get(project=paid[0])
    assert follow(page, reverse("projects:file", args=[paid[0].public_id, decision.pk])).status_code == 200
    page = follow(page, reverse("papers:project", args=[paid[0].public_id]))
    assert follow(page, reverse("papers:whole_file", args=[paid[0].public_id])).status_code == 200


@pytest.mark.django_db
def test_an_audit_is_opened_drawn_from_and_closed_on_its_pages(
    paid: list[Project], place: factories.Place, people: factories.People
) -> None:
    leader, auditor = lives.browser(people.leader), lives.browser(people.auditor)

    def send(client: Any, url: str, **fields: Any) -> Any:
        key = client.get(url).context["form"]["form_key"].value()
        return client.post(url, {"form_key": key, **fields})

    url = reverse("papers:engagement_new")
    fields = {
        "name": "Thanh tra tỉnh 2026",
        "auditors": [people.auditor.pk],
        "starts_on": "01/09/2026",
        "ends_on": "31/12/2026",
        "year_from": 2026,
        "year_to": 2026,
    }
    refused = send(leader, url, **fields, codes="KCDP-2026-999")
    assert refused.status_code == 422 and "KCDP-2026-999" in refused.context["form"].errors["codes"][0]
    assert send(leader, url, **fields, codes=f"{paid[0].code.lower()}, {paid[1].code}").status_code == 302
    row = Engagement.objects.get()
    assert row.projects.count() == 2
    answer = send(auditor, reverse("papers:sample_new", args=[row.public_id]), size="3", least_vnd="20.000.000")
    sample = Sample.objects.get()
    assert answer["Location"] == reverse("papers:sample", args=[sample.public_id])
    assert len(re.findall(r"PC-\d-\d+</th>", auditor.get(answer["Location"]).text)) == 3
    file = auditor.get(reverse("papers:sample_file", args=[sample.public_id]))
    assert zipfile.ZipFile(io.BytesIO(file.getvalue())).testzip() is None
    assert send(leader, reverse("papers:engagement_close", args=[row.public_id]), note="Xong").status_code == 302
    assert auditor.get(reverse("papers:sample_new", args=[row.public_id])).status_code == 409


@pytest.mark.django_db
def test_nobody_sees_an_audit_but_its_auditors_and_the_department(
    paid: list[Project], place: factories.Place, people: factories.People
) -> None:
    row = opened(place, people)
    sample = draw_sample(row, 1, actor=people.auditor)
    another = factories.user("kiemtoan2", "auditor", place.province)
    urls = [
        reverse("papers:engagement", args=[row.public_id]),
        reverse("papers:sample", args=[sample.public_id]),
        reverse("papers:sample_file", args=[sample.public_id]),
    ]
    may = {"canbo", "lanhdao", "ketoan", "kiemtoan"}
    for person in [*people.all().values(), another, factories.stranger("leader")]:
        for url in urls:
            expected = 200 if person.username in may else 404
            assert lives.browser(person).get(url).status_code == expected, (person.username, url)
