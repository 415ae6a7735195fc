"""Webhooks read: limits, hostile bodies, addresses that find again, test flags, several leads, transforms."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine import webhook
from apps.engine.campaign import WebhookSpec
from apps.engine.orders import MappingRow
from apps.engine.payload import PayloadFault
from tests.exemplars.documents import campaign

SPEC = campaign({"campaign": "webhook"})
TODAY = date(2026, 11, 24)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def document(body: Any, **given: Any) -> webhook.Document:
    """A JSON body, read."""
    found = webhook.read(json.dumps(body).encode(), content_type=JSON, **given)
    assert isinstance(found, webhook.Document), found
    return found


def flag(body: Any, test_path: str = "") -> bool | None:
    """What a JSON body with one lead says of being a test."""
    found = document(body)
    (lead,) = webhook.leads_of(found)
    return webhook.is_test(found, lead, test_path)


def lead(body: Any, *mapping: MappingRow) -> dict[str, Any]:
    """The lead that a JSON body gives by a mapping."""
    return webhook.mapped(mapping, document(body).tree, SPEC)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"   ", ""),
        (b"{}", JSON),
        (b"[]", JSON),
        (b'"text"', JSON),
        (b"hello", "text/plain"),
        (b'{"a": 1, "a": 2}', JSON),
        (b'{"a": 1e999}', JSON),
        (b'{"a": "\\u0000"}', JSON),
        (b'{"a": "\\ud800"}', JSON),
        (b"[" * 40 + b"]" * 40, JSON),
        (json.dumps({str(n): n for n in range(201)}).encode(), JSON),
        (b"<a><b></a>", "application/xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "application/xml"),
        (b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://evil.example/x.dtd"><a>1</a>', "text/xml"),
        (b"<a>" * 40 + b"1" + b"</a>" * 40, "text/xml"),
        (b"no boundary", "multipart/form-data"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b'{"broken": ', FORM),
    ],
)
def test_what_cannot_be_read_is_a_fault(body: bytes, content_type: str) -> None:
    assert webhook.read(body, content_type=content_type) == PayloadFault("invalid_payload")


def test_a_type_nobody_knows_and_a_body_nobody_knows() -> None:
    found = webhook.read(b"\x89PNG\r\n", content_type="image/png")
    assert found == PayloadFault("unsupported_content_type")


def test_too_large_also_behind_compression() -> None:
    assert webhook.read(b"a=" + b"x" * 300_000) == PayloadFault("payload_too_large")


@pytest.mark.parametrize("content_type", [JSON, FORM, "text/plain", "", "application/octet-stream"])
def test_json_is_json_whatever_it_is_called(content_type: str) -> None:
    found = webhook.read(b'\xef\xbb\xbf{"email": "a@b.co"}', content_type=content_type)
    assert isinstance(found, webhook.Document)
    assert found.tree == {"email": "a@b.co"}


def test_bracketed_keys_and_json_inside_a_form_are_opened() -> None:
    body = urlencode(
        {
            "a[b][]": ["1", "2"],
            "list[0][name]": "email",
            "list[0][value]": "a@b.co",
            "data.json": json.dumps({"zip": ["78701"]}),
            "note": "[hi]",
            "a.b": "flat",
        },
        doseq=True,
    )
    found = webhook.read(body.encode(), content_type=FORM)
    assert isinstance(found, webhook.Document)
    assert found.tree["a"] == {"b": ["1", "2"]}
    assert webhook.value_at(found.tree, "list[name=email].value") == "a@b.co"
    assert webhook.value_at(found.tree, '["data.json"].zip') == "78701"
    assert webhook.value_at(found.tree, '["a.b"]') == "flat"
    assert found.tree["note"] == "[hi]"


def test_two_keys_that_want_one_place_lose_nothing() -> None:
    found = webhook.read(b"a=1&a[b]=2&c[d]=3&c[d][e]=4", content_type=FORM)
    assert isinstance(found, webhook.Document)
    assert sorted(str(row.value) for row in webhook.rows(found.tree)) == ["1", "2", "3", "4"]


def test_the_query_adds_what_the_body_lacks() -> None:
    found = webhook.read(b'{"email": "body@b.co"}', content_type=JSON, query="email=query%40b.co&subid=7")
    assert isinstance(found, webhook.Document)
    assert found.tree == {"email": "body@b.co", "subid": "7"}


def test_files_of_a_multipart_body_are_passed_over() -> None:
    body = (
        b'--x\nContent-Disposition: form-data; name="email"\n\na@b.co\n'
        b'--x\nContent-Disposition: form-data; name="photo"; filename="a.png"\n\n\x89PNG\n--x--'
    )
    found = webhook.read(body, content_type='multipart/form-data; boundary="x"')
    assert isinstance(found, webhook.Document)
    assert found.tree == {"email": "a@b.co"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"email": "a@b.co"}, False),
        ({"email": "a@b.co", "test": "false"}, False),
        ({"email": "a@b.co", "is_test": True}, True),
        ({"email": "a@b.co", "Test": "yes"}, True),
        ({"email": "a@b.co", "test": "maybe"}, None),
        ({"email": "a@b.co", "test": {"a": 1}}, None),
        ({"email": "a@b.co", "test": "maybe", "is_test": 1}, True),
        ({"fields": [{"name": "test", "value": "1"}, {"name": "email", "value": "a@b.co"}]}, True),
        ({"field_data": [{"name": "is_test", "values": ["true"]}]}, True),
        ({"answers": {"test": "SAT"}}, False),
        ({"payload": '{"test": "1", "email": "a@b.co"}'}, True),
    ],
)
def test_where_a_test_flag_may_stand(body: Any, expected: bool | None) -> None:
    assert flag(body) is expected


def test_the_mapped_test_field_counts_too() -> None:
    body = {"meta": {"mode": "1"}, "email": "a@b.co"}
    assert flag(body) is False
    assert flag(body, "meta.mode") is True
    assert flag({"meta": {"mode": "sandbox"}}, "meta.mode") is None


def test_a_test_flag_below_the_root_of_xml() -> None:
    found = webhook.read(b"<lead><test>1</test><email>a@b.co</email></lead>", content_type="text/xml")
    assert isinstance(found, webhook.Document)
    assert webhook.is_test(found, *webhook.leads_of(found)) is True


def test_one_of_several_leads_may_be_a_test() -> None:
    found = document({"leads": [{"email": "a@b.co", "test": 1}, {"email": "c@d.co"}], "batch": 7})
    leads = webhook.leads_of(found)
    assert [webhook.is_test(found, lead) for lead in leads] == [True, False]
    assert [webhook.value_at(lead.tree, "leads.email") for lead in leads] == ["a@b.co", "c@d.co"]
    assert [webhook.value_at(lead.tree, "batch") for lead in leads] == [7, 7]


def test_one_lead_is_addressed_like_one_of_several() -> None:
    for body in ({"leads": [{"email": "a@b.co"}]}, {"leads": {"email": "a@b.co"}}):
        (only,) = webhook.leads_of(document(body))
        assert webhook.value_at(only.tree, "leads.email") == "a@b.co"


def test_transforms() -> None:
    body = {"name": "Mary Ann Smith", "area": "512", "phone": "5550143", "own": "o1", "zip": "78701-1234"}
    found = lead(
        body,
        MappingRow("first_name", "split", source="name", part="first_word"),
        MappingRow("last_name", "split", source="name", part="all_but_first"),
        MappingRow("phone", "template", value=webhook.join_template(["area", "phone"], "")),
        MappingRow("homeowner", "value_table", source="own", table=(("o1", "yes"), ("o2", "no"))),
        MappingRow("zip", "field", source="zip", value_format="zip5"),
        MappingRow("sub_id", "constant", value="form-7"),
    )
    assert found == {
        "first_name": "Mary",
        "last_name": "Ann Smith",
        "phone": "5125550143",
        "homeowner": "yes",
        "zip": "78701",
        "sub_id": "form-7",
    }


def test_what_cannot_be_transformed_comes_as_it_is_and_the_checks_name_it() -> None:
    row = MappingRow("phone", "field", source="phone", value_format="phone_ten")
    assert lead({"phone": "call me"}, row) == {"phone": "call me"}


def test_empty_values_are_missing_and_a_default_stands_in() -> None:
    joined = MappingRow("date_of_birth", "template", value=webhook.join_template(["y", "m", "d"], "-"))
    fallback = MappingRow("state", "field", source="state", on_empty="default", default="TX")
    assert lead({"y": "", "m": None, "state": " "}, joined, fallback) == {"state": "TX"}


def test_of_several_values_one_field_takes_the_first_and_a_text_all() -> None:
    body = {"phones": ["5125550143", "5125550144"], "notes": ["a", "", "b"]}
    rows = (MappingRow("phone", "field", source="phones"), MappingRow("comments", "field", source="notes"))
    assert lead(body, *rows) == {"phone": "5125550143", "comments": "a, b"}


def test_what_is_not_mapped_is_kept_by_path() -> None:
    row = MappingRow("first_name", "field", source="fn")
    left = webhook.unmapped(
        [row], document({"fn": "Jane", "email": "a@b.co", "x": {"y": 1}, "z": ""}).tree, SPEC
    )
    assert left == {"webhook.email": "a@b.co", "x.y": 1}


_LEAF = st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.text(max_size=12))
_KEY = st.one_of(
    st.text(max_size=6), st.sampled_from(["name", "value", "field", "id", "label", "#text", "@a", "a.b"])
)
_TREE = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEY, inner, max_size=4), max_leaves=30
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_KEY, _TREE, max_size=5) | st.lists(_TREE, max_size=4))
def test_every_address_finds_its_value_and_every_proposal_resolves(tree: Any) -> None:
    for row in webhook.rows(tree):
        found = webhook.value_at(tree, row.path)
        assert found == row.value or row.value in (None, "", []) or not str(row.value).strip()
    proposed = webhook.propose(SPEC, tree, today=TODAY)
    known = {row.path for row in webhook.rows(tree)}
    for proposal in proposed.proposals:
        assert {*proposal.paths} <= known
        assert {*proposal.paths} == webhook.reads(proposal.row)
        assert 0 < proposal.confidence <= 1
    webhook.mapped([proposal.row for proposal in proposed.proposals], tree, SPEC)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200) | st.text(alphabet='{}[]<>"=&;:,./@-\\ anull1\n\r', max_size=80).map(str.encode),
    st.sampled_from(
        [JSON, FORM, "", "text/xml", "multipart/form-data; boundary=a", "x/y", "text/plain; charset=utf-16"]
    ),
    st.sampled_from(["", "gzip"]),
    st.text(max_size=20),
)
def test_no_body_crashes(body: bytes, content_type: str, coding: str, query: str) -> None:
    found = webhook.read(body, content_type=content_type, content_encoding=coding, query=query)
    if isinstance(found, PayloadFault):
        return
    for lead in webhook.leads_of(found):
        webhook.is_test(found, lead)
        proposed = webhook.propose(SPEC, lead.tree, today=TODAY)
        webhook.mapped([proposal.row for proposal in proposed.proposals], lead.tree, SPEC)


def test_numbers_keep_their_digits() -> None:
    assert lead({"amount": Decimal("7").__int__()}, MappingRow("sub_id", "field", source="amount")) == {
        "sub_id": 7
    }


def test_what_has_changed_since_it_was_mapped() -> None:
    before = document(
        {"name": "Jane", "items": [{"sku": 1}, {"sku": 2}], "pairs": [{"key": "a", "value": "1"}]}
    ).tree
    assert webhook.places(before) == ("items[*].sku", "name", "pairs[key=a].value")
    spec = WebhookSpec((MappingRow("first_name", "field", source="name"),), known=webhook.places(before))
    assert webhook.changes(spec, before) == webhook.Changes()
    after = document({"items": [{"sku": 1}] * 3, "pairs": [{"key": "b", "value": "1"}]}).tree
    assert webhook.changes(spec, after) == webhook.Changes(("pairs[key=b].value",), ("name",))
    assert webhook.changes(WebhookSpec(spec.mapping), after) == webhook.Changes((), ("name",))
