"""What was promised, what the buyers saw, what the database says: do they agree?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db.models import F, QuerySet, Sum

from apps.deliveries.models import Attempt, Delivery
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, Lead
from apps.ledger.models import Entry, Sale
from tests.deliveries.money import off_the_books
from tests.faults.harness import tally

_ENDED = (LeadStatus.SOLD, LeadStatus.UNSOLD, LeadStatus.HELD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of what went wrong. All 0 is what every test asks for."""

    lost: int = 0
    double_sold: int = 0
    stuck: int = 0
    over_cap: int = 0
    ledger_mismatch: int = 0

    @property
    def clean(self) -> bool:
        return not any(asdict(self).values())

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in asdict(self).items())


def check(promised: Iterable[int], *, limits: dict[str, int] | None = None, max_buyers: int = 1) -> Verdict:
    """`promised` are the ids of the leads that were accepted; `limits` what each cap key allows in all."""
    ids = set(promised)
    leads = dict(Lead.objects.filter(pk__in=ids).values_list("pk", "status"))
    verdict = Verdict(
        lost=len(ids - leads.keys()) + len(ids - set(Delivery.objects.values_list("lead_id", flat=True))),
        double_sold=_double_sold(max_buyers),
        stuck=sum(1 for status in leads.values() if status not in _ENDED) + _open_attempts(),
        over_cap=_over_cap(limits or {}),
        ledger_mismatch=_ledger_mismatch(leads),
    )
    tally.add(verdict)
    return verdict


def _standing() -> QuerySet[Sale]:
    """Sales that were not reversed."""
    return Sale.objects.filter(reversed_at=None)


def _double_sold(max_buyers: int) -> int:
    """Leads with more accepted attempts, or sales, than buyers they may have; each buyer counts once."""
    accepted = Attempt.objects.filter(outcome="accepted", kind="sale").values_list("lead_id", "buyer_id")
    attempts = Counter(lead_id for lead_id, _ in set(accepted))
    sales = Counter(_standing().values_list("lead_id", flat=True))
    return sum(1 for count in (attempts | sales).values() if count > max_buyers)


def _open_attempts() -> int:
    done = Attempt.objects.filter(status="started", kind="sale").exclude(delivery__status="pending")
    return done.count()


def _over_cap(limits: dict[str, int]) -> int:
    """Counters over their limit, and counters that disagree with the sales and doubts they stand for."""
    over = sum(1 for row in CapCounter.objects.filter(cap_key__in=limits) if row.used > limits[row.cap_key])
    held: Counter[str] = Counter()
    for reservations in Attempt.objects.values_list("reservations", flat=True):
        for cap_key, _, amount, _ in reservations:
            held[cap_key] += amount
    used = Counter(dict(CapCounter.objects.filter(cap_key__in=limits).values_list("cap_key", "used")))
    return over + sum(1 for key in limits if used[key] != held[key]) + _overspent()


def _overspent() -> int:
    """Balances below zero, and balances that disagree with the sales, doubts and pings they stand for."""
    limited = CapCounter.objects.filter(live_limit__isnull=False)
    return limited.filter(used__gt=F("live_limit")).count() + len(off_the_books())


def _ledger_mismatch(leads: dict[int, str]) -> int:
    """Sold leads without a sale, sales without a sold lead, and sums that differ."""
    sold = {lead_id for lead_id, status in leads.items() if status == LeadStatus.SOLD}
    booked = set(_standing().values_list("lead_id", flat=True))
    owed = Entry.objects.filter(account="buyer", payment=None).aggregate(total=Sum("amount"))["total"] or 0
    prices = _standing().aggregate(total=Sum("price"))["total"] or 0
    balance = Entry.objects.aggregate(total=Sum("amount"))["total"] or 0
    return len(sold ^ (booked & leads.keys())) + (owed != prices) + (balance != 0)
