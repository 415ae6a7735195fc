"""`pings_per_post`: sources that ping much and post little are refused before any buyer is asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from apps.auctions.choices import PingOrigin, PingStatus
from apps.auctions.models import Bid, Ping
from apps.auctions.selectors import GRACE, PingTraffic, ping_traffic
from apps.auctions.services import ratio
from apps.core.clock import now
from apps.core.ids import first_id_at
from apps.intake import refusals
from apps.intake.models import Refusal
from tests.factories.worlds import World, published_campaign
from tests.intake.exchanging import call, documented, exchange_body, send

pytestmark = pytest.mark.django_db
PER_POST = 20


@pytest.fixture(autouse=True)
def _no_counts() -> Iterator[None]:
    ratio.forget()
    yield
    ratio.forget()


def limited() -> World:
    return published_campaign(terms={"pings_per_post": PER_POST})


def came(world: World, pings: int, *, posts: int = 0, at: datetime | None = None, **columns: object) -> None:
    """Pings of the world's source on record, the first `posts` of them posted."""
    at = at or now() - timedelta(minutes=5)
    columns = {"terms": world.terms, "status": PingStatus.EXPIRED, "origin": PingOrigin.PING} | columns
    base = max(first_id_at(at), Ping.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
    Ping.objects.bulk_create(
        Ping(
            id=base + 1 + number,
            company=world.company,
            campaign=world.campaign,
            source=world.source,
            received_at=at,
            posted_at=at if number < posts else None,
            **columns,
        )
        for number in range(pings)
    )


def status(world: World, **headers: str) -> int:
    return send("ping", exchange_body(world), **headers).status_code


def test_after_the_grace_pings_without_posts_are_refused() -> None:
    world = limited()
    came(world, GRACE - 1)
    assert call("ping", world)["status"] == "accepted"
    before = Ping.objects.count()
    response = send("ping", exchange_body(world))
    assert response.status_code == 429
    assert documented("ping", response)["reason"] == "rate_limited"
    assert int(response["Retry-After"]) == 60
    assert Ping.objects.count() == before == GRACE
    assert not Bid.objects.exists()
    refusals.flush()
    assert Refusal.objects.values_list("code", "terms_id", "count").get() == (
        "rate_limited",
        world.terms.pk,
        1,
    )
    assert send("direct_post", exchange_body(world)).status_code == 200


def test_posts_earn_pings_at_once() -> None:
    """Nobody is refused by an old count."""
    world = limited()
    came(world, GRACE + 20, posts=5)
    assert status(world) == 429
    Ping.objects.filter(
        pk__in=list(Ping.objects.filter(posted_at=None).values_list("pk", flat=True)[:2])
    ).update(posted_at=now())
    assert ping_traffic(world.terms.pk, at=now()) == PingTraffic(GRACE + 20, 7)
    with patch.object(ratio, "REFUSED_BY_S", 0.0), patch.object(ratio, "_SHARE", 0):
        assert status(world) == 200


def test_what_counts_is_the_terms_own_live_pings_of_the_last_hour() -> None:
    world, other = limited(), limited()
    came(world, GRACE, at=now() - timedelta(minutes=61))
    came(world, GRACE, status=PingStatus.TEST)
    came(world, GRACE, origin=PingOrigin.DIRECT_POST)
    came(other, GRACE)
    assert ping_traffic(world.terms.pk, at=now()) == PingTraffic(0, 0)
    assert (status(world), status(other)) == (200, 429)


def test_terms_without_a_limit_and_tests_are_not_counted() -> None:
    free, world = published_campaign(), limited()
    came(free, GRACE)
    came(world, GRACE)
    with patch.object(ratio, "ping_traffic", side_effect=AssertionError):
        assert status(free) == 200
        assert call("ping", world, Test_Mode=1)["status"] == "accepted"


def test_a_repeated_call_is_answered_and_a_refused_key_stays_free() -> None:
    world = limited()
    came(world, GRACE - 1)
    assert status(world, **{"Idempotency-Key": "first"}) == 200
    body = exchange_body(world)
    assert send("ping", body, **{"Idempotency-Key": "second"}).status_code == 429
    Ping.objects.update(terms_id=0)
    ratio.forget()
    assert send("ping", body, **{"Idempotency-Key": "second"}).status_code == 200
    came(world, GRACE)
    ratio.forget()
    assert send("ping", body, **{"Idempotency-Key": "second"}).status_code == 200
    assert send("ping", body).status_code == 429


def test_a_process_counts_once_in_a_while() -> None:
    """What it lets pass meanwhile it adds."""
    at = now()
    with patch.object(ratio, "ping_traffic", return_value=PingTraffic(GRACE - 3, 0)) as counted:
        let = [ratio.too_many_pings(7, per_post=PER_POST, at=at) for _ in range(5)]
        assert let == [False, False, False, True, True]
        assert counted.call_count == 1
        assert not ratio.too_many_pings(8, per_post=PER_POST, at=at)
        assert counted.call_count == 2


def test_counting_takes_a_hundredth_of_the_time_at_most() -> None:
    reading = ratio._Reading(PingTraffic(0, 0), read_at=0.0, took_s=2.0)
    with patch("apps.auctions.services.ratio.time.monotonic", return_value=199.0):
        assert not reading.is_older(ratio.KEPT_S)
    with patch("apps.auctions.services.ratio.time.monotonic", return_value=201.0):
        assert reading.is_older(ratio.KEPT_S)
