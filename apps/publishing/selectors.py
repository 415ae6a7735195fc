"""Reads of publishing: what runs, what would change, and what keeps a draft from running."""

from dataclasses import dataclass

from apps.campaigns.models import Campaign
from apps.engine.campaign import CampaignSpec
from apps.publishing import compile as compiler
from apps.publishing import specs
from apps.publishing.diff import changes
from apps.publishing.models import Publication, Version
from apps.publishing.problems import PublishProblem
from apps.publishing.problems import problems as draft_problems
from apps.publishing.readiness import Readiness, ReadinessItem, readiness

__all__ = [
    "Preview",
    "Readiness",
    "ReadinessItem",
    "current",
    "current_version",
    "preview",
    "problems",
    "readiness",
]


def current(campaign_id: int) -> CampaignSpec | None:
    """The campaign as it runs, None while nothing is published."""
    version_id = (
        Publication.objects.filter(campaign_id=campaign_id).values_list("version_id", flat=True).first()
    )
    return specs.load(version_id) if version_id is not None else None


def current_version(campaign: Campaign) -> Version | None:
    """The version that runs, None while nothing is published."""
    publication = Publication.objects.select_related("version").filter(campaign=campaign).first()
    return publication.version if publication else None


def problems(campaign: Campaign) -> list[PublishProblem]:
    """What keeps the campaign as it stands from being published."""
    return draft_problems(compiler.draft(campaign.pk))


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing now would do: the problems that forbid it, or the sentences of what changes."""

    problems: tuple[PublishProblem, ...] = ()
    changes: tuple[str, ...] = ()
    spec: CampaignSpec | None = None

    @property
    def possible(self) -> bool:
        """Whether there is something to publish, and nothing against it."""
        return not self.problems and bool(self.changes)


def preview(campaign: Campaign) -> Preview:
    """The draft against what runs; `spec` is the draft compiled, with its lists."""
    draft = compiler.draft(campaign.pk)
    found = draft_problems(draft)
    if found:
        return Preview(problems=tuple(found))
    version = current_version(campaign)
    spec = specs.with_lists(compiler.compiled(draft))
    if version is not None and specs.fingerprint(spec) == version.hash:
        return Preview(spec=spec)
    old = specs.load(version.pk) if version else None
    return Preview(changes=tuple(changes(old, spec)), spec=spec)
