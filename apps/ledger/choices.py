"""Closed vocabularies of the ledger."""

from django.db import models


class EntryKind(models.TextChoices):
    """What a booking is. A sale's entries and their reversal hang on the sale, payouts without one on their lead, and
    what a buyer pays on its payment.
    """

    SALE = "sale", "Sale"
    REVERSAL = "reversal", "Sale, reversed"
    """The answer that was taken for a sale was none."""
    PAYOUT = "payout", "Payout without a sale"
    """The source was answered on acceptance and is owed its fixed payout, though nobody bought."""
    PAYOUT_BACK = "payout_back", "Payout without a sale, reversed"
    """The lead was sold after all: from now on the sale says what the source is owed."""
    PAYMENT = "payment", "Payment of a buyer"
    """Money that came in or went back, or an adjustment: see `PaymentKind`."""


class PaymentKind(models.TextChoices):
    """Why a buyer's balance moved without a sale."""

    TOP_UP = "top_up", "Top-up"
    """Money came in."""
    REFUND = "refund", "Refund"
    """Money went back to the buyer."""
    CREDIT = "credit", "Credit"
    """Given to the buyer without money coming in."""
    DEBIT = "debit", "Debit"
    """Taken from the buyer without money going back."""


IN_FAVOUR = frozenset({PaymentKind.TOP_UP, PaymentKind.CREDIT})
"""Kinds that leave the buyer more to spend; the others leave it less."""
