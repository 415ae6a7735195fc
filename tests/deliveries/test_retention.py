"""What is over goes when its time has come; what somebody is still owed stays, whatever its age."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from apps.buyers.models import Endpoint
from apps.core.clock import now
from apps.core.ids import first_id_at
from apps.deliveries import services
from apps.deliveries.models import Delivery, DropFile, EndpointTest, LeadCopy, StoredLead
from apps.deliveries.services import retention
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.deliveries.file_server import FileServer, running_file_server
from tests.deliveries.market import Market, market

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING = retention.Forgotten(0, 0, 0, 0)


def ago(*, days: int = 0, months: int = 0) -> datetime:
    return now() - timedelta(days=days + 31 * months)


@pytest.fixture
def scene(simulator: Running, settings: Any) -> Market:
    """Calls are kept for half a year: no id is as old as five."""
    settings.CALLS_KEPT_MONTHS = 6
    return market(simulator, ["accept"], endpoint={"kind": "store", "url": ""})


def have_tested(scene: Market, by: str, *ages: int) -> None:
    for age in ages:
        EndpointTest.objects.create(
            company=scene.world.company,
            endpoint_id=scene.endpoint(0).pk,
            by=by,
            passed=True,
            at=ago(days=age),
        )


def stored(scene: Market, *, at: datetime, endpoint: int = 0, **attributes: Any) -> StoredLead:
    delivery: Delivery = scene.lead()
    return StoredLead.objects.create(
        company=scene.world.company,
        endpoint_id=endpoint or scene.endpoint(0).pk,
        buyer_id=scene.orders[0].buyer_id,
        lead_id=delivery.lead_id,
        attempt_id=first_id_at(at) + StoredLead.objects.count(),
        created_at=at,
        **attributes,
    )


def drop(scene: Market, number: int, *, at: datetime, **attributes: Any) -> DropFile:
    return DropFile.objects.create(
        company=scene.world.company,
        endpoint_id=scene.endpoint(0).pk,
        number=number,
        name=f"leads-{number}.csv",
        created_at=at,
        **{"status": "sent", "sent_at": at, **attributes},
    )


def copy(scene: Market, number: int, *, at: datetime, **attributes: Any) -> LeadCopy:
    delivery: Delivery = scene.lead()
    return LeadCopy.objects.create(
        id=first_id_at(at) + number,
        company=scene.world.company,
        lead_id=delivery.lead_id,
        delivery=delivery,
        order_id=scene.orders[0].pk,
        endpoint_id=scene.endpoint(0).pk,
        created_at=at,
        **attributes,
    )


def test_tests_of_people_stay_ninety_days_and_canaries_thirty_and_the_latest_of_each(scene: Market) -> None:
    have_tested(scene, "person", 95, 91, 89, 1)
    have_tested(scene, "canary", 95, 31, 29)
    other = EndpointTest.objects.create(
        company=scene.world.company, endpoint_id=4711, by="person", passed=False, at=ago(days=400)
    )
    assert services.retention_forget().tests == 4
    kept = EndpointTest.objects.order_by("at").values_list("endpoint_id", "by")
    mine = scene.endpoint(0).pk
    assert list(kept) == [(4711, "person"), (mine, "person"), (mine, "canary"), (mine, "person")]
    assert EndpointTest.objects.filter(pk=other.pk).exists()
    assert services.retention_forget() == NOTHING


def test_how_long_is_the_deployments_to_say(scene: Market, settings: Any) -> None:
    have_tested(scene, "person", 8, 6, 0)
    assert services.retention_forget() == NOTHING
    settings.TESTS_KEPT_DAYS = 7
    assert services.retention_forget().tests == 1


def test_stored_leads_go_months_after_they_were_read_and_unread_ones_never(scene: Market) -> None:
    old, recent = ago(months=8), ago(months=4)
    stored(scene, at=old, fetched_at=old)
    kept = [
        stored(scene, at=old),
        stored(scene, at=old, fetched_at=recent),
        stored(scene, at=recent, fetched_at=recent),
    ]
    assert services.retention_forget() == retention.Forgotten(0, 1, 0, 0)
    assert set(StoredLead.objects.values_list("pk", flat=True)) == {row.pk for row in kept}
    assert Lead.objects.count() == 4


def test_a_lead_that_waits_for_a_file_stays_though_it_was_read(scene: Market) -> None:
    old = ago(months=8)
    stored(scene, at=old, fetched_at=old)
    Endpoint.objects.update(kind="sftp")
    assert services.retention_forget() == NOTHING


def test_files_go_with_their_leads_once_they_have_arrived_long_ago(scene: Market) -> None:
    old = ago(months=8)
    gone = drop(scene, 1, at=old)
    kept = [
        drop(scene, 2, at=old, status="pending", sent_at=None),
        drop(scene, 3, at=old, status="failed", sent_at=None),
        drop(scene, 4, at=old, sent_at=ago(months=4)),
        drop(scene, 5, at=old),
    ]
    for file in (gone, *kept):
        stored(scene, at=old, file=file)
    waiting = stored(scene, at=old)
    assert services.retention_forget() == retention.Forgotten(0, 0, 1, 0)
    assert set(DropFile.objects.all()) == set(kept)
    assert StoredLead.objects.count() == 5
    assert StoredLead.objects.filter(pk=waiting.pk, file=None).exists()


def test_five_years_are_the_usual(scene: Market, settings: Any) -> None:
    settings.CALLS_KEPT_MONTHS = 60
    old = ago(months=8)
    stored(scene, at=old, fetched_at=old)
    copy(scene, 0, at=old, status="done", finished_at=old)
    assert services.retention_forget() == NOTHING


def test_copies_go_when_they_are_finished_and_never_on_their_way(scene: Market) -> None:
    old = ago(months=8)
    copy(scene, 0, at=old, status="done", finished_at=old)
    copy(scene, 1, at=old, status="failed", finished_at=old)
    kept = [
        copy(scene, 2, at=old, next_attempt_at=old),
        copy(scene, 3, at=old, status="done", finished_at=ago(months=1)),
        copy(scene, 4, at=ago(days=1), status="done", finished_at=ago(days=1)),
    ]
    assert services.retention_forget() == retention.Forgotten(0, 0, 0, 2)
    assert set(LeadCopy.objects.values_list("pk", flat=True)) == {row.pk for row in kept}


def test_batches_are_bounded_and_runs_at_once_do_no_harm(
    scene: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 7)
    have_tested(scene, "person", *range(150, 100, -1), 0)

    def one(_: int) -> int:
        try:
            return services.retention_forget().tests
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        removed = sum(pool.map(one, range(4)))
    assert removed + services.retention_forget().tests == 50
    assert EndpointTest.objects.count() == 1


def test_without_time_left_nothing_is_removed(scene: Market) -> None:
    have_tested(scene, "person", 100, 0)
    assert services.retention_forget(for_s=0) == NOTHING
    assert services.retention_forget().tests == 1


def test_a_file_that_is_being_sent_again_is_left_alone(scene: Market) -> None:
    drop(scene, 1, at=ago(months=8))
    drop(scene, 2, at=ago(months=8))

    def forget() -> retention.Forgotten:
        try:
            return services.retention_forget()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        held = DropFile.objects.select_for_update().get(number=1)
        assert pool.submit(forget).result() == NOTHING
        held.status = "pending"
        held.save()
    assert services.retention_forget() == NOTHING


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    with running_file_server(tmp_path) as running:
        yield running


def test_no_name_of_a_file_comes_twice(simulator: Running, server: FileServer, settings: Any) -> None:
    attributes = {
        "kind": "sftp", "url": f"sftp://127.0.0.1:{server.port}/in", "auth_name": "buyer", "auth_secret": "secret",
        "host_key": server.host_key, "file_name": "leads-{number}.csv",
    }  # fmt: skip
    scene = market(simulator, ["accept"], endpoint=attributes)
    for number in (1, 2, 3):
        drop(scene, number, at=ago(months=8))
    settings.CALLS_KEPT_MONTHS = 6
    assert services.retention_forget().files == 2
    scene.lead()
    services.drain()
    assert services.files_send() == 1
    assert list(server.files()) == ["leads-4.csv"]
