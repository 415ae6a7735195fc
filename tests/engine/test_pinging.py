"""An endpoint as it is pinged."""

from dataclasses import replace

from apps.engine.orders import (
    AuthSpec,
    EndpointSpec,
    FormatOptions,
    HeaderSpec,
    MappingRow,
    PingSpec,
    ResponseRule,
)
from apps.engine.pinging import pinged

POST = EndpointSpec(
    4,
    "API",
    "https://a.example/post",
    headers=(HeaderSpec("X-Key", "1"),),
    auth=AuthSpec("basic", "me"),
    options=FormatOptions(charset="iso-8859-1", namespaces=(("s", "urn:s"),), template="<post/>"),
    mapping=(MappingRow("phone", "field", "phone"),),
    rules=(ResponseRule("accepted"),),
    timeout_ms=9000,
)
PING = PingSpec(
    "https://a.example/ping",
    method="GET",
    body_format="query",
    content_type="text/plain",
    template="t",
    timeout_ms=300,
    mapping=(MappingRow("zip", "field", "zip"),),
    rules=(ResponseRule("accepted", price_path="bid"),),
)


def test_a_ping_has_its_own_address_form_mapping_rules_and_time():
    asked = pinged(replace(POST, ping=PING))
    assert asked == replace(
        POST,
        url=PING.url,
        method="GET",
        body_format="query",
        options=FormatOptions(
            "iso-8859-1", content_type="text/plain", namespaces=(("s", "urn:s"),), template="t"
        ),
        mapping=PING.mapping,
        rules=PING.rules,
        timeout_ms=300,
        retries=0,
    )


def test_who_has_no_ping_is_not_pinged():
    assert pinged(POST) is None
