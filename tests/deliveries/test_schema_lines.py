"""Test Endpoint holds its sample against the buyer's schema and names the mapping row."""

import pytest

from apps.buyers.services import mappings_set
from apps.deliveries.services.testing.building import build
from apps.deliveries.services.testing.preparing import prepare
from tests.factories import draft_campaign

pytestmark = pytest.mark.django_db


def lines(schema: str, charset: str = "utf-8") -> list[tuple[bool, str]]:
    world = draft_campaign()
    mappings_set(world.endpoint, rows=[{"target": "lead.zip", "source": "zip"}], by=None)
    world.endpoint.schema_kind, world.endpoint.schema_text = "json_schema", schema
    world.endpoint.charset = charset
    world.endpoint.save()
    found = build(prepare(world.endpoint, campaign=world.campaign)).lines
    return [(line.passed, line.told) for line in found if line.step == "Schema"]


def test_a_row_at_fault_is_named():
    schema = '{"properties": {"lead": {"properties": {"zip": {"maxLength": 4}}}}}'
    assert lines(schema) == [(False, "Mapping row “lead.zip”: is longer than 4 characters.")]


def test_what_fits_is_said():
    assert lines('{"required": ["lead"]}', "iso-8859-1") == [(True, "The request fits the JSON Schema.")]


def test_an_unusable_schema_is_said():
    assert lines("{") == [(False, "the schema is no JSON.")]
