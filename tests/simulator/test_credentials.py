"""Buyers that want to know who calls, and the one that can be asked later."""

import base64
import hmac
import time

import pytest
import requests

from apps.simulator.credentials import CLIENT, SECRET, SIGNING_SECRET
from apps.simulator.running import Running

GRANT = {"grant_type": "client_credentials"}


def token_of(simulator: Running, buyer: str = "acme", query: str = "") -> str:
    answer = requests.post(
        simulator.buyer(buyer, "token", query), data=GRANT, auth=(CLIENT, SECRET), timeout=5
    )
    assert answer.status_code == 200
    return answer.json()["access_token"]


def called(simulator: Running, token: str, query: str = "", buyer: str = "acme") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(simulator.buyer(buyer, "bearer", query), data="{}", headers=headers, timeout=5)


@pytest.mark.parametrize("by", ["basic", "body"])
def test_a_token_for_who_knows_the_secret(simulator: Running, by: str) -> None:
    url = simulator.buyer("acme", "token", f"by={by}&expires=60")
    body = GRANT | {"client_id": CLIENT, "client_secret": SECRET}
    known = requests.post(url, data=body, auth=(CLIENT, SECRET), timeout=5)
    assert (known.json()["token_type"], known.json()["expires_in"]) == ("Bearer", "60")
    unknown = requests.post(url, data=body | {"client_secret": "x"}, auth=(CLIENT, "x"), timeout=5)
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_client")
    assert requests.post(url, data={}, auth=(CLIENT, SECRET), timeout=5).status_code == 400


def test_it_has_a_well_known_address_too_and_can_fail(simulator: Running) -> None:
    url = f"{simulator.url}/oauth/token"
    assert requests.post(url, data=GRANT, auth=(CLIENT, SECRET), timeout=5).ok
    assert requests.post(f"{url}?status=503", data=GRANT, auth=(CLIENT, SECRET), timeout=5).status_code == 503


def test_tokens_hold_for_their_buyer_until_they_end_or_are_revoked(simulator: Running) -> None:
    token = token_of(simulator)
    assert called(simulator, token).json()["status"] == "accepted"
    for odd in ("", "x", token[:-1] + "0", "sim.1.99999999999999.abc"):
        if odd != token:
            assert called(simulator, odd).status_code == 401
    assert called(simulator, token, buyer="other").status_code == 401
    assert called(simulator, token, "from=2").status_code == 401
    assert called(simulator, token_of(simulator), "from=2").status_code == 200
    assert called(simulator, "mine", "token=mine").status_code == 200


def test_basic_and_keys(simulator: Running) -> None:
    url = simulator.buyer("acme", "basic", "user=me&password=mine")
    assert requests.post(url, auth=("me", "mine"), timeout=5).ok
    assert requests.post(url, auth=("me", "other"), timeout=5).status_code == 401
    key = simulator.buyer("acme", "header-key", "name=X-Key&key=mine")
    assert requests.post(key, headers={"x-key": "mine"}, timeout=5).ok
    assert requests.post(key, headers={"x-key": "other"}, timeout=5).status_code == 401


def test_signatures_fit_body_and_time(simulator: Running) -> None:
    url = simulator.buyer("acme", "signed")

    def signed(body: bytes, *, at: int, told: bytes | None = None) -> requests.Response:
        key = base64.b64decode(SIGNING_SECRET.removeprefix("whsec_"))
        mac = hmac.digest(key, f"msg_1.{at}.".encode() + body, "sha256")
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(at),
            "webhook-signature": "v1,abc v1," + base64.b64encode(mac).decode(),
        }
        return requests.post(url, data=told or body, headers=headers, timeout=5)

    now = int(time.time())
    assert signed(b'{"a": 1}', at=now).ok
    assert signed(b'{"a": 1}', at=now, told=b'{"a": 2}').status_code == 401
    assert signed(b'{"a": 1}', at=now - 600).status_code == 401
    assert requests.post(url, data="{}", timeout=5).status_code == 401


def test_asked_later_it_knows_what_has_arrived(simulator: Running) -> None:
    requests.post(simulator.buyer("acme", "accept"), data="{}", headers={"Idempotency-Key": "k 1"}, timeout=5)
    ask = simulator.buyer("acme", "status", "key=k+1&price=30")
    told = requests.get(ask, timeout=5).json()
    assert (told["status"], told["price"]) == ("accepted", 30.0)
    assert requests.get(simulator.buyer("acme", "status", "key=k2"), timeout=5).status_code == 404
    assert requests.get(simulator.buyer("acme", "status", "key=k+1&say=rejected"), timeout=5).json()[
        "status"
    ] == ("rejected")
    pending = simulator.buyer("acme", "status", "key=k+1&pending=1")
    assert [requests.get(pending, timeout=5).json()["status"] for _ in range(2)] == ["pending", "accepted"]
