"""By the next file: a lead is the buyer's at once and waits, stored, for `services.afterwards.file_drops`."""

from apps.deliveries.services.attempt.transports.store import start

__all__ = ["start"]
