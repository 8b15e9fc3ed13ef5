"""Two ways through a browser: a roster moves the target, in which a person counts once, and a selection goes from its
round to the certificates."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from products.models import SelectionRound
from programmes.models import Target
from tests import factories as f
from tests.browser.desks import says
from tests.browsers import Browser, sideways_scroll
from tests.clocks import Clock
from tests.products import making
from tests.training.people import class_of
from training import subjects

pytestmark = [pytest.mark.needs_browser, pytest.mark.django_db(transaction=True)]

# As copied from Excel, with its head row.
LIST = "STT\tHọ và tên\tGiới tính\tNăm sinh\tXã\n1\tNguyễn Thị Hòa\tnữ\t1985\t{0}\n2\tTrần Văn Đức\tnam\t1990\t{0}"
AGAIN = "Họ và tên\tGiới tính\tNăm sinh\tXã\nNGUYỄN THỊ HOÀ\tNữ\t1985\t{0}\nLê Thị Thắm\tnữ\t1992\t{0}"


@pytest.fixture
def place(browser: Browser, clock: Clock) -> f.Place:
    clock.set("2026-09-15")
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def press(page: Any, message: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=says(message), exact=True).click()
    assert sideways_scroll(page) == 0, page.url


def test_roster_moves_the_target_and_a_person_counts_once(place: f.Place, people: f.People, browser: Browser) -> None:
    project = f.approved(place, people)
    trained = f.indicator("HT25_TRAIN", name="Lao động được đào tạo", unit="người", training_kinds="new_skill upgrade")
    data = subjects.CountingData(trained, "people", ["new_skill", "upgrade"], [], dt.date(2026, 1, 1))
    subjects.count_from(data, "Theo chương trình", actor=people.administrator)
    Target.objects.create(programme=project.programme, indicator=trained, low=100, verified="yes")
    classes = [class_of(project), class_of(project, subject="Mây tre đan nâng cao", kind="upgrade")]
    page: Any = browser.page(user=people.officer, permissions=["clipboard-read", "clipboard-write"])
    for row, text in zip(classes, (LIST, AGAIN), strict=True):
        page.goto(reverse("training:roster", args=[row.public_id]))
        page.evaluate("text => navigator.clipboard.writeText(text)", text.format(place.commune.full_name))
        page.locator("[data-kc-col]").first.focus()
        page.keyboard.press("Control+V")
        expect(page.locator("[data-kc-grid-told]")).to_have_text("Đã dán 2 dòng.")
        press(page, "Put on the roster")
        expect(page.locator("tbody th[scope=row]").get_by_role("link")).to_have_count(2)
    browser.screenshot(page, "roster")
    page.goto(reverse("home:dashboard"))
    with page.expect_navigation():
        page.locator("main a[href*='/targets/']").first.click()
    said = page.locator(".kc-stats").all_inner_texts()
    assert re.search(r"Đã đạt\s+3\b", said[0])
    assert re.search(r"Lượt học viên\s+4\b.*Số người\s+3\b", said[1], re.DOTALL)
    browser.screenshot(page, "target")
    expect(page.locator("tfoot td")).to_have_text("3")
    adds = page.locator("tbody td:last-child")
    assert sorted(adds.all_inner_texts()) == ["1", "2"]
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=says("Show the classes")).click()
    for row in classes:
        expect(page.get_by_role("link", name=row.subject, exact=True)).to_be_visible()


def test_selection_goes_from_its_round_to_the_certificates(place: f.Place, people: f.People, browser: Browser) -> None:
    levels = making.lists()
    names = ("Bún khô Đồng Tiến", "Nước mắm Kỳ Xuân")
    for name in names:
        making.product(place, people, name)
    office: Any = browser.page(user=people.officer, width=390, height=844, has_touch=True)
    office.goto(reverse("products:round_new"))
    office.get_by_label(says("Level"), exact=True).select_option(str(levels["PROVINCIAL"].pk))
    for field, value in {"year": "2026", "name": "Bình chọn sản phẩm 2026", "organiser": "Sở Công Thương"}.items():
        office.locator(f"main [name={field}]").fill(value)
    press(office, "Save")
    row = SelectionRound.objects.get()
    with office.expect_navigation():
        office.get_by_role("link", name=says("Enter a product for the selection")).first.click()
    for name in names:
        office.locator("main [name=product]").select_option(label=f"{name} · Cơ sở {name}")
        office.locator("main [name=registered_on]").fill("02/09/2026")
        press(office, "Save")
    browser.screenshot(office, "all-entered")
    with office.expect_navigation():
        office.locator(".kc-crumbs").get_by_role("link", name=row.name).click()
    with office.expect_navigation():
        office.get_by_role("link", name=says("Set council and weights")).click()
    one, two = row.criteria.all()
    office.locator("main [name=name-0]").fill("Ủy viên A")
    for criterion, weight in ((one, "60"), (two, "30")):
        office.locator(f"main [name=weight-{criterion.pk}]").fill(weight)
        office.locator(f"main [name=max-{criterion.pk}]").fill("10")
    press(office, "Save")
    expect(office.locator("[data-kc-errors]")).to_be_focused()  # 90 % in all
    browser.screenshot(office, "weights-wrong")
    office.locator(f"main [name=weight-{two.pk}]").fill("40")
    press(office, "Save")
    for _step in ("close_entries", "begin_scoring"):
        with office.expect_navigation():
            office.locator(".kc-columns__first a.btn-primary").first.click()
        with office.expect_navigation():
            office.locator("main form .btn-primary").click()
    with office.expect_navigation():
        office.get_by_role("link", name="Ủy viên A").click()
    for number, field in enumerate(office.locator("main input[name^=score-]").all()):
        field.fill(("9", "8", "7", "7,5")[number])
    with office.expect_navigation():
        office.locator("main form .btn-primary").click()
    browser.screenshot(office, "scored")
    leader: Any = browser.page(user=people.leader)
    leader.goto(reverse("products:round", args=[row.public_id]))
    with leader.expect_navigation():
        leader.locator(".kc-columns__first a.btn-primary").first.click()
    leader.locator("main [name=number]").fill("9/QĐ-UBND")
    leader.locator("main [name=on]").fill("10/09/2026")
    for choice in leader.locator("main select[name^=result-]").all():
        choice.select_option("recognised")
    browser.screenshot(leader, "results")
    with leader.expect_navigation():
        leader.locator("main form .btn-primary").click()
    office.reload()
    with office.expect_navigation():
        office.locator(".kc-columns__first a.btn-primary").first.click()
    for number, field in enumerate(office.locator("main input[name^=number-]").all()):
        field.fill(f"{number + 1}/GCN-SCT")
    for field in office.locator("main input[name^=issued_on-]").all():
        field.fill("12/09/2026")
    with office.expect_navigation():
        office.locator("main form .btn-primary").click()
    expect(office.get_by_text(says("The selection is over."))).to_be_visible()
    browser.screenshot(office, "certified")
    assert sideways_scroll(office) == 0
    office.goto(reverse("products:results"))
    browser.screenshot(office, "results-phone")
    with office.expect_navigation():
        office.locator("main a[href*='what=certified']").first.click()
    for name in names:
        expect(office.get_by_role("link", name=name).first).to_be_visible()
