"""What past leads hold among themselves: claims on people, room under caps. The same keys as live ones, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from apps.deliveries.specs import Reservation
from apps.engine import caps
from apps.engine.campaign import CampaignSpec
from apps.leads.models import CapCounter, DuplicateClaim
from apps.leads.wants import ClaimWant


@dataclass(slots=True)
class Books:
    """Claims by scope and digest, counters by cap and period."""

    claims: dict[tuple[str, bytes], tuple[int, datetime]] = field(default_factory=dict)
    used: dict[tuple[str, str], int] = field(default_factory=dict)

    def taken(self, wants: Iterable[ClaimWant]) -> frozenset[str]:
        """The keys of those claims that an earlier lead holds."""
        held = ((want, self.claims.get((want.scope, want.digest))) for want in wants)
        return frozenset(want.key for want, claim in held if claim is not None and claim[1] > want.since)

    def claim(self, wants: Iterable[ClaimWant], lead_id: int, at: datetime) -> None:
        """Take claims."""
        for want in wants:
            self.claims[want.scope, want.digest] = (lead_id, at)

    def reserve(self, reservations: Iterable[Reservation], *, sign: int = 1) -> None:
        """Take room, or give it back with the sign turned."""
        for cap_key, period_key, amount, _ in reservations:
            self.used[cap_key, period_key] = self.used.get((cap_key, period_key), 0) + sign * amount

    def full(self, spec: CampaignSpec, at: datetime) -> frozenset[str]:
        """The keys of order and buyer caps under which nothing fits any more."""
        found = {cap.key: (cap, self.used.get((cap.key, caps.period_key(cap, at)), 0)) for cap in _caps(spec)}
        return frozenset(key for key, (cap, used) in found.items() if used >= cap.limit)

    def rows(self) -> tuple[list[DuplicateClaim], list[CapCounter]]:
        """As they are stored."""
        return (
            [
                DuplicateClaim(scope=scope, digest=digest, lead_id=lead_id, claimed_at=at)
                for (scope, digest), (lead_id, at) in self.claims.items()
            ],
            [
                CapCounter(cap_key=key, period_key=period, used=used)
                for (key, period), used in self.used.items()
                if used
            ],
        )


def _caps(spec: CampaignSpec) -> list[caps.CapSpec]:
    return [cap for order in spec.orders for cap in order.caps]
