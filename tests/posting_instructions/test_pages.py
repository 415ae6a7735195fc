"""Each tab says what holds for this source on this campaign, in its own values, and nothing of anybody else's."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from apps.campaigns.services import campaign_set_active, field_add
from apps.engine.reasons import REASONS, REQUEST
from apps.posting_instructions.pages.anchors import anchor
from apps.sources.services import credential_revoke, terms_approve, terms_create, terms_set_active
from tests.factories import SourceFactory, World, draft_campaign
from tests.posting_instructions.conftest import TABS, Reader
from tests.posting_instructions.worlds import ROOFS, made

FRIDAY_NOON = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def test_the_overview_has_the_sources_own_values(reader: Reader, world: World, settings) -> None:
    settings.PUBLIC_URL = "https://leads.acme.example"
    html = reader.html()
    assert html.count("https://leads.acme.example/ca/submit") >= 5
    for number in (world.company.number, world.source.number, world.campaign.number):
        assert f"<code>{number}</code>" in html
    assert f"{world.campaign.name} <span" in html
    assert f"for {world.source.name}" in html
    assert "31.50 USD for each accepted lead" in html
    assert 'href="mailto:partners@acme.example?subject=' in html


@pytest.mark.parametrize("tab", TABS)
def test_the_key_and_the_buyers_are_on_no_page(reader: Reader, world: World, tab: str) -> None:
    html = reader.html(tab)
    assert world.key not in html
    for secret in (world.buyer.name, world.order.name, world.endpoint.name, world.endpoint.url, "40.00"):
        assert secret not in html


def test_the_fields_table_has_every_field_and_the_systems_own(reader: Reader, world: World) -> None:
    html = reader.html("fields/")
    for name in (
        "compid",
        "sourceid",
        "campid",
        "auth",
        "test",
        *(field.name for field in world.spec.fields),
    ):
        assert f'<tr id="field-{name}"' in html
    assert f"<summary>{len(ROOFS)} accepted values</summary>" in html
    assert "from 300 to 850" in html


def test_a_few_accepted_values_are_not_folded(client: Client, db: None) -> None:
    world = made("excluding")
    html = Reader(client, world.token).html("fields/")
    assert "<code>solar</code>" in html
    assert "<summary>" not in html


def test_each_requirement_names_its_message(reader: Reader) -> None:
    html = reader.html("requirements/")
    for message in (
        "Campaign period", "Missing TrustedForm/Jornaya", "State targeting", "Zip targeting", "Campaign schedule",
        "Condition: Owners", "Filter: Quality screen", "Duplicate email", "Day cap", "Campaign cap",
        "Email verification", "Address verification", "Non-US IP",
    ):  # fmt: skip
        assert f'#message-{anchor(message)}"><code>{message}</code></a>' in html, message
    assert "Accepted when: Homeowner is yes." in html


def test_what_is_not_public_is_named_but_not_told(reader: Reader) -> None:
    html = reader.html("requirements/")
    assert "Quality screen" in html
    assert "starts with bad" not in html
    assert "Sub ID" not in html
    assert "What is taken from you is limited per day." in html
    assert "37" not in html.split("<main")[1].split("<svg")[0]


@pytest.mark.parametrize(
    ("at", "state", "words"),
    [
        (FRIDAY_NOON, "Open now", "5 h</time>, at 5 PM Pacific"),
        (FRIDAY_EVENING, "Closed now", "2 d 15 h</time>, on Monday at 9 AM Pacific"),
    ],
)
def test_the_hours_say_what_holds_now(reader: Reader, at: datetime, state: str, words: str) -> None:
    with time_machine.travel(at, tick=False):
        html = reader.html("requirements/")
    assert state in html
    assert words in html
    assert "Monday to Friday, 9 AM to 5 PM Pacific; closed on December 25, 2026." in html


def test_the_zip_list_is_downloaded_whole(reader: Reader) -> None:
    response = reader.get("requirements/zips.csv")
    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert response["Content-Type"].startswith("text/csv")
    assert response["Content-Disposition"] == 'attachment; filename="roofing-full-v1-zips-included.csv"'
    assert lines[0] == "zip"
    assert "90210" in lines
    assert "852*" in lines
    assert len(lines) == 200 + 1 + 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [("90210", "Accepted"), ("85201-1234", "Accepted"), ("10001", "Not accepted"), ("9021", "No zip")],
)
def test_a_zip_can_be_asked_about(reader: Reader, asked: str, said: str) -> None:
    html = reader.post("requirements/zip/", {"zip": asked}).content.decode()
    assert f">{said}</span>" in html


def test_without_a_zip_list_there_is_nothing_to_download(client: Client, db: None) -> None:
    reader = Reader(client, made("usual").token)
    assert reader.get("requirements/zips.csv").status_code == 404
    assert "zips.csv" not in reader.html("requirements/")


def test_the_responses_list_every_message_and_every_fault(reader: Reader) -> None:
    html = reader.html("responses/")
    for message in (
        "Missing {fields}",
        "Email format",
        "Roof format",
        "Day cap",
        "SubID blocked",
        "Invalid auth",
    ):
        assert f'<tr id="message-{anchor(message)}"' in html, message
    assert "Month cap" not in html
    for reason in REASONS.values():
        if reason.group == REQUEST:
            assert f"<code>{reason.text}</code>" in html, reason.text
    assert html.count("<tr id=") == len(set(html.split('<tr id="')[1:])) > 50


def test_anchors_are_unique_and_lead_somewhere(reader: Reader) -> None:
    pages = {tab: reader.html(tab) for tab in TABS}
    for html in pages.values():
        ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
        assert len(ids) == len(set(ids))
    listed = pages["responses/"]
    for tab in ("fields/", "requirements/"):
        for part in pages[tab].split("#message-")[1:]:
            assert f'id="message-{part.split(chr(34))[0]}"' in listed, part[:40]


def test_a_campaign_that_waits_for_buyers_says_so(client: Client, db: None) -> None:
    world = draft_campaign(campaign={"answer_mode": "buyer", "answer_budget_ms": 4500})
    world.publish()
    html = Reader(client, world.token).html("responses/")
    assert "within 4.5 seconds" in html
    assert "status_url" in html
    assert "No eligible buyer" in html


@pytest.mark.parametrize("tab", TABS)
def test_what_people_typed_is_never_markup(client: Client, db: None, tab: str) -> None:
    mark = "<img src=x onerror=alert(1)>{{7*7}}"
    world = draft_campaign(company={"name": f"Acme {mark}"}, campaign={"name": mark, "description": mark})
    world.source.name = f"Source {mark}"
    world.source.save()
    field_add(
        world.campaign, name="odd", label=mark, type="choice", choices=[{"value": mark, "label": mark}],
        description=mark, example=mark, required=True, by=world.user,
    )  # fmt: skip
    world.publish()
    html = Reader(client, world.token).html(tab)
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "{{7*7}}" in html


def test_a_campaign_that_was_never_published_has_a_friendly_page(client: Client, db: None) -> None:
    world = draft_campaign()
    for tab in TABS:
        html = Reader(client, world.token).html(tab)
        assert "has not been published yet" in html
        assert world.key not in html


def test_terms_newer_than_the_version_have_a_friendly_page(world: World, client: Client) -> None:
    opened = terms_create(SourceFactory(company=world.company), world.campaign, by=world.user)
    assert "was added after its current version" in Reader(client, opened.token).html()


def test_the_mode_follows_the_live_switches(reader: Reader, world: World) -> None:
    assert ">Test mode</span>" in reader.html()
    terms_approve(world.terms, by=world.user)
    assert ">Live</span>" in reader.html()
    campaign_set_active(world.campaign, active=False, by=world.user)
    assert "Campaign inactive" in reader.html().split("<main")[1].split("<section")[0]
    terms_set_active(world.terms, active=False, by=world.user)
    assert "Your client has paused you" in reader.html()


def test_without_a_key_the_page_says_whom_to_ask(reader: Reader, world: World) -> None:
    credential_revoke(world.terms.credentials.get(), by=world.user)
    html = reader.html()
    assert "No key is enabled at the moment" in html
    assert "Show my key" not in html


def test_a_language_can_be_linked_to(reader: Reader) -> None:
    html = reader.html(lang="python")
    assert 'data-sample="python">' in html
    assert 'data-sample="curl" hidden>' in html
    assert 'data-sample="curl">' in reader.html(lang="cobol")
