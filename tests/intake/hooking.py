"""A world with a webhook, and posting to it as a form vendor would, through the whole of Django."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from apps.campaigns.specs import field_spec
from apps.engine.orders import MappingRow
from apps.sources.models import Webhook
from apps.sources.services import webhook_create, webhook_map
from tests.factories.worlds import World, lead_values, published_campaign

HELD = "Lead held until field mapping is complete."
RECEIVED = "Test webhook received successfully."
ROWS = (
    MappingRow("first_name", "split", source="answers[key=name].value", part="first_word"),
    MappingRow("last_name", "split", source="answers[key=name].value", part="all_but_first"),
    MappingRow("email", "field", source="answers[key=mail].value"),
    MappingRow("phone", "field", source="answers[key=tel].value"),
    MappingRow("state", "constant", value="CA"),
    MappingRow("zip", "field", source="answers[key=plz].value", value_format="zip5"),
)


def hooked(*, mapped: bool = True, **options: Any) -> World:
    """A world whose terms have a webhook, its mapping published or not even made."""

    def prepare(world: World) -> None:
        hook = webhook_create(world.terms, by=world.user)
        if mapped:
            webhook_map(hook, ROWS, fields=fields_of(world), by=world.user)

    return published_campaign(prepare=prepare, **options)


def fields_of(world: World) -> Any:
    """The campaign's fields as the engine knows them."""
    return [field_spec(field) for field in world.campaign.fields.all()]


def hook_of(world: World) -> Webhook:
    """The webhook as it is on record now."""
    return Webhook.objects.get(terms=world.terms)


def answers(**overrides: Any) -> dict[str, Any]:
    """A vendor's body: a person nobody else is, in pairs."""
    person = lead_values()
    given = {
        "name": "Jane Doe",
        "mail": person["email"],
        "tel": person["phone"],
        "plz": "90210-1234",
        "color": "blue",
    } | overrides
    return {"answers": [{"key": key, "value": value} for key, value in given.items()]}


def call(world: World, body: Any, *, query: str = "", **headers: str) -> HttpResponse:
    """POST a body to the world's webhook."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"/webhook/{hook_of(world).token}{query}"
    return Client().generic("POST", path, data, content_type="application/json", headers=headers)


def publish_mapping(world: World) -> None:
    """Map and publish."""
    webhook_map(hook_of(world), ROWS, fields=fields_of(world), by=world.user)
    world.publish()
