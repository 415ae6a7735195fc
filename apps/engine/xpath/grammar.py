"""From the text of a path to its steps, or a `PathError` that says in words what is beyond what is read here."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from apps.engine.paths import PathError

MAX_LENGTH = 500
MAX_STEPS = 32
MAX_NESTED = 8
LAST = -1


@dataclass(frozen=True, slots=True)
class Step:
    """`test` is a name, `*`, `.`, `..`, `@name`, `@*` or `text()`; `deep` after `//`."""

    test: str
    deep: bool = False
    conditions: "tuple[Condition, ...]" = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """`how`: place, present, name, =, !=, contains, starts-with, not, and, or."""

    how: str
    path: tuple[Step, ...] = ()
    wanted: str = ""
    place: int = 0
    parts: "tuple[Condition, ...]" = ()


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<mark> //|/|\.\.|!=|[\[\]()=,] )
    | (?P<literal> "[^"]*" | '[^']*' )
    | (?P<number> \d{1,9}(?:\.\d{1,9})? (?![\w.]) )
    | (?P<name> @? (?: [^\W\d][\w.-]* : )? (?: [^\W\d][\w.-]* | \* ) )
    | (?P<dot> \. )
    )""",
    re.VERBOSE,
)
_WRAPPED = re.compile(r"(?:string|normalize-space)\s*\((.*)\)", re.DOTALL)
_FUNCTIONS = ("contains", "starts-with")


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Step, ...]:
    """The steps of a path. Raises `PathError` with words fit for people."""
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise PathError("A path is needed, of at most 500 characters")
    wrapped = _WRAPPED.fullmatch(text)
    reader = _Reader(wrapped[1] if wrapped else text)
    steps = reader.path(absolute=True, nested=0)
    reader.finish()
    return steps


def problem(text: str) -> str:
    """What is wrong with a path, in words, or an empty text."""
    try:
        parse(text)
    except PathError as error:
        return str(error)
    return ""


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise PathError(f"Cannot read the XPath from “{text[at : at + 20].strip()}”")
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            at = found.end()
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place][1] if place < len(self.tokens) else ""

    def take(self, *wanted: str) -> bool:
        """Pass over the next tokens if they are these."""
        if all(self.peek(ahead) == text for ahead, text in enumerate(wanted)):
            self.at += len(wanted)
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise PathError(f"The XPath has “{self.peek() or 'its end'}” where “{text}” should stand")

    def finish(self) -> None:
        if self.at < len(self.tokens):
            raise PathError(f"Cannot read the XPath from “{self.peek()}”: it is beyond what is read here")

    def path(self, *, absolute: bool, nested: int) -> tuple[Step, ...]:
        deep = self.take("//") if absolute else False
        if absolute and not deep:
            self.take("/")
        steps = [self.step(deep, nested)]
        while self.peek() in ("/", "//"):
            if self.peek() == "//" and not absolute:
                raise PathError("“//” cannot stand in a condition")
            steps.append(self.step(self._slash(), nested))
        if len(steps) > MAX_STEPS:
            raise PathError(f"A path has at most {MAX_STEPS} steps")
        return tuple(steps)

    def _slash(self) -> bool:
        return self.take("//") or not self.take("/")

    def step(self, deep: bool, nested: int) -> Step:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "its end")
        if kind not in ("name", "dot") and text != "..":
            raise PathError(f"The XPath has “{text}” where a name should stand")
        self.at += 1
        if text == "text" and self.take("(", ")"):
            text = "text()"
        elif self.peek() == "(":
            raise PathError(f"The function “{text}()” is beyond what is read here")
        if kind == "name":
            text = ("@" if text.startswith("@") else "") + text.lstrip("@").rpartition(":")[2]
        conditions: list[Condition] = []
        while self.take("["):
            conditions.append(self.either(nested + 1))
            self.need("]")
        return Step(text, deep, tuple(conditions))

    def either(self, nested: int) -> Condition:
        return self._joined("or", nested)

    def _joined(self, word: str, nested: int) -> Condition:
        if nested > MAX_NESTED:
            raise PathError("The conditions of the XPath are nested too deep")
        parts = [self._part(word, nested)]
        while self.take(word):
            parts.append(self._part(word, nested))
        return parts[0] if len(parts) == 1 else Condition(word, parts=tuple(parts))

    def _part(self, word: str, nested: int) -> Condition:
        return self._joined("and", nested) if word == "or" else self.condition(nested)

    def condition(self, nested: int) -> Condition:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if kind == "number":
            self.at += 1
            return Condition("place", place=_place(text))
        if self.take("last", "(", ")"):
            return Condition("place", place=LAST)
        if self.take("not", "("):
            inner = self.either(nested + 1)
            self.need(")")
            return Condition("not", parts=(inner,))
        if text in _FUNCTIONS and self.take(text, "("):
            compared = self.operand(nested)
            self.need(",")
            found = replace(compared, how=text, wanted=self.literal())
            self.need(")")
            return found
        return self.comparison(self.operand(nested))

    def comparison(self, operand: Condition) -> Condition:
        for mark in ("=", "!="):
            if self.take(mark):
                return replace(operand, how=mark, wanted=self.literal())
        if not operand.path:
            raise PathError("local-name() needs something to be compared with")
        return operand

    def operand(self, nested: int) -> Condition:
        """What is compared: a path from here, or the name (then the path is empty)."""
        if self.take("local-name", "(", ")") or self.take("name", "(", ")"):
            return Condition("present")
        if self.peek() in ("normalize-space", "string") and self.peek(1) == "(":
            self.at += 2
            inner = self.operand(nested) if self.peek() != ")" else Condition("present", (Step("."),))
            self.need(")")
            return inner
        return Condition("present", self.path(absolute=False, nested=nested + 1))

    def literal(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "its end")
        if kind not in ("literal", "number"):
            raise PathError(f"The XPath has “{text}” where a text in quotes should stand")
        self.at += 1
        return text[1:-1] if kind == "literal" else text


def _place(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise PathError("A place among elements is a whole number from 1")
    return int(text)
