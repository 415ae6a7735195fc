"""What the query string of a simulated endpoint may say, read and bounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

FORMATS = ("json", "xml", "form", "soap")


class ParameterError(ValueError):
    """A parameter that cannot be meant; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The query string with its bounds. Absent parameters take the behaviour's default."""

    raw: Mapping[str, str]

    def without(self, name: str) -> "Parameters":
        """The same without one parameter."""
        return Parameters({key: value for key, value in self.raw.items() if key != name})

    def text(self, name: str, default: str = "") -> str:
        """The parameter as it was written."""
        return self.raw.get(name) or default

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`, the first by default."""
        value = self.raw.get(name) or allowed[0]
        if value not in allowed:
            raise ParameterError(f"{name} is one of {', '.join(allowed)}.")
        return value

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 600_000) -> int:
        """A whole number from `least` to `most`."""
        value = self.raw.get(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) <= 12 and least <= int(value) <= most):
            raise ParameterError(f"{name} is a whole number from {least} to {most}.")
        return int(value)

    def amount(self, name: str, default: str) -> Decimal:
        """An amount of money, never negative."""
        try:
            value = Decimal(self.raw.get(name) or default)
        except InvalidOperation:
            raise ParameterError(f"{name} is an amount like 12.50.") from None
        if not value.is_finite() or not 0 <= value < 10**9:
            raise ParameterError(f"{name} is an amount like 12.50.")
        return value
