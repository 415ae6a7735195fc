"""Answers put right while other threads send the lead again: one sale stands at most, and the counters agree."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import OperationalError, connection

from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.engine.orders import ResponseRule
from apps.leads.models import Lead
from apps.ledger.models import Sale
from apps.ledger.selectors import balance
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, used
from tests.deliveries.test_order_caps import cap

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
REFUSED = (ResponseRule("rejected", reason_path="status"),)
SOLD = (ResponseRule("accepted", price_path="price"),)


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Run all at the same moment, each on a thread and a connection of its own; what went wrong but for refusals and
    locks that were waited for in vain, both of which write nothing.
    """
    wrong: list[BaseException] = []
    together = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        together.wait(10)
        try:
            work()
        except ApplicationError:
            pass
        except OperationalError as error:
            if "lock timeout" not in str(error):
                wrong.append(error)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return wrong


def drained() -> None:
    """What was sent again while others drained may be left over."""
    for _ in range(3):
        services.drain(for_s=5)


def agree(leads: int) -> None:
    """Every lead is sold once or not at all, and money, counters and reservations say the same."""
    standing = Sale.objects.filter(reversed_at=None)
    sold = list(standing.values_list("lead_id", flat=True))
    assert len(sold) == len(set(sold))
    assert set(Lead.objects.filter(status="sold").values_list("pk", flat=True)) == set(sold)
    assert set(Lead.objects.exclude(status="sold").values_list("status", flat=True)) <= {"unsold"}
    assert balance("buyer") == sum((one.price for one in standing), Decimal(0))
    assert sum(used().values()) == len(sold)
    held = [one for rows in Attempt.objects.values_list("reservations", flat=True) for one in rows]
    assert sum(amount for _, _, amount, _ in held) == len(sold)
    assert Lead.objects.count() == leads


class Round:
    """One sold lead and what several threads do to it at the same moment."""

    def __init__(self, scene: Market, place: int) -> None:
        self.delivery, self.user, self.order = scene.lead(), scene.world.user, scene.orders[place]
        services.drain()
        self.first = Attempt.objects.get(delivery=self.delivery)

    def reverse(self) -> None:
        """The sale was none."""
        services.reclassify(self.first, REFUSED, by=self.user)

    def back(self) -> None:
        """It was one after all; tried until it is refused or done."""
        for _ in range(10):
            services.reclassify(self.first, SOLD, by=self.user)

    def again(self) -> None:
        """Sent again as soon as it can be, and delivered."""
        until = time.monotonic() + 2
        while time.monotonic() < until:
            try:
                services.redeliver(self.delivery, by=self.user, order_id=self.order.pk)
                break
            except ApplicationError:
                continue
        services.drain(for_s=5)


def test_reversing_while_the_lead_is_sent_again_and_settled(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25", "accept?price=9"])
    cap(scene, 0, limit=1000)
    cap(scene, 1, limit=1000)
    for number in range(ROUNDS):
        one = Round(scene, place=number % 2)
        rivals = [one.back, one.back] if number % 4 > 1 else [services.drain]
        assert at_once(one.reverse, one.again, *rivals, one.reverse) == []
        drained()
    assert Sale.objects.exclude(reversed_at=None).count() >= ROUNDS // 2
    assert Delivery.objects.count() > ROUNDS
    agree(ROUNDS)


def test_many_who_put_the_same_answer_right_do_it_once(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25"])
    cap(scene, 0, limit=1000)
    delivery = scene.lead()
    services.drain()
    first, user = Attempt.objects.get(delivery=delivery), scene.world.user
    for rules in (REFUSED, SOLD) * 5:
        works = [lambda rules=rules: services.reclassify(first, rules, by=user)] * 4
        assert at_once(*works) == []
        agree(1)
    assert Sale.objects.filter(reversed_at=None).count() == 1
