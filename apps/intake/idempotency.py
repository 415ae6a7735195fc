"""The same key from the same source gets the same reply, byte for byte, for 24 hours.

The row of a key is written in the transaction that records its lead: whoever comes second with the key waits at that
row until the first has committed, then finds what to repeat. No crash in between can make a second lead.

Where buyers are asked before anything is recorded (pings, direct posts) the key is taken before, in a transaction of
its own. A ping that died so is made anew when it is repeated; of a lead nobody can know whether it was recorded, so its
key is refused until it lapses.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import connection

from apps.core.clock import now
from apps.core.crypto import digest
from apps.intake.models import StoredReply
from apps.intake.wire import Answer, RawPost, Refused

KEPT = timedelta(hours=24)
WAIT_S = 3.0
"""How long a repeated request waits for the buyers' answer to the first."""
_POLL_S = 0.05
ABANDONED = timedelta(seconds=30)
"""After this nobody waits for the buyers any more: the longest budget is 15 s."""
REPLAYED = {"Idempotent-Replay": "true"}

_BEGIN = """
    INSERT INTO intake_storedreply AS kept (terms_id, key_digest, request_digest, created_at)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (terms_id, key_digest) DO UPDATE
       SET request_digest = EXCLUDED.request_digest, created_at = EXCLUDED.created_at,
           lead_id = NULL, http_status = NULL, body = NULL
     WHERE kept.created_at <= %s OR (kept.body IS NULL AND kept.lead_id IS NULL AND kept.created_at <= %s)
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A source's key and the request it came with, as digests. `harmless`: a ping, which may be made twice."""

    terms_id: int
    key_digest: bytes
    request_digest: bytes
    harmless: bool = False


def key_of(post: RawPost, terms_id: int, field_value: object, *, ping: bool = False) -> Key | None:
    """The key of a request: the header's, else the value of the campaign's field; None without one.

    A ping and its post may come with the same key: they are two requests.
    """
    text = post.idempotency_key.strip()
    if not text and isinstance(field_value, str | int) and not isinstance(field_value, bool):
        text = str(field_value).strip()
    if not text:
        return None
    return Key(
        terms_id,
        digest(text, scope=f"idempotency:{terms_id}{':ping' if ping else ''}"),
        # Keyed, because a body has few unknowns for somebody who knows the person.
        digest(hashlib.sha256(post.body).hexdigest(), scope=f"request:{terms_id}"),
        harmless=ping,
    )


def replay(key: Key, *, late: Callable[[int], Answer] | None = None) -> Answer | None:
    """The reply to repeat, None for a key that is new (or older than 24 hours).

    Raises Refused when the key came with another body, or when the first request is still waiting for its buyers.
    `late` answers by lead id where the first request died while it waited; of pings there is no lead.
    """
    until = time.monotonic() + WAIT_S
    while True:
        kept = _kept(key)
        if kept is None:
            return None
        if bytes(kept.request_digest) != key.request_digest:
            raise Refused("idempotency_conflict", terms_id=key.terms_id)
        if kept.body is not None:
            return Answer(kept.http_status, bytes(kept.body), REPLAYED)
        if kept.created_at <= now() - ABANDONED:
            return _of_the_dead(key, kept, late)
        if time.monotonic() >= until:
            raise Refused("idempotency_conflict", terms_id=key.terms_id, headers={"Retry-After": "5"})
        time.sleep(_POLL_S)


def _of_the_dead(key: Key, kept: StoredReply, late: Callable[[int], Answer] | None) -> Answer | None:
    """The reply to a request whose first one died before it was answered."""
    if late is not None and kept.lead_id is not None:
        return replace(late(kept.lead_id), headers=REPLAYED)
    if key.harmless:
        return None
    raise Refused("idempotency_conflict", terms_id=key.terms_id)


def begin(key: Key) -> bool:
    """Take the key within the transaction that records the lead. False when somebody has it: ask `replay` then.

    Waits for whoever is taking it at this moment.
    """
    at = now()
    dead = at - (ABANDONED if key.harmless else KEPT)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, (key.terms_id, key.key_digest, key.request_digest, at, at - KEPT, dead))
        return cursor.fetchone() is not None


def forget(key: Key) -> None:
    """Give a key back that `begin` took and nothing came of."""
    _row(key).filter(lead_id=None, body=None).delete()


def store(key: Key, lead_id: int | None, answer: Answer | None) -> None:
    """Keep the reply, or None while the buyers are asked, with the lead it is about (none of a ping)."""
    _row(key).update(
        lead_id=lead_id,
        http_status=answer.status if answer else None,
        body=answer.body if answer else None,
    )


def purge() -> int:
    """Delete replies older than 24 hours; how many there were."""
    return StoredReply.objects.filter(created_at__lte=now() - KEPT).delete()[0]


def _kept(key: Key) -> StoredReply | None:
    return _row(key).filter(created_at__gt=now() - KEPT).first()


def _row(key: Key):
    return StoredReply.objects.filter(terms_id=key.terms_id, key_digest=key.key_digest)
