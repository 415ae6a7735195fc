"""Many leads sent again by one person: done in batches, with its progress."""

from django.conf import settings
from django.db import models

from apps.companies.models import Company, CompanyQuerySet
from apps.deliveries.models.delivery import Delivery
from apps.leads.models import loose


class Redelivery(models.Model):
    """`lead_ids` are sent again in their order; the first `done` of them have had their turn. `sent` counts those that
    are under way since, the others were refused (sold meanwhile, or under way already).
    """

    company_path = "company"

    company = loose(Company)
    lead_ids = models.JSONField(default=list)
    order_id = models.BigIntegerField(null=True)
    """The one order they are sent to; null: all of their campaign, in turn."""
    ignores = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    done = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "redeliveries"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("id",), name="redelivery_open", condition=models.Q(finished_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{len(self.lead_ids)} leads sent again"


class StuckDelivery(Delivery):
    """A delivery that waits for a person: an answer is unknown, or it ended its process three times."""

    class Meta:
        proxy = True
        verbose_name = "delivery that waits for somebody"
        verbose_name_plural = "deliveries that wait for somebody"
