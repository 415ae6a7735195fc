"""What the demo's sources send over HTTP: pings first, and of these the post of what was bid."""

import json
from random import Random
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from apps.demo.errands import DirectPost, PingAndPost, exchange_errand

IDS = {"SRC": "SRC_abc", "KEY": "secret"}
DATA = {"first_name": "Jane", "email": "jane@example.com", "state": "CA", "electric_bill": 180}


def sent(server: HTTPServer) -> list[tuple[str, dict[str, Any]]]:
    return [(request.path, json.loads(request.data)) for request, _ in server.log]


def run(server: HTTPServer, errand: DirectPost | PingAndPost) -> tuple[str, str]:
    told = errand.run(requests.Session(), server.url_for("").rstrip("/"))
    assert told.ms > 0
    return told.answer, told.why


def bids(server: HTTPServer) -> None:
    server.expect_request("/ping").respond_with_json({"status": "accepted", "bid": 5.95, "ping_id": "PING-1"})
    server.expect_request("/post").respond_with_json({"status": "failed", "reason": "downstream_timeout"})


def test_a_ping_names_nobody_and_its_post_everybody(httpserver: HTTPServer) -> None:
    bids(httpserver)
    assert run(httpserver, PingAndPost(IDS, DATA, posts=True, pause_s=0)) == ("failed", "downstream_timeout")
    (first, pinged), (second, posted) = sent(httpserver)
    assert (first, second) == ("/ping", "/post")
    assert pinged == IDS | {"data": {"email": "jane@example.com", "state": "CA", "electric_bill": 180}}
    assert posted == IDS | {"ping_id": "PING-1", "data": DATA}


def test_some_bids_are_not_taken(httpserver: HTTPServer) -> None:
    bids(httpserver)
    assert run(httpserver, PingAndPost(IDS, DATA, posts=False, pause_s=0)) == ("pinged only", "")
    assert [path for path, _ in sent(httpserver)] == ["/ping"]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, {"status": "rejected", "reason": "no_eligible_buyer"}, ("rejected", "no_eligible_buyer")),
        (401, {"status": "invalid_key"}, ("HTTP 401", "")),
    ],
)
def test_what_was_not_bid_on_is_not_posted(
    httpserver: HTTPServer, status: int, body: dict[str, str], told: tuple[str, str]
) -> None:
    httpserver.expect_request("/ping").respond_with_json(body, status=status)
    assert run(httpserver, PingAndPost(IDS, DATA, posts=True, pause_s=0)) == told
    assert len(sent(httpserver)) == 1


def test_a_direct_post_goes_up_whole(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/direct_post").respond_with_json({"status": "delivered", "lead_id": "L-1"})
    assert run(httpserver, DirectPost(IDS, DATA)) == ("delivered", "")
    assert sent(httpserver) == [("/direct_post", IDS | {"data": DATA})]


def test_sources_do_all_three() -> None:
    random = Random(1)
    made = [exchange_errand(IDS, DATA, random) for _ in range(200)]
    pings = [errand for errand in made if isinstance(errand, PingAndPost)]
    assert 10 < len(made) - len(pings) < 60
    assert {errand.posts for errand in pings} == {True, False}
