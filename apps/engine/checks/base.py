"""What a check is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.normalise import PING, POST
from apps.engine.values import CheckLine, Facts, LeadData, Problem


@dataclass(frozen=True, slots=True)
class Subject:
    """A lead before the checks. `test` None: the test flag could not be read; `phase` as in `normalise`."""

    spec: CampaignSpec
    terms: TermsSpec
    data: LeadData
    facts: Facts
    test: bool | None
    phase: str = POST

    def awaits(self, name: str) -> bool:
        """Whether this is a ping without that field: it may still come, so it is judged on the post."""
        return self.phase == PING and name not in self.data.values

    def has_problem(self, name: str) -> bool:
        """Whether a field is known to be missing or malformed, so that no later check need say so again."""
        value = self.data.values.get(name)
        return name in self.data.missing if value is None else not value.valid


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the published order.

    `structure` tells that a test lead is refused by it too; of the other checks a test lead only hears as
    warnings.
    """

    key: str
    label: str
    run: Callable[[Subject], tuple[CheckLine, ...]]
    structure: bool = False


def line(check: str, problems: tuple[Problem, ...] = (), detail: str = "") -> CheckLine:
    """A line of the trace: passed when it found no problem."""
    return CheckLine(check, not problems, detail, problems)
