"""A lead as a mail: subject, text and HTML from what the mapping gives.

The subject names system values and fields that are not personal; publish refuses all others, because subjects are
shown on locked screens and kept in logs of mail servers. The HTML is the built-in table or the endpoint's own
template: Jinja2's sandbox with the syntax of `engine.templates` and one loop over `rows`, always escaped.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from apps.engine import mapping, templates
from apps.engine.mapping import Pairs, Sending, Unbuildable
from apps.engine.orders import EndpointSpec
from apps.engine.templates import TemplateRefusedError
from apps.engine.value_formats import as_text

SUBJECT = "New lead {{ lead_id }}"
"""Of endpoints that name none."""
IMPERSONAL = frozenset(name for name, value in mapping.SYSTEM_VALUES.items() if not value.role)
"""System values that a subject may show."""
MAX_SUBJECT = 200
MAX_HTML_TEMPLATE = 20_000
MAX_HTML = 128 * 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's content; `subject` is one line."""

    subject: str
    text: str
    html: str


def render(endpoint: EndpointSpec, pairs: Pairs, sending: Sending) -> Mail | Unbuildable:
    """The mail of one lead, or why it cannot be written."""
    rows = [(target, _shown(value)) for target, value in pairs]
    known = _impersonal(sending)
    try:
        subject = templates.render(endpoint.mail.subject or SUBJECT, _fields(sending) | known)
    except TemplateRefusedError as error:
        return Unbuildable("subject", str(error))
    try:
        html = _html(endpoint.options.template or BUILT_IN, rows, known)
    except TemplateRefusedError as error:
        return Unbuildable("template", str(error))
    return Mail(_one_line(subject), _text(rows, known), html)


def subject_problem(source: str, *, fields: frozenset[str], personal: frozenset[str]) -> str:
    """What is wrong with a subject, in words, or an empty text. `fields` are the campaign's, `personal` among them."""
    wrong = templates.problem(source)
    if wrong:
        return wrong
    tree = _environment.parse(source)
    named = sum(1 for one in tree.find_all(nodes.Getitem) if _names_a_field(one))
    if named != sum(1 for one in tree.find_all(nodes.Name) if one.name == "field"):
        return 'A subject names a field as field["its name"]'
    used = templates.names(source)
    if shown := sorted(used & personal):
        return f"It shows “{shown[0]}”, which is personal data: subjects are read by others than the buyer"
    unknown = sorted(used - fields - IMPERSONAL)
    return f"It names “{unknown[0]}”, which is no field of this campaign" if unknown else ""


def _names_a_field(node: nodes.Getitem) -> bool:
    of_field = isinstance(node.node, nodes.Name) and node.node.name == "field"
    return of_field and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)


def html_problem(source: str) -> str:
    """What is wrong with an endpoint's own template, in words, or an empty text."""
    try:
        _compile(source)
    except TemplateRefusedError as error:
        return str(error)
    return ""


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else as_text(value)


def _impersonal(sending: Sending) -> dict[str, Any]:
    """What the platform adds and says nothing of the person."""
    values = {name: mapping.SYSTEM_VALUES[name].read(sending) for name in IMPERSONAL}
    return {name: "" if value is None else as_text(value) for name, value in values.items()}


def _fields(sending: Sending) -> dict[str, Any]:
    values = {
        name: as_text(one.normal)
        for name, one in sending.lead.values.items()
        if one.valid and one.normal is not None
    }
    return values | {"field": values}


def _one_line(subject: str) -> str:
    return _CONTROL.sub(" ", subject).strip()[:MAX_SUBJECT]


def _text(rows: list[tuple[str, str]], known: dict[str, Any]) -> str:
    lines = [f"{target}: {_CONTROL.sub(' ', value)}" for target, value in rows]
    return "\n".join([*lines, "", f"Lead {known['lead_id']} · delivery {known['delivery_id']}", ""])


_environment = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=True)
_environment.globals.clear()


@lru_cache(maxsize=256)
def _compile(source: str) -> Template:
    if len(source) > MAX_HTML_TEMPLATE:
        raise TemplateRefusedError(f"The template of a mail has at most {MAX_HTML_TEMPLATE:,} characters")
    try:
        _allow(_environment.parse(source), within_loop=False)
        return _environment.from_string(source)
    except (TemplateError, RecursionError) as error:
        raise TemplateRefusedError(f"The template cannot be read: {error}") from None


_SYNTAX = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getitem, nodes.Filter,
    nodes.Concat, nodes.CondExpr, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip


def _allow_one(node: nodes.Node) -> None:
    if not isinstance(node, _SYNTAX):
        raise TemplateRefusedError(f"A template cannot use “{type(node).__name__.lower()}”")
    if isinstance(node, nodes.Filter) and node.name not in templates.FILTERS:
        raise TemplateRefusedError(f"A template cannot use the filter “{node.name}”")
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        raise TemplateRefusedError("A name in a template cannot begin with an underscore")


def _allow(node: nodes.Node, *, within_loop: bool) -> None:
    """As `templates` allows, and one loop over `rows` that holds no other: the output stays linear."""
    for child in node.iter_child_nodes():
        looping = isinstance(child, nodes.For)
        if isinstance(child, nodes.For):
            over_rows = isinstance(child.iter, nodes.Name) and child.iter.name == "rows"
            if within_loop or child.recursive or not over_rows:
                raise TemplateRefusedError("A template loops over rows only, and not within another loop")
        elif isinstance(child, nodes.Tuple) and isinstance(node, nodes.For):
            pass
        else:
            _allow_one(child)
        _allow(child, within_loop=within_loop or looping)


def _html(source: str, rows: list[tuple[str, str]], known: dict[str, Any]) -> str:
    template = _compile(source)
    try:
        html = template.render({**known, "rows": rows, "value": dict(rows)})
    except (TemplateError, TypeError, ValueError) as error:
        raise TemplateRefusedError(f"The template cannot be filled: {type(error).__name__}") from None
    if len(html) > MAX_HTML:
        raise TemplateRefusedError("The mail is too long")
    return html


# Mail programs know neither style sheets nor dark themes by themselves: everything is written out in line.
BUILT_IN = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light"><title>New lead</title></head>
<body style="margin:0;background:#f3f5f7;color:#17202a;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div style="max-width:640px;margin:0 auto;padding:24px 16px">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">New lead</h1>
<table style="width:100%;border-collapse:collapse;background:#ffffff;border:1px solid #d5dbe1" role="table">
{% for target, text in rows %}<tr>
<th scope="row" style="padding:10px 14px;border-bottom:1px solid #e6eaee;text-align:left;vertical-align:top;\
font-weight:600;color:#44515e;width:38%">{{ target }}</th>
<td style="padding:10px 14px;border-bottom:1px solid #e6eaee;overflow-wrap:anywhere">{{ text }}</td>
</tr>{% endfor %}
</table>
<p style="margin:16px 0 0;font-size:13px;color:#56636f">Lead {{ lead_id }} · delivery {{ delivery_id }}</p>
</div></body></html>"""
