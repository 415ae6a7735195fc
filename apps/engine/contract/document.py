"""The whole page as one document: from the address to live leads, in the order a developer works."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.engine import describe
from apps.engine.contract.blocks import Block, Body, Bullets, Heading, Table, Text, code
from apps.engine.contract.bodies import PING, POST
from apps.engine.contract.calls import Call, Contract
from apps.engine.contract.replies import faults, reason_rows
from apps.engine.describe.words import joined

_YES_NO = {True: "yes", False: "no"}


def document(contract: Contract, now: datetime) -> tuple[Block, ...]:
    """The blocks of the document; hours are told as of `now`."""
    return (
        *_head(contract),
        *_access(contract),
        *(block for call in contract.calls for block in _call(call)),
        *_fields(contract),
        *_requirements(contract, now),
        *_answers(contract),
        *_again(contract),
        *_go_live(contract),
    )


def _head(contract: Contract) -> Iterator[Block]:
    spec = contract.spec
    published = contract.published_at.astimezone(ZoneInfo(spec.time_zone))
    yield Heading(1, contract.title)
    told = f"Posting instructions of {spec.company_name}, version {spec.version}, published {published:%Y-%m-%d}."
    yield Text(f"{told} They are compiled from the campaign that checks the leads.")
    if spec.description:
        yield Text(spec.description)


def _access(contract: Contract) -> Iterator[Block]:
    yield Heading(2, "Who you are")
    if contract.is_exchange:
        yield Text("These stand at the top level of every body; the lead stands under `data`.")
        yield Table(("Key", "Value"), ((code("SRC"), code(contract.src)), (code("KEY"), "your key")))
        return
    yield Text(
        "These stand in every body beside the lead's own fields. The key may also travel as the header "
        "`Authorization: Bearer`."
    )
    spec, terms = contract.spec, contract.terms
    ids = (("compid", spec.company_number), ("sourceid", terms.source_number), ("campid", spec.number))
    rows = [(code(name), code(number)) for name, number in ids]
    yield Table(("Key", "Value"), (*rows, (code("auth"), "your key")))


def _call(call: Call) -> Iterator[Block]:
    yield Heading(2, call.title)
    yield Text(f"{code(f'POST {call.path}')} with `Content-Type: application/json`. {call.words}")
    yield Text(f"Wait {call.timeout_s} seconds for the answer.")
    yield from (Body(case.title, case.body) for case in call.good)
    yield from (Body(f"Answer, HTTP {reply.http}: {reply.title}", reply.body) for reply in call.replies)


def _fields(contract: Contract) -> Iterator[Block]:
    yield Heading(2, "Fields")
    yield Text(
        "Empty, blank and `null` count as missing. Keys that are not listed are kept with the lead and not used."
    )
    rows = describe.field_rows(contract.spec, dict(contract.sample))
    phases = ("On ping", "On post") if contract.is_exchange else ("Required",)
    yield Table(
        ("Name", "Type", *phases, "Example", "Form and meaning"),
        tuple(
            (code(row.name), row.type, *_due(row, contract), code(row.example), _meaning(row)) for row in rows
        ),
    )


def _due(row: describe.FieldRow, contract: Contract) -> tuple[str, ...]:
    due = (row.required_on_ping, row.required) if contract.is_exchange else (row.required,)
    return tuple(_YES_NO[each] for each in due)


def _meaning(row: describe.FieldRow) -> str:
    values = f"Values: {', '.join(code(value) for value, _ in row.choices)}." if row.choices else ""
    label = "" if row.label == row.name else f"{row.label}."
    return " ".join(filter(None, (label, row.description, f"{row.accepted}.", values)))


def _requirements(contract: Contract, now: datetime) -> Iterator[Block]:
    found = describe.requirements(contract.spec, contract.terms, now)
    yield Heading(2, "Requirements")
    if not found:
        yield Text("Beyond its fields this campaign asks for nothing: any hour, any state, any zip code.")
        return
    names = describe.reason_names(contract.spec, contract.terms) if contract.is_exchange else {}
    yield Text("Checks run in this order; the answer gives the first that fails.")
    for each in found:
        told = dict.fromkeys(names.get(text, text) for text in each.messages)
        yield Heading(3, each.title)
        yield Text(f"{each.text} Otherwise rejected with {joined([code(text) for text in told], 'or')}.")


def _answers(contract: Contract) -> Iterator[Block]:
    yield Heading(2, "Every reason" if contract.is_exchange else "Every message")
    yield Text("A refused lead is an answer, not an error: it comes with HTTP 200.")
    head = "Reason" if contract.is_exchange else "Message"
    yield Table((head, "Meaning", "What to do", "Send again"), tuple(reason_rows(contract)))
    yield Heading(3, "Faults of the request")
    rows = [
        (str(each.http), code(each.name), each.meaning, each.action, each.resend)
        for each in faults(contract, contract.calls[0].key)
    ]
    yield Table(("HTTP", head, "Meaning", "What to do", "Send again"), tuple(rows))


def _again(contract: Contract) -> Iterator[Block]:
    spec = contract.spec
    field = f" or in the field {code(spec.idempotency_field)}" if spec.idempotency_field else ""
    yield Heading(2, "Send again without fear")
    yield Bullets(
        (
            f"Give each lead an id of your own in the header `Idempotency-Key`{field}. Within 24 hours the same id "
            "brings the first answer back, byte for byte, with `Idempotent-Replay: true`.",
            "The same id with another body is refused with HTTP 409.",
            "HTTP 429 and 503 tell in `Retry-After` how many seconds to wait.",
            "A body may hold 256 KiB, 200 fields, and 8 KiB in one value.",
        )
    )


def _go_live(contract: Contract) -> Iterator[Block]:
    yield Heading(2, "Go live")
    if any(call.key in (PING, POST) for call in contract.calls):
        yield Text("Leave `Test_Mode` out of the ping and of its post. Nothing else changes.")
    else:
        yield Text("Set `test` to `false`, or leave it out. Nothing else changes.")
