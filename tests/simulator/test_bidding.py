"""Buyers that are pinged and posted: what they bid, and whom they believe."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
import requests

from apps.simulator.running import Running

PING = {"state": "TX", "zip": "75001"}


def called(url: str, body: Any = None, *, key: str = "") -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return requests.post(url, json=PING if body is None else body, headers=headers, timeout=5)


def told(url: str, body: Any = None, *, key: str = "") -> dict[str, Any]:
    return called(url, body, key=key).json()


def test_a_bid_has_a_price_a_promise_and_an_end(simulator: Running) -> None:
    said = told(simulator.buyer("acme", "bid", "price=12.50&expires=60"))
    assert (said["status"], said["bid"]) == ("bid", 12.5)
    assert "shared_bid" not in said
    left = datetime.fromisoformat(said["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=40) < left <= timedelta(seconds=60)
    assert said["promise"]


def test_equal_pings_are_bid_the_same_and_promised_each_its_own(simulator: Running) -> None:
    url = simulator.buyer("acme", "bid", "price=12.50&spread=5")
    first, again = told(url), told(url)
    assert first["bid"] == again["bid"]
    assert first["promise"] != again["promise"]


def test_a_spread_moves_the_price_by_the_ping_and_never_further(simulator: Running) -> None:
    url = simulator.buyer("acme", "bid", "price=10&spread=2.00")
    bids = [told(url, {"zip": number})["bid"] for number in range(60)]
    assert bids == [told(url, {"zip": number})["bid"] for number in range(60)]
    assert len(set(bids)) > 30
    assert min(bids) >= 8
    assert max(bids) <= 12
    low = simulator.buyer("acme", "bid", "price=0.10&spread=50")
    assert min(told(low, {"zip": number})["bid"] for number in range(30)) == 0


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '{"lead": {"home": [{"State": "ca"}]}}'),
        ("application/xml", '<a:Ping xmlns:a="x"><a:State id="1">ca</a:State></a:Ping>'),
        ("application/x-www-form-urlencoded", urlencode({"zip": 1, "state": "CA"})),
    ],
)
def test_prices_by_state_in_whichever_format(simulator: Running, content_type: str, body: str) -> None:
    url = simulator.buyer("acme", "bid", "states=TX:9,CA:18.50")
    headers = {"Content-Type": content_type}
    assert requests.post(url, data=body, headers=headers, timeout=5).json()["bid"] == 18.5
    other = requests.post(url, data=body.replace("ca", "NY").replace("CA", "NY"), headers=headers, timeout=5)
    assert other.json() == {"status": "no_bid", "reason": "Not in our states"}


def test_states_can_be_extra_and_elsewhere(simulator: Running) -> None:
    assert told(simulator.buyer("acme", "bid", "states=CA:18.50&price=7"))["bid"] == 7
    assert told(simulator.buyer("acme", "bid", "states=CA:18.50&field=st"), {"st": "CA"})["bid"] == 18.5
    assert (
        requests.get(simulator.buyer("acme", "bid", "states=CA:18.50&state=CA"), timeout=5).json()["bid"]
        == 18.5
    )


@pytest.mark.parametrize(
    ("query", "bids"),
    [
        ("price=20", (20.0, None)),
        ("price=20&shared=8", (20.0, 8.0)),
        ("price=20&shared=8&for=shared", (None, 8.0)),
        ("price=20&for=shared", (None, 20.0)),
        ("price=20&shared=8&for=exclusive", (20.0, None)),
    ],
)
def test_bids_for_exclusive_and_shared(
    simulator: Running, query: str, bids: tuple[float | None, float | None]
) -> None:
    said = told(simulator.buyer("acme", "bid", query))
    assert (said.get("bid"), said.get("shared_bid")) == bids


def test_an_xml_bidder(simulator: Running) -> None:
    document = ET.fromstring(called(simulator.buyer("acme", "bid", "price=9.99&format=xml")).content)
    assert (document.findtext("status"), document.findtext("bid")) == ("bid", "9.99")
    assert document.findtext("promise")


def test_no_bid_says_why(simulator: Running) -> None:
    url = simulator.buyer("acme", "no-bid", "reason=Full+today")
    assert told(url) == {"status": "no_bid", "reason": "Full today"}


def test_mixed_bids_by_weight_and_never_changes_its_mind(simulator: Running) -> None:
    url = simulator.buyer("acme", "mixed-bid", "bid=60&none=20&error=20&status=503&price=5")
    answers = [called(url, {"zip": number}) for number in range(150)]
    again = [called(url, {"zip": number}).status_code for number in range(150)]
    assert again == [answer.status_code for answer in answers]
    said = [answer.json()["status"] for answer in answers]
    assert {"bid", "no_bid", "error"} == set(said)
    assert 60 < said.count("bid") < 120
    assert all(
        (answer.status_code == 503) == (one == "error") for answer, one in zip(answers, said, strict=True)
    )


def test_late_now_and_then(simulator: Running) -> None:
    url = simulator.buyer("acme", "bid", "ms=1&late=300&late_every=3")
    late = [called(url).elapsed >= timedelta(milliseconds=300) for _ in range(6)]
    assert late == [False, False, True, False, False, True]


def promise_of(simulator: Running, query: str = "price=12.50", buyer: str = "acme") -> str:
    return told(simulator.buyer(buyer, "bid", query))["promise"]


def test_a_promise_sells_at_what_was_bid_and_is_told_again_to_a_retry(simulator: Running) -> None:
    promise, url = promise_of(simulator), simulator.buyer("acme", "promised")
    first = told(url, {"ping": {"id": promise}}, key="a")
    assert (first["status"], first["price"]) == ("accepted", 12.5)
    assert told(url, {"ping": {"id": promise}}, key="a") == first
    assert told(url, {"ping": {"id": promise}}, key="b")["status"] == "duplicate"


@pytest.mark.parametrize("place", ["form", "query", "header", "xml"])
def test_a_promise_is_found_wherever_it_stands(simulator: Running, place: str) -> None:
    promise, url = promise_of(simulator), simulator.buyer("acme", "promised")
    sent: dict[str, Any] = {
        "form": {"data": {"promise": promise}},
        "query": {"params": {"promise": promise}},
        "header": {"headers": {"X-Promise": promise}},
        "xml": {"data": f"<lead><promise>{promise}</promise></lead>"},
    }[place]
    assert requests.post(url, timeout=5, **sent).json()["status"] == "accepted"


def test_without_the_right_promise_nothing_is_bought(simulator: Running) -> None:
    url, promise = simulator.buyer("acme", "promised"), promise_of(simulator)
    dearer = promise.split(".")
    dearer[2] = "999999"
    for odd, reason in (
        ("", "The promise is missing"),
        (promise[:-1], "The promise is missing"),
        (".".join(dearer), "The promise is not ours"),
        (promise_of(simulator, buyer="other"), "The promise is not ours"),
    ):
        assert told(url, {"promise": odd}) == {"status": "rejected", "reason": reason}
    assert told(url, {"promise": promise})["status"] == "accepted"


def test_an_expired_promise_is_worth_nothing(simulator: Running) -> None:
    promise = promise_of(simulator, "expires=0")
    said = told(simulator.buyer("acme", "promised"), {"promise": promise})
    assert said == {"status": "rejected", "reason": "The promise has expired"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("price=8", {"status": "accepted", "price": 8.0}),
        ("less=2.25", {"status": "accepted", "price": 10.25}),
        ("silent=1", {"status": "accepted"}),
        ("say=rejected&reason=Changed+our+mind", {"status": "rejected", "reason": "Changed our mind"}),
    ],
)
def test_promises_are_not_always_kept(simulator: Running, query: str, expected: dict[str, Any]) -> None:
    said = told(simulator.buyer("acme", "promised", query), {"promise": promise_of(simulator)})
    said.pop("id", None)
    assert said == expected


def test_pings_and_posts_are_told_apart(simulator: Running) -> None:
    called(simulator.buyer("acme", "promised"), {"promise": promise_of(simulator)})
    called(simulator.buyer("other", "no-bid"))
    called(simulator.buyer("other", "error", "phase=ping"))
    assert [each.behaviour for each in simulator.pings()] == ["bid", "no-bid", "error"]
    assert [each.behaviour for each in simulator.pings("other")] == ["no-bid", "error"]
    assert [each.behaviour for each in simulator.posts()] == ["promised"]
    log = requests.get(simulator.url + "/log", timeout=5).json()
    assert [row["phase"] for row in log["acme"]] == ["ping", "post"]


@pytest.mark.parametrize("query", ["price=x", "states=CA", "states=CA:NaN", "spread=-1", "for=all", "late=x"])
def test_what_cannot_be_meant_is_told(simulator: Running, query: str) -> None:
    answer = called(simulator.buyer("acme", "bid", query))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(query.partition("=")[0])
