"""How buyers receive leads: where to, in which form, and how the answer is read."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.buyers.choices import (
    AuthKind,
    BodyFormat,
    Charset,
    ClientAuth,
    EndpointKind,
    MappingKind,
    MappingPhase,
    Method,
    OnEmpty,
    OnTooLong,
    OnUnencodable,
    Phase,
    RetryProfile,
    RuleMatch,
    RuleOperator,
    RuleOutcome,
    SchemaKind,
    UnknownPolicy,
    ValueType,
)
from apps.buyers.models.buyer import Buyer
from apps.companies.models import CompanyQuerySet
from apps.core.crypto import EncryptedTextField


class Endpoint(models.Model):
    """How a buyer receives a lead: where to, in which format, and how the answer is read."""

    company_path = "buyer__company"

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=120)
    is_active = models.BooleanField("active", default=True, help_text="Live switch: off sends nothing here.")
    kind = models.CharField(
        "delivers by", max_length=8, choices=EndpointKind.choices, default=EndpointKind.HTTP
    )

    # --- Where to, and in which form ---
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.POST)
    url = models.CharField("URL", max_length=1000, blank=True)
    """Of an HTTP endpoint or, as sftp://host:port/folder, of a file drop."""
    body_format = models.CharField(max_length=10, choices=BodyFormat.choices, default=BodyFormat.JSON)
    charset = models.CharField("encoding", max_length=16, choices=Charset.choices, default=Charset.UTF_8)
    on_unencodable = models.CharField(
        "characters it lacks", max_length=8, choices=OnUnencodable.choices, default=OnUnencodable.CLOSEST
    )
    content_type = models.CharField(max_length=120, blank=True)
    namespaces = models.JSONField(default=list, blank=True)
    """Pairs of an XML prefix (empty for the default namespace) and its URI."""
    template = models.TextField(blank=True)
    """The body of the format raw, or the HTML of an e-mail; empty for the built-in one."""
    schema_kind = models.CharField(
        max_length=12, choices=SchemaKind.choices, default=SchemaKind.NONE, blank=True
    )
    schema_text = models.TextField("schema", blank=True)

    # --- Who we say we are; secrets act at once ---
    auth_kind = models.CharField(
        "authentication", max_length=10, choices=AuthKind.choices, default=AuthKind.NONE
    )
    auth_name = models.CharField(max_length=200, blank=True)
    """Header or query key, user, or OAuth client id, by `auth_kind`; the user of a file drop."""
    auth_secret = EncryptedTextField("secret", blank=True, default="")
    token_url = models.CharField("token URL", max_length=1000, blank=True)
    token_scope = models.CharField("scope", max_length=500, blank=True)
    token_audience = models.CharField("audience", max_length=500, blank=True)
    client_auth = models.CharField(max_length=8, choices=ClientAuth.choices, default=ClientAuth.BASIC)

    # --- How it is treated ---
    timeout_ms = models.PositiveIntegerField(
        "timeout (ms)", default=10_000, validators=[MinValueValidator(100), MaxValueValidator(60_000)]
    )
    retries = models.PositiveSmallIntegerField(default=5, validators=[MaxValueValidator(10)])
    retry_profile = models.CharField(
        max_length=8, choices=RetryProfile.choices, default=RetryProfile.STANDARD
    )
    unknown_policy = models.CharField(max_length=8, choices=UnknownPolicy.choices, default=UnknownPolicy.HOLD)
    status_url = models.CharField("status URL", max_length=1000, blank=True)
    rate_limit = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    """Requests per `rate_seconds`, over all processes."""
    rate_seconds = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    concurrency = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    """Requests under way at once, over all processes."""
    canary_minutes = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(5)])
    """How often the endpoint is tested by itself; null: never."""

    # --- Pings ---
    ping_url = models.CharField("ping URL", max_length=1000, blank=True)
    """Empty: not pinged. Headers and authentication are those of the post."""
    ping_method = models.CharField(max_length=8, choices=Method.choices, default=Method.POST)
    ping_format = models.CharField(max_length=10, choices=BodyFormat.choices, default=BodyFormat.JSON)
    ping_content_type = models.CharField(max_length=120, blank=True)
    ping_template = models.TextField(blank=True)
    ping_timeout_ms = models.PositiveIntegerField(
        "ping timeout (ms)", default=750, validators=[MinValueValidator(20), MaxValueValidator(10_000)]
    )

    # --- E-mail and file drops ---
    email_to = models.CharField("to", max_length=500, blank=True)
    email_subject = models.CharField("subject", max_length=200, blank=True)
    host_key = models.CharField(max_length=200, blank=True)
    """SHA256:… fingerprint of the SFTP server's key."""
    file_name = models.CharField(max_length=200, blank=True)
    file_minutes = models.PositiveIntegerField(default=60, validators=[MinValueValidator(1)])

    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("buyer", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("buyer", "name"), name="endpoint_name_per_buyer")
        ]

    def __str__(self) -> str:
        return f"{self.buyer}: {self.name}"


class EndpointHeader(models.Model):
    """A header of an endpoint. A secret value is encrypted, never shown again, and acts at once."""

    company_path = "endpoint__buyer__company"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="headers")
    name = models.CharField(max_length=120)
    value = models.CharField(max_length=1000, blank=True)
    secret = EncryptedTextField(
        blank=True, default="", help_text="Kept encrypted; sent in place of the value."
    )
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class Mapping(models.Model):
    """One row of an endpoint's mapping: a target path and where its value comes from."""

    company_path = "endpoint__buyer__company"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="mappings")
    phase = models.CharField("of the", max_length=8, choices=MappingPhase.choices, default=MappingPhase.POST)
    target = models.CharField(max_length=200, help_text="For example lead.address.zip or items[0].name.")
    kind = models.CharField(max_length=14, choices=MappingKind.choices, default=MappingKind.FIELD)
    source = models.CharField(
        max_length=64, blank=True, help_text="Posting name of the field, or the system value."
    )
    value = models.CharField(
        max_length=2000, blank=True, help_text="The constant, or a template such as {{ first }} {{ last }}."
    )
    part = models.CharField(max_length=20, blank=True)
    """Which part of the field, for the kind split: a key of `engine.mapping.PARTS`."""
    table = models.JSONField(default=list, blank=True, help_text="Pairs: ours, theirs.")
    branches = models.JSONField(default=list, blank=True)
    """For the kind branch: [{"expression": tree, "value": template}], the first that holds; else `default`."""
    default = models.CharField(max_length=500, blank=True)
    on_empty = models.CharField(max_length=8, choices=OnEmpty.choices, default=OnEmpty.OMIT)
    max_length = models.PositiveIntegerField(null=True, blank=True)
    on_too_long = models.CharField(max_length=8, choices=OnTooLong.choices, default=OnTooLong.TRUNCATE)
    value_type = models.CharField(max_length=8, choices=ValueType.choices, default=ValueType.TEXT)
    value_format = models.CharField(max_length=32, blank=True)
    format_argument = models.CharField(max_length=60, blank=True)
    """What the format needs beside the value: a date pattern, decimals, a currency, the words of yes and no."""
    secret = EncryptedTextField(blank=True, default="")
    """The key of an HMAC; acts at once."""
    encoding = models.CharField(max_length=10, blank=True)
    """How the text is wrapped in the end: a key of `engine.mapping.ENCODINGS`."""
    test_value = models.CharField(max_length=500, blank=True)
    """Sent in place of the value by Test Endpoint and canaries."""
    agreed = models.BooleanField(default=False)
    """Of a ping: personal data in the clear, as agreed with this buyer."""
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.target


class ResponseRule(models.Model):
    """When a buyer's answer matches, this is what it means. The first match wins."""

    company_path = "endpoint__buyer__company"

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="rules")
    phase = models.CharField("reads", max_length=8, choices=Phase.choices, default=Phase.POST)
    outcome = models.CharField(max_length=10, choices=RuleOutcome.choices)
    statuses = models.CharField(
        max_length=60, blank=True, help_text="For example 200,201 or 2xx. Empty: any 2xx."
    )
    content_type = models.CharField(max_length=80, blank=True)
    match = models.CharField(max_length=10, choices=RuleMatch.choices, default=RuleMatch.ANY)
    path = models.CharField(
        max_length=200, blank=True, help_text="For a JSON path, for example status or result.code."
    )
    operator = models.CharField(max_length=10, choices=RuleOperator.choices, default=RuleOperator.EQUALS)
    value = models.CharField(max_length=500, blank=True)
    reason_path = models.CharField(max_length=200, blank=True)
    price_path = models.CharField(max_length=200, blank=True)
    reference_path = models.CharField(max_length=200, blank=True)
    redirect_path = models.CharField(max_length=200, blank=True)
    promise_path = models.CharField(max_length=200, blank=True)
    shared_price_path = models.CharField(max_length=200, blank=True)
    expiry_path = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} rule"
