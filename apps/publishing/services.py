"""Writes of publishing: publish a draft, roll back to an older version."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from apps.campaigns.models import Campaign
from apps.companies.services import record
from apps.core.errors import ApplicationError
from apps.engine.campaign import CampaignSpec
from apps.engine.requirements import DuplicateSpec
from apps.publishing import compile as compiler
from apps.publishing import specs
from apps.publishing.diff import changes
from apps.publishing.models import Publication, Version
from apps.publishing.problems import PublishProblem, problems
from apps.publishing.revival import revived
from apps.publishing.selectors import current_version


class PublishRefusedError(ApplicationError):
    """The draft cannot run; `problems` name the objects and fields at fault."""

    def __init__(self, found: Sequence[PublishProblem]) -> None:
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        super().__init__(f"{found[0].message}.{more}", code="publish_refused", status=409)
        self.problems = tuple(found)


class NothingChangedError(ApplicationError):
    """The draft equals what runs."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Nothing has changed since version {number}.", code="nothing_changed", status=409)
        self.number = number


@dataclass(frozen=True, slots=True)
class Published:
    """A new version, and what must follow it.

    `new_duplicate_rules` are rules that were not in force before: the caller has history claimed for them by the leads
    floor, which lies above this one.
    """

    version: Version
    new_duplicate_rules: tuple[DuplicateSpec, ...] = ()

    @property
    def spec(self) -> CampaignSpec:
        """The campaign as it runs now, with its lists."""
        return specs.load(self.version.pk)


@transaction.atomic
def publish(campaign: Campaign, *, by: Any, note: str = "") -> Published:
    """Compile the campaign as it stands and let it run, at once in every process.

    Raises PublishRefusedError when it cannot run, NothingChangedError when it runs already.
    """
    _lock(campaign)
    draft = compiler.draft(campaign.pk)
    found = problems(draft)
    if found:
        raise PublishRefusedError(found)
    return _run(draft, compiler.compiled(draft), by=by, note=note)


@transaction.atomic
def roll_back(campaign: Campaign, number: int, *, by: Any, note: str = "") -> Published:
    """Let an older version's content run again, as a new version; the draft that people edit stays as it is.

    Terms and orders deleted since are left out. Raises ApplicationError when there is no such version,
    PublishRefusedError when it cannot run any more, NothingChangedError when it is what runs.
    """
    _lock(campaign)
    version = Version.objects.filter(campaign=campaign, number=number).first()
    if version is None:
        raise ApplicationError(
            f"There is no version {number}.", code="no_version", field="number", status=404
        )
    spec, found = revived(specs.undump(version.content))
    if found:
        raise PublishRefusedError(found)
    return _run(campaign, spec, by=by, note=note, rolled_back_to=number)


def _lock(campaign: Campaign) -> None:
    Campaign.objects.select_for_update().get(pk=campaign.pk)


def _run(
    campaign: Campaign, spec: CampaignSpec, *, by: Any, note: str, rolled_back_to: int | None = None
) -> Published:
    before = current_version(campaign)
    fingerprint = specs.fingerprint(spec)
    if before is not None and before.hash == fingerprint:
        raise NothingChangedError(before.number)
    last = campaign.versions.order_by("-number").values_list("number", flat=True).first()
    spec = replace(spec, version=(last or 0) + 1)
    old = specs.undump(before.content) if before else None
    version = Version.objects.create(
        campaign=campaign,
        number=spec.version,
        content=specs.dump(spec),
        hash=fingerprint,
        changes=_told(old, spec),
        note=note,
        rolled_back_to=rolled_back_to,
        published_by=by,
    )
    Publication.objects.update_or_create(campaign=campaign, defaults={"version": version})
    _tell(campaign, version, by)
    return Published(version, _newly_refused(old, spec))


def _told(old: CampaignSpec | None, spec: CampaignSpec) -> list[str]:
    """The sentences of the diff. Only lists that changed are read: counting zips is what they are needed for."""
    if old is None:
        return changes(None, spec)
    differing = specs.list_hashes(old) ^ specs.list_hashes(spec)
    return changes(specs.with_lists(old, only=differing), specs.with_lists(spec, only=differing))


def _tell(campaign: Campaign, version: Version, by: Any) -> None:
    back = version.rolled_back_to
    action = "campaign.rolled_back" if back else "campaign.published"
    rest = (
        f"rolled back to version {back}, as version {version.number}"
        if back
        else f"version {version.number} published"
    )
    record(
        campaign,
        by=by,
        action=action,
        summary=f"Campaign “{campaign}”: {rest}",
        data={"version": version.number, "hash": version.hash, "changes": version.changes[:50]},
    )


def _newly_refused(old: CampaignSpec | None, new: CampaignSpec) -> tuple[DuplicateSpec, ...]:
    """Rules whose claims the leads taken so far do not hold yet; a shorter window needs no back-fill."""
    known = (
        {(each.scope, each.fields, each.match, each.counts): each.window_s for each in old.duplicates}
        if old
        else {}
    )
    return tuple(
        each
        for each in new.duplicates
        if each.window_s > known.get((each.scope, each.fields, each.match, each.counts), 0)
    )
