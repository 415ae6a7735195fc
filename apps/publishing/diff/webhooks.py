"""How the webhook of a source is read: rows that were added, changed or removed, by field."""

from collections.abc import Iterator

from apps.engine.campaign import TermsSpec, WebhookSpec
from apps.engine.orders import MappingRow
from apps.publishing.diff import words
from apps.publishing.diff.words import said

_NOTHING = WebhookSpec()


def terms(old: TermsSpec, new: TermsSpec, label: str) -> Iterator[str]:
    """What of one source's terms concerns its webhook."""
    before, after = old.webhook or _NOTHING, new.webhook or _NOTHING
    for one, other in words.paired(before.mapping, after.mapping, lambda row: row.target):
        if one is None:
            yield said(label, f"webhook: {other.target} ← {_source(other)}")
        elif other is None:
            yield said(label, f"webhook: {one.target} is no longer mapped")
        elif one != other:
            was, now = _source(one), _source(other)
            yield said(
                label, f"webhook: {one.target} ← {now}" + (f", not {was}" if was != now else ", changed")
            )
    if not before.mapping or not after.mapping:
        return
    if [row.target for row in before.mapping] != [row.target for row in after.mapping] and {
        *before.mapping
    } == {*after.mapping}:
        yield said(label, "webhook: its rows in another order")
    yield from words.attributes(before, after, {"test_path": "webhook: test flag at"}, label)
    if before.known != after.known:
        yield said(label, "webhook: mapped by a payload of another form")


def _source(row: MappingRow) -> str:
    if row.kind == "constant":
        return f"“{row.value}”"
    if row.kind == "template":
        return row.value
    return f"{row.part} of {row.source}" if row.kind == "split" else row.source
