"""History: what sources were told, what buyers received, what the database says; and the judge of the three."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from apps.core.ids import public_id
from apps.deliveries.models import Attempt, Delivery
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, Lead
from tests.faults.harness import tally
from tests.faults.harness.checker import Verdict, check
from tests.faults.harness.house import House
from tests.faults.harness.processes import lapse, wait_until
from tests.faults.harness.source import Source

_NEVER_SENT = (LeadStatus.REJECTED, LeadStatus.TEST)


@dataclass
class History:
    """What happened to the leads of some sources. `limits` by cap key: leads, or cents of spend."""

    house: House
    sources: Sequence[Source]
    limits: dict[str, int] = field(default_factory=dict)

    def settled(self, *, patience_s: float = 90.0) -> bool:
        """Whether every lead on record has ended, waiting for it. What ends by itself meanwhile is started again."""

        def ended() -> bool:
            self.house.tend()
            return not self._leads().filter(status="in_flight").exists()

        with self.house.database():
            return wait_until(ended, patience_s=patience_s)

    def let_leases_lapse(self) -> None:
        """The workers are dead: spare the wait until others may take their work."""
        with self.house.database():
            lapse()

    def statuses(self) -> Counter[str]:
        """How many leads stand how."""
        with self.house.database():
            return Counter(self._leads().values_list("status", flat=True))

    def unfinished(self) -> list[tuple[Any, ...]]:
        """What is known of deliveries that have not ended: for the message of a test that fails."""
        columns = ("next_attempt_at", "leased_until", "claims", "reason", "history")
        with self.house.database():
            open_ones = Delivery.objects.filter(lead__in=self._leads(), status="pending")
            return [("now", datetime.now(UTC)), *open_ones.values_list(*columns)[:5]]

    def requests(self) -> Counter[str]:
        """How many requests buyers have received by idempotency key, of these leads."""
        with self.house.database():
            ours = {public_id("DEL", one) for one in self._deliveries()}
        received = self.house.simulator.requests
        return Counter(one.key for one in received if one.key.rpartition("-")[0] in ours)

    def verdict(self) -> Verdict:
        """All that disagrees. Ask when everything has settled."""
        with self.house.database():
            leads = list(self._leads().values_list("pk", "status", "sub_id"))
            taken = {pk for pk, status, _ in leads if status not in _NEVER_SENT}
            found = check({pk for source in self.sources for pk in source.accepted} | taken)
            more = Verdict(
                lost=len(self._acknowledged() - {pk for pk, _, _ in leads} - set(self.accepted)),
                double_sold=_twice(leads) + self._bought_twice(),
                over_cap=self._over_cap(),
                ledger_mismatch=self._bought_and_unsold(),
            )
        tally.add(more)
        return Verdict(*(getattr(found, one.name) + getattr(more, one.name) for one in fields(Verdict)))

    @property
    def accepted(self) -> list[int]:
        """The leads that sources were told are taken."""
        return [pk for source in self.sources for pk in source.accepted]

    def _leads(self):
        return Lead.objects.filter(
            campaign_id__in=[source.scene.world.campaign.pk for source in self.sources]
        )

    def _deliveries(self) -> dict[int, int]:
        return dict(Delivery.objects.filter(lead__in=self._leads()).values_list("pk", "lead_id"))

    def _acknowledged(self) -> set[int]:
        return {post.lead_id for source in self.sources for post in source.posts if post.lead_id}

    def _bought(self) -> dict[int, set[str]]:
        """By lead, the orders whose buyer has answered that it buys."""
        leads = {public_id("DEL", pk): lead for pk, lead in self._deliveries().items()}
        bought: dict[int, set[str]] = defaultdict(set)
        for received in self.house.simulator.requests:
            delivery, _, order = received.key.rpartition("-")
            if delivery in leads and received.status == 200 and b'"accepted"' in received.answer:
                bought[leads[delivery]].add(order)
        return bought

    def _bought_twice(self) -> int:
        return sum(1 for orders in self._bought().values() if len(orders) > 1)

    def _bought_and_unsold(self) -> int:
        unsold = set(self._leads().filter(status=LeadStatus.UNSOLD).values_list("pk", flat=True))
        return len(unsold & self._bought().keys())

    def _over_cap(self) -> int:
        """Counters over their limit, and counters that differ from the reservations that stand on them."""
        held: Counter[tuple[str, str]] = Counter()
        for model in (Lead, Attempt):
            for reservations in model.objects.exclude(reservations=[]).values_list("reservations", flat=True):
                for cap_key, period_key, amount, _ in reservations:
                    held[cap_key, period_key] += amount
        counters = CapCounter.objects.filter(cap_key__in=self.limits)
        used = {(row.cap_key, row.period_key): row.used for row in counters}
        over = sum(1 for (cap_key, _), count in used.items() if count > self.limits[cap_key])
        ours = {counter for counter in (used.keys() | held.keys()) if counter[0] in self.limits}
        return over + sum(1 for counter in ours if used.get(counter, 0) != held[counter])


def _twice(leads: list[tuple[int, str, str]]) -> int:
    """Posts that became more than one lead on its way to buyers."""
    marks = Counter(mark for _, status, mark in leads if status not in _NEVER_SENT and mark)
    return sum(1 for count in marks.values() if count > 1)
