"""Everything that keeps a draft from being published, each with the object and the field at fault."""

from apps.campaigns.models import Campaign
from apps.publishing.problems import campaign as campaign_checks
from apps.publishing.problems import fields, selling, sources
from apps.publishing.problems.base import Draft, PublishProblem


def problems(campaign: Campaign) -> list[PublishProblem]:
    """The problems of a draft (as `compile.draft` gives it), the campaign's own first. None: it can be published."""
    draft = Draft(campaign)
    checks = (fields.problems, campaign_checks.problems, sources.problems, selling.problems)
    return [problem for check in checks for problem in check(draft)]


__all__ = ["PublishProblem", "problems"]
