"""An XML buyer behind OAuth is connected from nothing in a real browser, by menus only; and fits on a phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.buyers.models import Endpoint
from apps.publishing.selectors import current_version
from tests.browser.chromium import PHONE, Opened, choose
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_xml_buyer_behind_oauth_is_connected_and_published(visit: Opened, world: World) -> None:
    before = current_version(world.campaign).number
    opened = visit()
    page = started(opened, world)
    authenticated(page)
    branch_added(page)
    preview = page.locator("[data-preview-shown]")
    expect(preview).to_contain_text("<Region>West</Region>")
    expect(preview).to_contain_text("POST https://api.buyer.example/leads")
    expect(preview).not_to_contain_text("client-secret-1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Secrets act at once")).to_be_visible()
    made = Endpoint.objects.latest("pk")
    assert (made.body_format, made.auth_kind, made.auth_secret) == ("xml", "oauth2", "client-secret-1")
    published(opened, world, made)
    assert current_version(world.campaign).number == before + 1

    small = visit(viewport=PHONE).open(f"/admin/buyers/endpoint/{made.pk}/change/")
    assert small.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def started(opened: Any, world: World) -> Page:
    """A new endpoint from the preset for XML; its page is open."""
    page = opened.open("/admin/buyers/endpoint/add/")
    choose(page.locator("#id_buyer"), str(world.buyer.pk))
    page.locator("#id_name").fill("Lead XML")
    choose(page.locator("#id_preset"), "xml")
    page.locator("#id_url").fill("api.buyer.example/leads")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("fields mapped").first).to_be_visible()
    return page


def authenticated(page: Page) -> None:
    """OAuth 2.0; only its own inputs are there."""
    expect(page.locator("#id_token_url")).to_be_hidden()
    choose(page.locator("#id_auth_kind"), "oauth2")
    page.locator("#id_auth_name").fill("acme")
    page.locator("#id_auth_secret").fill("client-secret-1")
    page.locator("#id_token_url").fill("login.buyer.example/oauth/token")
    choose(page.locator("#id_client_auth"), "body")


def branch_added(page: Page) -> None:
    """A mapping row beneath the document's root whose value depends on the state."""
    group = page.locator("#mappings-group")
    group.get_by_text(re.compile("Add another mapping row", re.IGNORECASE)).click()
    row = group.locator(".form-group:not(.empty-form)").last
    first = page.locator("#id_mappings-0-target").input_value().partition(".")[0]
    row.get_by_label("Target").fill(f"{first}.Region")
    choose(row.get_by_label("Comes from"), "branch")
    builder = row.locator(".sl-expr").first
    builder.get_by_role("button", name="Build with menus").click()
    choose(builder.get_by_label("Field", exact=True), "state")
    choose(builder.get_by_label("Value", exact=True), "CA")
    row.locator("[data-branches] input:not([type=hidden]):visible").last.fill("West")
    row.get_by_label("Default").fill("East")


def published(opened: Any, world: World, made: Endpoint) -> None:
    """The order delivers there from now on."""
    page = opened.open(f"/admin/buyers/leadorder/{world.order.pk}/change/")
    choose(page.locator("#id_endpoint"), str(made.pk))
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Campaign", exact=True).click()
    page.get_by_role("link", name="Publish…").click()
    expect(page.get_by_text("Endpoint Lead XML added")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("runs now,")).to_be_visible()
