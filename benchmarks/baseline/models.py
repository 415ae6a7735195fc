"""What a plain project would store for a lead, and for an auction."""

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


class PlainPing(models.Model):  # noqa: DJ008
    data = models.JSONField()
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "baseline"


class PlainBid(models.Model):  # noqa: DJ008
    ping = models.ForeignKey(PlainPing, on_delete=models.CASCADE)
    url = models.CharField(max_length=200)
    answer = models.JSONField()

    class Meta:
        app_label = "baseline"
