"""How it is delivered: endpoints with headers, mapping and response rules."""

from collections.abc import Iterator

from apps.engine.campaign import CampaignSpec
from apps.engine.orders import EndpointSpec, MappingRow
from apps.publishing.diff import auction, shows, words
from apps.publishing.diff.words import said

_ENDPOINT = {
    "name": "name", "kind": "delivers by", "url": "URL", "method": "method", "body_format": "format",
    "timeout_ms": "timeout", "retries": "retries", "retry_profile": "retry waits:",
    "unknown_policy": "when the answer is unknown:", "status_url": "status URL",
    "rate": "most requests:", "concurrency": "most requests at once:",
}  # fmt: skip
_OPTIONS = {
    "charset": "encoding", "on_unencodable": "characters it lacks:", "content_type": "content type",
    "namespaces": "namespaces",
}  # fmt: skip
_AUTH = {
    "kind": "authentication", "name": "authentication name", "token_url": "token URL", "scope": "scope",
    "audience": "audience", "client_auth": "client id and secret in",
}  # fmt: skip
_ROW = {
    "on_empty": "when empty:", "default": "default", "max_length": "longest", "on_too_long": "when too long:",
    "value_type": "type", "value_format": "format", "format_argument": "format with", "encoding": "encoding",
    "part": "part", "test_value": "test value",
    "agreed": "agreed to be sent in the clear:",
}  # fmt: skip
_MAIL = {"to": "to", "subject": "subject"}


def endpoints(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    """Endpoints, by row."""
    for before, after in words.paired(old.endpoints, new.endpoints, lambda each: each.id):
        if before is None:
            yield f"Endpoint {after.name} added"
        elif after is None:
            yield f"Endpoint {before.name} is no longer used"
        else:
            yield from _endpoint(before, after)


def _endpoint(before: EndpointSpec, after: EndpointSpec) -> Iterator[str]:
    label = f"Endpoint {after.name}"
    yield from words.attributes(before, after, _ENDPOINT, label, shows.ENDPOINT)
    yield from words.attributes(before.options, after.options, _OPTIONS, label, shows.OPTIONS)
    if before.options.template != after.options.template:
        yield said(label, f"template {_changed(before.options.template, after.options.template)}")
    yield from words.attributes(before.auth, after.auth, _AUTH, label, shows.AUTH)
    yield from words.attributes(before.mail, after.mail, _MAIL, label)
    for had, has in words.paired(before.headers, after.headers, lambda header: header.name.lower()):
        yield from _part(label, f"header {(has or had).name}", had, has)
    for had, has in words.paired(before.mapping, after.mapping, lambda row: row.target):
        yield from _mapping(label, had, has)
    yield from _ping(before, after, label)
    for what, had, has in (
        ("response rules", before.rules, after.rules),
        ("status rules", before.status_rules, after.status_rules),
    ):
        if had != has:
            yield said(label, f"{what} changed, {len(had)} → {len(has)}")
    if _targets(before) != _targets(after) and set(_targets(before)) == set(_targets(after)):
        yield said(label, "mapping rows are in another order")


def _ping(before: EndpointSpec, after: EndpointSpec, label: str) -> Iterator[str]:
    yield from auction.ping(before, after, label)
    if before.ping is not None and after.ping is not None:
        for had, has in words.paired(before.ping.mapping, after.ping.mapping, lambda row: row.target):
            yield from _mapping(f"{label}, ping", had, has)


def _targets(endpoint: EndpointSpec) -> list[str]:
    return [row.target for row in endpoint.mapping]


def _part(label: str, what: str, had: object, has: object) -> Iterator[str]:
    if had != has:
        yield said(label, f"{what} {_changed(had, has)}")


def _changed(had: object, has: object) -> str:
    return "added" if not had else "removed" if not has else "changed"


def _mapping(label: str, had: MappingRow | None, has: MappingRow | None) -> Iterator[str]:
    if had is not None and has is not None and had != has:
        yield from _row(f"{label}: mapping {has.target}", had, has)
    elif has is not None and had is None:
        yield said(label, f"mapping {has.target} ← {_taken(has)} added")
    elif had is not None and has is None:
        yield said(label, f"mapping {had.target} removed")


def _row(label: str, had: MappingRow, has: MappingRow) -> Iterator[str]:
    if _taken(had) != _taken(has):
        yield f"{label} ← {_taken(had)} → {_taken(has)}"
        return
    told = list(words.attributes(had, has, _ROW, label, shows.ROW))
    told += [f"{label}: value table changed"] if had.table != has.table else []
    told += [f"{label}: conditions changed"] if had.branches != has.branches else []
    yield from told or [f"{label} changed"]


def _taken(row: MappingRow) -> str:
    told = {"value_table": f"value table of {row.source}", "branch": "conditions"}
    taken = told.get(row.kind) or row.source or f"“{row.value}”"
    if row.kind == "split":
        taken = f"{taken} ({shows.part(row.part)})"
    return f"{taken} ({shows.value_format(row.value_format)})" if row.value_format else taken
