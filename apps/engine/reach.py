"""What leaves for a buyer that is not called over HTTP: a mail, or a lead that is stored for it.

Both are `OutboundRequest`s, so that they are written, sealed and shown like all others: the method is MAIL or STORE,
the URL empty, the body JSON. `core.mail` sends the one; the other waits for its buyer or the next file.
"""

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from apps.engine import mail, mapping
from apps.engine.mapping import Pairs, Sending, Unbuildable
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import MASK, OutboundRequest

MAIL, STORE = "MAIL", "STORE"
KEY_HEADER = "Idempotency-Key"
MAX_BODY = 256 * 1024
_ADDRESS = re.compile(r"[^\s,;:<>\"()\[\]\\\x00-\x20\x7f@]{1,64}@[^\s,;:<>\"()\[\]\\\x00-\x20\x7f@]{1,255}")


def build(endpoint: EndpointSpec, sending: Sending, key: str) -> OutboundRequest | Unbuildable:
    """The request of an endpoint whose kind is email, sftp or store. `key` is its idempotency key."""
    pairs = mapping.build(endpoint, sending)
    if isinstance(pairs, Unbuildable):
        return pairs
    if endpoint.kind != "email":
        # What is kept of it is what its buyer gets: nothing is masked.
        return _request(endpoint, key, (STORE, (), dict(pairs)))
    made = _mail(endpoint, pairs, sending, key)
    secret = {row.target for row in endpoint.mapping if row.secret}
    if isinstance(made, Unbuildable) or not secret:
        return made
    hidden = tuple((name, MASK if name in secret else value) for name, value in pairs)
    shown = _mail(endpoint, hidden, sending, key)
    return shown if isinstance(shown, Unbuildable) else replace(made, shown=shown)


_Made = tuple[str, tuple[tuple[str, str], ...], dict[str, Any]]


def _request(endpoint: EndpointSpec, key: str, made: _Made) -> OutboundRequest | Unbuildable:
    method, headers, content = made
    body = _json(content).encode("utf-8", "replace")
    if len(body) > MAX_BODY:
        return Unbuildable("body", "is over 256 KiB")
    named = ((KEY_HEADER, key), *headers, ("Content-Type", "application/json"))
    return OutboundRequest(method, "", named, body, endpoint.timeout_ms)


def address_problem(address: str) -> str:
    """What would make an address unfit to stand in a mail's header, or an empty text."""
    return "" if _ADDRESS.fullmatch(address) else f"“{address}” is no e-mail address"


def _mail(endpoint: EndpointSpec, pairs: Pairs, sending: Sending, key: str) -> OutboundRequest | Unbuildable:
    if not endpoint.mail.to:
        return Unbuildable("to", "has no recipient")
    wrong = next(filter(None, map(address_problem, endpoint.mail.to)), "")
    if wrong:
        return Unbuildable("to", wrong)
    written = mail.render(endpoint, pairs, sending)
    if isinstance(written, Unbuildable):
        return written
    headers = (("To", ", ".join(endpoint.mail.to)), ("Subject", written.subject))
    return _request(endpoint, key, (MAIL, headers, {"text": written.text, "html": written.html}))


def _json(content: dict[str, Any]) -> str:
    """Decimals digit for digit, never through float."""
    pairs = (
        f"{json.dumps(name, ensure_ascii=False)}: {_json_value(value)}" for name, value in content.items()
    )
    return "{" + ", ".join(pairs) + "}"


def _json_value(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
