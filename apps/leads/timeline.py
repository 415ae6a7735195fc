"""The first line of a lead's timeline, as JSON: every check with its verdict, and names, codes and numbers only."""

import json
from functools import lru_cache

from apps.engine.reasons import message
from apps.engine.values import CheckLine, Examination, LeadData


def checked(examination: Examination, data: LeadData) -> str:
    """What the `checked` event holds: `{"checks": [{"check", "passed", "detail", "problems"}], …}`."""
    lines = ", ".join(
        _failed(line) if line.problems or not line.passed else _passed(line.check, line.detail)
        for line in examination.lines
    )
    return f'{{"checks": [{lines}], "warnings": {len(data.warnings)}, "unknown_fields": {len(data.unknown)}}}'


@lru_cache(maxsize=4096)
def _passed(check: str, detail: str) -> str:
    """Most lines of most leads are these few: written once."""
    told = {"check": check, "passed": True}
    return json.dumps(told | {"detail": detail} if detail else told)


def _failed(line: CheckLine) -> str:
    told = {"check": line.check, "passed": line.passed, "detail": line.detail}
    problems = [
        {"code": problem.code, "field": problem.field, "message": message(problem)}
        for problem in line.problems
    ]
    return json.dumps(told | {"problems": problems})
