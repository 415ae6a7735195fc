"""The demo's buyers beside plain HTTP: behind OAuth, by e-mail, and one who fetches; with live leads over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import requests

from apps.buyers.models import Endpoint
from apps.core.mail import SMTP
from apps.deliveries import jobs
from apps.deliveries.models import Attempt, StoredLead
from apps.deliveries.services import drain
from apps.demo import people
from apps.demo.cast import ANCHOR, AUTO, LONE_STAR, MILLER, ROOFING, DemoBuyer
from apps.demo.logins import fetching_key
from apps.demo.selectors import senders
from apps.demo.services import company_load, history_load
from apps.demo.services.company import UNMAILED
from apps.demo.territory import homes_in
from apps.leads.models import Lead
from apps.simulator.running import Running, running_simulator
from tests.faults.harness.processes import wait_until


@pytest.fixture
def demo(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The demo company served, with the simulator as its buyers and its mail server."""
    settings.PUBLIC_URL = live_server.url
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
    with running_simulator(mails=True, keep=None) as simulator:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
        settings.EMAIL_PORT = simulator.mail_port
        company_load(simulator=simulator.url)
        yield simulator


def sold_to(buyer: DemoBuyer, origin: str, *, campaign: str, state: str, count: int = 1) -> list[Attempt]:
    """Post good leads of a state while no other buyer is there; the attempts that sold them."""
    Endpoint.objects.exclude(buyer__name=buyer.name).update(is_active=False)
    sender = next(each for each in senders() if each.campaign == campaign and each.approved)
    for number in range(count):
        random, home = Random(f"{buyer.slug} {number}"), homes_in(state)[0]
        values = people.lead(campaign, random, today=datetime.now(UTC).date())
        values |= {"city": home.city, "state": home.state, "zip": home.zip}
        answer = requests.post(f"{origin}/ca/submit", json=sender.ids | values, timeout=10)
        assert answer.json()["leadStatus"], answer.text
    assert wait_until(lambda: _drained() == count)
    return list(Attempt.objects.filter(outcome="accepted", buyer_name=buyer.name))


def _drained() -> int:
    drain()
    return Lead.objects.filter(status="sold").count()


@pytest.mark.django_db(transaction=True)
def test_live_leads_are_sold_behind_oauth_with_one_token(demo: Running, live_server: Any) -> None:
    attempts = sold_to(LONE_STAR, live_server.url, campaign=ROOFING, state="TX", count=3)

    assert len(attempts) == 3
    asked = [(one.behaviour, one.status) for one in demo.requests if one.buyer == LONE_STAR.slug]
    assert sorted(asked) == [*[("bearer", 200)] * 3, ("token", 200)]
    assert Attempt.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_live_lead_arrives_in_the_mail_sink(demo: Running, live_server: Any) -> None:
    (attempt,) = sold_to(MILLER, live_server.url, campaign=ROOFING, state="GA")

    (mail,) = demo.mailbox.everything()
    assert mail.recipients == ("office@millerroofing.example",)
    assert mail.subject == f"New roofing lead {attempt.lead.public_id}"
    assert "Name: " in mail.body("plain")
    shown = requests.get(f"{demo.url}/mails", timeout=10).text
    assert mail.subject in shown


@pytest.mark.django_db(transaction=True)
def test_a_live_lead_waits_for_the_buyer_who_fetches(demo: Running, live_server: Any) -> None:
    (attempt,) = sold_to(ANCHOR, live_server.url, campaign=AUTO, state="OH")

    url = f"{live_server.url}/api/v1/stored-leads"
    told = requests.get(url, headers={"Authorization": f"Bearer {fetching_key()}"}, timeout=10).json()
    assert [lead["lead_id"] for lead in told["leads"]] == [attempt.lead.public_id]
    assert told["leads"][0]["values"]["state"] == "OH"
    assert StoredLead.objects.get().fetched_at is not None


@pytest.mark.django_db
def test_without_a_mail_server_the_mailbox_is_paused_and_says_why(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    company = company_load(simulator="http://127.0.0.1:9").company
    assert history_load(company, leads=60) == 60

    endpoint = Endpoint.objects.get(buyer__name=MILLER.name)
    assert not endpoint.is_active
    assert endpoint.note == UNMAILED
    assert not Endpoint.objects.exclude(pk=endpoint.pk).filter(is_active=False).exists()
