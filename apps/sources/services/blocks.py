"""Writes of blocks: values that are refused at once for a company, a campaign or one source's terms."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from django.db import transaction

from apps.campaigns.models import Campaign
from apps.companies.models import Company
from apps.companies.services import record
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.core.redact import mask_value
from apps.engine.campaign import FieldSpec
from apps.engine.fields import FIELD_TYPES, Context
from apps.sources.choices import BlockKind
from apps.sources.hashes import hash_rows
from apps.sources.models import Block, Terms
from apps.sources.selectors import value_digest
from apps.sources.services.hashes import hashes_keep

LONGEST_PATTERN = 200


@dataclass(frozen=True, slots=True)
class BlockScope:
    """Where a block holds: everywhere in the company, on one campaign, or on one source's terms."""

    campaign: Campaign | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """How a value is kept."""

    digest: bytes | None = None
    pattern: str = ""
    hint: str = ""


@transaction.atomic
def block_add(
    company: Company,
    *,
    kind: BlockKind,
    value: str,
    by: Any,
    scope: BlockScope | None = None,
    **attributes: Any,
) -> Block:
    """Refuse a value from now on. `attributes` are `note` and `expires_at`.

    Phones and e-mail addresses are normalised as leads are and kept as digests; sub and affiliate ids may hold `*`.
    Raises ApplicationError when the value is none of its kind, or the scope is another company's.
    """
    scope = scope or BlockScope()
    _refuse_foreign(company, scope)
    kept = _stored(company, scope, BlockKind(kind), value.strip())
    block = Block.objects.create(
        company=company,
        campaign=scope.campaign,
        terms=scope.terms,
        kind=kind,
        digest=kept.digest,
        pattern=kept.pattern,
        hint=kept.hint,
        created_by=by,
        **attributes,
    )
    record(block, by=by, action="block.added", summary=f"{block} blocked")
    return block


@transaction.atomic
def block_remove(block: Block, *, by: Any) -> None:
    """Take a value again from now on."""
    record(block, by=by, action="block.removed", summary=f"{block} no longer blocked")
    block.delete()


def _refuse_foreign(company: Company, scope: BlockScope) -> None:
    owners = {
        scope.campaign.company_id if scope.campaign else company.pk,
        scope.terms.source.company_id if scope.terms else company.pk,
    }
    if owners != {company.pk}:
        raise ApplicationError("The block's scope belongs to another company.", code="other_company")


def _stored(company: Company, scope: BlockScope, kind: BlockKind, value: str) -> _Stored:
    if kind in (BlockKind.EMAIL, BlockKind.PHONE):
        normal = _normal(scope, kind, value)
        # The value is known only now; the block itself keeps its hashes from being forgotten.
        at = now()
        hashes_keep((found, kept, at) for found, kept in hash_rows(company.pk, kind, normal))
        return _Stored(digest=value_digest(company.pk, kind, normal), hint=mask_value(kind, normal))
    if not value or len(value) > LONGEST_PATTERN:
        raise ApplicationError("Give a value of 1 to 200 characters.", code="block_value", field="value")
    pattern = _network(value) if kind == BlockKind.IP else value
    return _Stored(pattern=pattern, hint=pattern[:120])


def _normal(scope: BlockScope, kind: BlockKind, value: str) -> str:
    campaign = scope.campaign or (scope.terms.campaign if scope.terms else None)
    context = Context(today=now().date(), region=campaign.region if campaign else "US")
    read = FIELD_TYPES[kind].parse(value, FieldSpec(kind, kind), context)
    if not read.valid:
        what = "phone number" if kind == BlockKind.PHONE else "e-mail address"
        raise ApplicationError(f"This is no {what}.", code="block_value", field="value")
    return read.normal


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        sentence = "Give an IP address or a network such as 192.0.2.0/24."
        raise ApplicationError(sentence, code="block_value", field="value") from None
