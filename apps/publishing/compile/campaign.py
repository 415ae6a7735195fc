"""The campaign itself: settings, fields, requirements and terms."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from apps.campaigns.models import Campaign, DuplicateRule, Field
from apps.campaigns.specs import field_spec
from apps.engine.campaign import CampaignSpec, FieldSpec, PayoutSpec, TermsSpec
from apps.engine.index import index
from apps.engine.requirements import ConsentSpec, DuplicateSpec, RuleSpec, VerificationSpec
from apps.engine.selling import AuctionSpec, MarginSpec
from apps.publishing.compile import parts, selling
from apps.publishing.compile.parts import Reader
from apps.sources.models import Terms
from apps.sources.specs import webhook_spec

_WITH = (
    "company__value_lists", "fields__choices", "windows", "holidays", "rules", "duplicate_rules", "caps", "groups",
    "terms__source", "terms__caps", "terms__webhook",
    "orders__buyer__caps", "orders__group", "orders__zip_list", "orders__price_bands", "orders__windows",
    "orders__caps", "orders__endpoint__buyer", "orders__endpoint__headers", "orders__endpoint__mappings",
    "orders__endpoint__rules", "orders__copies__endpoint__buyer", "orders__copies__endpoint__headers",
    "orders__copies__endpoint__mappings", "orders__copies__endpoint__rules",
)  # fmt: skip
_SAME = (
    "currency", "region", "description", "starts_on", "ends_on", "date_order", "strict_phone", "pad_zip",
    "idempotency_field", "answer_mode", "answer_budget_ms", "max_buyers", "traffic",
)  # fmt: skip


def draft(campaign_id: int) -> Campaign:
    """The campaign as it stands, with all that a version is made of. Raises Campaign.DoesNotExist."""
    rows = Campaign.objects.select_related("company", "zip_list").prefetch_related(*_WITH)
    return rows.get(pk=campaign_id)


def compiled(campaign: Campaign, *, version: int = 0) -> CampaignSpec:
    """The value of a draft, without lists. Raises ExpressionError on an expression `problems` would have named."""
    reader = Reader.of(campaign)
    spec = CampaignSpec(
        id=campaign.pk,
        company_id=campaign.company_id,
        company_number=campaign.company.number,
        company_name=campaign.company.name,
        number=campaign.number,
        name=campaign.name,
        version=version,
        time_zone=campaign.time_zone,
        fields=tuple(_field(field) for field in campaign.fields.all()),
        terms=tuple(_terms(terms, campaign, reader) for terms in sorted(campaign.terms.all(), key=_key)),
        groups=selling.groups(campaign),
        orders=selling.orders(campaign, reader),
        endpoints=selling.endpoints(campaign, reader),
        auction=_auction(campaign),
        **{name: getattr(campaign, name) for name in _SAME},
        **_requirements(campaign, reader),
    )
    return _with_roles(spec)


def _key(row: Any) -> int:
    return row.pk


def _requirements(campaign: Campaign, reader: Reader) -> dict[str, Any]:
    zone = campaign.time_zone
    holidays = tuple(holiday.day for holiday in campaign.holidays.all())
    rules = [rule for rule in campaign.rules.all() if rule.is_enabled]
    return {
        "schedule": parts.schedule(zone, campaign.windows.all(), holidays),
        "states": parts.targeting(campaign),
        "zips": parts.zip_targeting(campaign),
        "rules": tuple(
            RuleSpec(rule.kind, rule.name, reader.read(rule.expression), rule.is_public) for rule in rules
        ),
        "consent": ConsentSpec(campaign.consent, campaign.consent_strict),
        "duplicates": tuple(_duplicate(rule) for rule in parts.enabled(campaign.duplicate_rules.all())),
        "caps": parts.caps(campaign.caps.all(), zone, reader),
        "verification": VerificationSpec(
            email=campaign.verify_email,
            address=campaign.verify_address,
            ip=campaign.verify_ip,
            countries=tuple(sorted(campaign.ip_countries)) or ("US",),
        ),
    }


def _auction(campaign: Campaign) -> AuctionSpec:
    return AuctionSpec(
        deadline_ms=campaign.auction_ms,
        ping_valid_s=campaign.ping_valid_s,
        minimum_bid=campaign.minimum_bid,
        margin=parts.margin(campaign) or MarginSpec(),
        on_mismatch=campaign.on_mismatch,
        post_floor=campaign.post_floor,
        expected_value=campaign.expected_value,
    )


def _field(field: Field) -> FieldSpec:
    return replace(field_spec(field), minimum=_plain(field.minimum), maximum=_plain(field.maximum))


def _with_roles(spec: CampaignSpec) -> CampaignSpec:
    """A field that the engine knows by its type alone gets the role in writing, so that all readers agree."""
    roles = {field.name: role for role, field in index(spec).by_role.items()}
    fields = tuple(replace(field, role=field.role or roles.get(field.name, "")) for field in spec.fields)
    return replace(spec, fields=fields)


def _plain(number: Decimal | None) -> Decimal | None:
    """Without the zeros that the column adds."""
    if number is None:
        return None
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _duplicate(rule: DuplicateRule) -> DuplicateSpec:
    return DuplicateSpec(
        key=f"duplicate:{rule.pk}",
        fields=tuple(rule.fields),
        window_s=rule.window_hours * 3600,
        match=rule.match,
        scope=rule.scope,
        counts=rule.counts,
    )


def _terms(terms: Terms, campaign: Campaign, reader: Reader) -> TermsSpec:
    limits = ((terms.limit_per_second, 1), (terms.limit_per_minute, 60), (terms.limit_per_day, 86_400))
    return TermsSpec(
        id=terms.pk,
        source_id=terms.source_id,
        source_number=terms.source.number,
        source_name=terms.source.name,
        payout=PayoutSpec(terms.payout_kind, terms.payout_amount),
        caps=parts.caps(terms.caps.all(), campaign.time_zone, reader),
        rate_limits=tuple((most, seconds) for most, seconds in limits if most),
        ip_allow=tuple(terms.ip_allow),
        callback_url=terms.callback_url,
        minimum_bid=terms.minimum_bid,
        margin=parts.margin(terms),
        sample_payout=terms.sample_payout,
        pings_per_post=terms.pings_per_post,
        webhook=webhook_spec(terms.webhook) if hasattr(terms, "webhook") else None,
    )
