"""The pre-check on the overview: what may be asked and what is answered, by the door's own hashes and reply."""

import hashlib
from collections.abc import Mapping
from typing import Any

from apps.engine.index import index
from apps.engine.normalise import normalise
from apps.engine.reply import render_precheck
from apps.engine.values import Verdict, VerdictOutcome
from apps.intake.flows.precheck import ASKED, LIMITS
from apps.leads.standing import Standing, hashes_readable
from apps.posting_instructions.code import Request, Secret, json_body, samples
from apps.posting_instructions.pages.answers import Answer
from apps.posting_instructions.pages.frame import Frame, joined
from apps.sources.hashes import spellings

TIMEOUT_S = 10
_WORDS = {
    Standing.OPEN: "as far as these values tell, a lead of this person is not refused as a duplicate or blocked",
    Standing.DUPLICATE: "a lead of this person would be refused as a duplicate",
    Standing.SUPPRESSED: "this person is blocked: send nothing about them",
}


def context(page: Frame, *, key: str) -> dict[str, Any] | None:
    """What the section shows; None where there is nothing to ask about: neither an e-mail address nor a phone."""
    roles = index(page.spec).by_role
    named = {role: roles[role].name for role in ASKED if role in roles}
    plain = {name: page.sample[name] for name in named.values() if name in page.sample}
    if not plain or not page.src:
        return None
    takes_hashes = hashes_readable(page.spec.company_id, page.at) is not None
    test = render_precheck(Verdict(VerdictOutcome.ACCEPTED, test=True), Standing.OPEN)[1]
    return {
        "address": page.precheck,
        "src": page.src,
        "fields": joined(list(plain), word="or"),
        "plain": samples(
            Request(page.precheck, _body(page, plain, key), timeout_s=TIMEOUT_S, prints=("status",))
        ),
        "hashed": json_body(_body(page, _hashed(page, named, plain), key)) if takes_hashes else None,
        "statuses": [(one.value, _WORDS[one]) for one in Standing],
        "answer": Answer(
            "The answer", json_body({name: test[name] for name in ("status", "reason", "test")})
        ),
        "limit": f"{LIMITS[0][0]} a minute",
    }


def _body(page: Frame, data: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {"SRC": page.src, "KEY": Secret(key), "data": {**data, "Test_Mode": 1}}


def _hashed(page: Frame, named: Mapping[str, str], plain: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of the same values, in the first spelling by which they are found."""
    read = normalise(page.spec, plain, test=True, today=page.at.date())
    found = {
        name: next(iter(spellings(role, str(read.normal(name)))))
        for role, name in named.items()
        if name in plain
    }
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in found.items()}
