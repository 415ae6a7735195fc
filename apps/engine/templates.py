"""Small text templates: `{{ first_name }} {{ last_name }}` in mapping rows, whole bodies of the format raw.

Jinja2's immutable sandbox with a short list of allowed syntax: names, `field["odd name"]`, `phones[0]`, a few filters,
`~`, conditions. There is no loop, call, attribute, arithmetic or repetition, so the output is linear in template and
values, and it is measured before anything is rendered. A missing name is empty text.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from apps.engine.value_formats import as_text

MAX_DEPTH = 40
MAX_READ = 1024 * 1024
"""Characters of template and values, each as often as it is named; rendering begins below it only."""

FILTERS = frozenset({"upper", "lower", "title", "capitalize", "trim", "default", "d", "first", "last"})

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getitem, nodes.Filter,
    nodes.Concat, nodes.CondExpr, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_TOO_MUCH = (RecursionError, ValueError, SyntaxError, MemoryError, OverflowError)


class TemplateRefusedError(ValueError):
    """The template cannot be used; the message is fit for people."""


@dataclass(frozen=True, eq=False)
class Dialect:
    """A use of templates: how long they and their texts may be (characters), filters beside the common ones, and how
    each value is written into the text.
    """

    max_template: int
    max_output: int
    filters: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    write: Callable[[Any], str] | None = None
    lean: bool = False
    """Whether lines that hold nothing but a condition vanish."""
    environment: ImmutableSandboxedEnvironment = field(init=False)

    def __post_init__(self) -> None:
        environment = ImmutableSandboxedEnvironment(
            undefined=ChainableUndefined,
            autoescape=False,
            keep_trailing_newline=True,
            finalize=self.write,
            trim_blocks=self.lean,
            lstrip_blocks=self.lean,
        )
        environment.globals.clear()
        environment.filters = {name: environment.filters[name] for name in FILTERS} | dict(self.filters)
        object.__setattr__(self, "environment", environment)


ROW = Dialect(max_template=2_000, max_output=64 * 1024)


@lru_cache(maxsize=2048)
def _compile(source: str, dialect: Dialect) -> tuple[Template, Counter[str]]:
    """The template, and how often it names what. Raises `TemplateRefusedError`."""
    if len(source) > dialect.max_template:
        raise TemplateRefusedError(f"A template has at most {dialect.max_template:,} characters")
    try:
        tree = dialect.environment.parse(source)
        _allow(tree, dialect, 0)
        return dialect.environment.from_string(source), _named(tree)
    except TemplateRefusedError:
        raise
    except TemplateError as error:
        raise TemplateRefusedError(f"The template cannot be read: {error}") from None
    except _TOO_MUCH:
        raise TemplateRefusedError("The template cannot be read: it is too complicated") from None


def _allow(node: nodes.Node, dialect: Dialect, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TemplateRefusedError("The template is nested too deep")
    for child in node.iter_child_nodes():
        if not isinstance(child, _ALLOWED):
            raise TemplateRefusedError(f"A template cannot use “{type(child).__name__.lower()}”")
        if isinstance(child, nodes.Filter):
            _allow_filter(child, dialect)
        if isinstance(child, nodes.Name):
            _allow_name(child, node)
        if isinstance(child, nodes.Getitem):
            _allow_item(child)
        _allow(child, dialect, depth + 1)


def _allow_filter(node: nodes.Filter, dialect: Dialect) -> None:
    if node.name not in FILTERS and node.name not in dialect.filters:
        raise TemplateRefusedError(f"A template cannot use the filter “{node.name}”")
    # One of these within another would make a text grow with every turn.
    if node.name in dialect.filters and any(
        inner.name in dialect.filters for inner in node.find_all(nodes.Filter)
    ):
        raise TemplateRefusedError(f"The filter “{node.name}” cannot be applied twice")


def _allow_name(node: nodes.Name, parent: nodes.Node) -> None:
    if node.name.startswith("_") or node.name == "self":
        raise TemplateRefusedError(f"A name in a template cannot be “{node.name}”")
    if node.name == "field" and not isinstance(parent, nodes.Getitem):
        raise TemplateRefusedError('“field” is used with a name, as in field["odd name"]')


def _allow_item(node: nodes.Getitem) -> None:
    of, key = node.node, node.arg.value if isinstance(node.arg, nodes.Const) else None
    by_name = isinstance(of, nodes.Name) and of.name == "field" and isinstance(key, str)
    by_place = isinstance(of, nodes.Name) and of.name != "field" and type(key) is int
    if not by_name and not by_place:
        raise TemplateRefusedError('Brackets are for field["odd name"] and for places such as phones[0]')


def _named(tree: nodes.Template) -> Counter[str]:
    found = Counter(node.name for node in tree.find_all(nodes.Name) if node.name != "field")
    for node in tree.find_all(nodes.Getitem):
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            found[node.arg.value] += 1
    return found


def problem(source: str, dialect: Dialect = ROW) -> str:
    """What is wrong with a template, in words, or an empty text."""
    try:
        _compile(source, dialect)
    except TemplateRefusedError as error:
        return str(error)
    return ""


def names(source: str, dialect: Dialect = ROW) -> frozenset[str]:
    """The names a usable template reads, `field["odd name"]` included. Raises `TemplateRefusedError`."""
    return frozenset(_compile(source, dialect)[1])


def render(source: str, names: Mapping[str, Any], dialect: Dialect = ROW) -> str:
    """The template's text with surrounding blanks removed. Raises `TemplateRefusedError`."""
    template, named = _compile(source, dialect)
    known = {**names.get("field", {}), **names}
    if len(source) + sum(n * len(as_text(known.get(name))) for name, n in named.items()) > MAX_READ:
        raise TemplateRefusedError("The template's text is too long")
    try:
        text = template.render(names)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise TemplateRefusedError(f"The template cannot be filled: {type(error).__name__}") from None
    if len(text) > dialect.max_output:
        raise TemplateRefusedError("The template's text is too long")
    return text.strip()
