"""Every way to start gives an endpoint that the engine has nothing against, whatever the campaign's fields."""

import pytest

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint, Mapping, ResponseRule
from apps.buyers.presets import PRESETS, preset_template
from apps.campaigns.field_library import usual_fields
from apps.campaigns.models import Field
from apps.engine import mapping, orders, outcome
from apps.engine.formats import FORMATS

ODD = (
    Field(name="2nd owner", type="boolean", label=""),
    Field(name="loan_amount", type="money", label="Loan amount"),
    Field(name="built", type="integer", label="Year built"),
)


def fields() -> list[Field]:
    return [
        *(Field(name=each.name, type=each.type, label=each.label, role=each.role) for each in usual_fields()),
        *ODD,
    ]


@pytest.mark.parametrize("key", PRESETS)
def test_nothing_is_wrong_with_what_it_gives(key: str) -> None:
    preset = PRESETS[key]
    rows = preset.rows(fields())
    endpoint = Endpoint(**preset.attributes, template=preset_template(preset, rows))
    format_ = FORMATS[endpoint.body_format]
    nested = endpoint.kind == EndpointKind.HTTP and format_.nested
    built = [orders.MappingRow(**row) for row in rows]
    assert [said for row in built for said in mapping.problems(row, nested=nested)] == []
    rules = [orders.ResponseRule(**row) for row in preset.rules]
    assert [said for rule in rules for said in outcome.problems(rule)] == []
    if rows and endpoint.kind == EndpointKind.HTTP:
        options = orders.FormatOptions(content_type=endpoint.content_type, template=endpoint.template)
        assert list(format_.problems(tuple(row.target for row in built), options)) == []
    for model, given in ((Mapping, rows), (ResponseRule, preset.rules)):
        for row in given:
            model(endpoint=endpoint, **row)


def test_the_persons_visit_and_the_source_stay_in_the_house() -> None:
    sources = {row.get("source") for preset in PRESETS.values() for row in preset.rows(fields())}
    assert {"first_name", "email", "zip", "loan_amount"} <= sources
    assert not {"ip_address", "user_agent", "sub_id", "landing_page_url"} & sources
