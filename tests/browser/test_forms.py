"""Every form of the portal, sent empty: what is wrong stands on top with the focus and leads to its input, what was
typed is kept, and nothing is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from tests.browser import worlds
from tests.browser.samples import ACCOUNTS, OFFICER, PAGES, Sample, samples
from tests.browser.walk import LOOKS, PANELS_ARE_THERE, Walk
from tests.browsers import until

pytestmark = [
    pytest.mark.needs_browser,
    pytest.mark.skipif(not LOOKS, reason="a page shows its faults the same way whatever lies below: runs on SQLite"),
    pytest.mark.django_db(transaction=True),
]

# Pages whose form may be sent as it stands: nothing in it must be filled in.
SENT_AS_THEY_STAND = {
    "accounts:person_deactivate",
    "accounts:client_deactivate",
    "accounts:grant_end",
    "imports:detail",
    "projects:step",
    "products:round_step",
    "products:round_council",
    "products:round_scores",
    "products:brand",
    "projects:bulk",
    "projects:inspection",
    "projects:reminders",
    "outreach:needs",
    "coordination:documents",
    "coordination:document",
    "coordination:thread",
    "reports:step",
    "reports:texts",
    "reports:schedule",
    "reports:watch",
    "training:roster",
    "training:course",
    "programmes:document_change",
    "training:presence",
    "programmes:plan",
    "programmes:plan_edit",
    "reports:list",
    "enterprises:alike",
    "enterprises:detail",
    "accounts:person",
    "accounts:client",
}
KEPT = "Giữ lại điều này"


@pytest.fixture(scope="module", autouse=True)
def demonstration(server: Any) -> None:
    worlds.load_demonstration()


def stored() -> dict[str, int]:
    """How many records there are of each kind, but for sessions and the count of asks on the page of verification."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in ("sessions.Session", "reports.VerificationTry")
    }


def forms_of(account: str | None) -> list[Sample]:
    return [sample for sample in samples(PAGES) if sample.fullest == account]


# Empties a form's visible inputs and types something into one that may stay empty, if there is one. Gives how many
# inputs are required, and the name of the one that was typed into.
EMPTY = """(kept) => {
  const form = [...document.querySelectorAll("main form[method=post]")].find((one) => one.querySelector("[required]"));
  if (!form) return null;
  const typed = [...form.elements].filter((one) =>
    (one.type === "text" || one.tagName === "TEXTAREA") && one.checkVisibility());
  for (const one of typed) one.value = "";
  for (const one of form.querySelectorAll("input[type=checkbox], input[type=radio]")) one.checked = false;
  for (const one of form.querySelectorAll("select")) if (one.querySelector("option[value='']")) one.value = "";
  const free = typed.find((one) => !one.required && !one.inputMode && one.name !== "beneficiary_q"
    && (one.maxLength < 0 || one.maxLength > kept.length));
  if (free) free.value = kept;
  form.setAttribute("data-sent", "");
  return { required: form.querySelectorAll("[required]").length, free: free ? free.name : null };
}"""


def send_empty(walk: Walk, sample: Sample) -> bool:
    """False where the page has no form with a required input."""
    page = walk.page
    page.goto(sample.path)
    until(page, PANELS_ARE_THERE)
    form = page.evaluate(EMPTY, KEPT)
    if form is None:
        return False
    before = stored()
    with page.expect_navigation():
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        page.locator("form[data-sent] button:not([name=find]):not([name=more])").last.click()
    try:
        until(page, "document.activeElement?.dataset.kcErrors !== undefined", seconds=5)
    except AssertionError:
        walk.wrong(sample, "sent empty", "the summary of errors has not the focus")
    if not page.title().startswith("Lỗi:"):
        walk.wrong(sample, "sent empty", f"the title is {page.title()}")
    links = page.locator("[data-kc-errors] a")
    if not links.count():
        walk.wrong(sample, "sent empty", "no link to an input")
    for number in range(links.count()):
        link = links.nth(number)
        link.click()
        if page.evaluate("document.activeElement.id") != link.get_attribute("href").removeprefix("#"):
            walk.wrong(sample, "sent empty", f"«{link.inner_text()}» does not lead to its input")
    if form["free"] and page.locator(f"main [name={form['free']}]").input_value() != KEPT:
        walk.wrong(sample, "sent empty", f"what was typed into {form['free']} is gone")
    if stored() != before:
        walk.wrong(sample, "sent empty", "something was stored")
    walk.look_here(sample, "sent-empty")
    return True


WAYS = [(account, 0, 1) for account in (None, *ACCOUNTS) if account != OFFICER] + [(OFFICER, 0, 2), (OFFICER, 1, 2)]


@pytest.mark.parametrize(("account", "first", "step"), WAYS)
def test_every_form_sent_empty_says_what_is_missing(
    account: str | None, first: int, step: int, walk_as: Callable[[str | None], Walk]
) -> None:
    walk = walk_as(account)
    walk.page.on("dialog", lambda dialog: dialog.accept())
    for sample in forms_of(account)[first::step]:
        answer = walk.clients["vi"].get(sample.path).content.decode()
        if 'method="post"' not in answer.partition("<main")[2]:
            continue
        if not send_empty(walk, sample) and sample.name not in SENT_AS_THEY_STAND:
            walk.wrong(sample, "sent empty", "has a form without a required input that no test knows")
    walk.end(looked=False, way=first)
