"""Rows of access tokens that nobody needs any more go, however they ended; those in use stay."""

from datetime import timedelta

import pytest

from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import EndpointToken

pytestmark = pytest.mark.django_db(transaction=True)


def test_tokens_long_over_are_forgotten_even_those_that_never_came() -> None:
    old, lately = now() - timedelta(days=8), now() - timedelta(days=1)
    rows = {
        "ended": {"expires_at": old},
        "left with its lease": {"expires_at": old, "refreshing_until": old},
        "never came": {"failed_at": old, "failures": 9},
        "asked for once": {"refreshing_until": old},
        "ended lately": {"expires_at": lately},
        "failing now": {"failed_at": lately, "failures": 9},
        "being fetched": {"expires_at": old, "refreshing_until": now() + timedelta(seconds=5)},
    }
    for name, attributes in rows.items():
        EndpointToken.objects.create(endpoint_id=1, made_for=name, **attributes)
    services.tokens_renew()
    kept = set(EndpointToken.objects.values_list("made_for", flat=True))
    assert kept == {"ended lately", "failing now", "being fetched"}
