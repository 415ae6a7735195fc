"""A buyer's language on the wire: live secrets reach the buyer and nothing else, rows read the whole sale."""

import json
from datetime import UTC, datetime

import pytest

from apps.buyers.services import mappings_set
from apps.core.crypto import unwrap
from apps.deliveries import services
from apps.deliveries.models import Attempt
from apps.deliveries.services.attempt.records import open_request
from apps.engine import signature
from apps.engine.request import MASK
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, stands

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "s3cr3t-key-of-the-buyer"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def kept() -> str:
    """Everything the platform keeps of the one attempt, opened."""
    attempt = Attempt.objects.get()
    opened = open_request(unwrap(Lead.objects.get().wrapped_key), attempt)
    return f"{json.dumps(opened, ensure_ascii=False)} {attempt.url} {attempt.fields} {attempt.error_detail}"


def speaking(simulator: Running, **endpoint: str) -> Market:
    return market(simulator, ["accept?price=25.00"], endpoint=endpoint)


@pytest.mark.parametrize(
    ("kind", "name", "header"),
    [("header", "X-Key", "X-Key"), ("bearer", "", "Authorization"), ("basic", "ann", "Authorization")],
)
def test_a_secret_reaches_the_buyer_and_no_record(
    simulator: Running, kind: str, name: str, header: str
) -> None:
    scene = speaking(simulator, auth_kind=kind, auth_name=name, auth_secret=SECRET)
    delivery = scene.lead()
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    (received,) = simulator.requests
    expected = {"header": SECRET, "bearer": f"Bearer {SECRET}"}
    assert received.header(header) == expected.get(kind, "Basic YW5uOnMzY3IzdC1rZXktb2YtdGhlLWJ1eWVy")
    assert received.header(header) not in kept()
    assert SECRET not in kept()
    assert MASK in kept()


def test_a_query_key_reaches_the_buyer_and_no_record(simulator: Running) -> None:
    scene = speaking(simulator, auth_kind="query", auth_name="api_key", auth_secret=SECRET)
    scene.lead()
    services.drain()
    (received,) = simulator.requests
    assert received.query["api_key"] == SECRET
    assert SECRET not in kept()


def test_a_signature_holds_for_what_arrived(simulator: Running) -> None:
    scene = speaking(simulator, auth_kind="signature", auth_secret=SIGNING)
    scene.lead(first_name="Zoë")
    services.drain()
    (received,) = simulator.requests
    key, instant = signature.key_of(SIGNING), int(received.header("webhook-timestamp"))
    assert key is not None
    assert received.header("webhook-signature") == signature.sign(key, received.key, instant, received.body)
    assert received.header("webhook-id") == received.key
    assert abs(datetime.now(UTC).timestamp() - instant) < 300
    assert received.header("webhook-signature") not in kept()


def test_rows_read_the_whole_sale_and_their_live_secrets(simulator: Running) -> None:
    scene = speaking(simulator)
    condition = {"kind": "test", "field": "state", "operator": "is", "value": "CA"}
    rows = [
        {"target": "api_key", "kind": "constant", "secret": SECRET},
        {"target": "mac", "kind": "system", "source": "lead_id", "value_format": "hmac_sha256", "secret": SECRET},
        {"target": "region", "kind": "branch", "branches": [{"expression": condition, "value": "west"}],
         "default": "east"},
        {"target": "area", "kind": "split", "source": "phone", "part": "area_code"},
        {"target": "order", "kind": "system", "source": "order_name"},
        {"target": "campaign", "kind": "system", "source": "campaign_number"},
        {"target": "source", "kind": "system", "source": "source_number"},
        {"target": "sent", "kind": "system", "source": "sent_at", "value_format": "date_pattern",
         "format_argument": "YYYY"},
    ]  # fmt: skip
    mappings_set(scene.endpoint(0), rows=rows, by=None)
    scene.world.publish()
    delivery = scene.lead(state="CA")
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    body = json.loads(simulator.requests[0].body)
    assert (body["api_key"], body["region"], len(body["area"]), len(body["mac"])) == (SECRET, "west", 3, 64)
    assert body["order"] == scene.orders[0].name
    assert body["campaign"] == str(scene.world.campaign.number)
    assert body["source"] == str(scene.world.source.number)
    assert body["sent"] == str(datetime.now(UTC).year)
    assert SECRET not in kept()
    assert body["mac"] not in kept()
    assert "west" in kept()


def test_a_missing_secret_sends_nothing_and_is_told(simulator: Running) -> None:
    scene = speaking(simulator, auth_kind="bearer", auth_secret=SECRET)
    scene.endpoint(0).__class__.objects.update(auth_secret="")
    delivery = scene.lead()
    services.drain()
    assert simulator.requests == []
    assert stands(delivery)[0] == "unsold"
    assert "needs its secret" in Attempt.objects.get().error_detail
