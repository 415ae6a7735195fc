"""A buyer's money in a real browser: pages that fit, and a top-up that a double click books once."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from apps.ledger.models import Payment
from apps.ledger.services import billing_set, sale_book
from tests.browser.chromium import DESKTOP, PHONE, Opened
from tests.deliveries.money import left, top_up
from tests.factories import World
from tests.ledger.test_balances import sale

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def of_buyer(world: World, name: str) -> str:
    return f"/admin/buyers/buyer/{world.buyer.pk}/{name}/"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_opens_without_a_fault_and_fits(size: dict[str, int], visit: Opened, world: World) -> None:
    billing_set(world.buyer, billing="credit", credit_limit=Decimal("1000000.00"), by=None)
    top_up(world.buyer, "1234567.89")
    for number in range(1, 4):
        sale_book(sale(world.buyer, number, "43210.98"))
    opened = visit(viewport=size)
    wide = {}
    paths = [of_buyer(world, name) for name in ("change", "statement", "topup", "adjust", "billing")]
    for path in [*paths, "/admin/buyers/buyer/", "/admin/"]:
        width = opened.open(path).evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            wide[path] = width
    assert wide == {}


def test_a_double_click_tops_up_once(visit: Opened, world: World) -> None:
    billing_set(world.buyer, billing="prepaid", by=None)
    page = visit().open(of_buyer(world, "change"))
    expect(page.get_by_text("is out of money")).to_be_visible()
    page.get_by_role("link", name="Top up…").click()
    page.get_by_label("Amount").fill("250")
    page.get_by_label("What for").fill("Wire 4711")
    page.get_by_role("button", name="Top up").dblclick()
    expect(page.get_by_text("It has 250.00 USD left to spend.").first).to_be_visible()
    assert (Payment.objects.count(), left(world.buyer)) == (1, 25_000)
    page.get_by_role("link", name="Statement").click()
    expect(page.get_by_role("cell", name="Wire 4711")).to_be_visible()
