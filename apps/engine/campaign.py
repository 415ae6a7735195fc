"""The compiled campaign: what a lead must be and how it is sold, as one immutable value.

`publishing` builds a `CampaignSpec` from rows, stores it as the JSON of a version and loads it back; checks, routing
and the posting instructions read nothing else. Large lists are named by content hash and kept beside, in `lists`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from apps.engine.orders import EndpointSpec, GroupSpec, MappingRow, OrderSpec
from apps.engine.requirements import (
    CapSpec,
    ConsentSpec,
    DuplicateSpec,
    RuleSpec,
    ScheduleSpec,
    Targeting,
    ValueList,
    VerificationSpec,
    ZipTargeting,
)
from apps.engine.selling import AuctionSpec, MarginSpec


@dataclass(frozen=True, slots=True)
class Choice:
    """An accepted value of a choice field; synonyms are further spellings that mean it."""

    value: str
    label: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One datum of a campaign's lead. `type` is a key of `engine.fields.FIELD_TYPES`.

    `role` names what the platform knows the field as, whatever its posting name: `email phone first_name last_name
    address city state zip ip_address user_agent sub_id aff_id trustedform_url jornaya_id consent_text landing_page_url
    unique_identifier` or empty. Personal fields are masked wherever a person reads without the right to see them.
    """

    name: str
    type: str
    label: str = ""
    role: str = ""
    required: bool = False
    required_on_ping: bool = False
    personal: bool = False
    description: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PayoutSpec:
    """What the source earns: kind fixed (amount), percent (of the price) or margin (price − amount)."""

    kind: str = "fixed"
    amount: Decimal = Decimal("0")


@dataclass(frozen=True, slots=True)
class WebhookSpec:
    """How a source's webhook is read, as published: `mapping` rows give the lead's fields (`target` is a posting name,
    `source` a path into the payload), `test_path` is where the payload says that it is a test, beside the usual places.
    """

    mapping: tuple[MappingRow, ...] = ()
    test_path: str = ""
    known: tuple[str, ...] = ()
    """The places that the payload had by which it was mapped (`engine.webhook.places`), sorted."""


@dataclass(frozen=True, slots=True)
class TermsSpec:
    """One source on this campaign, as published. Keys, approval and pauses are live and not here."""

    id: int
    source_id: int
    source_number: int
    source_name: str
    payout: PayoutSpec = field(default_factory=PayoutSpec)
    caps: tuple[CapSpec, ...] = ()
    rate_limits: tuple[tuple[int, int], ...] = ()
    """Pairs of (requests, seconds)."""
    ip_allow: tuple[str, ...] = ()
    callback_url: str = ""
    minimum_bid: Decimal | None = None
    margin: MarginSpec | None = None
    """None: that of the order or the campaign."""
    sample_payout: Decimal = Decimal("0")
    """What a test ping is bid."""
    pings_per_post: int | None = None
    """So many pings may come for each post, over an hour; None: any number."""
    webhook: WebhookSpec | None = None
    """None while nothing is mapped: live leads that come by it are held."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class CampaignSpec:
    """A published campaign. `version` counts from 1 per campaign; ids are the rows' primary keys."""

    id: int
    company_id: int
    company_number: int
    company_name: str
    number: int
    name: str
    version: int
    time_zone: str
    currency: str = "USD"
    region: str = "US"
    description: str = ""
    fields: tuple[FieldSpec, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    schedule: ScheduleSpec | None = None
    states: Targeting = field(default_factory=Targeting)
    zips: ZipTargeting = field(default_factory=ZipTargeting)
    rules: tuple[RuleSpec, ...] = ()
    consent: ConsentSpec = field(default_factory=ConsentSpec)
    duplicates: tuple[DuplicateSpec, ...] = ()
    caps: tuple[CapSpec, ...] = ()
    verification: VerificationSpec = field(default_factory=VerificationSpec)
    date_order: str = "mdy"
    strict_phone: bool = False
    pad_zip: bool = False
    idempotency_field: str = ""
    answer_mode: str = "acceptance"
    """acceptance, or buyer: wait for the buyers up to `answer_budget_ms`."""
    answer_budget_ms: int = 8000
    max_buyers: int = 1
    traffic: str = "simple"
    """Which instructions sources read: simple (post and webhook) or exchange (ping and post)."""
    auction: AuctionSpec = field(default_factory=AuctionSpec)
    terms: tuple[TermsSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    orders: tuple[OrderSpec, ...] = ()
    endpoints: tuple[EndpointSpec, ...] = ()
    lists: Mapping[str, ValueList] = field(default_factory=dict)
