"""Values of mapping a webhook: what a payload tells, and what is proposed for it."""

from dataclasses import dataclass
from typing import Any

from apps.engine.orders import MappingRow
from apps.engine.webhook.walking import Row


@dataclass(frozen=True, slots=True)
class Told:
    """A value of a payload, the question it answers, the (id, text) of its options where it was answered by id, and
    whether it only tells about another value.
    """

    row: Row
    label: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_about: bool = False

    @property
    def shown(self) -> Any:
        """The value, answers by id in their texts."""
        if not self.options:
            return self.row.value
        texts = dict(self.options)
        if isinstance(self.row.value, list):
            return [texts.get(one, one) for one in self.row.value]
        return texts.get(self.row.value, self.row.value)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row proposed for a field (`row.target`), from 0 to 1 how sure it is, the paths it reads, and by what it was
    found: template, name, value, split or join.
    """

    row: MappingRow
    confidence: float
    paths: tuple[str, ...]
    why: str
