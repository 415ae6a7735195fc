"""Writes of buyers themselves: buyers, their switch, caps over all their orders."""

from typing import Any

from django.db import transaction

from apps.buyers.models import Buyer, BuyerCap
from apps.companies.models import Company
from apps.companies.services import record, switch_set


@transaction.atomic
def buyer_create(company: Company, *, name: str, by: Any, **attributes: Any) -> Buyer:
    """A new buyer of a company."""
    buyer = Buyer.objects.create(company=company, name=name, **attributes)
    record(buyer, by=by, action="buyer.created", summary=f"Buyer “{buyer}” created")
    return buyer


def buyer_set_active(buyer: Buyer, *, active: bool, by: Any) -> bool:
    """The live switch of a buyer: off passes over all its orders."""
    return switch_set(buyer, on=active, by=by)


@transaction.atomic
def buyer_cap_add(buyer: Buyer, *, by: Any, **attributes: Any) -> BuyerCap:
    """A cap over all of a buyer's orders."""
    cap = BuyerCap.objects.create(buyer=buyer, **attributes)
    record(cap, by=by, action="cap.added", summary=f"Cap of {cap} added to buyer “{buyer}”")
    return cap
