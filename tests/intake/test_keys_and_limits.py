"""S5, S8, S16: keys come and go at once; limits of terms, with and without Redis; wrong keys run out."""

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.test import override_settings

from apps.core import limits
from apps.core.clock import now
from apps.leads.models import Lead
from apps.sources.models import Credential
from apps.sources.services import credential_revoke, credential_rotate
from tests.factories.worlds import World, lead_body, published_campaign
from tests.intake.posting import documented, post, submit

pytestmark = pytest.mark.django_db


def test_two_keys_are_live_and_a_revoked_one_is_dead_at_once() -> None:
    world = published_campaign()
    second = credential_rotate(world.terms, by=world.user)
    assert post(world)["leadStatus"] is True
    assert post(world, auth=second)["leadStatus"] is True
    credential_revoke(Credential.objects.order_by("pk").first(), by=world.user)
    assert post(world)["message"] == "Invalid auth"
    assert post(world, auth=second)["leadStatus"] is True


def test_an_expired_key_is_dead() -> None:
    world = published_campaign()
    Credential.objects.update(expires_at=now() + timedelta(minutes=1))
    assert post(world)["leadStatus"] is True
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        assert post(world)["message"] == "Invalid auth"


def test_unknown_terms_cost_the_same_comparison() -> None:
    world = published_campaign()
    with patch("apps.sources.facts.hmac.compare_digest", return_value=False) as compared:
        post(world, sourceid=1)
        post(world, auth="wrong")
    assert compared.call_count == 2


@pytest.mark.parametrize("redis_url", [None, "redis://127.0.0.1:9/0"])
def test_limits_of_terms(redis_url: str | None) -> None:
    """Three in a minute: the fourth waits, also while Redis is away, when each process counts for itself."""
    world = published_campaign(terms={"limit_per_minute": 3, "limit_per_day": 100})
    limits._script.cache_clear()
    settings = {"REDIS_URL": redis_url} if redis_url else {}
    with override_settings(**settings):
        passed = [submit(lead_body(world)) for _ in range(3)]
        refused = submit(lead_body(world))
    limits._script.cache_clear()
    assert [answer.status_code for answer in passed] == [200] * 3
    assert [answer["RateLimit-Remaining"] for answer in passed] == ["2", "1", "0"]
    assert refused.status_code == 429
    assert documented(refused)["message"] == "Rate limited"
    assert 1 <= int(refused["Retry-After"]) <= 20
    assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("3", "0")
    assert refused.json()["retryable"] is True
    assert Lead.objects.count() == 3


def test_a_bucket_fills_again() -> None:
    local = limits._Local()
    with patch("apps.core.limits.time.monotonic") as clock:
        clock.return_value = 1000.0
        assert [local.take("x", [(2, 10)]).allowed for _ in range(3)] == [True, True, False]
        clock.return_value = 1005.0
        assert local.take("x", [(2, 10)]).allowed
        grant = local.take("x", [(2, 10)])
        assert not grant.allowed
        assert grant.headers["Retry-After"] == "5"


def test_a_refused_request_takes_from_no_window() -> None:
    local = limits._Local()
    with patch("apps.core.limits.time.monotonic", return_value=1.0):
        taken = [local.take("x", [(1, 1), (100, 60)]) for _ in range(50)]
        assert sum(grant.allowed for grant in taken) == 1
        assert local._kept["x", 60][0] == 99


def test_wrong_keys_run_out_and_the_right_one_still_opens() -> None:
    world = published_campaign()
    answers = [submit(lead_body(world, auth=f"guess-{n}")) for n in range(22)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2
    assert post(world)["leadStatus"] is True


@pytest.mark.parametrize(
    ("allowed", "message"), [(["127.0.0.0/8"], "Success Lead = Accepted"), (["192.0.2.1"], "Invalid auth")]
)
def test_the_key_opens_from_allowed_addresses_only(allowed: list[str], message: str) -> None:
    world = published_campaign(terms={"ip_allow": allowed})
    assert post(world)["message"] == message
    assert Lead.objects.exists() == (message != "Invalid auth")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "message"),
    [
        (0, "192.0.2.1", "Invalid auth"),
        (1, "192.0.2.1", "Success Lead = Accepted"),
        (1, "192.0.2.1, 198.51.100.1", "Invalid auth"),
        (2, "192.0.2.1, 198.51.100.1", "Success Lead = Accepted"),
    ],
)
def test_only_trusted_proxies_are_believed(proxies: int, forwarded: str, message: str) -> None:
    world: World = published_campaign(terms={"ip_allow": ["192.0.2.1"]})
    with override_settings(TRUSTED_PROXY_COUNT=proxies):
        answer = submit(lead_body(world), **{"X-Forwarded-For": forwarded})
    assert answer.json()["message"] == message
