"""Steady traffic to the whole house while everything in it is killed in turn. In the end nothing is missing.

FAULTS_SEED repeats a run's schedule, FAULTS_ROUNDS makes it longer or shorter.
"""

import os
import random
import time

import pytest

from apps.buyers.services import order_cap_add
from apps.campaigns.services import cap_add
from tests.deliveries.market import Market
from tests.faults.harness import nemesis, tally
from tests.faults.harness.history import History
from tests.faults.harness.house import House
from tests.faults.harness.source import Source, Traffic, open_source

pytestmark = [pytest.mark.faults, pytest.mark.faults_long]

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "20"))
PER_SECOND = 12
RESEND = {"unknown_policy": "resend", "timeout_ms": 1500, "retries": 6}
HOLD = {"unknown_policy": "hold", "timeout_ms": 1500, "retries": 2}
ORDER_CAP, CAMPAIGN_CAP = 60, 150


def sources(house: House) -> tuple[list[Source], dict[str, int]]:
    """Three worlds: retries and a capped first order; nothing sent twice; buyers asked while the source waits."""
    limits: dict[str, int] = {}

    def caps(scene: Market) -> None:
        order = order_cap_add(scene.orders[0], by=None, period="total", limit=ORDER_CAP)
        campaign = cap_add(scene.world.campaign, by=None, period="total", limit=CAMPAIGN_CAP)
        limits.update({order.cap_key: ORDER_CAP, campaign.cap_key: CAMPAIGN_CAP})

    # No buyer fails by itself: else breakers and retries keep leads waiting for minutes, as they should.
    mixed = ["mixed?accept=60&reject=30&duplicate=10&ms=30", "slow?ms=40", "accept"]
    asking = {"answer_mode": "buyer", "answer_budget_ms": 3000}
    return [
        open_source(house, mixed, endpoint=RESEND, prepare=caps),
        open_source(house, ["slow?ms=60", "accept"], endpoint=HOLD),
        open_source(house, ["slow?ms=50", "accept"], endpoint=RESEND, campaign=asking),
    ], limits


@pytest.mark.slow
def test_whatever_dies_nothing_is_lost_and_nothing_is_sold_twice(house: House) -> None:
    chance = random.Random(tally.SEED)
    posting, limits = sources(house)
    history = History(house, posting, limits)
    told = []
    with Traffic(posting, per_second=PER_SECOND) as traffic:
        for fault in nemesis.rounds(chance, ROUNDS):
            time.sleep(chance.uniform(0.3, 1.5))
            told.append(fault.__name__)
            fault(house, chance)
        house.heal()
    said = f"seed={tally.SEED} rounds: {' '.join(told)}"
    assert traffic.unanswered == 0, said
    assert history.settled(patience_s=240), f"{history.statuses()} {history.unfinished()} {said}"
    verdict = history.verdict()
    assert verdict.clean, f"{verdict} {said}"
    assert len(history.accepted) > ROUNDS, said
