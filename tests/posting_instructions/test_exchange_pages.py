"""Each tab of an exchange says what holds for this source, in its own values, and nothing of anybody else's."""

import json
import re
import subprocess
from html import unescape
from typing import Any

import pytest
from django.test import Client

from apps.campaigns.services import campaign_set_active
from apps.engine.reasons import REASONS, REQUEST
from apps.posting_instructions.checklist import Milestones, checklist
from apps.posting_instructions.code import Given, Request, Secret, samples, text_of
from apps.sources.services import credential_revoke, terms_set_active
from tests.factories import World
from tests.posting_instructions.conftest import TABS, Reader
from tests.posting_instructions.worlds import change, made


@pytest.fixture
def world(db: None) -> World:
    return made("pinging")


def rows(html: str, kind: str) -> dict[str, str]:
    """The rows of a table by the id behind `kind-`, as plain text."""
    found = re.findall(rf'<tr id="{kind}-([^"]+)"[^>]*>(.*?)</tr>', html, re.DOTALL)
    return {name: unescape(re.sub(r"<[^>]+>", " ", row)) for name, row in found}


def test_the_overview_has_addresses_and_credentials_of_its_own(
    reader: Reader, world: World, settings
) -> None:
    settings.PUBLIC_URL = "https://leads.acme.example"
    html = reader.html()
    for call in ("ping", "post", "direct_post"):
        assert f"<code>https://leads.acme.example/{call}</code>" in html
    assert "/ca/submit" not in html
    assert f"<code>{world.terms.src}</code>" in html
    assert "for 2 minutes after its ping" in html
    assert "Buyers have 0.75 seconds to bid." in html
    assert "The answer comes within 6 seconds" in html
    assert "A ping needs state, zip and homeowner." in html
    assert "kept as it was pinged" in html


def test_settings_of_the_auction_change_the_words(client: Client, db: None) -> None:
    html = Reader(client, made("pinging strictly", pings_per_post=40).token).html()
    assert "for 90 seconds after its ping" in html
    assert "one that differs is answered <code>ping_mismatch</code>" in html
    assert "or in the field <code>unique_identifier</code>" in html
    assert "Over an hour at most 40 pings are taken for each post." in html


@pytest.mark.parametrize("tab", TABS)
def test_the_key_and_the_buyers_are_on_no_page(reader: Reader, world: World, tab: str) -> None:
    html = reader.html(tab)
    assert world.key not in html
    for secret in (world.buyer.name, world.order.name, world.endpoint.name, world.endpoint.url, "40.00"):
        assert secret not in html
    for word in ("leadStatus", "compid", "sourceid"):
        assert word not in html, word


def test_the_key_is_shown_when_asked_for(reader: Reader, world: World) -> None:
    assert (
        f'&quot;KEY&quot;</span>: &quot;<span class="t-secret" data-secret>{world.key}'
        in reader.post("key/").content.decode()
    )
    credential_revoke(world.terms.credentials.get(), by=world.user)
    assert "No key is enabled at the moment" in reader.html()


def test_one_table_says_what_each_phase_requires(reader: Reader, world: World) -> None:
    found = rows(reader.html("fields/"), "field")
    assert list(found)[:5] == ["SRC", "KEY", "ping_id", "data", "Test_Mode"]
    assert list(found)[5:] == [field.name for field in world.spec.fields]
    phases = {name: re.findall("Required|Optional|Not sent", row)[:2] for name, row in found.items()}
    assert phases["ping_id"] == ["Not sent", "Required"]
    assert phases["zip"] == ["Required", "Required"]
    assert phases["email"] == ["Optional", "Required"]
    assert phases["sub_id"] == ["Optional", "Optional"]
    assert "from 300 to 850" in found["score"]


def test_requirements_name_the_reasons_that_the_responses_explain(reader: Reader) -> None:
    html = reader.html("requirements/")
    listed = reader.html("responses/")
    named = set(re.findall(r"#reason-([^\"]+)\"", html))
    assert {"campaign_not_in_period", "consent_missing", "condition_failed", "duplicate_lead"} <= named
    for name in named:
        assert f'<tr id="reason-{name}"' in listed, name
    assert "#message-" not in html
    answered = reader.post("requirements/zip/", {"zip": "10001"}).content.decode()
    assert "10001 is rejected with “zip_not_accepted”." in answered


def test_the_responses_hold_the_contracts_table(reader: Reader) -> None:
    found = rows(reader.html("responses/"), "reason")
    for name in (
        "campaign_inactive", "campaign_not_in_period", "outside_schedule", "source_not_approved",
        "source_cap_reached", "campaign_cap_reached", "schema_validation_failed", "state_not_accepted",
        "zip_not_accepted", "condition_failed", "filter_matched", "blocked_value", "consent_missing",
        "consent_invalid", "verification_failed", "duplicate_lead", "no_eligible_buyer", "buyer_rejected",
        "invalid_ping_id", "ping_id_expired", "ping_id_already_consumed", "buyer_delivery_failed",
        "downstream_timeout", "downstream_invalid_response", "missing_credentials", "invalid_key",
        "credential_disabled",
    ):  # fmt: skip
        assert name in found, name
    faults = {each.exchange for each in REASONS.values() if each.group == REQUEST} - {"not_found"}
    assert faults <= set(found)
    assert found["invalid_payload_shape"].split()[0] == "422"
    assert found["credential_disabled"].split()[0] == "403"
    assert "failed" in found["downstream_timeout"]
    assert "ping_mismatch" not in found


@pytest.mark.parametrize("kind", ["pinging", "pinging strictly", "pinging barely"])
def test_ids_stand_once_and_links_lead_somewhere(client: Client, db: None, kind: str) -> None:
    reader = Reader(client, made(kind).token)
    pages = {tab: reader.html(tab) for tab in TABS}
    for html in pages.values():
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids))
    for tab in ("fields/", "requirements/"):
        for name in re.findall(r"#reason-([^\"]+)\"", pages[tab]):
            assert f'id="reason-{name}"' in pages["responses/"], name


def test_the_live_switches_are_told_in_reasons(reader: Reader, world: World) -> None:
    campaign_set_active(world.campaign, active=False, by=world.user)
    assert "live leads are answered “campaign_inactive”" in reader.html()
    terms_set_active(world.terms, active=False, by=world.user)
    assert "every lead is answered “source_not_approved”" in reader.html()


def test_a_campaign_that_is_changed_over_changes_its_page(client: Client, db: None) -> None:
    world = made("usual")
    reader = Reader(client, world.token)
    assert "/ca/submit" in reader.html()
    change(world, traffic="exchange")
    assert "/ca/submit" in reader.html()
    world.publish()
    assert "/direct_post" in reader.html()


def test_the_checklist_speaks_of_ping_and_post() -> None:
    titles = [step.title for step in checklist(Milestones(opened=True), exchanges=True).steps]
    assert titles[2:4] == ["Have a test ping accepted", "Have its post delivered"]
    assert checklist(Milestones(opened=True)).steps[2].title == "Send a test lead"


def written() -> dict[str, str]:
    body: dict[str, Any] = {
        "SRC": "s", "KEY": Secret("k"), "data": {"quote": "O'Brien", "yes": True, "none": None, "more": {}},
        "ping_id": Given("PING-1"),
    }  # fmt: skip
    made = samples(Request("http://x", body, prints=("status", "reason")))
    return {each.language.key: text_of(each.code) for each in made}


MEANT = {
    "SRC": "s",
    "KEY": "k",
    "data": {"quote": "O'Brien", "yes": True, "none": None, "more": {}},
    "ping_id": "PING-1",
}


def test_nested_bodies_survive_curl_and_python() -> None:
    code = written()
    printed = re.sub(r"curl http://x \\\n\s+-H '[^']+' \\\n\s+-d ", "printf '%s' ", code["curl"])
    done = subprocess.run(["sh", "-c", printed], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == MEANT
    values: dict[str, Any] = {}
    exec(code["python"].split("answer = ")[0].replace("import requests", ""), values)
    assert values["lead"] == MEANT


def test_nested_bodies_are_written_in_php_and_javascript() -> None:
    code = written()
    assert "    'data' => [\n        'quote' => 'O\\'Brien',\n" in code["php"]
    assert "        'more' => new stdClass,\n    ],\n    'ping_id' => 'PING-1',\n" in code["php"]
    assert code["php"].endswith("echo $result['status'], ' ', $result['reason'];")
    assert code["python"].endswith('print(result["status"], result["reason"])')
    assert code["javascript"].endswith("console.log(result.status, result.reason);")
