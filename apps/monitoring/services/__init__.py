"""Writes of the monitoring: what people do from its pages, and the hours it counts."""

from apps.monitoring.services.by_hand import breaker_close, ping_reveal_record
from apps.monitoring.services.funnel import funnel_count_due

__all__ = ["breaker_close", "funnel_count_due", "ping_reveal_record"]
