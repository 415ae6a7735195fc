"""What the simulator shows of itself: documentation that is true, and a log that is complete and bounded."""

import re
import subprocess
import sys

import requests

from apps.simulator.behaviours import PLAIN
from apps.simulator.catalogue import ANSWERING, BIDDING, FAILING, KNOWING, PARAMETERS
from apps.simulator.hostile import HOSTILE
from apps.simulator.journal import MAX_BUYERS
from apps.simulator.running import Running, running_simulator


def _get(url: str) -> requests.Response:
    return requests.get(url, timeout=5)


def test_the_index_documents_every_behaviour_and_nothing_else(simulator: Running) -> None:
    documented = [entry.name for entry in (*ANSWERING, *BIDDING, *KNOWING, *FAILING)]
    assert sorted(documented) == sorted([*PLAIN, *HOSTILE])
    page = _get(simulator.url + "/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert all(f"<code>{name}</code>" in page.text for name in documented)


def test_every_sample_on_the_index_is_understood(simulator: Running) -> None:
    samples = [f"{entry.name}?{entry.sample}" for entry in (*ANSWERING, *BIDDING)]
    samples += [f"accept?{example}" for _, _, example in PARAMETERS]
    for sample in samples:
        assert _get(f"{simulator.url}/buyers/acme/{sample}").status_code != 400


def test_the_log_shows_what_arrived_and_forgets_on_reset(simulator: Running) -> None:
    requests.post(
        simulator.buyer("acme", "reject", "status=422"),
        json={"n": 1},
        headers={"Idempotency-Key": "k"},
        timeout=5,
    )
    log = _get(simulator.url + "/log").json()
    (entry,) = log["acme"]
    assert entry["behaviour"] == "reject"
    assert entry["body"] == '{"n": 1}'
    assert entry["idempotency_key"] == "k"
    assert entry["query"] == {"status": "422"}
    assert entry["status"] == 422
    assert '"rejected"' in entry["answer"]
    assert simulator.with_key("k")[0].header("content-type") == "application/json"
    assert requests.post(simulator.url + "/reset", timeout=5).json() == {"status": "reset"}
    assert _get(simulator.url + "/log").json() == {}


def test_each_buyer_keeps_its_last_200_requests(simulator: Running) -> None:
    with requests.Session() as session:
        for number in range(205):
            session.post(simulator.buyer("busy", "accept"), data=str(number))
        session.post(simulator.buyer("quiet", "accept"), data="x")
    log = _get(simulator.url + "/log").json()
    assert [row["body"] for row in log["busy"]] == [str(number) for number in range(5, 205)]
    assert len(log["quiet"]) == 1
    assert len(simulator.requests) == 201


def test_names_made_up_without_end_do_not_fill_the_memory(simulator: Running) -> None:
    with requests.Session() as session:
        for number in range(MAX_BUYERS + 5):
            session.get(simulator.buyer(f"b{number}", "accept"))
    assert len(simulator.journal.buyers()) == MAX_BUYERS


def test_a_buyers_page_shows_its_requests_and_escapes_them(simulator: Running) -> None:
    requests.post(simulator.buyer("acme", "accept", "x=<b>"), data="<script>alert(1)</script>", timeout=5)
    page = _get(simulator.url + "/buyers/acme").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "Nothing yet" in _get(simulator.url + "/buyers/nobody").text
    evil = _get(simulator.url + "/buyers/%3Cimg%20src=x%3E").text
    assert "<img" not in evil


def test_pages_bring_nothing_from_elsewhere(simulator: Running) -> None:
    for path in ("/", "/buyers/acme"):
        page = _get(simulator.url + path)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert _get(simulator.url + "/style.css").headers["Content-Type"].startswith("text/css")


def test_other_addresses_are_not_found(simulator: Running) -> None:
    for path in ("/nothing", "/reset", "/buyers", "/buyers/a/accept/more"):
        assert _get(simulator.url + path).status_code == 404


def test_waiting_for_requests_ends_when_they_come_or_time_is_up(simulator: Running) -> None:
    assert not simulator.wait_for(1, timeout_s=0.01)
    _get(simulator.buyer("acme", "accept"))
    assert simulator.wait_for(1, timeout_s=5)


def test_two_simulators_know_nothing_of_each_other(simulator: Running) -> None:
    with running_simulator(keep=None) as other:
        _get(other.buyer("acme", "accept"))
        assert len(other.requests) == 1
    assert simulator.requests == []


def test_the_command_prints_its_address_serves_and_stops_on_sigterm() -> None:
    command = [sys.executable, "manage.py", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("Buyer simulator: ").strip()
        assert _get(url + "buyers/acme/accept").json()["status"] == "accepted"
        process.terminate()
        assert process.wait(10) == 0
