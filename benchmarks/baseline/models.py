"""What a plain project would store for a lead."""

from typing import ClassVar

from django.db import models


class PlainLead(models.Model):  # noqa: DJ008
    email = models.EmailField(db_index=True)
    phone = models.CharField(max_length=20, db_index=True)
    data = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "baseline"


class PlainDelivery(models.Model):  # noqa: DJ008
    lead = models.ForeignKey(PlainLead, on_delete=models.CASCADE)
    status = models.CharField(max_length=10, default="pending")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "baseline"
        indexes: ClassVar = [models.Index(fields=("status",), name="plain_status")]
