"""The posting instructions of a campaign whose sources ping and post, in a real browser."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.auctions.models import Ping
from apps.leads.models import Lead
from tests.browser.chromium import CONTRAST, DESKTOP, PHONE, Opened, opening
from tests.factories import World
from tests.posting_instructions.worlds import made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABS = {
    "": "Ping first, then post",
    "fields/": "Fields",
    "requirements/": "Hours",
    "responses/": "Every reason this campaign can give",
    "testing/": "Or both in one: direct post",
    "go-live/": "1 of 6 steps to live",
}


@pytest.fixture
def world(live_server: Any, settings: Any) -> World:
    settings.PUBLIC_URL = live_server.url
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}
    return made("pinging")


@pytest.fixture
def visit(browser: Browser, live_server: Any, world: World) -> Iterator[Opened]:
    with opening(browser, f"{live_server.url}/instructions/{world.token}/") as begin:
        yield begin


def send(page: Page, call: str) -> Any:
    """Press the button of a call's form; where its answer is told."""
    page.get_by_role("button", name=f"Send test {call}", exact=True).click()
    return page.locator(f"#outcome-{call.replace(' ', '_')}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_tab_reads_well(visit: Opened, size: dict[str, int], scheme: str) -> None:
    reader = visit(viewport=size, color_scheme=scheme)
    for tab, heading in TABS.items():
        page = reader.open(tab)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], tab
        assert page.evaluate(CONTRAST) == [], tab
        unnamed = "document.querySelectorAll('button:not(:has(*)):empty, a:empty, input:not([type=hidden])')"
        named = f"[...{unnamed}].filter((n) => !n.labels?.length && !n.ariaLabel).length"
        assert page.evaluate(named) == 0, tab


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_ping_is_posted_with_its_own_id(visit: Opened, size: dict[str, int]) -> None:
    page = visit(viewport=size).open("testing/")
    page.locator("#in-ping-zip").fill("90211")
    told = send(page, "ping")
    expect(told).to_contain_text("Accepted as a test, bid 10.00 USD")
    expect(told).to_be_focused()
    expect(told).to_be_in_viewport()
    expect(page.locator("#in-post-ping_id")).to_have_value(Ping.objects.get().public_id)
    expect(page.locator("#in-post-zip")).to_have_value("90211")
    told = send(page, "post")
    expect(told).to_contain_text("Delivered as a test")
    expect(page.locator("#outcome-ping")).to_contain_text("Accepted")
    expect(page.locator("#log tbody tr")).to_have_count(2)
    expect(page.locator("#standing")).to_contain_text("3 of 6 to live")
    told = send(page, "post")
    expect(told).to_contain_text("Rejected: ping_id_already_consumed")
    expect(page.locator("#in-post-ping_id")).to_have_accessible_description("Ping id already used")
    expect(send(page, "direct post")).to_contain_text("Delivered as a test")
    assert Lead.objects.count() == Lead.objects.filter(is_test=True).count() == 3


def test_a_call_can_be_made_to_fail_and_keeps_the_id_of_its_ping(visit: Opened) -> None:
    page = visit().open("testing/")
    expect(send(page, "ping")).to_contain_text("Accepted")
    ping_id = page.locator("#in-post-ping_id").input_value()
    form = page.locator("#post")
    form.get_by_label("Make it fail").select_option(label="schema_validation_failed (email malformed)")
    form.get_by_role("button", name="Fill in").click()
    expect(form.get_by_text("This is answered HTTP 200 with schema_validation_failed.")).to_be_visible()
    expect(page.locator("#in-post-ping_id")).to_have_value(ping_id)
    expect(send(page, "post")).to_contain_text("Rejected: schema_validation_failed")
    expect(page.get_by_text("As documented: “schema_validation_failed”.")).to_be_visible()
    expect(page.locator("#in-post-email")).to_have_accessible_description("Email format")
    page.locator("#in-post-email").fill("jane@example.com")
    expect(send(page, "post")).to_contain_text("Delivered as a test")


def test_a_reason_leads_to_the_form_that_brings_it_about(visit: Opened) -> None:
    page = visit().open("responses/#reason-invalid_key")
    page.locator("#reason-invalid_key").get_by_role("link", name="ping", exact=True).click()
    expect(page.locator("#ping").get_by_text("This is answered HTTP 401 with invalid_key.")).to_be_visible()
    told = send(page, "ping")
    expect(told).to_contain_text("HTTP 401 Refused: invalid_key")
    expect(page.locator("#in-ping-KEY")).to_have_accessible_description("Invalid key")


def test_it_can_be_done_by_keyboard_and_without_scripts(visit: Opened) -> None:
    page = visit().open("testing/")
    page.locator("#in-ping-SRC").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome-ping")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#in-post-SRC").press("Enter")
    expect(page.locator("#outcome-post")).to_contain_text("Delivered as a test")
    page = visit(java_script_enabled=False).open("testing/")
    expect(send(page, "ping")).to_contain_text("Accepted as a test")
    expect(send(page, "post")).to_contain_text("Delivered as a test")


def test_the_key_is_shown_when_asked_for(visit: Opened, world: World) -> None:
    page = visit().open("")
    assert world.key not in page.content()
    page.get_by_role("button", name="Show my key").click()
    expect(page.locator("#credentials dd").last).to_contain_text(world.key)
    expect(page.locator("#ping [data-sample=curl]")).to_contain_text(f'"KEY": "{world.key}"')
