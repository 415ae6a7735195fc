"""Reads of sources: the digests by which keys, links and blocked values are found, and what is live."""

from django.db.models import Q, QuerySet

from apps.core.clock import now
from apps.core.crypto import digest
from apps.sources.choices import BlockKind
from apps.sources.models import Credential, InstructionLink, Terms

CREDENTIAL_SCOPE = "credential"
LINK_SCOPE = "instructions"


def credential_digest(key: str) -> bytes:
    """By which a key is compared; the same for every company."""
    return digest(key, scope=CREDENTIAL_SCOPE)


def link_digest(token: str) -> bytes:
    """By which an instructions link is found."""
    return digest(token, scope=LINK_SCOPE)


def value_digest(company_id: int, kind: str, normal: str) -> bytes:
    """By which an e-mail address or a phone number is found within a company: on leads, in blocks and duplicates.

    `normal` is the engine's normal form; e-mail addresses are compared without regard to case.
    """
    value = normal.lower() if kind == BlockKind.EMAIL else normal
    return digest(value, scope=f"company:{company_id}")


def live_credentials(terms: Terms) -> QuerySet[Credential]:
    """The keys that are accepted now, newest first."""
    not_expired = Q(expires_at=None) | Q(expires_at__gt=now())
    return terms.credentials.filter(not_expired, is_enabled=True)


def live_links(terms: Terms) -> QuerySet[InstructionLink]:
    """The instructions links that open now, newest first."""
    not_expired = Q(expires_at=None) | Q(expires_at__gt=now())
    return terms.links.filter(not_expired, revoked_at=None)


def link_find(token: str) -> InstructionLink | None:
    """The live link of a token, with its terms, source, campaign and company; None for any other token."""
    links = InstructionLink.objects.select_related("terms__source__company", "terms__campaign__company")
    link = links.filter(digest=link_digest(token), revoked_at=None).first()
    if link is None or (link.expires_at is not None and link.expires_at <= now()):
        return None
    return link
