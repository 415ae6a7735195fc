"""Testing: a form with a valid lead, ways to make it fail, the answer beside the request, and the log."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.engine.reasons import REASONS
from apps.posting_instructions.code import MASK, Code, Request, Sample, Secret, json_body, samples
from apps.posting_instructions.pages.examples import Example
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.identity import identity
from apps.posting_instructions.past import Past
from apps.posting_instructions.services import SentTest

_REMARKS = frozenset({"unknown_field", "field_case", "value_dropped", "ping_mismatch"})
IDS = ("compid", "sourceid", "campid")


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the form. `long` texts get room for lines of their own."""

    name: str
    value: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    placeholder: str = ""
    errors: tuple[str, ...] = ()

    @property
    def long(self) -> bool:
        """Whether the value does not fit on one line."""
        return "\n" in self.value


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of the answer with its meaning. A remark would not stop a live lead."""

    message: str
    meaning: str
    is_remark: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came back, read for a person."""

    status: int
    look: str
    headline: str
    expected: str
    stops: tuple[Warned, ...]
    remarks: tuple[Warned, ...]
    answer: Code
    request: tuple[Sample, ...]
    kept_as: tuple[tuple[str, str], ...] = ()
    """The inputs of a form that keeps what was sent; empty where it cannot be kept."""


def context(
    page: Frame,
    *,
    example_key: str,
    past: Past,
    sent: SentTest | None = None,
    kept: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page shows beside the frame: the chosen example in the form, a kept case, or what was sent and its
    answer."""
    known = page.bad_examples
    example = next((each for each in known if each.key == example_key), None)
    begins = dict(kept) if kept is not None else prefilled(page, example)
    body = begins if sent is None else dict(sent.body)
    errors = errors_in(sent.answer) if sent else {}
    return {
        "bad_examples": known,
        "example": example,
        "inputs": _inputs(page, body, errors),
        "preview": samples(shown_request(page, body)),
        "result": _result(page, sent, example) if sent else None,
        "log": past.log,
        "refusals": past.refusals,
    }


def prefilled(page: Frame, example: Example | None) -> dict[str, Any]:
    """The body the form starts with: the sample, or the chosen example; a fresh value where a repeated one would be
    taken for the same request."""
    body = {name: str(identity(page)[name]) for name in IDS} | {"auth": ""} | page.sample
    if page.spec.idempotency_field in body:
        body[page.spec.idempotency_field] = f"test-{secrets.token_hex(6)}"
    return example.applied(body) if example else body


def shown_request(page: Frame, body: Mapping[str, Any]) -> Request:
    """The request as it goes out: the key masked unless it was typed in, empty fields left out, always a test."""
    whole = {**body, "auth": body.get("auth") or Secret(MASK)}
    return Request(
        page.endpoint, {name: value for name, value in whole.items() if value != ""} | {"test": True}
    )


def _inputs(page: Frame, body: Mapping[str, Any], errors: Mapping[str, tuple[str, ...]]) -> list[Input]:
    found = [Input(name, written(body.get(name, "")), required=True) for name in IDS]
    found.append(
        Input("auth", written(body.get("auth", "")), True, placeholder="your own key, if left empty")
    )
    for field in page.spec.fields:
        choices = tuple((choice.value, choice.label or choice.value) for choice in field.choices)
        value = written(body.get(field.name, ""))
        found.append(Input(field.name, value, field.required, choices, errors=errors.get(field.name, ())))
    return found


def written(value: Any) -> str:
    """A value as it stands in an input."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def errors_in(answer: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What an answer says of single fields, by field."""
    found: dict[str, tuple[str, ...]] = {}
    for each in answer.get("errors", ()):
        if each["field"]:
            found[each["field"]] = (*found.get(each["field"], ()), each["message"])
    return found


def _result(page: Frame, sent: SentTest, example: Example | None) -> Result:
    accepted = sent.answer.get("leadStatus") is True
    warnings = [warned(page, each) for each in sent.answer.get("warnings", ())]
    said = sent.answer.get("message", "")
    return Result(
        status=sent.status,
        look="good" if accepted else "bad",
        headline=("Accepted as a test" if accepted else f"Rejected: {said}"),
        expected=_compared(example, said, [each.message for each in warnings]),
        stops=tuple(each for each in warnings if not each.is_remark),
        remarks=tuple(each for each in warnings if each.is_remark),
        answer=json_body(sent.answer),
        request=samples(shown_request(page, sent.body)),
        kept_as=tuple(
            (f"lead.{name}", written(value)) for name, value in sent.body.items() if name != "auth"
        ),
    )


def warned(page: Frame, each: Mapping[str, Any]) -> Warned:
    """A warning of an answer, with what it means to this source."""
    meaning = REASONS[each["code"]].meaning
    if each["code"] == "invalid_source" and not page.is_approved:
        meaning = "You are not approved for live leads yet."
    return Warned(each["message"], meaning, each["code"] in _REMARKS)


def _compared(example: Example | None, said: str, warned: list[str]) -> str:
    """Whether the answer is the one the chosen example promises, where nothing else was changed."""
    if example is None:
        return ""
    if example.message in (warned if example.is_warning else [said]):
        return f"As documented: “{example.message}”."
    return f"This example gives “{example.message}” as long as nothing else in it is changed."
