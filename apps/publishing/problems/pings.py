"""Pings: what buyers are told before they have bought, how bids are read, and whether there is time for it."""

from collections.abc import Iterator

from apps.buyers import judges
from apps.buyers.models import Mapping
from apps.engine import mapping
from apps.engine.orders import MappingRow
from apps.publishing.problems.base import Draft, PublishProblem
from apps.publishing.problems.sides import Side


def problems(side: Side, draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with the ping of an endpoint, beside what a post could have wrong as well."""
    needed = _always_there(draft)
    for row, spec in zip(side.rows, side.spec.mapping, strict=True):
        yield from _row(side, row, spec, draft)
        yield from _may_be_missing(side, row, spec, needed)
    for number, rule in enumerate(side.spec.rules, start=1):
        if rule.outcome == "accepted" and not judges.reads_bid(rule):
            words = f"has a response rule, number {number}, that means accepted and does not say where the price is"
            yield side.said("rules", f"{words}: a bid is a price")
    most, own = draft.campaign.auction_ms, side.spec.timeout_ms
    if own > most:
        words = f"waits {own:,} ms, longer than the {most:,} ms in which the campaign wants all bids"
        yield side.said("timeout_ms", words)


def _row(side: Side, row: Mapping, spec: MappingRow, draft: Draft) -> Iterator[PublishProblem]:
    if spec.kind == "ping_response":
        words = f"has a mapping row “{spec.target}” that reads the answer to the ping, which has not come yet"
        yield side.of_row(row, words, name="kind")
    clear = sorted(mapping.in_the_clear(spec, draft.spec))
    if clear and not spec.agreed:
        told = f"has a mapping row “{spec.target}” that sends {_listed(clear)} as it is, to a buyer that bought nothing"
        cure = "write it as a hash, remove the row, or mark it as agreed with this buyer"
        yield side.of_row(row, f"{told}: {cure}", name="value_format")


def _may_be_missing(
    side: Side, row: Mapping, spec: MappingRow, needed: frozenset[str]
) -> Iterator[PublishProblem]:
    """A row without whose value nothing is sent, made of what a source may leave out."""
    read = mapping.fields_read(spec) - mapping.SYSTEM_VALUES.keys()
    missing = sorted(read - needed) if spec.on_empty == "fail" else []
    if missing and not (spec.kind == "template" and read & needed):
        words = f"has a mapping row “{spec.target}” without which nothing is sent, and sources may leave out"
        cure = "require the field on ping, or choose what is sent when it is empty"
        yield side.of_row(row, f"{words} {_listed(missing)}: {cure}", name="on_empty")


def _always_there(draft: Draft) -> frozenset[str]:
    """The fields that every lead has when buyers are pinged: of an exchange those of the ping, else of the post."""
    by = "required_on_ping" if draft.campaign.traffic == "exchange" else "required"
    return frozenset(field.name for field in draft.campaign.fields.all() if getattr(field, by))


def _listed(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
