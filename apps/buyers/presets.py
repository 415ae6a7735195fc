"""Ways to start an endpoint: what buyers of a kind usually want, filled from a campaign's fields."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from apps.buyers.choices import AuthKind, BodyFormat, EndpointKind, Method
from apps.campaigns.models import Field

Row = dict[str, Any]
Rows = tuple[Row, ...]

_OURS_ONLY = frozenset(
    {"ip_address", "user_agent", "sub_id", "aff_id", "unique_identifier", "landing_page_url", "consent_text"}
)
"""Roles that a buyer seldom gets: they tell of the source and of the visit."""
_WRITTEN = {
    "phone": "phone_digits",
    "zip": "zip5",
    "date": "date_us",
    "birth_date": "date_us",
    "boolean": "yes_no",
}
_TYPED = {"boolean": "boolean", "integer": "integer", "decimal": "number", "money": "number"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A way to start. `target` gives a field's target, None to leave it out; `first` and `last` are rows around
    them."""

    key: str
    label: str
    target: Callable[[Field], str | None]
    attributes: dict[str, Any] = field(default_factory=dict)
    rules: Rows = ()
    first: Rows = ()
    last: Rows = ()
    typed: bool = False
    """Whether numbers and booleans are sent as such."""
    template: str = ""
    """Around `{rows}`: one line a field."""
    ping_rules: Rows = ()
    """Where there are any, the buyer is pinged, with what sources have to ping and names nobody."""

    def rows(self, fields: Iterable[Field]) -> list[Row]:
        """The mapping for a campaign's fields."""
        mapped = [self._row(each) for each in fields if each.role not in _OURS_ONLY and self.target(each)]
        return [*self.first, *mapped, *self.last]

    def ping_rows(self, fields: Iterable[Field]) -> list[Row]:
        """The mapping of the ping."""
        told = [each for each in fields if each.required_on_ping and not each.is_personal]
        return [self._row(each) for each in told if each.role not in _OURS_ONLY and self.target(each)]

    def _row(self, each: Field) -> Row:
        row: Row = {"target": self.target(each), "kind": "field", "source": each.name}
        if self.typed and each.type in _TYPED:
            return row | {"value_type": _TYPED[each.type]}
        return row | {"value_format": _WRITTEN.get(each.type, "")}


def _named(each: Field) -> str:
    return each.name


def _labelled(each: Field) -> str:
    return each.label or each.name


def pascal(name: str) -> str:
    """`first_name` as `FirstName`, fit for an XML element."""
    joined = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^0-9A-Za-z]+", name) if word)
    return joined if joined[:1].isalpha() else f"F{joined}"


def _element(each: Field) -> str:
    return f"Lead.{pascal(each.name)}"


def _by_role(names: dict[str, str], prefix: str, other: Callable[[str], str]) -> Callable[[Field], str]:
    return lambda each: prefix + (names.get(each.role) or other(each.name))


_HUBSPOT = {
    "first_name": "firstname", "last_name": "lastname", "email": "email", "phone": "phone", "address": "address",
    "city": "city", "state": "state", "zip": "zip",
}  # fmt: skip
_SALESFORCE = {
    "first_name": "FirstName", "last_name": "LastName", "email": "Email", "phone": "Phone", "address": "Street",
    "city": "City", "state": "State", "zip": "PostalCode",
}  # fmt: skip


def _rules(match: str, status: str, **paths: str) -> Rows:
    accepted = {name: path for name, path in paths.items() if name != "reason_path"}
    reason = {"reason_path": paths.get("reason_path", "")}
    asked = {"match": match, "path": status}
    return (
        {"outcome": "accepted", **asked, "value": "accepted", **accepted},
        {"outcome": "duplicate", **asked, "value": "duplicate", **reason},
        {"outcome": "rejected", **asked, "value": "rejected", **reason},
    )


_JSON_RULES = _rules("json_path", "status", reference_path="id", price_path="price", reason_path="reason")
_XML_RULES = _rules("xpath", "//Status", reference_path="//Id", price_path="//Price", reason_path="//Reason")
_BID_RULES: Rows = (
    {"outcome": "accepted", "match": "json_path", "path": "status", "value": "bid", "price_path": "bid",
     "shared_price_path": "shared_bid", "promise_path": "promise", "expiry_path": "expires_at"},
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "no_bid", "reason_path": "reason"},
)  # fmt: skip
_PROMISE: Row = {"target": "promise", "kind": "ping_response", "source": "promise"}
_BY_STATUS: Rows = ({"outcome": "accepted", "statuses": "200,201,202", "match": "any"},)
_LEAD_ID: Rows = ({"target": "lead_id", "kind": "system", "source": "lead_id"},)

PRESETS: dict[str, Preset] = {
    each.key: each
    for each in (
        Preset("blank", "Empty: an HTTP request that sends nothing yet", lambda each: None, rules=_BY_STATUS),
        Preset("json", "JSON API", _named, rules=_JSON_RULES, last=_LEAD_ID, typed=True),
        Preset(
            "ping_post", "Ping and post, JSON: the buyer bids", _named,
            {"ping_method": Method.POST, "ping_format": BodyFormat.JSON, "ping_content_type": "", "ping_template": ""},
            rules=_JSON_RULES, last=(*_LEAD_ID, _PROMISE), typed=True, ping_rules=_BID_RULES,
        ),
        Preset(
            "form", "Form post", _named, {"body_format": BodyFormat.FORM}, last=_LEAD_ID,
            rules=(
                *_JSON_RULES,
                {"outcome": "accepted", "match": "text", "operator": "equals", "value": "success"},
            ),
        ),
        Preset(
            "query", "Query string (GET)", _named, {"method": Method.GET, "body_format": BodyFormat.QUERY},
            rules=_JSON_RULES, last=_LEAD_ID,
        ),
        Preset(
            "xml", "XML API", _element, {"body_format": BodyFormat.XML}, rules=_XML_RULES,
            last=({"target": "Lead.LeadId", "kind": "system", "source": "lead_id"},),
        ),
        Preset(
            "soap", "SOAP service", lambda each: pascal(each.name),
            {"body_format": BodyFormat.RAW, "content_type": "text/xml; charset=utf-8"}, rules=_XML_RULES,
            last=({"target": "LeadId", "kind": "system", "source": "lead_id"},),
            template=(
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">\n  <soap:Body>\n'
                '    <SubmitLead xmlns="http://tempuri.org/">\n{rows}\n    </SubmitLead>\n'
                "  </soap:Body>\n</soap:Envelope>\n"
            ),
        ),
        Preset(
            "hubspot", "CRM with a bearer token, like HubSpot", _by_role(_HUBSPOT, "properties.", str.lower),
            {"auth_kind": AuthKind.BEARER}, typed=False,
            rules=(
                {"outcome": "accepted", "statuses": "200,201", "match": "json_path", "path": "id",
                 "operator": "present", "reference_path": "id"},
                {"outcome": "duplicate", "statuses": "409", "match": "any", "reason_path": "message"},
                {"outcome": "rejected", "statuses": "400,422", "match": "any", "reason_path": "message"},
            ),
        ),
        Preset(
            "salesforce", "CRM with OAuth 2.0, like Salesforce",
            _by_role(_SALESFORCE, "", lambda name: f"{pascal(name)}__c"), {"auth_kind": AuthKind.OAUTH2},
            first=(
                {"target": "Company", "kind": "constant", "value": "Not provided"},
                {"target": "LeadSource", "kind": "constant", "value": "Web"},
            ),
            rules=(
                {"outcome": "accepted", "statuses": "200,201", "match": "json_path", "path": "success",
                 "value": "true", "reference_path": "id"},
                {"outcome": "duplicate", "statuses": "400", "match": "json_path", "path": "[0].errorCode",
                 "value": "DUPLICATES_DETECTED", "reason_path": "[0].message"},
                {"outcome": "rejected", "statuses": "400", "match": "any", "reason_path": "[0].message"},
            ),
        ),
        Preset(
            "email", "E-mail", _labelled, {"kind": EndpointKind.EMAIL, "email_subject": "New lead {{ lead_id }}"},
            last=({"target": "Lead", "kind": "system", "source": "lead_id"},),
        ),
        Preset(
            "sftp", "CSV file by SFTP", _named,
            {"kind": EndpointKind.SFTP, "file_name": "leads-{date}-{time}.csv"}, last=_LEAD_ID,
        ),
        Preset("store", "Store only", _named, {"kind": EndpointKind.STORE}, last=_LEAD_ID),
    )
}  # fmt: skip


def preset_template(preset: Preset, rows: Iterable[Row]) -> str:
    """The body template with a line for each row; empty where the preset has none."""
    lines = (f"      <{row['target']}>{{{{ {row['target']} }}}}</{row['target']}>" for row in rows)
    return preset.template.replace("{rows}", "\n".join(lines))
