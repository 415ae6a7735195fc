"""What changed between two versions, in sentences."""

from collections.abc import Iterator

from apps.engine.campaign import CampaignSpec
from apps.publishing.diff import auction, endpoints, requirements, selling


def changes(old: CampaignSpec | None, new: CampaignSpec) -> list[str]:
    """The sentences, in the order people think of a campaign; both values with their lists.

    Without an older version one sentence counts what the first holds.
    """
    if old is None:
        return [_first(new)]
    # Every difference has its sentence; should one be missing, publishing still says that something changed.
    return list(_changes(old, new)) or ["Details changed"]


def _changes(old: CampaignSpec, new: CampaignSpec) -> Iterator[str]:
    yield from requirements.settings(old, new)
    yield from auction.campaign(old, new)
    yield from requirements.fields(old, new)
    yield from requirements.rules(old, new)
    yield from requirements.caps(old.caps, new.caps, "")
    yield from selling.terms(old, new)
    yield from selling.groups(old, new)
    yield from selling.orders(old, new)
    yield from endpoints.endpoints(old, new)


def _first(spec: CampaignSpec) -> str:
    counts = (
        (len(spec.fields), "field"),
        (len(spec.terms), "source"),
        (len(spec.orders), "order"),
        (len(spec.endpoints), "endpoint"),
    )
    said = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts)
    return f"First version: {said}"


__all__ = ["changes"]
