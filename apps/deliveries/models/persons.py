"""Persons on offer to buyers that refuse those they have bought already."""

from typing import ClassVar

from django.db import models


class PersonOffer(models.Model):
    """A lead is being offered to a buyer that refuses persons it has bought already: nobody else may offer it the same
    person meanwhile. Gone once the buyer has answered; an answer that is unknown keeps it, as long as the rule's days.
    """

    lead_id = models.BigIntegerField(db_index=True)
    delivery_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    offered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("delivery_id", "order_id"), name="offer_once_per_order")
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} to {self.order_id}"
