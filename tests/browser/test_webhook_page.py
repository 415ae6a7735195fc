"""A webhook is opened, mapped and published in a real browser, by keyboard too, on desk and phone."""

import json
import os
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from apps.intake.flows import held
from apps.leads.models import Lead
from apps.leads.sealing import unseal
from apps.sources.models import Webhook
from tests.browser.chromium import CONTRAST, PHONE, Opened
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("SHOTS", "")
BODY = {"form_response": {"token": "t1", "definition": {"title": "Quote", "fields": [
    {"id": "f1", "ref": "r1", "title": "What is your full name?"},
    {"id": "f2", "ref": "r2", "title": "Your e-mail"},
    {"id": "f3", "ref": "r3", "title": "Phone number"},
    {"id": "f4", "ref": "r4", "title": "Zip code of the property"},
    {"id": "f5", "ref": "r5", "title": "When may we call?"},
]}, "answers": [
    {"type": "text", "text": "Jane Doe", "field": {"id": "f1", "ref": "r1"}},
    {"type": "email", "email": "jane@example.com", "field": {"id": "f2", "ref": "r2"}},
    {"type": "phone_number", "phone_number": "+15552223344", "field": {"id": "f3", "ref": "r3"}},
    {"type": "text", "text": "90210", "field": {"id": "f4", "ref": "r4"}},
    {"type": "text", "text": "after five", "field": {"id": "f5", "ref": "r5"}},
]}}  # fmt: skip


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sent() -> int:
    """The status a form vendor gets."""
    path = f"/webhook/{Webhook.objects.get().token}"
    answer = Client().generic("POST", path, json.dumps(BODY).encode(), content_type="application/json")
    return answer.status_code


def test_a_webhook_is_mapped_and_published_and_what_was_held_is_taken_up(visit: Opened, world: World) -> None:
    page = visit().open(f"/admin/sources/terms/{world.terms.pk}/webhook/")
    page.get_by_role("button", name="Open a webhook").click()
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    assert sent() == 202
    page.reload()
    expect(page.get_by_text("1 live lead waits for this mapping")).to_be_visible()
    expect(page.get_by_text("Typeform", exact=True)).to_be_visible()
    expect(page.locator("[name='part:first_name']")).to_have_value("first_word")
    expect(page.get_by_text("Required and not mapped: state")).to_be_visible()
    shot(page, "webhook-desk")

    kind = page.locator("[name='kind:state']")
    expect(page.locator("[name='value:state']")).to_be_hidden()
    kind.focus()
    kind.press("End")
    expect(kind).to_have_value("constant")
    page.locator("[name='value:state']").fill("CA")
    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It would be accepted")).to_be_visible()
    expect(page.locator("[name='value:state']")).to_have_value("CA")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("webhook: state ← “CA”")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("runs now,")).to_be_visible()

    assert held.take_up() == 1
    data = unseal(Lead.objects.get())
    assert (data.normal("last_name"), data.normal("state")) == ("Doe", "CA")
    assert sent() == 200


def test_the_page_fits_a_phone_and_can_be_read(visit: Opened, world: World) -> None:
    opened = visit(viewport=PHONE)
    page = opened.open(f"/admin/sources/terms/{world.terms.pk}/webhook/")
    page.get_by_role("button", name="Open a webhook").click()
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    assert sent() == 202
    page.reload()
    expect(page.get_by_role("heading", name="The lead this gives")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # The theme's own icons in the breadcrumbs are fainter.
    faint = [one for one in page.evaluate(CONTRAST) if "material-symbols" not in one]
    assert faint == []
    shot(page, "webhook-phone")
