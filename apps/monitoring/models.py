"""What the monitoring keeps of its own: pings counted by the hour."""

from typing import ClassVar

from django.db import models


class FunnelHour(models.Model):
    """So many pings received in an hour of UTC came to `step` and ended there for `reason`; see
    `selectors.funnel_count`. Written by a periodic job, again for as long as posts may still change.
    """

    hour = models.DateTimeField()
    campaign_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    """0: the campaign's pings themselves."""
    step = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=32, blank=True)
    pings = models.PositiveBigIntegerField()
    money = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("campaign_id", "order_id", "hour", "step", "reason"), name="funnel_hour_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=("hour",), name="funnel_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}: {self.pings} at step {self.step}"


class CountedHour(models.Model):
    """An hour that is counted, and when it was last: its pings may be posted, sold and refused for days."""

    hour = models.DateTimeField(primary_key=True)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}"
