"""OAuth tokens of endpoints: one for all processes, fetched by one of them at a time, renewed before it ends.

Nobody waits for a token server: a delivery without a token steps back while it is fetched; while the server fails,
its attempts are settled as unsent and go by retry and waterfall.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q

from apps.core import http
from apps.deliveries.facts import Live, database_now, load_secrets
from apps.deliveries.models import EndpointToken
from apps.deliveries.selectors import TokenKey, live_oauth_endpoints, standing_of, token_key, token_keys
from apps.engine import oauth
from apps.engine.oauth import NONE_YET, Granted, Standing
from apps.engine.orders import AUTH_SECRET, AUTH_TOKEN, EndpointSpec
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError

logger = logging.getLogger(__name__)

STEP_BACK = timedelta(seconds=0.25)
"""How long a delivery steps back while its token is being fetched."""
LEASE_MARGIN_S = 5.0
KEPT_DAYS = 7
"""How long a token that nobody needs any more stays in the table after its end."""
FAILING = OutboundResponse(
    error=TransportError.TOKEN_ERROR, error_detail="The token server gave no access token lately."
)

Asked = tuple[TokenKey, OutboundRequest]


def secrets_for(live: Live, endpoint: EndpointSpec) -> Mapping[str, str]:
    """The live secrets of an endpoint, with its token where it has one."""
    secrets = live.secrets.get(endpoint.id, {})
    if endpoint.auth.kind != oauth.KIND:
        return secrets
    return {**secrets, AUTH_TOKEN: _standing(live, endpoint).token}


def is_awaited(live: Live, endpoint: EndpointSpec) -> bool:
    """Whether a lead for this endpoint has to wait for its token. Notes that one is to be fetched, if it is."""
    if endpoint.auth.kind != oauth.KIND:
        return False
    standing = _standing(live, endpoint)
    if oauth.is_due(standing, live.now):
        live.wanted_tokens[_key(live, endpoint)] = endpoint
    return not oauth.is_usable(standing, live.now) and not oauth.is_failing(standing, live.now)


def is_failing(live: Live, endpoint: EndpointSpec) -> bool:
    """Whether there is no token and the server has failed just now."""
    return endpoint.auth.kind == oauth.KIND and oauth.is_failing(_standing(live, endpoint), live.now)


def _standing(live: Live, endpoint: EndpointSpec) -> Standing:
    return live.tokens.get(_key(live, endpoint), NONE_YET)


def _key(live: Live, endpoint: EndpointSpec) -> TokenKey:
    return token_key(endpoint.id, endpoint.auth, live.secrets.get(endpoint.id, {}).get(AUTH_SECRET, ""))


def fetch_soon(live: Live) -> None:
    """Fetch the tokens that were found due, without waiting for them. Not within a transaction."""
    asked = _claim(live.wanted_tokens, live.secrets)
    if asked:
        http.start([request for _, request in asked], lambda index, answer: _arrived(asked[index][0], answer))


def renew() -> int:
    """Fetch what is due of all endpoints that run, first tokens included; forget what is long over. How many were
    asked for."""
    endpoints = live_oauth_endpoints()
    secrets = load_secrets({one.id for one in endpoints})
    asked = _claim(token_keys(endpoints, secrets), secrets)
    for (key, _), answer in zip(asked, http.send_all([request for _, request in asked]), strict=True):
        _store(key, answer)
    _forget(database_now() - timedelta(days=KEPT_DAYS))
    return len(asked)


def _forget(over: datetime) -> None:
    """Tokens that ended before an instant, and those that never came and were last asked for before it; a lease that
    nobody gave back keeps neither."""
    ended = Q(expires_at__lt=over) | Q(expires_at=None, failed_at__lt=over)
    ended |= Q(expires_at=None, failed_at=None, refreshing_until__lt=over)
    let_go = Q(refreshing_until=None) | Q(refreshing_until__lt=over)
    EndpointToken.objects.filter(ended & let_go).delete()


def refused(attempts: Iterable[tuple[int, datetime]]) -> None:
    """Buyers did not take the token that these attempts (endpoint id, start) were sent with: it is over. One that
    came later was not theirs and stays."""
    for endpoint_id, started_at in sorted(attempts):
        EndpointToken.objects.filter(
            endpoint_id=endpoint_id, obtained_at__lte=started_at, expires_at__gt=started_at
        ).update(expires_at=started_at)


def _claim(wanted: Mapping[TokenKey, EndpointSpec], secrets: Mapping[int, Mapping[str, str]]) -> list[Asked]:
    """Take the lease of each token that is still due; whoever finds it taken or locked leaves it alone."""
    asked = []
    for key, endpoint in sorted(wanted.items(), key=lambda item: item[0]):
        secret = secrets.get(endpoint.id, {}).get(AUTH_SECRET, "")
        request = oauth.token_request(endpoint.auth, secret)
        if _lease(key, timedelta(milliseconds=request.timeout_ms) + timedelta(seconds=LEASE_MARGIN_S)):
            asked.append((key, request))
    return asked


@transaction.atomic
def _lease(key: TokenKey, covers: timedelta) -> bool:
    endpoint_id, made_for = key
    EndpointToken.objects.bulk_create(
        [EndpointToken(endpoint_id=endpoint_id, made_for=made_for)], ignore_conflicts=True
    )
    rows = EndpointToken.objects.select_for_update(skip_locked=True)
    row = rows.filter(endpoint_id=endpoint_id, made_for=made_for).first()
    now = database_now()
    if row is None or not oauth.is_due(standing_of(row), now):
        return False
    row.refreshing_until = now + covers
    row.save(update_fields=("refreshing_until",))
    return True


def _arrived(key: TokenKey, answer: OutboundResponse) -> None:
    """On the door's thread, which must not wait for a database."""
    threading.Thread(target=_store_apart, args=(key, answer), name="token", daemon=True).start()


def _store_apart(key: TokenKey, answer: OutboundResponse) -> None:
    try:
        _store(key, answer)
    except Exception:
        # The lease lapses, and the next one who needs the token fetches it.
        logger.exception("token_not_stored", extra={"endpoint_id": key[0]})
    finally:
        close_old_connections()
        connection.close()


def _store(key: TokenKey, answer: OutboundResponse) -> None:
    told, now = oauth.read_token(answer), database_now()
    row = EndpointToken.objects.filter(endpoint_id=key[0], made_for=key[1])
    if isinstance(told, Granted):
        # Its life began on the server, at the latest when the question left.
        began = now - timedelta(milliseconds=answer.timings.total_ms)
        row.update(
            token=told.token,
            obtained_at=now,
            expires_at=began + timedelta(seconds=told.life_s),
            refreshing_until=None,
            failures=0,
            failed_at=None,
            error="",
        )
        return
    row.update(refreshing_until=None, failures=F("failures") + 1, failed_at=now, error=told.reason)
    failed = {"endpoint_id": key[0], "error_code": told.reason, "status": answer.status}
    logger.error("token_not_obtained", extra=failed)
