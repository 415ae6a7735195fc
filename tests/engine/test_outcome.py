"""Reading answers: no answer and no rule makes it fail, rules are judged at save. Cases by value are exemplars."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import outcome
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome

XPATHS = st.lists(
    st.sampled_from(
        [
            "/",
            "//",
            "a",
            "*",
            ".",
            "..",
            "@",
            "@c",
            "[1]",
            "[",
            "]",
            "text()",
            "[last()]",
            "[a='1']",
            "(",
            ")",
            "[contains(., '1')]",
            "[not(b)]",
            " and ",
            " or ",
            "=",
            "'1'",
            "normalize-space(",
            "soap:",
            "string(",
        ]
    ),
    max_size=8,
).map("".join)
XML_PIECES = st.sampled_from(
    [
        "<a>",
        "</a>",
        "<b c='1'>",
        "</b>",
        "<a/>",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&nbsp;",
        "&",
        "1",
        " ",
        "<!--",
        "-->",
        "<?xml version='1.0'?>",
        "<!DOCTYPE a>",
        "&#0;",
        "&lt;a/&gt;",
        "<s:a>",
        "<s:a xmlns:s='u'>",
        '{"a":1}',
        "\x00",
    ]
)
ANY_RULE = st.builds(
    ResponseRule,
    outcome=st.sampled_from([*Outcome, "nonsense"]),
    statuses=st.sampled_from(["", "200", "2xx,4xx", "x", "500"]),
    match=st.sampled_from(["any", "json_path", "xpath", "regex", "text", "nonsense"]),
    path=st.text(max_size=12) | XPATHS,
    operator=st.sampled_from(["equals", "contains", "present", "nonsense"]),
    value=st.text(max_size=12),
    reason_path=st.text(max_size=8) | XPATHS,
    price_path=st.text(max_size=8) | XPATHS,
    promise_path=st.text(max_size=8),
)


@given(
    st.integers(100, 700),
    st.binary(max_size=200)
    | st.lists(XML_PIECES, max_size=12).map("".join).map(str.encode)
    | st.recursive(st.none() | st.text(max_size=5), st.lists).map(json.dumps).map(str.encode),
    st.lists(
        st.tuples(st.sampled_from(["Content-Type", "Retry-After", "Location", "Date"]), st.text(max_size=20))
    ),
    st.lists(ANY_RULE, max_size=3),
)
def test_no_answer_and_no_rule_makes_it_fail(
    status: int, body: bytes, headers: list[tuple[str, str]], rules: list[ResponseRule]
) -> None:
    reading = outcome.read(OutboundResponse(status, tuple(headers), body, sent=True), tuple(rules))
    assert isinstance(reading.outcome, Outcome)
    if status in (408, 429) or 500 <= status <= 599:
        assert reading.outcome is Outcome.RETRYABLE
    if not any(rule.outcome == "accepted" for rule in rules):
        assert reading.outcome is not Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (ResponseRule("accepted"), False),
        (ResponseRule("accepted", statuses="200, 2xx,404"), False),
        (ResponseRule("accepted", statuses="5xx"), True),
        (ResponseRule("accepted", statuses="200-299"), True),
        (ResponseRule("sold"), True),
        (ResponseRule("accepted", match="json_path", path="a.b", value="x"), False),
        (ResponseRule("accepted", match="json_path", path="a[", value="x"), True),
        (ResponseRule("accepted", match="json_path", path="a", value=""), True),
        (ResponseRule("accepted", match="json_path", path="a", operator="present"), False),
        (ResponseRule("accepted", match="regex", value=r"(a)\1"), True),
        (ResponseRule("accepted", match="regex", value="("), True),
        (ResponseRule("accepted", match="regex", value="ok"), False),
        (ResponseRule("accepted", match="xpath", path="//s:Status[1]", value="ok"), False),
        (ResponseRule("accepted", match="xpath", path="//Status[", value="ok"), True),
        (ResponseRule("accepted", match="xpath", path="", value="ok"), True),
        (ResponseRule("accepted", match="json_path", path="//Status", value="ok"), False),
        (ResponseRule("accepted", match="regex", path="//a | //b", value="ok"), True),
        (ResponseRule("accepted", reason_path="//Errors/Error"), False),
        (ResponseRule("accepted", promise_path="/a["), True),
        (ResponseRule("accepted", match="soap", value="ok"), True),
        (ResponseRule("accepted", price_path="a[[0]"), True),
    ],
)
def test_rules_are_judged_at_save(rule: ResponseRule, wrong: bool) -> None:
    assert bool(outcome.problems(rule)) is wrong


@pytest.mark.parametrize(
    ("response_", "outcome_", "reason"),
    [
        (OutboundResponse(status=250, sent=True), "accepted", ""),
        (OutboundResponse(sent=True), "accepted", ""),
        (OutboundResponse(), "retryable", "protocol_error"),
        (OutboundResponse(status=451, sent=True), "retryable", "reply_451"),
        (OutboundResponse(status=550, sent=True), "failed", "reply_550"),
        (OutboundResponse(error=TransportError.CONNECT_ERROR), "retryable", "connect_error"),
        (OutboundResponse(error=TransportError.TIMEOUT, sent=True), "unknown", "timeout"),
        (OutboundResponse(error=TransportError.UNBUILDABLE), "failed", "unbuildable"),
    ],
)
def test_what_no_rules_read_is_what_the_transport_says(
    response_: OutboundResponse, outcome_: str, reason: str
) -> None:
    reading = outcome.read_plain(response_)
    assert (reading.outcome.value, reading.reason) == (outcome_, reason)


def test_a_promise_is_read_from_its_path_or_its_group() -> None:
    answer = OutboundResponse(200, (), b'{"token":"p-1"}', sent=True)
    assert outcome.read(answer, (ResponseRule("accepted", promise_path="token"),)).promise == "p-1"
    rule = ResponseRule("accepted", match="regex", value=r'token":"(?P<promise>[^"]+)')
    assert outcome.read(answer, (rule,)).promise == "p-1"
