"""Every rule's verdict in words, and that the words never disagree with the reading."""

from hypothesis import given
from hypothesis import strategies as st

from apps.engine import outcome, verdicts
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.outcome import Outcome
from tests.engine.test_outcome import ANY_RULE

ANSWER = OutboundResponse(
    200,
    (("Content-Type", "application/json"),),
    b'{"status":"Unmatched","errors":["a",null,{"b":1}],"id":5}',
    sent=True,
)


def told(rule: ResponseRule, response: OutboundResponse = ANSWER) -> str:
    return "; ".join(verdicts.explain(response, (rule,)).verdicts[0].told)


def test_each_kind_says_what_it_looked_at() -> None:
    rule = ResponseRule("accepted", match="json_path", path="status", value="matched")
    assert told(rule) == ("status 200 fits; path status gave “Unmatched”; equals “matched”: does not match")
    rule = ResponseRule("accepted", match="xpath", path="//errors", operator="present")
    assert told(rule) == "status 200 fits; path //errors gave “a”, “”, “1”; is present: matches"
    rule = ResponseRule("accepted", match="json_path", path="errors[*]", operator="contains", value="A")
    assert (
        told(rule) == "status 200 fits; path errors[*] gave “a”, null, an object of 1; contains “A”: matches"
    )
    rule = ResponseRule("accepted", match="regex", value=r'"id":(?P<reference>\d+)')
    assert told(rule).endswith("with reference “5”: matches")
    assert told(ResponseRule("accepted")) == "status 200 fits; any answer will do: matches"
    assert told(ResponseRule("accepted", match="json_path", path="x", value="1")).startswith(
        "status 200 fits; path x gave nothing"
    )


def test_a_rule_that_is_not_asked_says_why() -> None:
    assert told(ResponseRule("accepted", statuses="201")) == "status 200 is not “201”: does not match"
    refused = OutboundResponse(404, (), b"", sent=True)
    assert told(ResponseRule("accepted"), refused).startswith("status 404 is not 2xx")
    rule = ResponseRule("accepted", content_type="xml")
    assert "content type “application/json” has no “xml”" in told(rule)


def test_all_rules_are_asked_and_the_first_that_matches_decides() -> None:
    rules = (ResponseRule("rejected", statuses="404"), ResponseRule("accepted"), ResponseRule("duplicate"))
    found = verdicts.explain(ANSWER, rules)
    assert [(one.matches, one.decides) for one in found.verdicts] == [
        (False, False),
        (True, True),
        (True, False),
    ]
    assert found.reading.outcome is Outcome.ACCEPTED
    assert found.before == ""


def test_what_no_rule_is_asked_about_is_said() -> None:
    assert "503" in verdicts.explain(OutboundResponse(503, sent=True), (ResponseRule("accepted"),)).before
    lost = OutboundResponse(error=TransportError.TIMEOUT, sent=True)
    assert "no rule is asked" in verdicts.explain(lost, (ResponseRule("accepted"),)).before


@given(st.integers(100, 599), st.binary(max_size=120), st.lists(ANY_RULE, max_size=4))
def test_verdicts_agree_with_the_reading(status: int, body: bytes, rules: list[ResponseRule]) -> None:
    response = OutboundResponse(status, (), body, sent=True)
    found = verdicts.explain(response, tuple(rules))
    assert found.reading == outcome.read(response, tuple(rules))
    deciding = [one.index for one in found.verdicts if one.decides]
    assert deciding == ([] if found.reading.rule_index is None else [found.reading.rule_index])
    if not found.before:
        matching = [one.index for one in found.verdicts if one.matches]
        assert matching[:1] == deciding
