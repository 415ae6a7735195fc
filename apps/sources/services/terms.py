"""Writes of sources: terms with their key and link, approval, switches. Acts at once unless it says otherwise."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from apps.campaigns.models import Campaign
from apps.companies.models import Company
from apps.companies.services import record, switch_set
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.core.ids import new_key, new_token
from apps.sources.choices import Approval
from apps.sources.models import Credential, InstructionLink, Source, Terms, TermsCap
from apps.sources.selectors import credential_digest, link_digest, link_find, live_credentials

MOST_LIVE_KEYS = 2


@dataclass(frozen=True, slots=True)
class OpenedTerms:
    """New terms with what their source needs to begin: the key and the token of the instructions link."""

    terms: Terms
    key: str = field(repr=False)
    token: str = field(repr=False)


@transaction.atomic
def source_create(company: Company, *, name: str, by: Any, **attributes: Any) -> Source:
    """A new source of a company."""
    source = Source.objects.create(company=company, name=name, **attributes)
    record(source, by=by, action="source.created", summary=f"Source “{source}” created")
    return source


def source_set_active(source: Source, *, active: bool, by: Any) -> bool:
    """The live switch of a source: off refuses its leads on every campaign."""
    return switch_set(source, on=active, by=by)


@transaction.atomic
def terms_create(source: Source, campaign: Campaign, *, by: Any, **attributes: Any) -> OpenedTerms:
    """One source on one campaign, in testing, with its first key and instructions link.

    Published by the campaign's next version. Raises ApplicationError when the two are of different companies.
    """
    if source.company_id != campaign.company_id:
        raise ApplicationError("Source and campaign belong to different companies.", code="other_company")
    if Terms.objects.filter(source=source, campaign=campaign).exists():
        raise ApplicationError(f"“{source}” is on “{campaign}” already.", code="terms_exist", field="source")
    terms = Terms.objects.create(source=source, campaign=campaign, **attributes)
    return terms_prepare(terms, by=by)


@transaction.atomic
def terms_prepare(terms: Terms, *, by: Any) -> OpenedTerms:
    """Give terms that were just saved their first key and instructions link."""
    record(terms, by=by, action="terms.created", summary=f"Terms of {terms} created")
    key = credential_rotate(terms, by=by)
    link = instruction_link_create(terms, by=by)
    return OpenedTerms(terms, key, link.token)


@transaction.atomic
def terms_approve(terms: Terms, *, by: Any) -> bool:
    """Take live leads on these terms from now on. False when they were approved already."""
    return _set_approval(terms, Approval.APPROVED, by=by)


@transaction.atomic
def terms_withdraw(terms: Terms, *, by: Any) -> bool:
    """Back to testing: only test leads are taken. False when they were in testing already."""
    return _set_approval(terms, Approval.TESTING, by=by)


def terms_set_active(terms: Terms, *, active: bool, by: Any) -> bool:
    """The live switch of terms: off refuses every lead on them."""
    return switch_set(terms, on=active, by=by)


@transaction.atomic
def terms_cap_add(terms: Terms, *, by: Any, **attributes: Any) -> TermsCap:
    """A cap of one source on one campaign; acts when published."""
    cap = TermsCap.objects.create(terms=terms, **attributes)
    record(cap, by=by, action="cap.added", summary=f"Cap of {cap} added to {terms}")
    return cap


@transaction.atomic
def credential_rotate(terms: Terms, *, by: Any) -> str:
    """A new key beside the one in use, so that the source can change over; the key is returned.

    Two keys may be live at once. Raises ApplicationError while there are two: the old one is to be revoked first.
    """
    Terms.objects.select_for_update().get(pk=terms.pk)
    if live_credentials(terms).count() >= MOST_LIVE_KEYS:
        raise ApplicationError(
            "Two keys are live already. Revoke the one that the source no longer uses, then make a new one.",
            code="too_many_keys",
            status=409,
        )
    key = new_key()
    credential = Credential.objects.create(terms=terms, key=key, digest=credential_digest(key))
    record(credential, by=by, action="credential.created", summary=f"New key for {terms}")
    return key


@transaction.atomic
def credential_revoke(credential: Credential, *, by: Any) -> bool:
    """Refuse a key from now on. False when it was off already."""
    changed = Credential.objects.filter(pk=credential.pk, is_enabled=True).update(is_enabled=False)
    credential.is_enabled = False
    if changed:
        summary = f"Key of {credential.terms} revoked"
        record(credential, by=by, action="credential.revoked", summary=summary)
    return bool(changed)


@transaction.atomic
def instruction_link_create(terms: Terms, *, by: Any, expires_at: datetime | None = None) -> InstructionLink:
    """A new unguessable link to the posting instructions; `link.token` is its secret part."""
    token = new_token()
    link = InstructionLink.objects.create(
        terms=terms, token=token, digest=link_digest(token), expires_at=expires_at
    )
    record(link, by=by, action="link.created", summary=f"Instructions link for {terms} created")
    return link


@transaction.atomic
def instruction_link_revoke(link: InstructionLink, *, by: Any) -> bool:
    """Close a link for good. False when it was closed already."""
    changed = InstructionLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now())
    if changed:
        record(link, by=by, action="link.revoked", summary=f"Instructions link for {link.terms} revoked")
    return bool(changed)


def instruction_link_open(token: str) -> InstructionLink | None:
    """The live link of a token, its visit counted; None when there is none, it expired or it was revoked."""
    link = link_find(token)
    if link is not None:
        InstructionLink.objects.filter(pk=link.pk).update(visits=F("visits") + 1, last_visit_at=now())
    return link


def _set_approval(terms: Terms, approval: Approval, *, by: Any) -> bool:
    approved_at = now() if approval == Approval.APPROVED else None
    rows = Terms.objects.filter(pk=terms.pk).exclude(approval=approval)
    changed = rows.update(approval=approval, approved_at=approved_at)
    if changed:
        terms.approval, terms.approved_at = approval, approved_at
        verb = "approved" if approval == Approval.APPROVED else "back in testing"
        record(terms, by=by, action=f"terms.{approval}", summary=f"Terms of {terms} {verb}")
    return bool(changed)
