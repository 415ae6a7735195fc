"""What comes to a behaviour, and the choices that follow from it alone."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apps.simulator.answers import Answer, fingerprint
from apps.simulator.journal import Journal, Received
from apps.simulator.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to one behaviour: all that an answer may depend on."""

    received: Received
    parameters: Parameters
    journal: Journal

    @property
    def identity(self) -> bytes:
        """What makes two requests the same to a buyer: the key, else the body, else the query."""
        received = self.received
        return received.key.encode() or received.body or repr(sorted(received.query.items())).encode()

    @property
    def wait_ms(self) -> int:
        """How long the buyer takes: `ms`, and of every `late_every`th request to it `late` instead."""
        late = self.parameters.whole("late", 0)
        if late:
            every = self.parameters.whole("late_every", 2, least=1, most=1_000_000)
            received = self.received
            times = self.journal.times_seen(f"turn of {received.buyer} {received.behaviour}")
            if times % every == every - 1:
                return late
        return self.parameters.whole("ms", 0)


Behave = Callable[[Visit], Answer]


def by_weight(visit: Visit, defaults: Mapping[str, int]) -> str:
    """One of the names, by the weights that the parameters give them; always the same for the same request."""
    weights: Mapping[str, int] = {name: visit.parameters.whole(name, 0, most=10_000) for name in defaults}
    if not any(weights.values()):
        weights = defaults
    place = fingerprint(visit.identity) % sum(weights.values())
    ends = itertools.accumulate(weights.values())
    return next(name for name, end in zip(weights, ends, strict=True) if place < end)
