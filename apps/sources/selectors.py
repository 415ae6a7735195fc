"""Reads of sources: the digests by which keys, links and blocked values are found, and what is live."""

from django.db.models import Q, QuerySet

from apps.campaigns.models import Campaign
from apps.core.clock import now
from apps.core.crypto import digest
from apps.sources.choices import BlockKind, SecretPlace
from apps.sources.models import Credential, InstructionLink, Terms, Webhook

CREDENTIAL_SCOPE = "credential"
LINK_SCOPE = "instructions"
WEBHOOK_SCOPE = "webhook"


def credential_digest(key: str) -> bytes:
    """By which a key is compared; the same for every company."""
    return digest(key, scope=CREDENTIAL_SCOPE)


def link_digest(token: str) -> bytes:
    """By which an instructions link is found."""
    return digest(token, scope=LINK_SCOPE)


def webhook_digest(token: str) -> bytes:
    """By which a webhook is found."""
    return digest(token, scope=WEBHOOK_SCOPE)


def webhook_find(token: str) -> Webhook | None:
    """The webhook of a token; None for any other token."""
    return Webhook.objects.filter(digest=webhook_digest(token)).first()


def webhook_secret_at(terms_id: int) -> str:
    """Where in the body of a webhook its vendor's secret stands; empty where it is not there."""
    row = Webhook.objects.filter(terms=terms_id, secret_in=SecretPlace.BODY)
    return row.values_list("secret_name", flat=True).first() or ""


def value_digest(company_id: int, kind: str, normal: str) -> bytes:
    """By which an e-mail address or a phone number is found within a company: on leads, in blocks and duplicates.

    `normal` is the engine's normal form; e-mail addresses are compared without regard to case.
    """
    value = normal.lower() if kind == BlockKind.EMAIL else normal
    return digest(value, scope=f"company:{company_id}")


def live_credentials(terms: Terms) -> QuerySet[Credential]:
    """The keys that are accepted now, newest first."""
    return terms.credentials.filter(_unexpired(), is_enabled=True)


def terms_with_live_key(campaign: Campaign) -> set[int]:
    """The ids of a campaign's terms that have a key which is accepted now."""
    rows = Credential.objects.filter(_unexpired(), terms__campaign=campaign, is_enabled=True)
    return set(rows.values_list("terms_id", flat=True))


def live_links(terms: Terms) -> QuerySet[InstructionLink]:
    """The instructions links that open now, newest first."""
    return terms.links.filter(_unexpired(), revoked_at=None)


def link_find(token: str) -> InstructionLink | None:
    """The live link of a token, with its terms, source, campaign and company; None for any other token."""
    links = InstructionLink.objects.select_related("terms__source__company", "terms__campaign__company")
    link = links.filter(digest=link_digest(token), revoked_at=None).first()
    if link is None or (link.expires_at is not None and link.expires_at <= now()):
        return None
    return link


def _unexpired() -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=now())
