"""Rows of sources as engine values."""

from typing import Any

import msgspec

from apps.engine.campaign import WebhookSpec
from apps.engine.orders import MappingRow
from apps.engine.webhook import Proof
from apps.sources.models import Webhook


def webhook_spec(hook: Webhook) -> WebhookSpec | None:
    """The mapping of a webhook as people left it; None while nothing is mapped."""
    return (
        WebhookSpec(tuple(map(_row, hook.mapping)), hook.test_path, tuple(hook.known))
        if hook.mapping
        else None
    )


def proof_of(hook: Webhook) -> Proof:
    """What its vendor has to prove."""
    return Proof(
        hook.secret_in, hook.secret_name, hook.secret, hook.signed, hook.signature_header, hook.signing_secret
    )


def _row(stored: dict[str, Any]) -> MappingRow:
    table = tuple((str(old), str(new)) for old, new in stored.get("table", ()))
    return msgspec.convert(stored | {"table": table}, MappingRow)
