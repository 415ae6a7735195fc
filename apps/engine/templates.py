"""Small text templates for mapping rows: `{{ first_name }} {{ last_name }}`.

Jinja2's immutable sandbox with a short list of allowed syntax: names, `["odd name"]`, a few filters, `~`,
conditions. There is no loop, call, arithmetic or repetition, so the output is linear in template and values.
A missing name is empty text.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_TEMPLATE = 2_000
MAX_OUTPUT = 64 * 1024

FILTERS = frozenset({"upper", "lower", "title", "capitalize", "trim", "default", "d", "first", "last"})

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getitem, nodes.Filter,
    nodes.Concat, nodes.CondExpr, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip


class TemplateRefusedError(ValueError):
    """The template cannot be used; the message is fit for people."""


_environment = ImmutableSandboxedEnvironment(
    undefined=ChainableUndefined, autoescape=False, keep_trailing_newline=True
)
_environment.globals.clear()


@lru_cache(maxsize=2048)
def _compile(source: str) -> Template:
    if len(source) > MAX_TEMPLATE:
        raise TemplateRefusedError(f"A template has at most {MAX_TEMPLATE} characters")
    try:
        tree = _environment.parse(source)
        _allow(tree)
        return _environment.from_string(source)
    except (TemplateError, RecursionError) as error:
        raise TemplateRefusedError(f"The template cannot be read: {error}") from None


def _allow(node: nodes.Node) -> None:
    for child in node.iter_child_nodes():
        if not isinstance(child, _ALLOWED):
            raise TemplateRefusedError(f"A template cannot use “{type(child).__name__.lower()}”")
        if isinstance(child, nodes.Filter) and child.name not in FILTERS:
            raise TemplateRefusedError(f"A template cannot use the filter “{child.name}”")
        if isinstance(child, nodes.Name) and child.name.startswith("_"):
            raise TemplateRefusedError("A name in a template cannot begin with an underscore")
        _allow(child)


def problem(source: str) -> str:
    """What is wrong with a template, in words, or an empty text."""
    try:
        _compile(source)
    except TemplateRefusedError as error:
        return str(error)
    return ""


def names(source: str) -> frozenset[str]:
    """The names a usable template reads, `field["odd name"]` included."""
    tree = _environment.parse(source)
    found = {node.name for node in tree.find_all(nodes.Name)} - {"field"}
    for node in tree.find_all(nodes.Getitem):
        of_field = isinstance(node.node, nodes.Name) and node.node.name == "field"
        if of_field and isinstance(node.arg, nodes.Const):
            found.add(str(node.arg.value))
    return frozenset(found)


def render(source: str, names: Mapping[str, Any]) -> str:
    """The template's text with surrounding blanks removed. Raises `TemplateRefusedError`."""
    template = _compile(source)
    try:
        text = template.render(names)
    except (TemplateError, TypeError, ValueError) as error:
        raise TemplateRefusedError(f"The template cannot be filled: {type(error).__name__}") from None
    if len(text) > MAX_OUTPUT:
        raise TemplateRefusedError("The template's text is too long")
    return text.strip()
