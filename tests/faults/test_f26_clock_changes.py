"""F26: days of 23, 25, 23½ and 24½ hours. Caps count local days, also in a race; windows follow the wall clock."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine

from apps.campaigns.models import CampaignWindow
from apps.campaigns.services import cap_add, windows_set
from apps.leads.models import CapCounter
from tests.factories.worlds import World, published_campaign
from tests.intake.posting import post
from tests.intake.racing import at_once

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LIMIT = 10
BURST = 8
SUNDAY = 6
# Zone, day, its hours, and the hours after its midnight between which the clock shows 01:00 to 03:00.
DAYS = [
    ("America/New_York", (2026, 11, 1), 25.0, (1.0, 4.0)),
    ("America/New_York", (2027, 3, 14), 23.0, (1.0, 2.0)),
    ("Europe/Paris", (2026, 10, 25), 25.0, (1.0, 4.0)),
    ("Europe/Paris", (2027, 3, 28), 23.0, (1.0, 2.0)),
    ("Australia/Lord_Howe", (2026, 10, 4), 23.5, (1.0, 2.5)),
    ("Australia/Lord_Howe", (2027, 4, 4), 24.5, (1.0, 3.5)),
    ("America/Phoenix", (2026, 11, 1), 24.0, (1.0, 3.0)),
]


def midnight(zone: str, day: tuple[int, int, int]) -> datetime:
    return datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def world_with(zone: str, prepare: Callable[[World], object]) -> World:
    return published_campaign(campaign={"time_zone": zone}, prepare=prepare)


def burst(world: World, at: datetime) -> int:
    """How many of several simultaneous leads pass at this instant."""
    with time_machine.travel(at, tick=False):
        return sum(answer["leadStatus"] for answer in at_once([partial(post, world)] * BURST))


@pytest.mark.parametrize(("zone", "day", "hours", "_open"), DAYS)
def test_f26_a_day_cap_holds_all_day_and_begins_anew_once(
    zone: str, day: tuple[int, int, int], hours: float, _open: tuple[float, float]
) -> None:
    """Bursts before, within and after the hour that is shown twice or never, up to the last minute of the day."""
    world = world_with(zone, lambda world: cap_add(world.campaign, by=None, period="day", limit=LIMIT))
    start = midnight(zone, day)
    last = hours - 1 / 60
    passed = [burst(world, start + timedelta(hours=after)) for after in (-0.1, 0.0, 1.5, 2.5, last, hours)]
    assert passed == [BURST, BURST, LIMIT - BURST, 0, 0, BURST]
    counted = CapCounter.objects.order_by("period_key").values_list("period_key", "used")
    today = datetime(*day, tzinfo=UTC).date()
    around = [today - timedelta(days=1), today, today + timedelta(days=1)]
    assert list(counted) == [
        (str(one), used) for one, used in zip(around, (BURST, LIMIT, BURST), strict=True)
    ]


def test_f26_an_hour_that_is_shown_twice_is_two_hours() -> None:
    world = world_with(
        "America/New_York", lambda world: cap_add(world.campaign, by=None, period="hour", limit=5)
    )
    start = midnight("America/New_York", (2026, 11, 1))
    passed = [burst(world, start + timedelta(hours=after)) for after in (1.1, 1.9, 2.1, 2.9, 3.1)]
    assert passed == [5, 0, 5, 0, 5]


@pytest.mark.parametrize(("zone", "day", "hours", "opened"), DAYS)
def test_f26_a_window_is_open_exactly_by_the_wall_clock(
    zone: str, day: tuple[int, int, int], hours: float, opened: tuple[float, float]
) -> None:
    """01:00 to 03:00 on a Sunday, asked every quarter of an hour: one stretch, as long as the clock makes it."""
    window = CampaignWindow(weekday=SUNDAY, opens=time(1), closes=time(3))
    world = world_with(zone, lambda world: windows_set(world.campaign, windows=[window], by=None))
    start = midnight(zone, day)
    taken = []
    for quarter in range(-4, 24):
        with time_machine.travel(start + timedelta(minutes=15 * quarter), tick=False):
            answer = post(world)
        assert answer["message"] in ("Success Lead = Accepted", "Campaign schedule")
        if answer["leadStatus"]:
            taken.append(quarter / 4)
    assert taken == [opened[0] + step / 4 for step in range(int((opened[1] - opened[0]) * 4))]


def test_f26_a_window_within_the_hour_that_is_never_shown_does_not_open() -> None:
    window = CampaignWindow(weekday=SUNDAY, opens=time(2, 15), closes=time(2, 45))
    world = world_with(
        "America/New_York", lambda world: windows_set(world.campaign, windows=[window], by=None)
    )
    start = midnight("America/New_York", (2027, 3, 14))
    for minute in range(110, 200, 5):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            assert post(world)["message"] == "Campaign schedule"
