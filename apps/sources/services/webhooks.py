"""Writes of webhooks: address and proof act at once, the mapping when the campaign is published."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import transaction

from apps.companies.services import record
from apps.core.errors import ApplicationError
from apps.core.ids import new_token
from apps.engine import webhook as engine
from apps.engine.campaign import FieldSpec, WebhookSpec
from apps.engine.orders import MappingRow
from apps.sources.choices import SecretPlace, SignatureKind
from apps.sources.models import Terms, Webhook
from apps.sources.selectors import webhook_digest

MOST_ROWS = 200


@transaction.atomic
def webhook_create(terms: Terms, *, by: Any) -> Webhook:
    """The webhook of some terms, made if there is none yet."""
    Terms.objects.select_for_update().get(pk=terms.pk)
    hook = Webhook.objects.filter(terms=terms).first()
    if hook is None:
        token = new_token()
        hook = Webhook.objects.create(terms=terms, token=token, digest=webhook_digest(token))
        record(hook, by=by, action="webhook.created", summary=f"Webhook of {terms} created")
    return hook


@transaction.atomic
def webhook_renew(hook: Webhook, *, by: Any) -> str:
    """A new address instead of the old one, which leads nowhere from now on; its token is returned."""
    token = new_token()
    Webhook.objects.filter(pk=hook.pk).update(token=token, digest=webhook_digest(token))
    hook.token = token
    record(hook, by=by, action="webhook.renewed", summary=f"{hook} has a new address")
    return token


@transaction.atomic
def webhook_protect(hook: Webhook, *, by: Any, **proof: str) -> None:
    """Set how the vendor proves itself: attributes of the model. Empty secrets leave those on record as they are.

    Raises ApplicationError where something is asked for and not said.
    """
    for name, value in proof.items():
        if value or name not in ("secret", "signing_secret"):
            setattr(hook, name, value)
    _refuse_half(hook)
    hook.save(update_fields=[*proof])
    summary = f"{hook}: how its vendor proves itself was changed"
    record(hook, by=by, action="webhook.protected", summary=summary)


def _refuse_half(hook: Webhook) -> None:
    if hook.secret_in != SecretPlace.NONE and not (hook.secret and hook.secret_name):
        raise ApplicationError(
            "A secret needs the name under which it is sent, and the secret itself.",
            code="secret_missing",
            field="secret",
        )
    if hook.signed != SignatureKind.NONE and not hook.signing_secret:
        raise ApplicationError(
            "A signature needs the secret it is made with.", code="secret_missing", field="signing_secret"
        )
    if hook.signed in (SignatureKind.HEX, SignatureKind.BASE64) and not hook.signature_header:
        raise ApplicationError(
            "Say which header carries the signature.", code="header_missing", field="signature_header"
        )


@transaction.atomic
def webhook_map(
    hook: Webhook,
    mapping: Iterable[MappingRow],
    *,
    fields: Iterable[FieldSpec],
    by: Any,
    test_path: str = "",
    known: Iterable[str] = (),
) -> bool:
    """Save the mapping of a webhook; it acts when the campaign is published. False when nothing changed.

    `fields` are the campaign's, `known` the places of the payload it was made by; none leaves them as they are. Raises
    ApplicationError for a mapping that cannot run.
    """
    rows = tuple(mapping)
    if len(rows) > MOST_ROWS:
        raise ApplicationError(f"A webhook maps at most {MOST_ROWS} fields.", code="too_many_rows")
    for target, said in engine.problems(WebhookSpec(rows, test_path), fields):
        name = f"“{target}”" if target else "The mapping"
        raise ApplicationError(f"{name} {said}.", code="mapping_refused", field=target or "test_path")
    wanted = ([stored_row(row) for row in rows], test_path, [*known] or hook.known)
    if (hook.mapping, hook.test_path, hook.known) == wanted:
        return False
    hook.mapping, hook.test_path, hook.known = wanted
    hook.save(update_fields=("mapping", "test_path", "known"))
    names = [row.target for row in rows]
    summary = f"{hook}: {len(names)} fields mapped, to be published"
    record(hook, by=by, action="webhook.mapped", summary=summary, data={"fields": names})
    return True


def stored_row(row: MappingRow) -> dict[str, Any]:
    """A row as it is stored: what differs from the defaults."""
    plain = msgspec.to_builtins(row)
    usual = msgspec.to_builtins(MappingRow(row.target, row.kind))
    return {
        name: value for name, value in plain.items() if name in ("target", "kind") or value != usual[name]
    }
