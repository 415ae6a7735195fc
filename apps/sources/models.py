"""Who sends leads, on which terms, with which keys; and what is blocked."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.campaigns.choices import MarginKind
from apps.campaigns.models import Campaign, CapBase
from apps.companies.models import Company, CompanyQuerySet
from apps.core.crypto import EncryptedTextField
from apps.core.ids import new_src
from apps.sources.choices import Approval, BlockKind, PayoutKind, SecretPlace, SignatureKind


class Source(models.Model):
    """Somebody who sends leads."""

    NUMBER_OFFSET = 3000
    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=120)
    contact_email = models.EmailField(blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Live switch: off refuses its leads at once."
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "name"), name="source_name_per_company")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        """The `sourceid` sources send."""
        return self.NUMBER_OFFSET + self.pk


class Terms(models.Model):
    """One source on one campaign. Approval, pause and keys are live; payout, caps and limits act when published."""

    company_path = "source__company"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="terms")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="terms")
    approval = models.CharField(max_length=10, choices=Approval.choices, default=Approval.TESTING)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(
        "active", default=True, help_text="Live switch: off refuses leads at once."
    )
    payout_kind = models.CharField(max_length=8, choices=PayoutKind.choices, default=PayoutKind.FIXED)
    payout_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    ip_allow = models.JSONField(
        default=list,
        blank=True,
        help_text="Addresses or networks the source posts from. Empty: from anywhere.",
    )
    limit_per_second = models.PositiveIntegerField(null=True, blank=True)
    limit_per_minute = models.PositiveIntegerField(null=True, blank=True)
    limit_per_day = models.PositiveIntegerField(null=True, blank=True)
    callback_url = models.URLField(
        blank=True, max_length=500, help_text="Where the final result is posted when the answer was 202."
    )
    tells_caps = models.BooleanField(
        "tell how much is left",
        default=False,
        help_text="Live: the instructions say of each cap whether more than half, less than half, little or nothing "
        "is left; never a number.",
    )
    src = models.CharField(
        "SRC", max_length=40, unique=True, null=True, blank=True, editable=False, default=new_src
    )
    """Who sends, on the exchange: unguessable enough not to be met by chance, no secret."""
    minimum_bid = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    margin_kind = models.CharField("margin", max_length=8, choices=MarginKind.choices, blank=True, default="")
    margin_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    margin_bands = models.JSONField(default=list, blank=True)
    """[{"above", "kind", "amount"}]: margins for prices of at least so much."""
    sample_payout = models.DecimalField(max_digits=10, decimal_places=2, default=10)
    """What a test ping is bid."""
    pings_per_post = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "terms"
        ordering = ("campaign", "source")
        constraints: ClassVar = [models.UniqueConstraint(fields=("source", "campaign"), name="terms_once")]

    def __str__(self) -> str:
        return f"{self.source} on {self.campaign}"


class Credential(models.Model):
    """A key of terms. Two may be live at once, so that a source can change over without a gap.

    The key is encrypted (the instructions page shows it again); it is compared by keyed digest.
    """

    company_path = "terms__source__company"

    terms = models.ForeignKey(Terms, on_delete=models.CASCADE, related_name="credentials")
    key = EncryptedTextField()
    digest = models.BinaryField(max_length=32)
    is_enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"Key of {self.terms}"


class TermsCap(CapBase):
    """A cap of one source on one campaign: message `Day cap`, `Month cap`, …"""

    cap_subject = "terms"
    company_path = "terms__source__company"

    terms = models.ForeignKey(Terms, on_delete=models.CASCADE, related_name="caps")

    objects = CompanyQuerySet.as_manager()


class Block(models.Model):
    """A value that is refused: for the whole company, one campaign, or one source's terms. Acts at once.

    Phone and e-mail are kept as keyed digests with a masked hint; sub ids, affiliate ids and networks as text, `*`
    standing for any characters.
    """

    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="blocks")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks"
    )
    terms = models.ForeignKey(Terms, on_delete=models.CASCADE, null=True, blank=True, related_name="blocks")
    kind = models.CharField(max_length=8, choices=BlockKind.choices)
    digest = models.BinaryField(max_length=32, null=True, blank=True)
    pattern = models.CharField(max_length=200, blank=True)
    hint = models.CharField(max_length=120, blank=True, help_text="The value, masked where it is personal.")
    note = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes: ClassVar = [
            models.Index(fields=("company", "kind", "digest"), name="block_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hint or self.pattern}"


class HashedValue(models.Model):
    """By which hash an e-mail address or phone number is found: `digest` is the keyed digest of the hash, `value` that
    of the value itself, as leads, claims and blocks have it; both within a company. Kept until `until`, and longer for
    a block.
    """

    digest = models.BinaryField(primary_key=True, max_length=16)
    value = models.BinaryField(max_length=16)
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=("until",), name="hashed_until")]

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d}"


class InstructionLink(models.Model):
    """An unguessable link to the posting instructions of some terms: found by digest, shown again by decryption."""

    company_path = "terms__source__company"

    terms = models.ForeignKey(Terms, on_delete=models.CASCADE, related_name="links")
    token = EncryptedTextField()
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    visits = models.PositiveIntegerField(default=0)
    last_visit_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"Instructions for {self.terms}"


class Webhook(models.Model):
    """The address at which a form vendor posts leads on some terms, in its own names. One a source and campaign.

    The token is encrypted (people see it again) and found by digest. Token, secrets and signature are live; the
    mapping and where a payload says that it is a test act when published. `mapping` is a list of objects with the
    attributes of `engine.orders.MappingRow` that differ from their defaults.
    """

    company_path = "terms__source__company"

    terms = models.OneToOneField(Terms, on_delete=models.CASCADE, primary_key=True, related_name="webhook")
    token = EncryptedTextField()
    digest = models.BinaryField(max_length=32, unique=True)
    secret_in = models.CharField(
        "secret", max_length=8, choices=SecretPlace.choices, blank=True, default=SecretPlace.NONE
    )
    secret_name = models.CharField(
        max_length=200, blank=True, help_text="The header's name, or the path in the body such as google_key."
    )
    secret = EncryptedTextField(blank=True, default="")
    signed = models.CharField(
        "signature", max_length=8, choices=SignatureKind.choices, blank=True, default=SignatureKind.NONE
    )
    signature_header = models.CharField(
        max_length=100, blank=True, help_text="For example Typeform-Signature or X-Hub-Signature-256."
    )
    signing_secret = EncryptedTextField(blank=True, default="")
    mapping = models.JSONField(default=list, blank=True)
    test_path = models.CharField(max_length=500, blank=True)
    known = models.JSONField(default=list, blank=True)
    """The places of the payload by which it was mapped, so that others can be told."""
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Webhook of {self.terms}"
