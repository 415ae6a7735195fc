"""Attempts by month: the months ahead, their bounds, rows astray, and what five years ago is taken off."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core.ids import first_id_at
from apps.deliveries import migrations, services
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services import partitions
from apps.deliveries.services.attempt import preparing
from apps.deliveries.services.partitions import Month
from apps.simulator.running import Running
from tests.deliveries.market import market, outcomes, stands

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC)


def tables() -> dict[str, bool]:
    return {part.table: part.attached for part in partitions.listed()}


def attempt(at: datetime, **more: Any) -> Attempt:
    values = {
        "id": first_id_at(at), "company_id": 1, "delivery_id": 1, "lead_id": 1, "order_id": 1, "buyer_id": 1,
        "endpoint_id": 1, "step": 0, "idempotency_key": "k", "started_at": at,
    }  # fmt: skip
    return Attempt.objects.create(**values | more)


def table_of(row: Attempt) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM deliveries_attempt WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def in_rest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deliveries_attempt_rest")
        return cursor.fetchone()[0]


MIGRATION = importlib.import_module(
    next(
        f"apps.deliveries.migrations.{module.name}"
        for module in pkgutil.iter_modules(migrations.__path__)
        if module.name.endswith("_attempts_by_month")
    )
)


@pytest.fixture(autouse=True)
def _as_migrated() -> Iterator[None]:
    """Whatever a test makes or takes off, the next one finds the table as the migration leaves it."""
    yield
    Attempt.objects.all().delete()
    with connection.cursor() as cursor:
        for table in (table for table, attached in tables().items() if not attached):
            cursor.execute(f"DROP TABLE {table}")
    with connection.schema_editor() as editor:
        if tables():
            MIGRATION.join(None, editor)
        MIGRATION.split(None, editor)


def test_this_month_and_those_ahead_are_there_from_the_start() -> None:
    this = Month.of(datetime.now(UTC))
    assert {this.plus(later).table for later in range(4)} <= tables().keys()
    assert partitions.ahead().tables == ()


def test_months_are_made_ahead_once() -> None:
    made = partitions.ahead(NOW)
    assert made.tables == tuple(
        f"deliveries_attempt_{name}" for name in ("2027_12", "2028_01", "2028_02", "2028_03")
    )
    assert partitions.ahead(NOW).tables == ()


def test_the_bounds_are_instants_of_utc() -> None:
    partitions.ahead(NOW)
    midnight = datetime(2028, 1, 1, tzinfo=UTC)
    last = attempt(midnight - timedelta(milliseconds=1))
    first = attempt(midnight)
    assert table_of(last) == "deliveries_attempt_2027_12"
    assert table_of(first) == "deliveries_attempt_2028_01"
    assert list(Attempt.objects.filter(pk__in=[last.pk, first.pk]).values_list("pk", flat=True)) == [
        last.pk,
        first.pk,
    ]


def test_rows_without_a_month_are_told_of_and_brought_home(caplog: pytest.LogCaptureFixture) -> None:
    astray = [attempt(datetime(2030, month, 5, tzinfo=UTC)) for month in (2, 3, 7)]
    assert {table_of(row) for row in astray} == {"deliveries_attempt_rest"}
    assert in_rest() == 3
    made = partitions.ahead()
    assert made.moved == 3
    assert "attempts_without_month" in caplog.text
    assert [table_of(row)[-7:] for row in astray] == ["2030_02", "2030_03", "2030_07"]
    assert in_rest() == 0


def test_old_months_are_detached_and_dropped_only_on_demand() -> None:
    partitions.ahead(NOW)
    row = attempt(datetime(2027, 12, 24, tzinfo=UTC))
    assert "deliveries_attempt_2027_12" not in partitions.detach(now=datetime(2032, 12, 31, tzinfo=UTC))
    later = datetime(2033, 1, 1, tzinfo=UTC)
    assert partitions.detach(now=later) == ("deliveries_attempt_2027_12",)
    assert not Attempt.objects.filter(pk=row.pk).exists()
    assert tables()["deliveries_attempt_2027_12"] is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM deliveries_attempt_2027_12")
        assert cursor.fetchone()[0] == 1
    assert partitions.detach(now=later) == ()
    assert "deliveries_attempt_2027_12" in partitions.detach(now=later, drop=True)
    assert "deliveries_attempt_2027_12" not in tables()


def test_the_command_lists_and_refuses_to_drop_at_large() -> None:
    out = StringIO()
    call_command("partitions", stdout=out)
    assert "deliveries_attempt_rest" in out.getvalue()
    with pytest.raises(CommandError, match="say what is old"):
        call_command("partitions", drop=True)
    with pytest.raises(CommandError):
        call_command("partitions", detach_older_than=0)


def test_every_partition_has_the_indexes_of_the_whole() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename IN (%s, %s) GROUP BY tablename",
            ["deliveries_attempt", Month.of(datetime.now(UTC)).plus(3).table],
        )
        whole, part = (count for (count,) in cursor.fetchall())
    assert whole == part >= 6


def test_the_migration_goes_back_and_forth_with_its_rows() -> None:
    rows = [attempt(datetime.now(UTC) - timedelta(days=days)).pk for days in (0, 70)]

    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'deliveries_attempt'")
            return {name for (name,) in cursor.fetchall()}

    before = indexes()
    with connection.schema_editor() as editor:
        MIGRATION.join(None, editor)
    assert tables() == {}
    assert indexes() == before
    with connection.schema_editor() as editor:
        MIGRATION.split(None, editor)
    assert set(Attempt.objects.values_list("pk", flat=True)) == set(rows)
    assert indexes() == before
    assert in_rest() == 0


def test_a_delivery_goes_on_over_the_end_of_a_month(
    simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = market(simulator, ["reject", "accept"])
    delivery = scene.lead()
    midnight = Month.of(datetime.now(UTC)).plus(1).start
    ids = iter([first_id_at(midnight) - 1, first_id_at(midnight)])
    monkeypatch.setattr(preparing, "new_id", lambda: next(ids))
    services.drain()
    assert outcomes(delivery) == ["rejected", "accepted"]
    assert stands(delivery) == ("sold", "sold")
    assert Delivery.objects.filter(attempts__outcome="accepted").count() == 1
    assert len({table_of(row) for row in Attempt.objects.all()}) == 2
