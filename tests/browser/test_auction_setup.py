"""An auction is set up in a real browser, by menus and fields only, and its pages fit on desk and phone."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.buyers.models import Endpoint, LeadOrder
from apps.campaigns.models import Campaign
from apps.publishing.selectors import current_version
from tests.browser.chromium import DESKTOP, PHONE, Opened, choose
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS", "")
"""A folder for pictures of the pages, for whoever wants to look at them."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_a_bidding_buyer_is_connected_and_its_auction_published(visit: Opened, world: World) -> None:
    opened = visit()
    the_campaign_auctions(opened, world)
    made = the_buyer_is_pinged(opened, world)
    the_order_bids(opened, world, made)
    before = current_version(world.campaign).number
    page = opened.open(f"/admin/campaigns/campaign/{world.campaign.pk}/publish/")
    expect(page.get_by_text("Sources send by simple post and webhook → ping and post")).to_be_visible()
    expect(page.get_by_text("pays a fixed price → what it bids on a ping")).to_be_visible()
    shot(page, "publish-desk")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("runs now,")).to_be_visible()
    assert current_version(world.campaign).number == before + 1


def the_campaign_auctions(opened: Opened, world: World) -> None:
    """Inputs that do not apply are hidden; a margin by price is a row."""
    page = opened.open(f"/admin/campaigns/campaign/{world.campaign.pk}/auction/")
    expect(page.locator("#id_ping_valid_s")).to_be_hidden()
    expect(page.locator("#id_margin_amount")).to_be_hidden()
    choose(page.locator("#id_traffic"), "exchange")
    page.locator("#id_ping_valid_s").fill("90")
    choose(page.locator("#id_margin_kind"), "percent")
    page.locator("#id_margin_amount").fill("20")
    expect(page.get_by_label("Margin 1: prices from")).to_be_hidden()
    page.get_by_role("button", name="Add a margin by price").click()
    expect(page.get_by_label("Margin 1: prices from")).to_be_focused()
    page.get_by_label("Margin 1: prices from").fill("50")
    choose(page.get_by_label("Margin 1: kind"), "fixed")
    page.get_by_label("Margin 1: amount or percent").fill("8")
    shot(page, "campaign-desk")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Auction saved.")).to_be_visible()
    kept = Campaign.objects.get(pk=world.campaign.pk)
    assert (kept.traffic, kept.ping_valid_s, kept.margin_amount) == ("exchange", 90, Decimal(20))
    assert kept.margin_bands == [{"above": "50", "kind": "fixed", "amount": "8"}]


def the_buyer_is_pinged(opened: Opened, world: World) -> Endpoint:
    """A new endpoint from ping and post; the preview shows both, and what publishing would refuse."""
    page = opened.open("/admin/buyers/endpoint/add/")
    choose(page.locator("#id_buyer"), str(world.buyer.pk))
    page.locator("#id_name").fill("Bidder")
    choose(page.locator("#id_preset"), "ping_post")
    page.locator("#id_url").fill("api.buyer.example/post")
    page.locator("#id_ping_url").fill("api.buyer.example/ping")
    shot(page, "new-endpoint-desk")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("fields mapped").first).to_be_visible()
    preview = page.locator("[data-preview-shown]")
    expect(preview.get_by_label("Ping request")).to_contain_text("POST https://api.buyer.example/ping")
    expect(preview.get_by_label("Ping request")).not_to_contain_text("Jane")
    expect(preview.get_by_label("Request", exact=True)).to_contain_text("‹promise of the ping's answer›")
    group = page.locator("#ping_mappings-group")
    group.get_by_text("Add another Ping mapping row").click()
    row = group.locator(".form-group:not(.empty-form)").last
    row.get_by_label("Target").fill("phone")
    choose(row.get_by_label("Taken from"), "phone")
    expect(preview).to_contain_text("sends “phone” as it is")
    shot(page, "endpoint-refused-desk")
    choose(row.get_by_label("Written as"), "sha256")
    expect(preview).not_to_contain_text("as it is, to a buyer")
    shot(page, "endpoint-desk")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Secrets act at once")).to_be_visible()
    page.locator("#id_ping_url").fill("")
    expect(group).to_be_hidden()
    made = Endpoint.objects.latest("pk")
    assert {each.target for each in made.mappings.filter(phase="ping")} == {"state", "zip", "phone"}
    return made


def the_order_bids(opened: Opened, world: World, made: Endpoint) -> None:
    page = opened.open(f"/admin/buyers/leadorder/{world.order.pk}/change/")
    expect(page.locator("#id_minimum_bid")).to_be_hidden()
    choose(page.locator("#id_price_kind"), "bid")
    expect(page.locator("#id_price")).to_be_hidden()
    expect(page.locator("#price_bands-group")).to_be_hidden()
    page.locator("#id_minimum_bid").fill("10")
    choose(page.locator("#id_endpoint"), str(made.pk))
    shot(page, "order-desk")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It acts when you publish")).to_be_visible()
    order = LeadOrder.objects.get(pk=world.order.pk)
    assert (order.price_kind, order.minimum_bid, order.endpoint) == ("bid", Decimal(10), made)


def test_the_pages_of_an_auction_fit(visit: Opened, world: World) -> None:
    margins = [{"above": "50", "kind": "fixed", "amount": "8"}]
    Campaign.objects.filter(pk=world.campaign.pk).update(
        traffic="exchange", margin_kind="percent", margin_amount=20, margin_bands=margins
    )
    Endpoint.objects.filter(pk=world.endpoint.pk).update(ping_url="https://api.buyer.example/ping")
    world.endpoint.mappings.create(phase="ping", target="zip", source="zip")
    world.endpoint.rules.create(
        phase="ping", outcome="accepted", match="json_path", path="bid", price_path="bid"
    )
    wide = {}
    for name, size in (("desk", DESKTOP), ("phone", PHONE)):
        opened = visit(viewport=size)
        for what, path in {
            "campaign": f"campaigns/campaign/{world.campaign.pk}/auction/",
            "terms": f"sources/terms/{world.terms.pk}/change/",
            "order": f"buyers/leadorder/{world.order.pk}/change/",
            "endpoint": f"buyers/endpoint/{world.endpoint.pk}/change/",
            "preview": f"buyers/endpoint/{world.endpoint.pk}/preview/",
        }.items():
            page = opened.open(f"/admin/{path}")
            shot(page, f"{what}-{name}-kept")
            if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
                wide[what, name] = width
    assert wide == {}
