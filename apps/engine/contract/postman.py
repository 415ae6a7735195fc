"""The contract as a Postman collection (v2.1): every example as a request that checks its own answer.

Keys are variables of the collection and empty: the file can be kept and handed on without giving anything away.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from apps.engine.contract.bodies import PING, POST, PRECHECK, SUBMIT
from apps.engine.contract.calls import Call, Case, Contract

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
KEY, PING_ID, BASE = "key", "ping_id", "base_url"
_OWN_ID = "{{$guid}}"
_TAKEN = {SUBMIT: "leadStatus", PING: "accepted", PRECHECK: "open"}


def postman(contract: Contract) -> dict[str, Any]:
    """The collection, ready to be written as JSON."""
    note = f"Version {contract.spec.version}. Put your key into the collection variable “{KEY}”, then run it all."
    return {
        "info": {"name": contract.title, "description": note, "schema": SCHEMA},
        "variable": list(_variables(contract)),
        "item": [_folder(contract, call) for call in contract.calls],
    }


def _variables(contract: Contract) -> Iterator[dict[str, str]]:
    yield {"key": BASE, "value": contract.url, "type": "string"}
    yield {"key": KEY, "value": "", "type": "string", "description": "Your key, as the instructions show it."}
    if contract.is_exchange:
        yield {
            "key": PING_ID,
            "value": "",
            "type": "string",
            "description": "Set by the requests themselves.",
        }


def _folder(contract: Contract, call: Call) -> dict[str, Any]:
    accepted = [_item(contract, call, case) for case in call.good]
    refused = [_item(contract, call, case) for case in call.bad]
    folder = {"name": "Refused, one for each reason", "item": refused}
    return {
        "name": call.title,
        "description": call.words,
        "item": [*accepted, *([folder] if refused else [])],
    }


def _item(contract: Contract, call: Call, case: Case) -> dict[str, Any]:
    events = [_script("test", list(_assertions(call, case)))]
    if call.key == POST and contract.ping_here in json.dumps(case.body):
        events.insert(0, _script("prerequest", list(_ping_first(contract))))
    return {"name": case.title, "event": events, "request": _request(contract, call, case.body)}


def _request(contract: Contract, call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    parts = call.path.strip("/").split("/")
    return {
        "method": "POST",
        "header": [{"key": "Content-Type", "value": "application/json"}],
        "body": {
            "mode": "raw",
            "raw": _written(contract, body),
            "options": {"raw": {"language": "json"}},
        },
        "url": {"raw": f"{{{{{BASE}}}}}{call.path}", "host": [f"{{{{{BASE}}}}}"], "path": parts},
    }


def _written(contract: Contract, body: Mapping[str, Any]) -> str:
    """The body with variables for what is secret, or another one each time."""
    places = {contract.key_here: f"{{{{{KEY}}}}}", contract.ping_here: f"{{{{{PING_ID}}}}}"}
    own = contract.spec.idempotency_field
    if own in contract.sample:
        places[str(contract.sample[own])] = _OWN_ID
    return json.dumps(_filled(body, places), indent=2, ensure_ascii=False, default=str)


def _filled(body: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: _filled(value, places)
        if isinstance(value, Mapping)
        else (places.get(value, value) if isinstance(value, str) else value)
        for name, value in body.items()
    }


def _script(listen: str, lines: list[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": lines}}


def _assertions(call: Call, case: Case) -> Iterator[str]:
    yield "const answer = pm.response.json();"
    yield f"pm.test({_text(_promise(case))}, () => {{"
    yield f"  pm.expect(pm.response.code).to.equal({case.http});"
    if case.is_warning:
        yield f"  pm.expect(answer.warnings.map((each) => each.message)).to.include({_text(case.says)});"
    elif call.key == SUBMIT:
        yield f"  pm.expect(answer.leadStatus).to.equal({'false' if case.says else 'true'});"
        if case.says:
            yield f"  pm.expect(answer.message).to.equal({_text(case.says)});"
    elif case.says:
        yield f"  pm.expect(answer.reason).to.equal({_text(case.says)});"
    else:
        yield f"  pm.expect(answer.status).to.equal({_text(_TAKEN.get(call.key, 'delivered'))});"
    yield "});"
    if call.key == PING and not case.says:
        yield f"pm.collectionVariables.set({_text(PING_ID)}, answer.ping_id);"


def _promise(case: Case) -> str:
    if case.is_warning:
        return f"warned: {case.says}"
    return case.says or "accepted"


def _ping_first(contract: Contract) -> Iterator[str]:
    """A fresh ping, so that each post can be sent by itself."""
    ping = next(call for call in contract.calls if call.key == PING)
    yield "pm.sendRequest({"
    yield f"  url: pm.variables.replaceIn({_text(f'{{{{{BASE}}}}}{ping.path}')}),"
    yield '  method: "POST",'
    yield '  header: { "Content-Type": "application/json" },'
    yield f'  body: {{ mode: "raw", raw: pm.variables.replaceIn({_text(_written(contract, ping.good[0].body))}) }},'
    yield f"}}, (error, answer) => pm.collectionVariables.set({_text(PING_ID)}, answer.json().ping_id));"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
