"""A lead's events, each in one sentence with its time after receipt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.companies.models import User
from apps.leads.choices import EventKind
from apps.leads.models import LeadEvent
from apps.monitoring.trace.outcomes import OUTCOMES
from apps.monitoring.wording import counted, money, span


@dataclass(frozen=True, slots=True)
class TimeShown:
    at: datetime
    offset: str
    words: str


def timeline(events: Sequence[LeadEvent], *, since: datetime, currency: str) -> tuple[TimeShown, ...]:
    """Every event in one sentence, after the receipt itself."""
    people = _people(events)
    return (
        TimeShown(since, "0 ms", "Received"),
        *(TimeShown(event.at, span(since, event.at), _words(event, people, currency)) for event in events),
    )


def _people(events: Iterable[LeadEvent]) -> dict[int, str]:
    """The names of those who looked, by id."""
    ids = {event.data.get("user_id") for event in events if event.kind == EventKind.REVEALED}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def _words(event: LeadEvent, people: Mapping[int, str], currency: str) -> str:
    data: dict[str, Any] = event.data
    match event.kind:
        case EventKind.CHECKED:
            lines = data.get("checks", ())
            return (
                f"Checked: {sum(line['passed'] for line in lines)} of {counted(len(lines), 'check')} passed"
            )
        case EventKind.CONSIDERED:
            return _considered(data.get("orders", ()))
        case EventKind.ATTEMPTED | EventKind.COPIED:
            return (_attempted if event.kind == EventKind.ATTEMPTED else _copied)(data)
        case EventKind.SOLD:
            return f"Sold for {money(Decimal(data.get('price', '0')), currency)}"
        case EventKind.HELD:
            return f"Held: {data.get('order', 'a buyer')} may have bought it"
        case EventKind.RESOLVED:
            return _resolved(data)
        case EventKind.REVEALED:
            return f"Personal data shown to {people.get(data.get('user_id', 0), 'somebody')}"
    return event.get_kind_display()


def _resolved(data: Mapping[str, Any]) -> str:
    """Said by a person, or read again by edited rules."""
    if "was" in data:
        return (
            f"{data.get('by')} had the answer of {data.get('order')} read again:"
            f" it was {data['was']} and is {data.get('outcome')}"
        )
    return f"{data.get('by')} said what {data.get('order')} had answered: {data.get('outcome')}"


def _considered(orders: Sequence[Mapping[str, Any]]) -> str:
    in_line = sum(line["verdict"] == "in_line" for line in orders)
    return f"{counted(len(orders), 'order')} considered, {in_line} in line"


def _tries(data: Mapping[str, Any]) -> str:
    tries = data.get("tries", 0)
    return f"{tries} try" if tries == 1 else f"{tries} tries"


def _copied(data: Mapping[str, Any]) -> str:
    where, tries = f"{data.get('endpoint')} ({data.get('buyer')})", _tries(data)
    if data.get("arrived"):
        return f"Copy arrived at {where} after {tries}"
    return f"Copy to {where} given up after {tries}"


def _attempted(data: Mapping[str, Any]) -> str:
    _, words = OUTCOMES.get(data.get("outcome", ""), ("", ""))
    retry = f", retry {data['retry']}" if data.get("retry") else ""
    return f"{data.get('name')} ({data.get('buyer')}){retry}: {words} in {data.get('ms'):,} ms"
