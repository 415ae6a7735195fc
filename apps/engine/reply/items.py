"""What the replies of all APIs share: items of `errors` and `warnings`, and how a body becomes bytes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from apps.engine.reasons import REASONS, message
from apps.engine.values import Problem

MONEY = ("price", "bid")
"""Keys whose numbers are written with two decimals, so bodies are turned into bytes here and nowhere else."""
_MARK = "\x00%s\x00"


def item(problem: Problem) -> dict[str, Any]:
    """A problem as `errors` and `warnings` hold it."""
    return {"code": problem.code, "field": problem.field, "message": message(problem)}


def resend_later(problems: Sequence[Problem]) -> bool:
    """Whether the same lead may be sent again later, by the problem that decided."""
    return bool(problems) and REASONS[problems[0].code].resend == "later"


def encode(body: Mapping[str, Any]) -> bytes:
    """A reply as JSON bytes, money with two decimals: `{"leadStatus": true, …, "price": 0.00}`."""
    amounts = [key for key in MONEY if key in body]
    text = json.dumps({**body, **{key: _MARK % key for key in amounts}}, ensure_ascii=False)
    for key in amounts:
        # Quotes inside of texts are escaped, so the marked text can stand for the amount alone.
        text = text.replace(json.dumps(_MARK % key), f"{body[key]:.2f}", 1)
    return text.encode()
