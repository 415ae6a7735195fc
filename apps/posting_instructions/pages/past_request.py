"""One request of the source's own: what it sent, what was wrong with it, and how to send it again."""

from typing import Any
from zoneinfo import ZoneInfo

from apps.engine.describe.examples import malformed
from apps.engine.index import index
from apps.engine.normalise import context_of
from apps.leads.selectors import ShownValue
from apps.posting_instructions.choices import Call
from apps.posting_instructions.code import Request, json_body, samples
from apps.posting_instructions.pages.exchange import identity as exchange
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.identity import request
from apps.posting_instructions.past import PastRequest


def context(page: Frame, found: PastRequest) -> dict[str, Any]:
    """What the page shows beside the frame."""
    shown = {each.name: each.sent or each.text for each in found.values or ()}
    again = dict(_again(page, found.values or []))
    return {
        "found": found,
        "line": found.line,
        "erased": found.values is None,
        "body": json_body(_request(page, found, shown, test=found.line.is_test).body) if shown else None,
        "again": samples(_request(page, found, again, test=True)),
        "replaced": [each.name for each in found.values or () if each.personal and each.name in again],
    }


def _request(page: Frame, found: PastRequest, fields: dict[str, Any], *, test: bool) -> Request:
    """As a request of this source. A lead of the exchange is sent in one, which needs no ping."""
    if not page.is_exchange:
        return request(page, fields, test=test)
    call = Call.PING if found.line.is_ping else Call.DIRECT_POST
    return exchange.request(page, call, fields, test=test)


def _again(page: Frame, values: list[ShownValue]) -> list[tuple[str, Any]]:
    """The values as they were sent; for those of the person what the sample has, malformed where theirs were."""
    fields = index(page.spec).by_name
    today = page.at.astimezone(ZoneInfo(page.spec.time_zone)).date()
    context = context_of(page.spec, test=True, today=today)
    found: list[tuple[str, Any]] = []
    for each in values:
        if not each.personal:
            found.append((each.name, each.sent or each.text))
        elif each.name in fields:
            value = page.sample.get(each.name) if each.valid else malformed(fields[each.name], context)
            found += [] if value is None else [(each.name, value)]
    return found
