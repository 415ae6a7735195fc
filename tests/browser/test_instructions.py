"""The posting instructions in a real browser: large, small, dark, by keyboard, without scripts, on paper."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.companies.models import AuditEvent
from apps.leads.models import Lead
from tests.browser.chromium import CONTRAST, DESKTOP, PHONE, Opened, opening
from tests.factories import World
from tests.posting_instructions.worlds import made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABS = {
    "": "Post each lead to this address",
    "fields/": "Fields",
    "requirements/": "Hours",
    "responses/": "Every message this campaign can give",
    "testing/": "Send a test lead",
    "go-live/": "1 of 6 steps to live",
}


@pytest.fixture
def world(live_server: Any, settings: Any) -> World:
    settings.PUBLIC_URL = live_server.url
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}
    return made("full")


@pytest.fixture
def visit(browser: Browser, live_server: Any, world: World) -> Iterator[Opened]:
    """Opens a browser at the world's link; whatever the page should not have done fails the test."""
    with opening(browser, f"{live_server.url}/instructions/{world.token}/") as begin:
        yield begin


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def tab_until(page: Page, wanted: str, most: int = 80) -> None:
    """Press Tab until what has the focus is `wanted`; on every stop the focus must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", focused(page)
        if focused(page) == wanted:
            return
    raise AssertionError(f"{wanted} was not reached by keyboard")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_tab_reads_well(visit: Opened, size: dict[str, int], scheme: str) -> None:
    reader = visit(viewport=size, color_scheme=scheme)
    for tab, heading in TABS.items():
        page = reader.open(tab)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Roofing full")
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        expect(page.locator("nav [aria-current=page]")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], tab
        assert page.evaluate(CONTRAST) == [], tab
        unnamed = "document.querySelectorAll('button:not(:has(*)):empty, a:empty, input:not([type=hidden])')"
        named = f"[...{unnamed}].filter((n) => !n.labels?.length && !n.ariaLabel).length"
        assert page.evaluate(named) == 0, tab


def test_the_tabs_are_reached_from_one_another(visit: Opened) -> None:
    page = visit().open("")
    for name in ("Fields", "Requirements", "Responses", "Testing", "Go live", "Overview"):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("nav [aria-current=page]")).to_have_text(name)


def test_the_key_is_shown_when_asked_for_and_copied_with_the_code(visit: Opened, world: World) -> None:
    reader = visit(permissions=["clipboard-read", "clipboard-write"])
    page = reader.open("")
    assert world.key not in page.content()
    page.locator("#test").get_by_role("link", name="Python").click()
    page.locator("#test").get_by_role("button", name="Copy").click()
    expect(page.locator("#test").get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import requests")
    assert f'"auth": "{world.key}",' in copied
    assert world.key not in page.content()
    page.get_by_role("button", name="Show my key").click()
    expect(page.locator("#credentials dd").last).to_contain_text(world.key)
    expect(page.locator("#test [data-sample=python]")).to_contain_text(world.key)
    seen = AuditEvent.objects.filter(object_id=world.terms.pk, action__startswith="credential.")
    assert [event.action for event in seen.order_by("id")][-1:] == ["credential.copied"]
    page.reload()
    expect(page.locator("#test [data-sample=python]")).to_be_visible()
    assert world.key not in page.content()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_test_lead_is_sent_and_answered(visit: Opened, size: dict[str, int]) -> None:
    page = visit(viewport=size).open("testing/")
    page.get_by_role("button", name="Send test lead").click()
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Accepted as a test")
    expect(outcome).to_be_in_viewport()
    expect(page.locator("#log tbody tr")).to_have_count(1)
    expect(page.locator("#standing")).to_contain_text("3 of 6 to live")
    page.get_by_label("email required").fill("nobody")
    page.get_by_role("button", name="Send test lead").click()
    expect(outcome).to_contain_text("Rejected: Email format")
    expect(page.get_by_label("email required")).to_have_accessible_description("Email format")
    assert Lead.objects.filter(is_test=True).count() == 2


def test_it_can_be_made_to_fail_on_purpose(visit: Opened) -> None:
    page = visit().open("testing/")
    page.get_by_label("Make it fail").select_option(label="Zip format (zip malformed)")
    page.get_by_role("button", name="Fill in").click()
    page.get_by_role("button", name="Send test lead").click()
    expect(page.get_by_text("As documented: “Zip format”.")).to_be_visible()


def test_a_failed_sending_says_so_and_keeps_what_was_typed(visit: Opened) -> None:
    reader = visit()
    page = reader.open("testing/")
    page.get_by_label("first_name required").fill("Wilhelmina")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send test lead").click()
    expect(page.locator("#unsent")).to_contain_text("could not be sent")
    expect(page.get_by_role("button", name="Send test lead")).to_be_enabled()
    assert page.get_by_label("first_name required").input_value() == "Wilhelmina"
    page.context.set_offline(False)
    reader.faults.clear()


def test_a_field_is_found_by_a_word_and_lit_in_the_code(visit: Opened) -> None:
    page = visit().open("fields/#field-zip")
    expect(page.locator("[data-sample=curl] .lit")).to_contain_text('"zip"')
    page.get_by_label("Find a field").fill("roof")
    expect(page.locator("tbody tr:visible:not(.group)")).to_have_count(1)
    expect(page.locator("output")).to_have_text("1 of 25")
    page.get_by_label("Find a field").fill("")
    page.get_by_label("Required only").check()
    expect(page.locator("#field-city")).to_be_hidden()
    expect(page.locator("#field-zip")).to_be_visible()


def test_everything_can_be_done_by_keyboard(visit: Opened) -> None:
    page = visit().open("")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    tab_until(page, "Show my key")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Your key is shown.")
    page = visit().open("testing/")
    tab_until(page, "Send test lead")
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_be_focused()


def test_without_scripts_everything_still_works(visit: Opened, world: World) -> None:
    reader = visit(java_script_enabled=False)
    for tab, heading in TABS.items():
        expect(reader.open(tab).get_by_role("heading", name=heading).first).to_be_visible()
    page = reader.open("")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.locator("#test").get_by_role("link", name="PHP").click()
    expect(page.locator("#test")).to_contain_text("<?php")
    page.get_by_role("button", name="Show my key").click()
    expect(page.locator("#credentials")).to_contain_text(world.key)
    page = reader.open("requirements/")
    page.get_by_label("Is my zip accepted?").fill("10001")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Not accepted")).to_be_visible()
    page.get_by_role("button", name="I have read the requirements").click()
    expect(page.get_by_role("heading", name="2 of 6 steps to live")).to_be_visible()
    page = reader.open("testing/")
    page.get_by_role("button", name="Send test lead").click()
    expect(page.locator("#outcome")).to_contain_text("Accepted as a test")


def test_on_paper_it_is_a_document(visit: Opened) -> None:
    page = visit(color_scheme="dark").open("")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()
    expect(page.get_by_role("heading", name="Send a test lead", exact=False).first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(CONTRAST) == []
