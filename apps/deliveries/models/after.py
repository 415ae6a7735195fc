"""What follows a delivery: results to sources, copies to buyers, stored leads and files of them."""

from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.deliveries.choices import CallbackEvent, CallbackStatus, CopyStatus, FileStatus
from apps.deliveries.models.delivery import Delivery
from apps.leads.models import Lead, loose


class SourceCallback(models.Model):
    """The final result of a lead that was answered 202, or the correction of one that was told, to be posted to the
    source's callback URL.
    """

    company_path = "company"

    company = loose(Company)
    lead = models.ForeignKey(Lead, on_delete=models.DO_NOTHING, db_constraint=False, related_name="callbacks")
    url = models.CharField(max_length=500)
    event = models.CharField(
        max_length=10,
        choices=CallbackEvent.choices,
        default=CallbackEvent.RESULT,
        db_default=CallbackEvent.RESULT,
    )
    status = models.CharField(max_length=8, choices=CallbackStatus.choices, default=CallbackStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=("next_attempt_at",), name="callback_due", condition=models.Q(status="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"Callback of {self.lead_id}"


class LeadCopy(models.Model):
    """A sold lead on its way to one more endpoint of its buyer. Its failure changes nothing about the sale."""

    company_path = "company"

    id = models.BigIntegerField(primary_key=True)
    company = loose(Company)
    lead = models.ForeignKey(Lead, on_delete=models.DO_NOTHING, db_constraint=False, related_name="copies")
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, related_name="copies"
    )
    order_id = models.BigIntegerField()
    endpoint_id = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=CopyStatus.choices, default=CopyStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "lead copies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("lead", "order_id", "endpoint_id"), name="copy_once_per_sale")
        ]
        indexes: ClassVar = [
            models.Index(fields=("next_attempt_at",), name="copy_due", condition=models.Q(status="pending"))
        ]

    def __str__(self) -> str:
        return f"Copy of {self.lead_id}"


class DropFile(models.Model):
    """A CSV file of leads that an SFTP endpoint's buyer has bought."""

    company_path = "company"

    company = loose(Company)
    endpoint_id = models.BigIntegerField(db_index=True)
    number = models.PositiveIntegerField()
    """Counts the files of its endpoint, those that are forgotten included, so that no name comes twice."""
    name = models.CharField(max_length=250)
    leads = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=8, choices=FileStatus.choices, default=FileStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name


class StoredLead(models.Model):
    """A lead bought by an endpoint of the kind store or sftp: what it gets is the request of the attempt, sealed.

    `file` is the drop that took it, null while it waits; `fetched_at` when the buyer first read it.
    """

    company_path = "company"

    company = loose(Company)
    endpoint_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    lead = models.ForeignKey(Lead, on_delete=models.DO_NOTHING, db_constraint=False, related_name="stored")
    attempt = models.OneToOneField(
        "deliveries.Attempt",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="stored",
    )
    file = models.ForeignKey(DropFile, on_delete=models.PROTECT, null=True, related_name="rows")
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=("endpoint_id", "attempt"), name="stored_endpoint"),
            models.Index(
                fields=("endpoint_id",), name="stored_waiting", condition=models.Q(file__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"Stored {self.lead_id}"
