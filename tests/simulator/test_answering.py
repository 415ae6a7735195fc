"""Buyers that answer: every behaviour does what its page says, and does it again for the same request."""

from xml.etree import ElementTree as ET

import pytest
import requests

from apps.simulator.running import Running

KEY = {"Idempotency-Key": "delivery-1:order-1"}


def _post(url: str, *, key: str = "", body: str = '{"a": 1}') -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return requests.post(url, data=body, headers=headers, timeout=5, allow_redirects=False)


def test_accept_gives_an_id_and_the_price_asked_for(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "accept", "price=42.50"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    said = answer.json()
    assert said["status"] == "accepted"
    assert said["price"] == 42.5
    assert said["id"].startswith("SIM-")


def test_the_same_key_gets_the_same_id_and_another_key_another(simulator: Running) -> None:
    url = simulator.buyer("acme", "accept")
    first, again, other = (_post(url, key=key).json()["id"] for key in ("k1", "k1", "k2"))
    assert first == again != other


def test_without_a_key_the_body_tells_requests_apart(simulator: Running) -> None:
    url = simulator.buyer("acme", "accept")
    first, again, other = (_post(url, body=body).json()["id"] for body in ("a", "a", "b"))
    assert first == again != other


def test_a_get_without_body_is_known_by_its_query(simulator: Running) -> None:
    url = simulator.buyer("acme", "accept", "email=j@example.com")
    answers = [requests.get(u, timeout=5).json()["id"] for u in (url, url, url + "x")]
    assert answers[0] == answers[1] != answers[2]


def test_reject_and_duplicate_tell_their_reason(simulator: Running) -> None:
    assert _post(simulator.buyer("acme", "reject")).json() == {
        "status": "rejected",
        "reason": "Outside our territory",
    }
    assert _post(simulator.buyer("acme", "reject", "reason=Bad+zip&status=422")).status_code == 422
    assert _post(simulator.buyer("acme", "duplicate")).json()["status"] == "duplicate"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 500, 502, 503, 504])
def test_error_fails_with_the_status_asked_for(simulator: Running, status: int) -> None:
    assert _post(simulator.buyer("acme", "error", f"status={status}")).status_code == status


def test_flaky_fails_as_often_as_told_for_each_key(simulator: Running) -> None:
    url = simulator.buyer("acme", "flaky", "failures=2")
    assert [_post(url, key="a").status_code for _ in range(4)] == [500, 500, 200, 200]
    assert _post(url, key="b").status_code == 500


def test_failures_can_come_before_any_behaviour(simulator: Running) -> None:
    url = simulator.buyer("acme", "reject", "failures=1")
    assert [_post(url, key="a").status_code for _ in range(2)] == [500, 200]
    assert _post(url, key="a").json()["status"] == "rejected"


def test_price_changes_the_price(simulator: Running) -> None:
    assert _post(simulator.buyer("acme", "price")).json()["price"] == 12.5
    assert _post(simulator.buyer("acme", "price", "price=18.5")).json()["price"] == 18.5


def test_rate_limit_says_when_to_come_back(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "rate-limit", "retry_after=7"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_redirect_points_where_told(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "redirect"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/buyers/acme/accept")
    place = "http://169.254.169.254/latest/meta-data/"
    answer = _post(simulator.buyer("acme", "redirect", f"status=307&to={place}"))
    assert (answer.status_code, answer.headers["Location"]) == (307, place)


def test_xml_and_form_speak_their_formats(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "xml", "price=9.99"))
    assert answer.headers["Content-Type"] == "application/xml"
    assert ET.fromstring(answer.content).findtext("price") == "9.99"
    answer = _post(simulator.buyer("acme", "form", "price=9.99"))
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "status=accepted" in answer.text
    assert "price=9.99" in answer.text
    assert (
        "<reason>a &amp; b</reason>"
        in _post(simulator.buyer("a", "reject", "format=xml&reason=a+%26+b")).text
    )


def test_slow_answers_after_its_wait(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "slow", "ms=120"))
    assert answer.json()["status"] == "accepted"
    assert answer.elapsed.total_seconds() >= 0.12


def test_mixed_follows_its_weights_and_never_changes_its_mind(simulator: Running) -> None:
    url = simulator.buyer("acme", "mixed", "accept=50&reject=30&error=20&status=503")
    first = [_post(url, key=f"k{number}").status_code for number in range(200)]
    assert first == [_post(url, key=f"k{number}").status_code for number in range(200)]
    assert 20 <= first.count(503) <= 60
    assert first.count(200) == 200 - first.count(503)


def test_mixed_with_one_weight_is_that_behaviour(simulator: Running) -> None:
    url = simulator.buyer("acme", "mixed", "duplicate=1")
    assert {_post(url, key=f"k{number}").json()["status"] for number in range(10)} == {"duplicate"}


@pytest.mark.parametrize(
    "query",
    [
        "ms=abc",
        "ms=-1",
        "ms=9999999",
        "price=x",
        "price=NaN",
        "price=-1",
        "status=42",
        "format=yaml",
        "ms=１",
    ],
)
def test_a_parameter_that_cannot_be_meant_is_told(simulator: Running, query: str) -> None:
    answer = _post(simulator.buyer("acme", "accept", query))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(query.split("=")[0])


def test_an_unknown_behaviour_lists_the_known_ones(simulator: Running) -> None:
    answer = _post(simulator.buyer("acme", "dance"))
    assert answer.status_code == 404
    assert "flaky" in answer.json()["message"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
def test_any_method_is_welcome(simulator: Running, method: str) -> None:
    assert requests.request(method, simulator.buyer("acme", "accept"), timeout=5).status_code == 200
    assert simulator.requests[-1].method == method
