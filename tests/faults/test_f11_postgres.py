"""F11: PostgreSQL killed and started again. Nobody is told a lie, nothing is half done, everybody comes back."""

import time

import pytest

from apps.deliveries.models import Delivery
from apps.leads.models import Lead, LeadEvent
from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.source import Posted, Source, Traffic, open_source

pytestmark = pytest.mark.faults


def assert_unavailable(posted: Posted) -> None:
    assert (posted.status, posted.error) == (503, "")
    assert posted.headers["content-type"] == "application/json"
    assert int(posted.headers["retry-after"]) > 0
    assert posted.told["message"] == "Temporarily unavailable"
    assert (posted.told["leadStatus"], posted.told["lead_id"], posted.told["retryable"]) == (
        False,
        None,
        True,
    )


def first_answer_after(source: Source, *, patience_s: float = 30.0) -> tuple[Posted, int]:
    """The first post that is not told to come back, and how many were before it."""
    until = time.monotonic() + patience_s
    refused = 0
    while True:
        posted = source.post()
        if posted.status != 503 or time.monotonic() > until:
            return posted, refused
        refused += 1


def half_leads(source: Source) -> int:
    """Leads on their way without a delivery, or any lead without its first event."""
    leads = Lead.objects.filter(campaign=source.scene.world.campaign)
    told = set(LeadEvent.objects.filter(lead__in=leads).values_list("lead_id", flat=True))
    sent = set(Delivery.objects.filter(lead__in=leads).values_list("lead_id", flat=True))
    rows = leads.values_list("pk", "status")
    return sum(1 for pk, status in rows if pk not in told or (status != "rejected" and pk not in sent))


def test_f11_killed_under_traffic_and_started_again(house: House) -> None:
    source = open_source(
        house, ["slow?ms=30", "accept"], endpoint={"unknown_policy": "resend", "timeout_ms": 2000}
    )
    history = History(house, [source])
    with Traffic([source], per_second=25, threads=6) as traffic:
        time.sleep(1.5)
        house.kill_server(house.postgres)
        down = [source.post() for _ in range(2)] + source.at_once(10)
        house.start_server(house.postgres)
        time.sleep(1.0)
    for posted in down:
        assert_unavailable(posted)
    assert traffic.unanswered == 0
    assert {post.status for post in source.posts} <= {200, 503}
    assert history.settled()
    with house.database():
        assert half_leads(source) == 0
    assert len(source.accepted) > 20
    assert history.verdict().clean


def test_f11_the_first_post_after_the_restart_is_taken(house: House) -> None:
    source = open_source(house, ["accept"])
    assert source.post().accepted
    house.kill_server(house.postgres)
    for posted in source.at_once(8):
        assert_unavailable(posted)
    house.start_server(house.postgres)
    posted, refused = first_answer_after(source)
    assert posted.accepted
    assert refused == 0
    history = History(house, [source])
    assert history.settled()
    assert history.verdict().clean


def test_f11_every_connection_broken_at_once(house: House) -> None:
    """As when a pooler or a firewall in between is restarted: the server itself has seen nothing."""
    source = open_source(house, ["slow?ms=20"], endpoint={"unknown_policy": "resend", "timeout_ms": 2000})
    history = History(house, [source])
    with Traffic([source], per_second=25, threads=6) as traffic:
        for _ in range(4):
            time.sleep(0.3)
            house.database_proxy.reset()
            time.sleep(0.3)
            house.database_proxy.half_close()
    assert traffic.unanswered == 0
    assert {post.status for post in source.posts} <= {200, 503}
    assert history.settled()
    with house.database():
        assert half_leads(source) == 0
    assert history.verdict().clean


@pytest.mark.faults_long
def test_f11_the_first_post_after_a_long_absence_is_taken(house: House) -> None:
    """Whoever waits longer between tries the longer nobody answers must not go on waiting when somebody does."""
    source = open_source(house, ["accept"])
    house.kill_server(house.postgres)
    until = time.monotonic() + 40
    while time.monotonic() < until:
        assert_unavailable(source.post())
        time.sleep(0.5)
    house.start_server(house.postgres)
    posted, refused = first_answer_after(source)
    assert posted.accepted
    assert refused == 0
    history = History(house, [source])
    assert history.settled()
    assert history.verdict().clean
