"""Formats and schemas at publish: what could not be sent, or a buyer's schema would refuse, is named by row."""

import json

import pytest

from apps.buyers.services import mappings_set
from apps.publishing.selectors import problems
from tests.factories import World, draft_campaign

pytestmark = pytest.mark.django_db

SCHEMA = {"properties": {"lead": {"required": ["zip"], "properties": {"zip": {"maxLength": 4}}}}}
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Lead"><xs:complexType><xs:all>
<xs:element name="Zip" type="xs:boolean"/></xs:all></xs:complexType></xs:element></xs:schema>"""


def drafted(*targets: str, rows: tuple[dict, ...] = (), **endpoint: object) -> World:
    world = draft_campaign()
    given = rows or tuple({"target": target, "source": "zip"} for target in targets)
    mappings_set(world.endpoint, rows=[{**row} for row in given], by=None)
    for name, value in endpoint.items():
        setattr(world.endpoint, name, value)
    world.endpoint.save()
    return world


@pytest.mark.parametrize(
    ("targets", "endpoint", "field", "said"),
    [
        (("Lead.1zip",), {"body_format": "xml"}, "target", "row “Lead.1zip” that cannot be used: “1zip” is no name"),
        (("Lead.a", "Leed.b"), {"body_format": "xml"}, "target", "begins with “Leed”, another row with “Lead”"),
        (("Lead.a", "Lead.a.b"), {"body_format": "xml"}, "target", "cannot stand in one document"),
        (("Lead.q:a",), {"body_format": "xml"}, "target", "The prefix “q” is not among"),
        (("Lead.a",), {"body_format": "xml", "namespaces": [["xml", "u"]]}, "namespaces", "whose prefix “xml”"),
        (("a",), {"body_format": "raw"}, "template", "it is empty"),
        (("a",), {"body_format": "raw", "template": "<a>{{ b }}</a>"}, "template", "“b”, which no mapping row"),
        (("a",), {"body_format": "raw", "template": "{{ a.__class__ }}"}, "template", "cannot use “getattr”"),
        (("a",), {"body_format": "raw", "template": "<a>{{ a }}</b>"}, "template", "is no well-formed XML"),
        (("a",), {"content_type": "text/xml\r\nX: y"}, "content_type", "is no media type"),
        (("a",), {"body_format": "yaml"}, "body_format", "unknown format “yaml”"),
        (("имя",), {"charset": "iso-8859-1"}, "target", "characters that ISO-8859-1 lacks"),
        (("a",), {"schema_kind": "json_schema", "schema_text": "{"}, "schema_text", "the schema is no JSON"),
        (("a",), {"schema_kind": "xsd", "schema_text": "<a/>"}, "schema_text", "the schema is no XML Schema"),
    ],
)  # fmt: skip
def test_named_with_its_field(targets, endpoint, field, said):
    world = drafted(*targets, **endpoint)

    found = [problem for problem in problems(world.campaign) if said in problem.message]

    assert [problem.field for problem in found] == [field], [p.message for p in problems(world.campaign)]


def test_a_sample_that_the_schema_refuses_names_the_mapping_row():
    world = drafted("lead.zip", schema_kind="json_schema", schema_text=json.dumps(SCHEMA))

    [problem] = problems(world.campaign)

    assert (problem.field, problem.object_type) == ("target", "buyers.mapping")
    assert problem.object_id == world.endpoint.mappings.get().pk
    assert "mapping row “lead.zip”: is longer than 4 characters" in problem.message


def test_a_property_that_no_row_sends_is_named():
    world = drafted("lead.city", schema_kind="json_schema", schema_text=json.dumps(SCHEMA))

    [problem] = problems(world.campaign)

    assert problem.field == "schema_text"
    assert "“lead.zip” is required and is not sent" in problem.message


def test_an_xsd_names_the_row_too_and_a_test_value_makes_it_fit():
    world = drafted("Lead.Zip", body_format="xml", schema_kind="xsd", schema_text=XSD)
    [problem] = problems(world.campaign)
    assert "mapping row “Lead.Zip”: has no value of the type xs:boolean" in problem.message

    mappings_set(
        world.endpoint, rows=[{"target": "Lead.Zip", "source": "zip", "test_value": "true"}], by=None
    )

    assert problems(world.campaign) == []


def test_a_sample_that_cannot_be_mapped_matters_only_to_a_schema():
    row = {"target": "a", "source": "zip", "value_type": "boolean"}
    world = drafted(rows=(row,))
    assert problems(world.campaign) == []

    world = drafted(rows=(row,), schema_kind="json_schema", schema_text="{}")

    assert "mapping row “a”: is neither a yes nor a no; a test value" in problems(world.campaign)[0].message


def test_what_fits_is_published():
    fits = {**SCHEMA, "properties": {"lead": {"required": ["zip"]}}}
    world = drafted("lead.zip", schema_kind="json_schema", schema_text=json.dumps(fits))

    assert problems(world.campaign) == []
