"""The forms of an exchange: sent for the source, by the exchange's own door, always as a test."""

import re
from html import unescape

import pytest
from django.test import Client

from apps.auctions.choices import PingStatus
from apps.auctions.models import Bid, Ping
from apps.intake.refusals import flush
from apps.leads.models import Lead
from apps.sources.services import terms_approve
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made


@pytest.fixture
def world(db: None) -> World:
    return made("pinging", approved=True)


def call(reader: Reader, name: str, *, page: str = "", **changed: str) -> str:
    """The page after a call's form was sent as it stands on a page, with some inputs changed."""
    form = (page or reader.html("testing/")).split(f'id="{name}"')[1].split("</form>")[0]
    values = re.findall(r'name="((?:lead|top)\.[^"]+)" value="([^"]*)"', form)
    inputs = {key: unescape(value) for key, value in values} | {"call": name} | changed
    return reader.post("testing/", inputs).content.decode()


def told(html: str, name: str) -> str:
    """What the page says of a call's answer."""
    found = html.split(f'id="outcome-{name}"')[1].split("</p>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", found.split(">", 1)[1]).split())


@pytest.mark.parametrize("flag", ["Test_Mode", "TEST_MODE"])
def test_whatever_is_typed_nothing_goes_live(reader: Reader, flag: str) -> None:
    """The source is approved, so a call that were live would be."""
    for name in ("ping", "direct_post"):
        call(reader, name, **{f"lead.{flag}": "0"})
        call(reader, name, **{f"top.{flag}": "0"})
    assert not Ping.objects.exclude(status=PingStatus.TEST).exists()
    assert not Lead.objects.filter(is_test=False).exists()
    assert not Bid.objects.exists()


def test_the_ping_goes_into_the_post(reader: Reader, world: World) -> None:
    page = call(reader, "ping", **{"lead.zip": "90211"})
    assert told(page, "ping") == "HTTP 200 Accepted as a test, bid 10.00 USD"
    assert f'name="top.ping_id" value="{Ping.objects.get().public_id}"' in page
    page = call(reader, "post", page=page)
    assert told(page, "post") == "HTTP 200 Delivered as a test"
    assert world.key not in page
    log = page.split('id="log"')[1]
    assert log.count("<tr>") == 1 + 2
    assert Ping.objects.get().public_id in log
    assert Lead.objects.get().public_id in log
    assert Lead.objects.get().method == "test_form"
    assert "Test form" in log


def test_without_data_the_answer_is_shown_as_it_is(reader: Reader) -> None:
    key = re.search(r'value="(ping-invalid_payload_shape[^"]+)"', reader.html("testing/"))[1]
    page = call(reader, "ping", example=key)
    assert told(page, "ping") == "HTTP 422 Refused: invalid_payload_shape"
    assert "As documented: “invalid_payload_shape”." in page
    assert not Ping.objects.exists()


def test_the_field_at_fault_is_named_at_its_input(reader: Reader) -> None:
    page = call(reader, "direct_post", **{"lead.email": "nobody"})
    assert told(page, "direct_post") == "HTTP 200 Rejected: schema_validation_failed"
    assert '<span class="error" id="err-direct_post-email">Email format</span>' in page
    page = call(reader, "post", **{"top.ping_id": "PING-1"})
    assert '<span class="error" id="err-post-ping_id">Invalid ping id</span>' in page


def test_refusals_without_a_ping_are_counted_by_their_reason(reader: Reader) -> None:
    assert told(call(reader, "ping", **{"top.KEY": "wrong"}), "ping") == "HTTP 401 Refused: invalid_key"
    flush()
    assert "1 × <code>invalid_key</code>" in reader.html("testing/")


def test_terms_that_allow_some_addresses_only_can_be_tried_all_the_same(client: Client, db: None) -> None:
    reader = Reader(client, made("pinging", ip_allow=["192.0.2.0/24"]).token)
    assert "Accepted as a test" in told(call(reader, "ping"), "ping")


def test_markup_that_was_typed_comes_back_as_text(reader: Reader) -> None:
    page = call(reader, "ping", **{"lead.sub_id": "<script>alert(1)</script>", "top.SRC": "<b>x</b>"})
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_the_checklist_follows_ping_and_post(client: Client, db: None) -> None:
    world = made("pinging")
    reader = Reader(client, world.token)

    def standing() -> str:
        return reader.html("go-live/").split('id="steps-title">')[1].split("<")[0]

    call(reader, "ping", **{"lead.zip": "nowhere"})
    assert standing() == "1 of 6 steps to live"
    page = call(reader, "ping")
    assert standing() == "2 of 6 steps to live"
    call(reader, "post", page=page)
    assert standing() == "3 of 6 steps to live"
    terms_approve(world.terms, by=world.user)
    assert standing() == "4 of 6 steps to live"
