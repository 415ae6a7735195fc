"""The walk of steps through elements, its work counted: an answer and all paths into it cannot cost much."""

from collections.abc import Iterable

from apps.engine.elements import Element
from apps.engine.xpath.grammar import LAST, Condition, Step

MAX_FOUND = 1000
MAX_WORK = 40_000
"""Nodes visited and pieces of text (of 64 characters) read in one answer, over all paths; then nothing is found."""
_PIECE = 64


class _TooMuchError(Exception):
    """More work than a path may cost."""


class Work:
    """What is left of the work that one answer may cost."""

    def __init__(self, left: int = MAX_WORK) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        """Count some work; `_TooMuchError` when there is none left."""
        self.left -= amount
        if self.left < 0:
            raise _TooMuchError


Node = Element | str


def find(top: Element, steps: tuple[Step, ...], work: Work) -> list[str]:
    """The texts at the path in document order, at most 1,000. What it costs is taken from `work`."""
    try:
        return [_text(node, work) for node in _walk([top], steps, work)[:MAX_FOUND]]
    except _TooMuchError:
        return []


def _walk(nodes: list[Node], steps: Iterable[Step], work: Work) -> list[Node]:
    for step in steps:
        around = _in_order(_deep(nodes, work) if step.deep else nodes)
        nodes = [node for context in around for node in _chosen(context, step, work)]
    return _in_order(nodes)


def _deep(nodes: list[Node], work: Work) -> list[Node]:
    seen: dict[int, Node] = {}
    waiting = [node for node in nodes if isinstance(node, Element)]
    while waiting:
        element = waiting.pop()
        if id(element) not in seen:
            work.spend(1 + len(element.children))
            seen[id(element)] = element
            waiting.extend(element.elements())
    return list(seen.values())


def _in_order(nodes: list[Node]) -> list[Node]:
    """Elements once each in document order; texts as they came."""
    if any(isinstance(node, str) for node in nodes):
        return nodes
    once = {id(node): node for node in nodes if isinstance(node, Element)}
    return [*sorted(once.values(), key=lambda element: element.place)]


def _chosen(context: Node, step: Step, work: Work) -> list[Node]:
    if isinstance(context, str):
        return [context] if step.test == "." else []
    found = _tested(context, step.test, work)
    for condition in step.conditions:
        count = len(found)
        found = [node for at, node in enumerate(found, 1) if _holds(condition, node, (at, count), work)]
    return found


def _tested(context: Element, test: str, work: Work) -> list[Node]:
    work.spend(1 + len(context.children) + len(context.inside))
    if test == ".":
        return [context]
    if test == "..":
        return [context.parent] if context.parent is not None else []
    if test == "text()":
        return [child for child in context.children if isinstance(child, str)]
    if test.startswith("@"):
        return [text for name, text in context.attributes.items() if test in ("@*", f"@{name}")]
    return [child for child in context.elements() if test in ("*", child.name)]


def _holds(condition: Condition, node: Node, place: tuple[int, int], work: Work) -> bool:
    match condition.how:
        case "place":
            return place[0] == (place[1] if condition.place == LAST else condition.place)
        case "not":
            return not _holds(condition.parts[0], node, place, work)
        case "and":
            return all(_holds(part, node, place, work) for part in condition.parts)
        case "or":
            return any(_holds(part, node, place, work) for part in condition.parts)
    return _compares(condition, node, work)


def _compares(condition: Condition, node: Node, work: Work) -> bool:
    if not condition.path:
        texts = [node.name if isinstance(node, Element) else ""]
    else:
        found = _walk([node], condition.path, work)
        if condition.how == "present":
            return bool(found)
        texts = [_text(one, work).strip() for one in found]
    wanted = condition.wanted.strip()
    match condition.how:
        case "=":
            return wanted in texts
        case "!=":
            return any(text != wanted for text in texts)
        case "contains":
            return any(wanted in text for text in texts[:1])
    return any(text.startswith(wanted) for text in texts[:1])


def _text(node: Node, work: Work) -> str:
    if isinstance(node, str):
        work.spend(1 + len(node) // _PIECE)
        return node
    pieces = []
    for piece in node.pieces():
        work.spend(1 + len(piece) // _PIECE)
        pieces.append(piece)
    return "".join(pieces)
