"""Test Endpoint for mails and file drops, against a real mail server and a real SFTP server."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from apps.buyers.models import Endpoint
from apps.core import http
from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import Attempt, DropFile, EndpointCanary, EndpointTest, StoredLead
from apps.deliveries.services import endpoint_test
from apps.simulator.running import Running
from tests.deliveries.file_server import FileServer, running_file_server
from tests.deliveries.mail_server import MailServer
from tests.deliveries.market import market
from tests.monitoring.desk import html, member

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_KEY = "SHA256:" + "A" * 43


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    with running_file_server(tmp_path) as running:
        yield running


def changed(simulator: Running, **attributes: Any) -> Endpoint:
    made = market(simulator, ["accept"]).endpoint(0)
    for name, value in attributes.items():
        setattr(made, name, value)
    made.save()
    return Endpoint.objects.get(pk=made.pk)


def by_mail(simulator: Running, **attributes: Any) -> Endpoint:
    to = "sales@buyer.example, boss@buyer.example"
    return changed(
        simulator, kind="email", url="", email_to=to, email_subject="Lead from {{ state }}", **attributes
    )


def by_file(simulator: Running, server: FileServer, **attributes: Any) -> Endpoint:
    standard = {"url": f"sftp://127.0.0.1:{server.port}/in", "auth_name": "buyer", "auth_secret": "secret"}
    return changed(simulator, kind="sftp", **{**standard, "host_key": server.host_key, **attributes})


def told(test: EndpointTest) -> dict[str, dict[str, Any]]:
    return {line["step"]: line for line in test.lines}


def nothing_counted() -> bool:
    return not any(model.objects.exists() for model in (Attempt, StoredLead, DropFile))


def test_a_mail_marked_test_goes_to_the_recipients(simulator: Running, mails: MailServer) -> None:
    test = endpoint_test(by_mail(simulator), by=None)
    lines = told(test)
    assert (test.passed, test.outcome) == (True, "accepted"), test.lines
    assert list(lines) == ["Request", "Mail relay", "Acceptance", "Time"]
    assert lines["Mail relay"]["ms"] > 0
    assert "sales@buyer.example, boss@buyer.example" in lines["Acceptance"]["told"]
    assert "Subject: TEST: Lead from CA" in lines["Request"]["shown"]
    (mail,) = mails.mails
    assert mail["Subject"] == "TEST: Lead from CA"
    assert mails.envelopes[0].rcpt_tos == ["sales@buyer.example", "boss@buyer.example"]
    assert nothing_counted()


@pytest.mark.parametrize(
    ("behaviour", "words", "outcome"), [("unknown_user", "550", "failed"), ("greylist", "451", "retryable")]
)
def test_what_the_relay_refuses_is_told(
    simulator: Running,
    mails: MailServer,
    behaviour: str,
    words: str,
    outcome: str,
) -> None:
    mails.behaviour = behaviour
    test = endpoint_test(by_mail(simulator), by=None)
    line = told(test)["Acceptance"]
    assert (line["passed"], test.passed, test.outcome) == (False, False, outcome)
    assert f"The relay answered {words}" in line["told"]


def test_a_relay_that_is_not_there_is_told(simulator: Running, mails: MailServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    test = endpoint_test(by_mail(simulator), by=None)
    assert not told(test)["Mail relay"]["passed"]
    assert "Acceptance" not in told(test)


def test_it_is_said_before_that_a_mail_is_sent(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(kind="email", email_to="sales@buyer.example")
    page = html(member(scene.world).get(f"/admin/buyers/endpoint/{scene.endpoint(0).pk}/tests/"))
    assert "This sends a mail to sales@buyer.example." in page
    assert "Send a test mail" in page


def canary() -> EndpointTest:
    EndpointCanary.objects.update(due_at=now() - timedelta(seconds=1))
    assert services.canaries_run() == 1
    return EndpointTest.objects.latest("pk")


def test_a_canary_asks_the_relay_and_sends_nobody_a_mail(simulator: Running, mails: MailServer) -> None:
    by_mail(simulator, canary_minutes=5)
    test = canary()
    assert (test.passed, test.outcome, mails.mails) == (True, "accepted", [])
    assert "No mail was sent" in told(test)["Acceptance"]["told"]
    mails.behaviour = "unknown_user"
    test = canary()
    assert (test.passed, mails.mails) == (False, [])
    assert "550" in EndpointCanary.objects.get().told


def test_a_healthy_file_server_passes_and_keeps_nothing(simulator: Running, server: FileServer) -> None:
    test = endpoint_test(by_file(simulator, server), by=None)
    assert test.passed, test.lines
    assert list(told(test)) == ["Mapping", "Address guard", "Connection", "Host key", "Login", "Folder"]
    assert server.host_key in told(test)["Host key"]["told"]
    assert "secret" not in str(test.lines)
    assert (server.files(), test.total_ms > 0) == ({}, True)
    assert nothing_counted()


@pytest.mark.parametrize("pinned", ["", OTHER_KEY])
def test_the_key_that_the_server_shows_is_told_and_nothing_is_sent(
    simulator: Running, server: FileServer, pinned: str
) -> None:
    test = endpoint_test(by_file(simulator, server, host_key=pinned), by=None)
    line = told(test)["Host key"]
    assert not line["passed"]
    assert server.host_key in line["told"]
    assert ("is not pinned" in line["told"]) == (pinned == "")
    assert server.users == []
    assert "Login" not in told(test)


@pytest.mark.parametrize(
    ("attributes", "behaviour", "step", "words"),
    [
        ({"auth_secret": "wrong"}, "accept", "Login", "does not take the user"),
        ({"auth_secret": "-----BEGIN nonsense"}, "accept", "Connection", "private key cannot be read"),
        ({}, "full", "Folder", "No file can be written there"),
        ({"url": "sftp://127.0.0.1:1/in"}, "accept", "Connection", "The connection failed"),
        ({"url": "sftp://nowhere.invalid/in"}, "accept", "Address guard", "could not be looked up"),
    ],
)
def test_the_step_that_fails_is_told(
    simulator: Running, server: FileServer, attributes: dict[str, str], behaviour: str, step: str, words: str
) -> None:
    server.behaviour = behaviour
    test = endpoint_test(by_file(simulator, server, **attributes), by=None)
    assert list(told(test))[-1] == step
    assert not told(test)[step]["passed"]
    assert words in told(test)[step]["told"]
    assert server.files() == {}


def test_a_folder_that_is_not_there_is_told(simulator: Running, server: FileServer) -> None:
    url = f"sftp://127.0.0.1:{server.port}/elsewhere"
    test = endpoint_test(by_file(simulator, server, url=url), by=None)
    assert "NoSuchFile" in told(test)["Folder"]["told"]


def test_a_file_server_inside_is_never_called(simulator: Running, server: FileServer, settings: Any) -> None:
    endpoint = by_file(simulator, server)
    settings.OUTBOUND_ALLOW_NETWORKS = []
    test = endpoint_test(endpoint, by=None)
    http.close()
    assert "127.0.0.1 is a loopback address" in told(test)["Address guard"]["told"]
    assert server.users == []


def test_a_canary_looks_at_the_file_server(simulator: Running, server: FileServer) -> None:
    by_file(simulator, server, canary_minutes=5)
    assert canary().passed
    server.behaviour = "full"
    assert not canary().passed
    assert EndpointCanary.objects.get().told.startswith("Folder: No file can be written there")


def test_a_key_pair_logs_in(simulator: Running, server: FileServer) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server.authorized = key.convert_to_public()
    secret = key.export_private_key().decode()
    assert endpoint_test(by_file(simulator, server, auth_secret=secret), by=None).passed
