"""The demo company: made once, true in every row, and at work with live leads."""

import json
import subprocess
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
import requests
from django.core.management import CommandError, call_command
from django.db.models import Sum

from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.companies.models import Company, Member
from apps.core.clock import now
from apps.core.ids import first_id_at
from apps.deliveries import jobs
from apps.deliveries.models import Attempt, Delivery, StoredLead
from apps.deliveries.services import drain
from apps.deliveries.services.afterwards import stored
from apps.deliveries.services.attempt.records import open_request, open_response
from apps.demo.cast import ANCHOR, COMPANY, LONE_STAR, MILLER, PREPAID, ROOFING
from apps.demo.logins import fetching_key, password_of
from apps.demo.selectors import curl_line, senders
from apps.demo.services import company_load, history_load
from apps.demo.traffic import Leads, Traffic
from apps.engine.balance import PREFIX
from apps.engine.request import MASK
from apps.leads.models import CapCounter, DuplicateClaim, Lead, LeadEvent
from apps.leads.selectors import conservation, lead_open
from apps.ledger.models import Entry, Sale
from apps.ledger.selectors import account_of, balance, exported
from apps.publishing.models import Version
from apps.publishing.selectors import readiness
from apps.simulator.running import running_simulator
from tests.deliveries.money import off_the_books

NOWHERE = "http://127.0.0.1:9"
LEADS = 220
SELDOM = {"retry_at"}
"""What sixty leads may not happen to tell of."""


@pytest.mark.django_db
def test_everything_is_published_and_ready_but_the_source_in_testing():
    company = company_load(simulator=NOWHERE).company

    assert company.campaigns.count() == 3
    assert company.sources.count() == 4
    assert company.buyers.count() == 22
    for campaign in company.campaigns.all():
        ready = readiness(campaign)
        assert ready.is_live
        assert not ready.unpublished
        waiting = [item.label for item in ready.items if not item.is_live]
        assert waiting == (["Nightingale Digital on Roofing leads"] if campaign.name == ROOFING else [])
    for member in Member.objects.select_related("user"):
        assert member.user.check_password(password_of(member.user.email))
        assert member.user.is_staff


@pytest.mark.django_db
def test_the_second_load_changes_nothing_and_a_moved_simulator_only_addresses():
    company_load(simulator=NOWHERE)
    before = Counter(Version.objects.values_list("campaign_id", flat=True))
    assert not company_load(simulator=NOWHERE).created
    assert Counter(Version.objects.values_list("campaign_id", flat=True)) == before

    company_load(simulator="http://127.0.0.1:8955")

    assert Company.objects.count() == 1
    assert Counter(Version.objects.values_list("campaign_id", flat=True)) == Counter(dict.fromkeys(before, 2))
    said = [line for version in Version.objects.filter(number=2) for line in version.changes]
    moved = Counter(line.partition(": ")[2].partition(" http://127.0.0.1:9/")[0] for line in said)
    assert moved == {"URL": 21, "ping URL": 9, "token URL": 1}


@pytest.mark.django_db
def test_the_past_is_true_in_every_row():
    company = company_load(simulator=NOWHERE).company
    assert history_load(company, leads=LEADS) == LEADS
    assert history_load(company, leads=LEADS) == 0

    leads = Lead.objects.filter(company=company)
    counts = conservation(leads)
    assert counts["received"] == counts["sold"] + counts["rejected"] + counts["unsold"] + counts["held"]
    assert counts["in_flight"] == 0
    assert counts["sold"] > LEADS / 2
    assert counts["rejected"] > LEADS / 20
    _money_adds_up(leads)
    _times_and_ids_agree(leads)
    _deliveries_match_their_leads()
    _personal_data_opens_and_is_sealed(leads)
    _caps_and_claims_stand_for_leads()
    _every_buyer_got_what_it_can_read(company)
    _the_prepaid_buyer_never_ran_dry(company)


def _the_prepaid_buyer_never_ran_dry(company: Company) -> None:
    buyer = company.buyers.get(name=PREPAID.name)
    account, lines = account_of(buyer, now=now()), list(exported(buyer, "USD"))
    assert account.left > 5_000
    assert account.left == lines[0].balance
    assert min(line.balance for line in lines) >= 0
    assert {"sale", "top_up", "credit"} <= {line.kind for line in lines}
    assert off_the_books() == {}


def _every_buyer_got_what_it_can_read(company: Company) -> None:
    bought = Attempt.objects.filter(outcome="accepted")
    behind_token = bought.filter(buyer_name=LONE_STAR.name).first()
    _, key = lead_open(behind_token.lead)
    assert dict(open_request(key, behind_token)["headers"])["Authorization"] == MASK
    assert open_response(key, behind_token)["status"] == 200
    mailed = bought.filter(buyer_name=MILLER.name)
    assert {attempt.http_status for attempt in mailed} == {250}
    kept = bought.filter(buyer_name=ANCHOR.name)
    assert kept.exists()
    assert set(StoredLead.objects.values_list("attempt_id", flat=True)) == {attempt.pk for attempt in kept}
    endpoint = Endpoint.objects.get(buyer__name=ANCHOR.name)
    assert stored.endpoint_of_key(bearer=fetching_key(), headers={}) == endpoint
    page = stored.page(endpoint, after=0, limit=1)
    assert "@" in page.leads[0].values["email"]


def _money_adds_up(leads) -> None:
    sold = leads.filter(status="sold")
    assert Sale.objects.count() == sold.count()
    assert Sale.objects.aggregate(total=Sum("price"))["total"] == sold.aggregate(total=Sum("price"))["total"]
    assert (
        Sale.objects.aggregate(total=Sum("payout"))["total"] == sold.aggregate(total=Sum("payout"))["total"]
    )
    assert Entry.objects.aggregate(total=Sum("amount"))["total"] == 0
    assert Entry.objects.filter(sale__isnull=False).count() == 3 * Sale.objects.count()
    ended = leads.filter(status__in=("sold", "unsold")).aggregate(total=Sum("payout"))["total"]
    assert -balance("source") == ended
    accepted = Attempt.objects.filter(outcome="accepted").values_list("pk", flat=True)
    assert set(Sale.objects.values_list("attempt_id", flat=True)) == set(accepted)


def _times_and_ids_agree(leads) -> None:
    begin, end = now() - timedelta(days=31), now()
    for lead in leads:
        assert begin < lead.received_at < end
        assert first_id_at(lead.received_at) <= lead.pk < first_id_at(lead.received_at + timedelta(seconds=1))
        moments = list(lead.events.values_list("at", flat=True))
        assert moments == sorted(moments)
        assert moments[-1] < end
        assert Version.objects.get(pk=lead.version_id).published_at < lead.received_at


def _deliveries_match_their_leads() -> None:
    of_lead = {"sold": "sold", "unsold": "unsold", "held": "held"}
    for delivery in Delivery.objects.select_related("lead"):
        assert of_lead[delivery.lead.status] == delivery.status
        assert delivery.next_attempt_at is None
        attempts = [str(attempt.order_id) for attempt in delivery.attempts.all()]
        assert attempts == [str(item["order"]) for item in delivery.history]
    assert not Attempt.objects.exclude(status="settled").exists()
    # Whether a buyer was in trouble besides is chance among so few.
    assert set(Attempt.objects.values_list("outcome", flat=True)) >= {"accepted", "rejected"}


def _personal_data_opens_and_is_sealed(leads) -> None:
    lead = leads.filter(status="sold").first()
    data, key = lead_open(lead)
    assert data.normal("email")
    attempt = lead.attempts.get(outcome="accepted")
    assert open_request(key, attempt)["method"] in ("POST", "GET", "MAIL", "STORE")
    told = json.dumps(list(LeadEvent.objects.filter(lead=lead).values_list("data", flat=True)))
    for name in ("email", "phone", "last_name", "address"):
        assert str(data.normal(name)) not in told


def _caps_and_claims_stand_for_leads() -> None:
    accepted = Lead.objects.filter(status__in=("sold", "unsold", "held"))
    assert set(DuplicateClaim.objects.values_list("lead_id", flat=True)) <= set(
        accepted.values_list("pk", flat=True)
    )
    held = Counter()
    reservations = [*Lead.objects.values_list("reservations", flat=True)]
    reservations += Attempt.objects.values_list("reservations", flat=True)
    for cap_key, period_key, amount, _ in (each for some in reservations for each in some):
        held[cap_key, period_key] += amount
    caps = CapCounter.objects.exclude(cap_key__startswith=PREFIX)
    stored = caps.values_list("cap_key", "period_key", "used")
    assert {(cap, period): used for cap, period, used in stored} == held


@pytest.mark.django_db(transaction=True)
def test_live_leads_are_sold_and_leave_the_same_trace_as_past_ones(
    live_server, settings, monkeypatch, capsys
):
    settings.PUBLIC_URL = live_server.url
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
    with running_simulator() as simulator:
        company = company_load(simulator=simulator.url).company
        history_load(company, leads=150)
        past = set(Lead.objects.values_list("pk", flat=True))
        body = _pasted(curl_line())
        answer = requests.post(f"{live_server.url}/ca/submit", json=body, timeout=10)
        assert answer.json()["leadStatus"], answer.text
        posting = [sender for sender in senders() if not sender.pings]
        traffic = Traffic(Leads(posting, Random(3)), url=live_server.url, rate=400)
        tally = traffic.run(count=60, say=lambda line: None)
        call_command("traffic", "--count", "3", "--rate", "50", "--url", live_server.url)
        drain(for_s=8)

    assert "3 sent: " in capsys.readouterr().out
    assert tally.sent == sum(tally.answers.values()) == 60
    assert set(tally.answers) <= {"accepted", "rejected", "pending", "test"}, tally.line()
    assert tally.answers["accepted"] > 25
    first = Lead.objects.exclude(pk__in=past).order_by("pk").first()
    assert first.status == "sold"
    _same_shapes(past)


def _pasted(line: str) -> dict[str, str]:
    """The body that a shell makes of the curl line."""
    body = line[line.index("-d ") + 3 :]
    done = subprocess.run(["bash", "-c", f"printf %s {body}"], capture_output=True, text=True, check=True)
    made = json.loads(done.stdout)
    assert "$" not in done.stdout
    return made


def _same_shapes(past: set[int]) -> None:
    """Past and live rows tell the same kinds of things under the same names."""
    for model, column in ((LeadEvent, "data"), (Delivery, "plan")):
        shapes: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
        for row in model.objects.all():
            told = getattr(row, column) or {}
            kind = getattr(row, "kind", "") + (" of an auction" if "ping" in told else "")
            shapes[row.lead_id in past].setdefault(kind, set()).update(told)
        for kind, keys in shapes[False].items():
            assert shapes[True].get(kind, keys) - SELDOM == keys - SELDOM, kind
    called = Attempt.objects.filter(outcome="accepted").exclude(url="")
    timings = [set(each) for each in called.values_list("timings", flat=True)]
    assert all({"total_ms", "assembly_ms", "wait_ms"} <= each for each in timings)


@pytest.mark.django_db
def test_the_commands_say_what_they_did(capsys):
    call_command("demo_load", "--leads", "40")
    call_command("demo_show")
    said = capsys.readouterr().out

    assert f"{COMPANY} loaded, with 40 leads of the past month" in said
    assert "owner@acme.example" in said
    assert "/instructions/" in said
    assert "curl -sS" in said
    assert "/ping " in said
    assert "/post " in said
    assert Campaign.objects.count() == 3


@pytest.mark.django_db
def test_traffic_needs_a_demo_and_a_rate_that_can_be_meant():
    with pytest.raises(CommandError, match="not loaded"):
        call_command("traffic")
    with pytest.raises(CommandError, match="above 0"):
        call_command("traffic", "--rate", "0")
    with pytest.raises(CommandError, match="not loaded"):
        call_command("demo_show")
