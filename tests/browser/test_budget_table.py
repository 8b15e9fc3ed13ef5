"""A block copied from Excel is pasted into the budget table: what is clear is filled in, what is not is asked about."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import FormDraft
from projects.lines import lines_of
from projects.models import Project
from tests import factories as f
from tests.browsers import Browser, axe_findings, sideways_scroll
from tests.processes import wait_until

BLOCK = (
    "TT\tNội dung\tHoạt động\tĐVT\tSố lượng\tĐơn giá\tThành tiền\tKCĐP\tĐối ứng\r\n"
    '1\t"Máy sấy ""A""\nnhập khẩu"\tMACHINE\tcái\t1,5\t100.000.000\t150.000.000\t150.000.000 đ\t-\r\n'
    "2\tLắp đặt\t\tgói\t1\t50,000,000\t50.000.000\t50,000,000\t\r\n"
    "\tTổng cộng\t\t\t\t\t200.000.000\t200.000.000\t\r\n"
)


@pytest.fixture
def people(browser: Browser) -> f.People:
    place = f.Place()
    f.programme(place), f.activity(), f.enterprise(place)
    return f.People(place)


@pytest.fixture
def page(browser: Browser, people: f.People) -> Any:
    page = browser.page(user=people.centre)
    page.goto("/projects/new/")
    return page


def cell(page: Page, row: int, column: str) -> Any:
    return page.locator(f"[name='line-{row}-{column}']")


def paste(page: Page, text: str, row: int = 0, column: str = "content") -> None:
    cell(page, row, column).focus()
    page.evaluate(
        """text => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          if (document.activeElement.dispatchEvent(event)) document.execCommand("insertText", false, text);
        }""",
        text,
    )


def values(page: Page, row: int) -> dict[str, str]:
    cells = page.locator(f"[name^='line-{row}-']")
    found = cells.evaluate_all("cells => cells.map(cell => [cell.dataset.kcCol, cell.value])")
    return {name: value for name, value in found if value}


def test_block_from_excel_is_pasted_asked_about_summed_kept_and_stored(page: Page, people: f.People) -> None:
    page.fill("[name='name']", "Máy sấy")
    page.locator("[name='programme']").select_option(index=1)
    page.locator("[name='area']").select_option(index=1)
    page.fill("[name='estimate_local']", "150.000.000")
    paste(page, BLOCK)
    machine = f.activity().name
    assert values(page, 0) == {
        "content": 'Máy sấy "A" nhập khẩu',
        "activity": machine,
        "unit": "cái",
        "quantity": "1,5",
        "unit_price": "100.000.000",
        "local": "150.000.000",
    }
    assert values(page, 1) == {
        "content": "Lắp đặt",
        "unit": "gói",
        "quantity": "1",
        "unit_price": "50,000,000",
        "local": "50,000,000",
    }
    assert values(page, 2) == {}  # the sum is no line
    asked = page.locator("[data-kc-lines-ask]")
    expect(asked.locator("li")).to_have_count(2)
    sums = page.locator("[data-kc-sum='local']")
    expect(sums).to_have_text("150.000.000")  # what is not clear is not counted
    while asked.locator("button").count():
        asked.locator("button").first.click()
    expect(asked).to_be_hidden()
    expect(sums).to_contain_text("200.000.000")
    expect(sums).to_contain_text("50.000.000")  # apart from the estimate
    wait_until(lambda: "Lắp đặt" in str(FormDraft.objects.values_list("fields", flat=True)), what="the draft is kept")
    page.locator("[data-kc-lines-take]").click()
    expect(page.locator("[name='estimate_local']")).to_have_value("200.000.000")
    with page.expect_response("**/projects/ceilings/"):  # what it says moves the buttons below it
        page.locator("[name='activities']").first.check()
    assert sideways_scroll(page) == 0
    assert [line for line in axe_findings(page) if "kc-drop" not in line] == []
    with page.expect_navigation():
        page.locator("main .kc-buttons .btn-primary").click()
    row = Project.objects.get()
    assert [(line.content, line.total_vnd) for line in lines_of(row)] == [
        ('Máy sấy "A" nhập khẩu', 150_000_000),
        ("Lắp đặt", 50_000_000),
    ]
    assert row.estimates.get().amount_vnd == 200_000_000


def test_block_without_heads_goes_where_it_is_pasted_and_keys_walk(page: Page) -> None:
    paste(page, "1.234\t1,234\n2\t1234.5", row=1, column="quantity")
    assert values(page, 1) == {"quantity": "1.234", "unit_price": "1,234"}
    assert values(page, 2) == {"quantity": "2", "unit_price": "1234.5"}
    answers = page.locator("[data-kc-lines-ask] li")
    assert [item.locator("button").all_inner_texts() for item in answers.all()] == [["1.234"], []]
    paste(page, "1,234", row=0, column="quantity")  # one cell is typed as it is; the server asks
    assert values(page, 0) == {"quantity": "1,234"}

    def focused() -> str:
        return str(page.evaluate("document.activeElement.name"))

    cell(page, 0, "unit").focus()
    for key, there in [
        ("ArrowRight", "line-0-quantity"),
        ("ArrowDown", "line-1-quantity"),
        ("ArrowUp", "line-0-quantity"),
    ]:
        page.keyboard.press(key)
        assert focused() == there
    last = page.locator("[data-kc-lines] tbody tr").count() - 1
    cell(page, last, "content").focus()
    page.keyboard.press("Enter")  # the form is not sent; there is a row more
    assert focused() == f"line-{last + 1}-content" and page.url.endswith("/projects/new/")
    before = values(page, 1)
    paste(page, "x\n" * 201)
    assert "201" in page.locator("[data-kc-lines-told]").inner_text() and values(page, 1) == before
