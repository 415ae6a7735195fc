"""The preview beside an endpoint's form: what is typed, not what is saved; nothing is written, no secret is shown."""

import json
from typing import Any

import pytest

from apps.campaigns.services import list_store
from apps.campaigns.specs import list_key
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from tests.admin import page_form
from tests.admin.conftest import House
from tests.admin.test_endpoint_page import page, xml_targets


def previewed(house: House, role: Role = Role.MANAGER, **changes: Any) -> str:
    client = house.client(role)
    data = page_form.read(house.client(Role.MANAGER), page(house), "endpoint") | changes
    response = client.post(page(house, "preview"), data | {"fragment": "yes"})
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_preview_shows_what_is_typed_and_writes_nothing(ours: House) -> None:
    before = AuditEvent.objects.count()
    text = previewed(
        ours, body_format="xml", url="https://api.buyer.example/xml", auth_kind="header", auth_name="X-Key-2",
        auth_secret="typed-secret", **xml_targets(ours),
    )  # fmt: skip
    assert "POST https://api.buyer.example/xml" in text
    assert "&lt;first_name&gt;Jane&lt;/first_name&gt;" in text
    assert "as it stands on the page" in text
    assert "typed-secret" not in text
    assert "Ours secret" not in text
    ours.world.endpoint.refresh_from_db()
    assert (ours.world.endpoint.body_format, ours.world.endpoint.auth_secret) == ("json", "")
    assert ours.world.endpoint.mappings.first().target == "first_name"
    assert AuditEvent.objects.count() == before


def test_the_preview_names_each_row_at_fault_and_shows_the_rest(ours: House) -> None:
    text = previewed(
        ours, **{
            "mappings-0-value_type": "number", "mappings-1-target": "a[[b", "mappings-2-value_format": "zip5",
            "mappings-2-on_empty": "fail", "url": "https://api.buyer.example",
        },
    )  # fmt: skip
    assert "Mapping row “first_name”" in text
    assert "Mapping row “a[[b”" in text
    assert "&quot;state&quot;" in text


def test_the_preview_of_a_page_is_for_those_who_may_edit_it(ours: House, theirs: House) -> None:
    data = page_form.read(ours.client(Role.MANAGER), page(ours), "endpoint")
    assert ours.client(Role.VIEWER).post(page(ours, "preview"), data).status_code == 403
    assert theirs.client(Role.MANAGER).post(page(ours, "preview"), data).status_code == 404


def condition(*tests: dict[str, Any]) -> str:
    return json.dumps({"kind": "all", "children": list(tests)})


def zip_is(operator: str, value: Any) -> dict[str, Any]:
    return {"kind": "test", "field": "zip", "operator": operator, "value": value}


@pytest.mark.parametrize(("km", "text", "said"), [
    ("9000", "9*\n1*", "Jane is near"), ("9000", "00501", "elsewhere"), ("1", "9*\n1*", "elsewhere"),
])  # fmt: skip
def test_conditions_know_the_lists_and_the_places(ours: House, km: str, text: str, said: str) -> None:
    listed = list_store(ours.world.company, name="Near", text=text, by=None)
    shown = previewed(ours, **{
        "mappings-0-kind": "branch", "mappings-0-target": "area", "mappings-0-default": "elsewhere",
        "mappings-0-branches-0-value": "{{ first_name }} is near",
        "mappings-0-branches-0-expression": condition(
            zip_is("in_list", [list_key(listed.pk), "Near"]), zip_is("within_km", ["59001", km])
        ),
    })  # fmt: skip
    assert f"&quot;area&quot;: &quot;{said}&quot;" in shown
