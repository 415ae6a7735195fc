"""Calls of the exchange that fail, each for one documented reason; compiled from the version like the sample itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.engine import describe
from apps.engine.campaign import CampaignSpec
from apps.engine.describe import BadSample
from apps.engine.normalise import PING, POST
from apps.engine.reasons import REASONS, message
from apps.engine.reply import render_exchange_fault
from apps.engine.values import Problem
from apps.posting_instructions.choices import Call
from apps.posting_instructions.pages.anchors import anchor
from apps.posting_instructions.pages.examples import WRONG_KEY, targeted

UNKNOWN_SRC = "nobody"
UNKNOWN_PING = "PING-0000000000000000"
_TEST_FLAG = "Test_Mode"
POSTED, EXPIRED, SWITCHED_OFF = "posted", "expired", "switched_off"
"""What has to have happened before: the ping id was posted, its time is over, the key was switched off."""


@dataclass(frozen=True, slots=True)
class BadCall:
    """A good call, changed, is answered with `reason`; `code` is that of its item of `errors`, `message` the text.

    `changes` and `removed` are of `data`, `system` and `without` of the top level. `before` names what has to have
    happened. With `is_warning` a test is accepted all the same, and the message is what a live call would be told, or
    what was kept as it was pinged.
    """

    call: Call
    title: str
    code: str
    message: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    system: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    before: str = ""
    is_warning: bool = False

    @property
    def key(self) -> str:
        """As it stands in addresses."""
        return anchor(f"{self.call.key} {self.reason} {self.title}")

    @property
    def reason(self) -> str:
        """The `reason` of the answer."""
        return REASONS[self.code].exchange

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return _FAULTS.get(self.code, 200)

    @property
    def answered(self) -> str:
        """The `status` of the answer."""
        return self.reason if self.code in _FAULTS else "rejected"

    @property
    def in_form(self) -> bool:
        """Whether the form can send it: it always sends a test, and cannot switch keys off."""
        return _TEST_FLAG not in self.changes and self.before != SWITCHED_OFF

    def data(self, sample: Mapping[str, Any]) -> dict[str, Any]:
        """What stands under `data`."""
        return {name: value for name, value in sample.items() if name not in self.removed} | dict(
            self.changes
        )

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The whole body that fails, from one that does not."""
        whole = {**body, "data": self.data(body["data"]), **self.system}
        return {name: value for name, value in whole.items() if name not in self.without}


_FAULTS = {
    code: render_exchange_fault(code, "post")[0]
    for code in ("missing_credentials", "invalid_key", "credential_disabled", "invalid_payload")
}


def calls_that_fail(spec: CampaignSpec, sample: Mapping[str, Any]) -> list[BadCall]:
    """Every bad example of a campaign, by call."""
    pinged = describe.ping_sample(spec, sample)
    found = [
        *_of_data(Call.PING, describe.bad_phase_samples(spec, pinged, phase=PING)),
        *_targeting(Call.PING, spec, pinged),
        *_of_request(Call.PING),
        *_of_data(
            Call.POST, describe.bad_phase_samples(spec, dict(sample), phase=POST, pinned=frozenset(pinged))
        ),
        *_of_ping_id(spec, pinged),
        *_of_request(Call.POST),
        *_of_data(Call.DIRECT_POST, describe.bad_phase_samples(spec, dict(sample), phase=POST)),
        *_targeting(Call.DIRECT_POST, spec, sample),
        *_of_request(Call.DIRECT_POST),
    ]
    return list({each.key: each for each in found}.values())


def _of_data(call: Call, samples: list[BadSample]) -> Iterator[BadCall]:
    for bad in samples:
        yield BadCall(call, bad.title, bad.code, bad.message, changes=bad.changes, removed=bad.removed)


def _targeting(call: Call, spec: CampaignSpec, sample: Mapping[str, Any]) -> Iterator[BadCall]:
    for code, name, value in targeted(spec):
        if name in sample:
            changes = {name: value}
            yield BadCall(
                call, f"{name} {value}", code, message(Problem(code)), changes=changes, is_warning=True
            )


def _of_ping_id(spec: CampaignSpec, pinged: Mapping[str, Any]) -> Iterator[BadCall]:
    def bad(title: str, code: str, **how: Any) -> BadCall:
        return BadCall(Call.POST, title, code, message(Problem(code)), **how)

    yield bad("without ping_id", "invalid_ping_id", without=("ping_id",))
    yield bad("a ping_id that is not yours", "invalid_ping_id", system={"ping_id": UNKNOWN_PING})
    yield bad("a ping_id that was posted", "ping_id_already_consumed", before=POSTED)
    yield bad("a ping_id whose time is over", "ping_id_expired", before=EXPIRED)
    changes = describe.differing(spec, pinged)
    if changes:
        title = f"another {next(iter(changes))} than pinged"
        yield bad(title, "ping_mismatch", changes=changes, is_warning=spec.auction.on_mismatch == "keep")


def _of_request(call: Call) -> Iterator[BadCall]:
    def bad(title: str, code: str, **how: Any) -> BadCall:
        return BadCall(call, title, code, message(Problem(code)), **how)

    yield bad("without SRC", "missing_credentials", without=("SRC",))
    yield bad("with a wrong KEY", "invalid_key", system={"KEY": WRONG_KEY})
    yield bad("with an unknown SRC", "invalid_key", system={"SRC": UNKNOWN_SRC})
    yield bad("with a KEY that was switched off", "credential_disabled", before=SWITCHED_OFF)
    yield bad("without data", "invalid_payload", without=("data",))
