"""The demo's exchange at work: the pasted lines and the sources' traffic, over HTTP, to the simulator's bidders."""

import json
import subprocess
from random import Random
from typing import Any

import pytest

from apps.auctions.models import Ping
from apps.deliveries import jobs
from apps.demo.selectors import exchange_lines, senders
from apps.demo.services import company_load
from apps.demo.traffic import Leads, Traffic
from apps.ledger.models import Sale
from apps.simulator.running import running_simulator


@pytest.mark.django_db(transaction=True)
def test_a_pasted_ping_and_post_and_live_traffic_are_sold(
    live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUBLIC_URL = live_server.url
    monkeypatch.setattr(jobs._Waker, "_publish", lambda self: None)
    with running_simulator(keep=None) as simulator:
        company_load(simulator=simulator.url)
        shell = subprocess.run(
            ["bash", "-c", "\necho\n".join(exchange_lines())], capture_output=True, text=True, check=True
        )
        pinged, posted = [json.loads(line) for line in shell.stdout.splitlines() if line.strip()]
        assert (pinged["status"], posted["status"]) == ("accepted", "delivered"), shell.stdout
        assert not posted["warnings"]
        assert Sale.objects.exists()
        (mine,) = Ping.objects.all()
        assert mine.public_id == pinged["ping_id"]
        assert len(simulator.pings()) == mine.asked > 5

        pinging = [sender for sender in senders() if sender.pings]
        tally = Traffic(Leads(pinging, Random(5)), url=live_server.url, rate=10).run(
            count=12, say=lambda line: None
        )
    assert sum(tally.answers.values()) == 12
    assert set(tally.answers) <= {"delivered", "rejected", "failed", "pinged only"}, tally.line()
    assert tally.answers["delivered"]
