"""A lead's page in a real browser: posted by HTTP, sold to a simulated buyer, read on a desk and on a phone."""

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.deliveries import jobs, services
from apps.leads.models import Lead
from apps.simulator.running import running_simulator
from tests.browser.chromium import CONTRAST, DESKTOP, PHONE, Visit, logged_in
from tests.deliveries.market import Market, market
from tests.factories import MemberFactory, lead_body

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "jane.canary@example.com"


@pytest.fixture
def scene(live_server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """A first buyer who refuses and a second who takes it."""
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
    with running_simulator(keep=None) as simulator:
        yield market(simulator, ["reject?reason=Outside+our+territory", "accept?price=25"])


@pytest.fixture
def lead(scene: Market, live_server) -> Lead:
    """Posted as a source posts, and delivered."""
    body = lead_body(scene.world, email=EMAIL, first_name="Jane")
    answer = requests.post(f"{live_server.url}/ca/submit", json=body, timeout=20)
    assert answer.json()["leadStatus"] is True
    services.drain()
    return Lead.objects.get()


def entered(browser: Browser, origin: str, scene: Market, **options: object) -> Visit:
    """Somebody who may see personal data, logged in by the form."""
    user = MemberFactory(company=scene.world.company, role=Role.OPERATOR, sees_personal_data=True).user
    return logged_in(Visit(browser.new_context(**{"viewport": DESKTOP, **options}), origin), user)


def width(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_from_the_list_to_the_whole_story_and_unmasked(
    browser: Browser, live_server, scene: Market, lead: Lead
) -> None:
    visit = entered(browser, live_server.url, scene)
    page = visit.open("/admin/leads/lead/")
    page.get_by_role("link", name=lead.public_id).click()
    expect(page.locator(".trace-sentence")).to_contain_text(
        f"Sold to {scene.orders[1].buyer} for $25.00 after 1"
    )
    expect(page.get_by_text("All checks passed")).to_be_visible()
    expect(page.get_by_text("✓ passed").first).to_be_hidden()
    expect(page.locator(".trace-rules .matched").first).to_contain_text("status is “rejected”")
    assert EMAIL not in page.content()
    page.get_by_role("button", name="Show personal data").click()
    expect(page.get_by_text(EMAIL).first).to_be_visible()
    expect(page.get_by_text("this look is on record")).to_be_visible()
    assert AuditEvent.objects.filter(action="lead.revealed", object_id=lead.pk).count() == 1
    page.get_by_role("link", name="Mask it again").click()
    expect(page.get_by_text("Show personal data")).to_be_visible()
    assert EMAIL not in page.content()
    assert visit.faults == []
    page.context.close()


def test_folds_open_and_ids_are_copied_by_keyboard(
    browser: Browser, live_server, scene: Market, lead: Lead
) -> None:
    visit = entered(browser, live_server.url, scene, permissions=["clipboard-read", "clipboard-write"])
    page = visit.open(f"/admin/leads/lead/{lead.pk}/change/")
    page.locator("summary", has_text="All checks passed").press("Enter")
    expect(page.get_by_text("✓ passed").first).to_be_visible()
    page.get_by_role("button", name=f"Copy {lead.public_id}").press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"Copied {lead.public_id}")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == lead.public_id
    assert visit.faults == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways_and_all_is_readable(
    scheme: str, browser: Browser, live_server, scene: Market, lead: Lead
) -> None:
    visit = entered(browser, live_server.url, scene, viewport=PHONE, color_scheme=scheme)
    wide, faint = {}, {}
    for path in (
        f"/admin/leads/lead/{lead.pk}/change/",
        "/admin/",
        "/admin/leads/lead/",
        "/admin/deliveries/attempt/",
    ):
        page = visit.open(path)
        if width(page) > PHONE["width"]:
            wide[path] = width(page)
        ours = [one for one in page.evaluate(CONTRAST) if re.search(r"mark|trace|deck|mono", one)]
        if ours:
            faint[path] = ours
    assert wide == {}
    assert faint == {}
    assert visit.faults == []
    page.context.close()


def test_the_dashboard_renews_itself_but_never_under_ones_hands(
    browser: Browser, live_server, scene: Market, lead: Lead
) -> None:
    visit = entered(browser, live_server.url, scene)
    page = visit.open("/admin/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/overview/" in request.url else None)
    page.evaluate("document.querySelector('#endpoints table').same = 'yes'")
    with page.expect_response("**/admin/overview/"):
        Lead.objects.update(status="unsold")
    expect(page.locator("#conservation")).to_contain_text("1 unsold", timeout=15_000)
    # A part that did not change was not drawn anew.
    assert page.evaluate("document.querySelector('#endpoints table').same") == "yes"
    page.locator("#leads a").first.focus()
    before = len(asked)
    page.wait_for_timeout(4000)
    assert len(asked) <= before + 1
    expect(page.locator("#leads a").first).to_be_focused()
    assert visit.faults == []
    page.context.close()
