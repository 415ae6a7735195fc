"""Files of bought leads, to a real SFTP server."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from apps.buyers.models import Endpoint
from apps.core import sftp
from apps.deliveries import services
from apps.deliveries.models import DropFile, StoredLead
from apps.deliveries.services.afterwards import file_drops, stored
from apps.engine.retry import ASSURED_WAITS_S
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.deliveries.file_server import FileServer, running_file_server
from tests.deliveries.market import Market, market, stands

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    with running_file_server(tmp_path) as running:
        yield running


def dropping(simulator: Running, server: FileServer, **endpoint: Any) -> Market:
    attributes = {
        "kind": "sftp",
        "url": f"sftp://127.0.0.1:{server.port}/in",
        "auth_name": "buyer",
        "auth_secret": "secret",
        "host_key": server.host_key,
        "file_name": "leads-{number}.csv",
    }
    return market(simulator, ["accept"], endpoint=attributes | endpoint)


def past() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_bought_leads_wait_and_leave_in_one_file(simulator: Running, server: FileServer) -> None:
    scene = dropping(simulator, server)
    deliveries = [scene.lead(), scene.lead(first_name="=cmd()", zip="00210")]
    services.drain()
    assert [stands(one) for one in deliveries] == [("sold", "sold")] * 2
    assert services.files_send() == 1
    assert list(server.files()) == ["leads-1.csv"]
    first, second = rows_of(server.files()["leads-1.csv"])
    assert list(first)[:2] == ["first_name", "last_name"]
    assert (first["first_name"], second["first_name"], second["zip"]) == ("Jane", "'=cmd()", "00210")
    file = DropFile.objects.get()
    assert (file.status, file.leads, file.size_bytes) == ("sent", 2, len(server.files()["leads-1.csv"]))
    assert services.files_send() == 0


def test_files_leave_no_more_often_than_the_schedule_says(simulator: Running, server: FileServer) -> None:
    scene = dropping(simulator, server, file_minutes=30)
    scene.lead()
    services.drain()
    services.files_send()
    scene.lead()
    services.drain()
    assert services.files_send() == 0
    assert StoredLead.objects.filter(file=None).count() == 1
    DropFile.objects.update(created_at=past())
    assert services.files_send() == 1
    assert sorted(server.files()) == ["leads-1.csv", "leads-2.csv"]


@pytest.mark.parametrize("behaviour", ["full", "break"])
def test_what_fails_is_tried_again_under_the_same_name_with_the_same_bytes(
    simulator: Running, server: FileServer, behaviour: str
) -> None:
    scene = dropping(simulator, server)
    scene.lead()
    services.drain()
    server.behaviour = behaviour
    services.files_send()
    file = DropFile.objects.get()
    assert (file.status, file.tries) == ("pending", 1)
    assert file.last_error
    assert "leads-1.csv" not in server.files()
    server.behaviour = "accept"
    DropFile.objects.update(next_attempt_at=past())
    scene.lead()
    services.drain()
    services.files_send()
    assert len(rows_of(server.files()["leads-1.csv"])) == 1
    assert DropFile.objects.get().status == "sent"


def test_who_died_after_the_upload_sends_the_same_once_more(
    simulator: Running, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = dropping(simulator, server)
    scene.lead()
    services.drain()
    with monkeypatch.context() as patch:
        patch.setattr(file_drops, "_settle", lambda *_: None)
        file_drops._make(scene.endpoint(0).pk)
        file_drops._send_next()
    before = server.files()
    assert list(before) == ["leads-1.csv"]
    assert services.files_send() == 0
    DropFile.objects.update(next_attempt_at=past())
    assert services.files_send() == 1
    assert server.files() == before


def test_an_old_server_that_cannot_replace_gets_it_too(simulator: Running, server: FileServer) -> None:
    scene = dropping(simulator, server)
    server.behaviour = "no_rename"
    scene.lead()
    services.drain()
    services.files_send()
    assert list(server.files()) == ["leads-1.csv"]


@pytest.mark.parametrize("host_key", ["", "SHA256:" + "A" * 43])
def test_a_server_with_another_key_gets_nothing_not_even_the_password(
    simulator: Running, server: FileServer, host_key: str
) -> None:
    scene = dropping(simulator, server)
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(host_key=host_key)
    scene.lead()
    services.drain()
    services.files_send()
    assert "nothing was sent" in DropFile.objects.get().last_error
    assert server.files() == {}
    assert server.users == []


def test_a_private_key_opens_as_well(simulator: Running, server: FileServer) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server.authorized = key.convert_to_public()
    scene = dropping(simulator, server, auth_secret=key.export_private_key().decode())
    scene.lead()
    services.drain()
    services.files_send()
    assert list(server.files()) == ["leads-1.csv"]


def test_a_wrong_password_is_told_without_itself(simulator: Running, server: FileServer) -> None:
    scene = dropping(simulator, server, auth_secret="not the secret")
    scene.lead()
    services.drain()
    services.files_send()
    told = DropFile.objects.get().last_error
    assert told == "The server does not take the user or the password or key."


def test_an_address_of_our_own_network_is_not_dialled(
    simulator: Running, server: FileServer, settings: Any
) -> None:
    scene = dropping(simulator, server)
    settings.OUTBOUND_ALLOW_NETWORKS = []
    scene.lead()
    services.drain()
    services.files_send()
    assert DropFile.objects.get().last_error == "127.0.0.1 is a loopback address."
    assert server.users == []


def test_a_server_that_hangs_costs_its_deadline_only(server: FileServer) -> None:
    target = sftp.Target("sftp://127.0.0.1:1/in", "buyer", "secret", server.host_key)
    assert (
        sftp.upload(target, "a.csv", b"x", deadline_s=5) == "The connection failed: ConnectionRefusedError."
    )
    target = sftp.Target(f"sftp://127.0.0.1:{server.port}/in", "buyer", "secret", server.host_key)
    assert sftp.upload(target, "a.csv", b"x", deadline_s=0.0001) == "The file was not there within 0.0001 s."


def test_in_the_end_a_file_is_given_up_and_can_be_sent_again(simulator: Running, server: FileServer) -> None:
    scene = dropping(simulator, server)
    scene.lead()
    services.drain()
    server.behaviour = "full"
    for _ in range(len(ASSURED_WAITS_S) + 1):
        DropFile.objects.update(next_attempt_at=past())
        services.files_send()
    assert DropFile.objects.get().status == "failed"
    server.behaviour = "accept"
    services.file_send_again(DropFile.objects.get(), by=scene.world.user)
    services.files_send()
    assert list(server.files()) == ["leads-1.csv"]


def test_an_erased_lead_is_in_no_file(simulator: Running, server: FileServer) -> None:
    scene = dropping(simulator, server)
    first, _ = scene.leads(2)
    services.drain()
    Lead.objects.filter(pk=first.lead_id).update(wrapped_key=None)
    assert len(rows_of(stored.csv_of(StoredLead.objects.all()))) == 1
