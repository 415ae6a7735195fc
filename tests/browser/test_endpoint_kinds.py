"""The page of an endpoint shows what its way of delivering uses, and nothing else; and fits on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import PHONE, Opened, choose
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALLS = ("timeout_ms", "retries", "retry_profile", "concurrency", "rate_limit")


def test_each_way_of_delivering_has_its_own_inputs(visit: Opened, world: World) -> None:
    page = visit().open(f"/admin/buyers/endpoint/{world.endpoint.pk}/change/")
    shown = page.locator("[data-preview-shown]")
    expect(shown).to_contain_text("Idempotency-Key")
    choose(page.locator("#id_kind"), "sftp")
    for name in CALLS:
        expect(page.locator(f"#id_{name}")).to_be_hidden()
    expect(page.locator("#id_canary_minutes")).to_be_visible()
    expect(page.get_by_text("On the buyer's server.")).to_be_visible()
    expect(shown).not_to_contain_text("Idempotency-Key")
    expect(shown).to_contain_text('"first_name"')
    choose(page.locator("#id_kind"), "email")
    page.locator("#id_email_to").fill("sales@buyer.example")
    expect(page.locator("#id_timeout_ms")).to_be_visible()
    expect(page.locator("#id_host_key")).to_be_hidden()
    expect(shown).to_contain_text("To: sales@buyer.example")
    expect(shown).not_to_contain_text("Content-Type")
    choose(page.locator("#id_kind"), "store")
    expect(page.locator("#id_canary_minutes")).to_be_hidden()


def test_a_fingerprint_fits_on_a_phone_and_inputs_of_a_row_stand_on_one_line(
    visit: Opened, world: World
) -> None:
    address = f"/admin/buyers/endpoint/{world.endpoint.pk}/change/"
    small = visit(viewport=PHONE).open(address)
    choose(small.locator("#id_kind"), "sftp")
    expect(small.locator("#id_host_key")).to_be_visible()
    assert small.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = visit().open(address)
    expect(wide.locator("[data-preview-shown]")).to_contain_text("Idempotency-Key")
    name, kind = (wide.locator(f"#id_{each}").bounding_box() for each in ("name", "kind"))
    assert name is not None
    assert kind is not None
    assert abs(name["y"] - kind["y"]) <= 1
