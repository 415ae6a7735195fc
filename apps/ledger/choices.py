"""Closed vocabularies of the ledger."""

from django.db import models


class EntryKind(models.TextChoices):
    """What a booking is. A sale's entries and their reversal hang on the sale, the others on their lead."""

    SALE = "sale", "Sale"
    REVERSAL = "reversal", "Sale, reversed"
    """The answer that was taken for a sale was none."""
    PAYOUT = "payout", "Payout without a sale"
    """The source was answered on acceptance and is owed its fixed payout, though nobody bought."""
    PAYOUT_BACK = "payout_back", "Payout without a sale, reversed"
    """The lead was sold after all: from now on the sale says what the source is owed."""
