"""The pages of projects in a browser: a report from a phone with photos, amounts read back, beneficiaries searched."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.money import parse_vnd
from files.services import path_of
from projects.models import ProgressPhoto, ProgressUpdate, Project
from projects.models import ProjectState as S
from tests import factories
from tests.browsers import axe_findings, sideways_scroll
from tests.processes import wait_until
from tests.projects.lives import in_state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(transactional_db: None, place: factories.Place, people: factories.People) -> Project:
    return in_state(S.IN_PROGRESS, place, people)


def findings(page: Any) -> list[str]:
    """What axe says of the page; the bar above it has tests of its own."""
    return [line for line in axe_findings(page) if "kc-drop" not in line]


def becomes(page: Any, expression: str) -> None:
    """Wait until it is true. (Playwright's own way of waiting is stopped by the content security policy.)"""
    wait_until(lambda: page.wait_for_timeout(50) or page.evaluate(expression), what=expression)


def photo(folder: Path, name: str, size: tuple[int, int], mode: str = "RGB") -> str:
    """A photo as a phone takes it: larger than needed, with the place in it."""
    image = Image.effect_noise(size, 60).convert(mode)
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (18.0, 21.0, 30.0), 3: "E", 4: (105.0, 54.0, 12.0)})
    path = folder / name
    image.save(path, exif=exif)
    return str(path)


def test_collaborator_reports_with_photos_from_a_phone(
    people: Any, project: Project, browser: Any, tmp_path: Any
) -> None:
    page = browser.page(user=people.collaborator, width=390, height=844)
    page.goto("/projects/progress/")
    page.get_by_role("link", name=project.name).click()
    page.locator("#id_value_invested_vnd").fill("360tr")
    assert page.locator("#id_value_invested_vnd_words").inner_text() == "= 360 triệu đồng"
    page.locator("#id_note").fill("Đã lắp xong máy bào")
    large, small = photo(tmp_path, "xuong.jpg", (2400, 1800)), photo(tmp_path, "may.png", (300, 200), "RGBA")
    page.locator("#id_photos").set_input_files([large, small])
    page.wait_for_selector(".kc-photo-list li:nth-child(2) img")
    sizes = page.evaluate(
        "[...document.querySelector('#id_photos').files].map((file) => [file.name, file.type, file.size])"
    )
    assert [(name, kind) for name, kind, _size in sizes] == [("xuong.jpg", "image/jpeg"), ("may.jpg", "image/jpeg")]
    assert sizes[0][2] < Path(large).stat().st_size / 2  # made small before it is sent
    assert sideways_scroll(page) == 0
    assert findings(page) == []
    browser.screenshot(page, "report")
    page.get_by_role("button", name="Gửi").dblclick()
    page.wait_for_url("**/progress/*-*/")
    update = ProgressUpdate.objects.get()
    assert (update.percent, update.reported_by) == (Decimal(60), people.collaborator)
    assert ProgressPhoto.objects.count() == 2
    with Image.open(io.BytesIO(path_of(ProgressPhoto.objects.earliest("id").file.sha256).read_bytes())) as kept:
        assert (kept.size, dict(kept.getexif())) == ((1600, 1200), {})
    becomes(page, "[...document.querySelectorAll('.kc-photo-list img')].every((image) => image.naturalWidth > 0)")
    assert sideways_scroll(page) == 0
    assert findings(page) == []
    browser.screenshot(page, "update")


# The first picture is read only once it is let go; `made` counts the pictures that were made small.
SLOW_FIRST = """
    const read = window.createImageBitmap, write = HTMLCanvasElement.prototype.toBlob;
    const held = new Promise((go) => { window.letGo = go; });
    let first = true;
    window.made = 0;
    window.createImageBitmap = async (...given) => {
        if (first) { first = false; await held; }
        return read(...given);
    };
    HTMLCanvasElement.prototype.toBlob = function (done, ...given) {
        write.call(this, (blob) => { done(blob); window.made += 1; }, ...given);
    };
"""


def test_photos_chosen_anew_replace_those_chosen_first(
    people: Any, project: Project, browser: Any, tmp_path: Any
) -> None:
    page = browser.page(user=people.collaborator, width=390)
    page.add_init_script(SLOW_FIRST)
    page.goto(f"/projects/{project.public_id}/progress/new/")
    first, second = photo(tmp_path, "truoc.jpg", (300, 200)), photo(tmp_path, "sau.jpg", (2000, 1500))
    page.locator("#id_photos").set_input_files([first])
    page.locator("#id_photos").set_input_files([second])
    page.wait_for_selector(".kc-photo-list li img[alt='sau.jpg']")
    page.evaluate("window.letGo()")
    becomes(page, "window.made === 2")  # the first is ready too, and too late
    assert page.evaluate("[...document.querySelector('#id_photos').files].map((file) => file.name)") == ["sau.jpg"]


READ = """
300.000.000|300 triệu|300tr|300 TRIEU|300 triệu đồng|1,5 tỷ|1,5 tỉ|1,234567891 tỷ|0|00|0,5 tr|500 nghìn|1 234 567
12 ngàn|1.234.567 đ|1.234.567₫|1.234.567 vnđ|999.999.999.999.999|1,23456 tr
"""
REFUSED = """
1.500 tỷ|1.5|1,5|1,0|1.50|1,500,000|0300|01,5 tr|300 xu|ba trăm||5 tr 3|12.34.567|1.000.000.000.000.000|0,0000001 tr
"""
AMOUNTS = (READ + REFUSED).replace("\n", "|").strip("|").split("|")


def test_amount_is_read_on_the_page_as_on_the_server(people: Any, project: Project, browser: Any) -> None:
    page = browser.page(user=people.officer)
    page.goto("/projects/new/")
    for text in AMOUNTS:
        page.locator("#id_investment_vnd").fill(text)
        shown = page.locator("#id_investment_vnd_words").inner_text()
        try:
            amount = parse_vnd(text)
        except ValueError:
            assert shown == "", text
            continue
        assert shown.startswith("= "), text
        assert _amount(shown) == amount, text


def _amount(shown: str) -> int:
    """«= 1.500,5 tỷ đồng» in whole đồng."""
    number, _space, unit = shown.removeprefix("= ").partition(" ")
    places = {"tỷ đồng": 9, "triệu đồng": 6, "đồng": 0}[unit]
    whole, _comma, rest = number.replace(".", "").partition(",")
    return int(whole + rest.ljust(places, "0"))


def test_beneficiaries_are_searched_and_chosen_without_leaving_the_form(
    place: Any, people: Any, project: Project, browser: Any
) -> None:
    for name in ("Nước mắm Đỉnh Bàn", "Nước mắm Kỳ Ninh"):
        factories.enterprise(place, name)
    page = browser.page(user=people.officer)
    page.goto("/projects/new/")
    page.locator("#id_name").fill("Máy chiết rót")
    page.locator("#id_type").select_option("group")
    page.locator("#id_beneficiary_q").fill("dinh ban")
    page.get_by_role("button", name="Tìm").last.click()
    page.get_by_label("Nước mắm Đỉnh Bàn").check()
    page.locator("#id_beneficiary_q").fill("ky ninh")
    page.locator("#id_beneficiary_q").press("Enter")
    page.get_by_label("Nước mắm Kỳ Ninh").check()
    assert page.get_by_label("Nước mắm Đỉnh Bàn").is_checked()
    assert page.locator("#id_name").input_value() == "Máy chiết rót"
    assert findings(page) == []
    browser.screenshot(page, "form")
    page.locator("#id_programme").select_option(index=1)
    page.locator("#id_area").select_option(place.commune.uid)
    page.locator("#id_implementing_unit").select_option(str(place.centre.pk))
    page.locator("form[data-kc-leave] .kc-buttons button").click()
    page.wait_for_url("**/projects/*-*/")
    made = Project.objects.get(name="Máy chiết rót")
    assert {row.name for row in made.beneficiaries.all()} == {"Nước mắm Đỉnh Bàn", "Nước mắm Kỳ Ninh"}
