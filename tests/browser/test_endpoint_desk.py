"""An endpoint's desk in a real browser: tested, its calls read, a changed answer looked at; on desk and phone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from apps.companies.choices import Role
from apps.deliveries import jobs, services
from apps.deliveries.models import AnswerShape, Attempt, DriftItem
from apps.deliveries.services.drift import drifting
from apps.simulator.running import running_simulator
from tests.browser.chromium import CONTRAST, DESKTOP, PHONE, Visit, logged_in
from tests.deliveries.buyer import Buyer
from tests.deliveries.market import Market, market
from tests.factories import MemberFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS", "")
"""A folder for pictures of the pages, for whoever wants to look at them."""


@pytest.fixture
def scene(buyer: Buyer, live_server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """A buyer with a history that answers otherwise now."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
    with running_simulator(keep=None) as simulator:
        scene = market(simulator, [buyer.url])
        scene.leads(3)
        services.drain()
        AnswerShape.objects.update(seen=drifting.ENOUGH_ANSWERS)
        buyer.says({"outcome": "taken", "quote": {"amount": 25}})
        scene.leads(2)
        services.drain()
        yield scene


def entered(browser: Browser, origin: str, scene: Market, **options: object) -> Visit:
    user = MemberFactory(company=scene.world.company, role=Role.OPERATOR).user
    return logged_in(Visit(browser.new_context(**{"viewport": DESKTOP, **options}), origin), user)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_tested_and_told_what_was_seen(browser: Browser, live_server, scene: Market, buyer: Buyer) -> None:
    visit = entered(browser, live_server.url, scene)
    endpoint = scene.endpoint(0)
    page = visit.open(reverse("admin:buyers_endpoint_change", args=(endpoint.pk,)))
    page.get_by_role("link", name="Test endpoint").click()
    expect(page.get_by_text("This sends a sample lead to the buyer.")).to_be_visible()
    before = Attempt.objects.count()
    page.get_by_role("button", name="Send a sample lead and test").click()
    expect(page.get_by_text("no rule reads this answer")).to_be_visible()
    expect(page.get_by_text("Rule 1 (accepted): does not match")).to_be_visible()
    assert Attempt.objects.count() == before
    shot(page, "test-desk")
    assert visit.faults == []
    page.context.close()


def test_a_changed_answer_is_looked_at_and_known(browser: Browser, live_server, scene: Market) -> None:
    visit = entered(browser, live_server.url, scene)
    page = visit.open("/admin/")
    page.get_by_role("link", name="1 answered otherwise").click()
    shot(page, "drift-list-desk")
    page.get_by_role("link", name="New keys").click()
    expect(page.locator("pre").first).to_contain_text("taken")
    expect(page.locator("pre").last).to_contain_text("accepted")
    shot(page, "drift-desk")
    page.get_by_role("button", name="Known now").click()
    expect(page.get_by_text("Closed: these answers are known now.")).to_be_visible()
    assert not DriftItem.objects.filter(closed_at=None).exists()
    assert visit.faults == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_and_all_is_readable(
    scheme: str, browser: Browser, live_server, scene: Market
) -> None:
    endpoint = scene.endpoint(0)
    services.endpoint_test(endpoint, by=None)
    test = reverse("admin:buyers_endpoint_tests", args=(endpoint.pk,))
    call = Attempt.objects.latest("id")
    item = DriftItem.objects.get()
    paths = {
        "calls": reverse("admin:buyers_endpoint_calls", args=(endpoint.pk,)),
        "call": reverse("admin:buyers_endpoint_call", args=(endpoint.pk, call.pk)),
        "tests": test,
        "drift": reverse("admin:deliveries_driftitem_change", args=(item.pk,)),
        "drifts": reverse("admin:deliveries_driftitem_changelist"),
    }
    wide, faint = {}, {}
    for size, viewport in (("desk", DESKTOP), ("phone", PHONE)):
        visit = entered(browser, live_server.url, scene, viewport=viewport, color_scheme=scheme)
        for name, path in paths.items():
            page = visit.open(path)
            shot(page, f"{name}-{size}-{scheme}")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > viewport["width"]:
                wide[name, size] = width
            if found := [
                one for one in page.evaluate(CONTRAST) if any(m in one for m in ("mark", "desk", "deck"))
            ]:
                faint[name, size] = found
        assert visit.faults == []
        page.context.close()
    assert wide == {}
    assert faint == {}
