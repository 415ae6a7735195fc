"""Why something that belongs to a campaign is not live, in sentences. Reads what runs, never the draft."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from apps.campaigns.models import Campaign


def published(campaign: Campaign) -> dict[str, Any] | None:
    """The stored content of the version that runs, None while none does."""
    try:
        return campaign.publication.version.content
    except ObjectDoesNotExist:
        return None


def unpublished_note(campaign: Campaign, kind: str, pk: int) -> str:
    """Why a row of this kind (terms, orders, endpoints) does not run yet; empty when the running version holds it."""
    content = published(campaign)
    if content is None:
        return f"{campaign} has no published version: nothing of it runs."
    if any(entry.get("id") == pk for entry in content.get(kind, ())):
        return ""
    return f"Not part of what {campaign} runs (version {content.get('version')}): publish the campaign."


def paused_note(row: Any) -> str:
    """That a row's live switch is off, or an empty text."""
    return "" if row.is_active else f"{str(row._meta.verbose_name).capitalize()} “{row}” is paused."
