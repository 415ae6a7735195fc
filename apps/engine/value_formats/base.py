"""What a format of values is, and the readings all of them share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


class UnwritableError(ValueError):
    """The value does not have the form that the format needs; the message is fit for people and shows no
    value.
    """


def _no_problem(argument: str) -> str:
    return ""


def objection_of(read: Callable[[str], object]) -> Callable[[str], str]:
    """From a reading that raises `UnwritableError` to what is wrong with a text, in words, or an empty text."""

    def problem(text: str) -> str:
        try:
            read(text)
        except UnwritableError as error:
            return str(error)
        return ""

    return problem


@dataclass(frozen=True, slots=True)
class Argument:
    """What a format takes beside the value: the label and an example of its input, and what an empty one means.

    `problem` says in words what is wrong with a text. `choices` are (text, label) where there are only these.
    """

    label: str
    example: str
    default: str = ""
    problem: Callable[[str], str] = _no_problem
    choices: tuple[tuple[str, str], ...] = ()

    def objection(self, argument: str) -> str:
        """What is wrong with an argument, in words, or an empty text."""
        text = argument or self.default
        if self.choices and text not in dict(self.choices):
            return f"“{text}” is none of {', '.join(dict(self.choices))}"
        return self.problem(text)


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """A registered format: its key, what people read in the menu, an example, and the function.

    `apply` takes the value, then the argument if the format has one, then the secret if it needs one.
    """

    key: str
    label: str
    example: str
    apply: Callable[..., Any]
    argument: Argument | None = None
    needs_secret: bool = False

    def write(self, value: Any, argument: str = "", secret: str = "") -> Any:
        """A normal form as the buyer reads it. Raises `UnwritableError`."""
        given: list[str] = []
        if self.argument is not None:
            objection = self.argument.objection(argument)
            if objection:
                raise UnwritableError(f"has a format that cannot be used: {objection}")
            given.append(argument or self.argument.default)
        if self.needs_secret:
            if not secret:
                raise UnwritableError("needs its secret, and the endpoint has none")
            given.append(secret)
        return self.apply(value, *given)

    def problem(self, argument: str) -> str:
        """What is wrong with an argument of this format, in words, or an empty text."""
        if self.argument is None:
            return "This format takes nothing beside the value" if argument else ""
        return self.argument.objection(argument)


def as_text(value: Any) -> str:
    """The plain text of a normal form: true/false, plain decimals, ISO dates, lists joined by commas."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple | list):
        return ",".join(as_text(item) for item in value)
    return "" if value is None else str(value)


def as_boolean(value: Any) -> bool:
    """A yes or no from a boolean or its usual words. Raises `UnwritableError`."""
    word = as_text(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise UnwritableError("is neither a yes nor a no")


def as_number(value: Any) -> Decimal:
    """A finite decimal from a number or its text (`$` and thousands commas allowed). Raises
    `UnwritableError`.
    """
    text = as_text(value).strip().lstrip("$").replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?", text):
        raise UnwritableError("is not a number")
    return Decimal(text)


def as_date(value: Any) -> date:
    """A date from a date, a time or ISO text. Raises `UnwritableError`."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(as_text(value)[:10])
    except ValueError:
        raise UnwritableError("is not a date") from None


def as_instant(value: Any) -> datetime:
    """An instant in UTC from a time, a date (its midnight) or ISO text. Raises `UnwritableError`."""
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(as_text(value))
        except ValueError:
            raise UnwritableError("is not a time") from None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
