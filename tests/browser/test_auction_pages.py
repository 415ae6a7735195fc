"""A ping's page and the funnel in a real browser, on a desk and on a phone."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.auctions.models import Ping
from apps.companies.choices import Role
from tests.browser.chromium import CONTRAST, DESKTOP, PHONE, Visit, logged_in
from tests.factories import MemberFactory
from tests.monitoring.auctions import Lot, bid, lot, posted, put_up, sent_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Denver roofs", "Boulder roofs", "Slow roofs", "Shy roofs", "Silent roofs")


@pytest.fixture
def scene(live_server) -> Lot:
    return lot(NAMES, campaign={"minimum_bid": "10.00"})


@pytest.fixture
def ping(scene: Lot) -> Ping:
    """Won and posted; one bid came late, one buyer said no, one nothing at all."""
    verdicts = (
        ("won", "exclusive at 42.126"), ("lost_on_price", "2, exclusive at 40.00"), ("no_bid", ""), ("no_bid", ""),
        ("state", "CO"),
    )  # fmt: skip
    row = put_up(
        scene, at=datetime.now(UTC), asked=4, payout="33.70", price="42.126", sub_id="fall-3",
        lines=[scene.line(name, *verdict) for name, verdict in zip(NAMES, verdicts, strict=True)],
        plan=scene.plan((NAMES[0], "42.126", "exclusive"), (NAMES[1], "40.00", "exclusive")),
    )  # fmt: skip
    spent = {"assembly_ms": 4.0, "connect_ms": 30.0, "send_ms": 2.0, "wait_ms": 96.0, "total_ms": 132.0}
    bid(row, scene.orders[NAMES[0]], "bid", exclusive="42.126", timings=spent, http_status=200)
    bid(row, scene.orders[NAMES[1]], "bid", exclusive="40.00", timings={"wait_ms": 300.0, "total_ms": 310.0})
    bid(row, scene.orders[NAMES[2]], "late", exclusive="90.00", timings={"wait_ms": 890.0, "total_ms": 900.0})
    bid(row, scene.orders[NAMES[3]], "late")
    lead = posted(row)
    sent_to(lead, scene.orders[NAMES[0]], "accepted", "42.13")
    return row


def entered(browser: Browser, origin: str, scene: Lot, **options: object) -> Visit:
    user = MemberFactory(company=scene.world.company, role=Role.OPERATOR, sees_personal_data=True).user
    return logged_in(Visit(browser.new_context(**{"viewport": DESKTOP, **options}), origin), user)


def funnel_of(scene: Lot) -> str:
    order = scene.orders[NAMES[4]].pk
    return (
        f"/admin/campaigns/campaign/{scene.world.campaign.pk}/funnel/?period=day&order={order}&obstacle=state"
    )


def width(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_from_the_funnel_to_the_ping_and_its_picture(
    browser: Browser, live_server, scene: Lot, ping: Ping
) -> None:
    visit = entered(browser, live_server.url, scene)
    page = visit.open(funnel_of(scene))
    page.locator("summary", has_text=NAMES[4]).first.click()
    page.locator("summary", has_text="could not take it").last.click()
    page.get_by_role("link", name="Does not buy state").last.click()
    page.get_by_role("link", name=ping.public_id).click()
    expect(page.locator(".trace-sentence")).to_contain_text("was bid $33.70 after 212 ms")
    picture = page.get_by_role("img", name="Who answered when")
    expect(picture).to_be_visible()
    deadline = page.locator("line.deadline").bounding_box()
    late = page.locator("rect.end-warn").bounding_box()
    good = page.locator("rect.end-good").first.bounding_box()
    assert good["x"] < deadline["x"] < late["x"]
    page.get_by_role("link", name=re.compile("^L-")).click()
    page.get_by_role("link", name=ping.public_id).click()
    expect(page.get_by_role("heading", name="Award")).to_be_visible()
    assert visit.faults == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways_and_all_is_readable(
    scheme: str, browser: Browser, live_server, scene: Lot, ping: Ping
) -> None:
    visit = entered(browser, live_server.url, scene, viewport=PHONE, color_scheme=scheme)
    wide, faint = {}, {}
    for path in (f"/admin/auctions/ping/{ping.pk}/change/", "/admin/auctions/ping/", funnel_of(scene)):
        page = visit.open(path)
        if width(page) > PHONE["width"]:
            wide[path] = width(page)
        ours = [
            one for one in page.evaluate(CONTRAST) if re.search(r"mark|trace|deck|mono|funnel|auction", one)
        ]
        if ours:
            faint[path] = ours
    assert wide == {}
    assert faint == {}
    assert visit.faults == []
    page.context.close()
