"""Reads of what stands between deliveries, the access tokens of endpoints, and of how a delivery went wrong."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple

from django.db.models import Q

from apps.buyers.models import Endpoint
from apps.core.crypto import digest
from apps.deliveries.choices import AttemptKind
from apps.deliveries.models import Attempt, EndpointToken
from apps.engine import oauth
from apps.engine.oauth import Standing
from apps.engine.orders import AUTH_SECRET, AuthSpec, EndpointSpec
from apps.engine.outcome import Outcome
from apps.publishing import specs
from apps.publishing.models import Publication

TokenKey = tuple[int, str]
"""(endpoint id, digest of the settings and the secret a token belongs to)."""


def token_key(endpoint_id: int, auth: AuthSpec, secret: str) -> TokenKey:
    """Which token these settings need: other settings or another secret need another one."""
    settings = json.dumps([*astuple(auth), secret])
    return endpoint_id, digest(settings, scope=f"endpoint token {endpoint_id}").hex()


def token_keys(
    endpoints: Iterable[EndpointSpec], secrets: Mapping[int, Mapping[str, str]]
) -> dict[TokenKey, EndpointSpec]:
    """The tokens that these endpoints need, those without OAuth left out."""
    return {
        token_key(one.id, one.auth, secrets.get(one.id, {}).get(AUTH_SECRET, "")): one
        for one in endpoints
        if one.auth.kind == oauth.KIND
    }


def tokens(keys: Iterable[TokenKey]) -> dict[TokenKey, Standing]:
    """How these tokens stand; those never asked for are absent."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = EndpointToken.objects.filter(endpoint_id__in={endpoint_id for endpoint_id, _ in wanted})
    stored = {(row.endpoint_id, row.made_for): standing_of(row) for row in rows}
    return {key: stored[key] for key in wanted & stored.keys()}


def standing_of(row: EndpointToken) -> Standing:
    """A stored token as the engine judges it."""
    return Standing(
        token=row.token or "",
        obtained_at=row.obtained_at,
        expires_at=row.expires_at,
        refreshing_until=row.refreshing_until,
        failures=row.failures,
        failed_at=row.failed_at,
    )


def live_oauth_endpoints() -> list[EndpointSpec]:
    """The endpoints with OAuth of all versions that run, paused ones left out; one may stand there in several
    versions."""
    ids = set(Endpoint.objects.filter(auth_kind=oauth.KIND, is_active=True).values_list("pk", flat=True))
    if not ids:
        return []
    uses = Q(campaign__orders__endpoint_id__in=ids) | Q(campaign__orders__copies__endpoint_id__in=ids)
    versions = Publication.objects.filter(uses).values_list("version_id", flat=True).distinct()
    return [one for version in versions for one in specs.load(version).endpoints if one.id in ids]


def last_failure(delivery_id: int) -> Attempt | None:
    """The last offer of a delivery that came to no decision of its buyer; None when there is none."""
    decided = (Outcome.ACCEPTED, Outcome.REJECTED, Outcome.DUPLICATE)
    offers = Attempt.objects.filter(delivery_id=delivery_id, kind=AttemptKind.SALE)
    return offers.exclude(outcome__in=decided).order_by("-pk").only("outcome", "error").first()
