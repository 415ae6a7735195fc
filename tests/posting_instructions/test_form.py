"""The test form: sent for the source, by the source's own door, always as a test."""

import json
from datetime import timedelta

import pytest
import time_machine

from apps.core.clock import now
from apps.intake.models import Refusal
from apps.intake.refusals import flush
from apps.leads.choices import LeadMethod
from apps.leads.models import Lead
from apps.posting_instructions import limits
from apps.sources.services import credential_revoke, terms_approve
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made


@pytest.fixture
def world(db: None) -> World:
    return made("usual")


def test_the_form_as_it_stands_is_an_accepted_test(reader: Reader, world: World) -> None:
    html = reader.send_test().content.decode()
    assert "Accepted as a test" in html
    lead = Lead.objects.get()
    assert lead.is_test
    assert lead.method == LeadMethod.TEST_FORM
    assert lead.terms_id == world.terms.pk
    assert f"<code>{lead.public_id}</code>" in html


def test_it_stays_a_test_whatever_is_sent(reader: Reader, world: World) -> None:
    terms_approve(world.terms, by=world.user)
    for spelling in ("false", "0", "perhaps"):
        reader.send_test(test=spelling, Test="false")
    assert [lead.is_test for lead in Lead.objects.all()] == [True] * Lead.objects.count()
    assert not Lead.objects.filter(is_test=False).exists()


def test_what_is_wrong_stands_at_its_field(reader: Reader) -> None:
    html = reader.send_test(email="nobody", zip="").content.decode()
    assert "Rejected: Missing zip" in html
    assert '<span class="error" id="err-email">Email format</span>' in html
    assert '<span class="error" id="err-zip">Missing zip</span>' in html
    assert 'aria-describedby="err-email"' in html
    assert 'value="nobody"' in html


def test_the_key_of_the_page_is_used_and_not_shown(reader: Reader, world: World) -> None:
    html = reader.send_test().content.decode()
    assert world.key not in html
    assert "••••••••" in html


def test_a_typed_key_is_used_instead(reader: Reader, world: World) -> None:
    html = reader.send_test(auth="something-else").content.decode()
    assert "Rejected: Invalid auth" in html
    assert "something-else" in html
    assert not Lead.objects.exists()
    flush()
    assert Refusal.objects.get(terms_id=world.terms.pk).code == "invalid_auth"


def test_without_a_key_the_answer_says_so(reader: Reader, world: World) -> None:
    credential_revoke(world.terms.credentials.get(), by=world.user)
    assert "Rejected: Invalid auth" in reader.send_test().content.decode()


def test_terms_that_allow_some_addresses_only_can_be_tried_all_the_same(client, db: None) -> None:
    reader = Reader(client, made("usual", ip_allow=["192.0.2.0/24"]).token)
    assert "Accepted as a test" in reader.send_test().content.decode()
    assert "Requests are taken from 192.0.2.0/24 only." in reader.html()


def test_what_would_stop_a_live_lead_is_told(reader: Reader, world: World) -> None:
    html = reader.send_test(nonsense="1").content.decode()
    assert "Sent live now, this lead would be refused" in html
    assert "You are not approved for live leads yet." in html
    assert "Worth knowing" in html
    assert "Unknown field nonsense" in html
    terms_approve(world.terms, by=world.user)
    assert "Sent live now" not in reader.send_test().content.decode()


def test_a_fault_of_the_request_is_shown_like_any_answer(reader: Reader) -> None:
    html = reader.send_test(first_name="x" * 300_000).content.decode()
    assert "HTTP 413" in html
    assert "Payload too large" in html


def test_with_an_id_of_its_own_the_form_can_be_sent_twice(client, db: None) -> None:
    reader = Reader(client, made("excluding").token)
    for first_name in ("Ann", "Bea"):
        assert "Accepted as a test" in reader.send_test(first_name=first_name).content.decode()
    assert Lead.objects.count() == 2


def test_the_log_lists_own_requests_without_the_people(reader: Reader, world: World) -> None:
    assert "Nothing has arrived from you yet" in reader.html("testing/")
    other = made("usual")
    Reader(reader.client, other.token).send_test()
    reader.send_test(first_name="Wilhelmina")
    reader.send_test(email="nobody")
    log = reader.html("testing/").split('id="log"')[1]
    assert log.count("<tr>") == 1 + 2
    assert "Email format" in log
    assert "Wilhelmina" not in log
    assert "nobody" not in log


def test_the_log_counts_what_never_became_a_lead(reader: Reader, world: World) -> None:
    assert "refused without a lead" not in reader.html("testing/")
    for _ in range(2):
        reader.send_test(auth="wrong")
    flush()
    log = reader.html("testing/").split('id="log"')[1]
    assert "2 × <code>Invalid auth</code>" in log
    with time_machine.travel(now() + timedelta(hours=25)):
        assert "Invalid auth" not in reader.html("testing/").split('id="log"')[1]


def test_sending_is_limited(reader: Reader, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ACTIONS", 2)
    answers = [reader.send_test().status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert Lead.objects.count() == 2


def test_markup_that_was_typed_comes_back_as_text(reader: Reader) -> None:
    html = reader.send_test(first_name="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_answer_is_the_apis_own(reader: Reader) -> None:
    html = reader.send_test(email="nobody").content.decode()
    code = html.split(">Answer</span>")[1].split("</pre>")[0]
    for key in ("leadStatus", "reason", "message", "price", "lead_id", "errors", "warnings", "testLead"):
        assert f"{json.dumps(key)}".replace('"', "&quot;") in code
