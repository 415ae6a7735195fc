"""Weekly hours of the demo."""

from datetime import time

from apps.buyers.models import OrderWindow
from apps.campaigns.models import CampaignWindow

_DAYS = range(7)


def all_week() -> list[CampaignWindow]:
    """Every day from midnight to midnight: hours that are shown but refuse nobody, so that the demo works at night."""
    return [CampaignWindow(weekday=day, opens=time(0), closes=time(0)) for day in _DAYS]


def order_days(opens: int, closes: int) -> list[OrderWindow]:
    """Every day between two full hours."""
    return [OrderWindow(weekday=day, opens=time(opens), closes=time(closes)) for day in _DAYS]
