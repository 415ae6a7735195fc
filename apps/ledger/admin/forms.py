"""What people enter about a buyer's money."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.buyers.choices import Billing
from apps.core.admin.confirm import is_confirmed
from apps.core.admin.widgets import MenuField
from apps.ledger.choices import PaymentKind
from apps.ledger.selectors import Account
from apps.ledger.services import MOST, PaymentWanted

KEY = "form_key"
_HELPS = {
    Billing.INVOICE: "By invoice: it buys without a limit, and what it owes is counted",
    Billing.PREPAID: "Prepaid: it pays first, and buys until that is spent",
    Billing.CREDIT: "On credit: it buys until it owes the credit limit",
}


def amount_field(label: str, **options: Any) -> forms.DecimalField:
    """An amount of money to the cent."""
    return forms.DecimalField(
        label=label,
        max_digits=12,
        decimal_places=2,
        max_value=MOST,
        widget=UnfoldAdminDecimalFieldWidget({"inputmode": "decimal", "step": "0.01"}),
        **options,
    )


class PaymentForm(forms.Form):
    """An amount and why. `kind` is fixed, or asked for by `AdjustmentForm`."""

    amount = amount_field("Amount", min_value=Decimal("0.01"))
    note = forms.CharField(
        label="What for",
        max_length=300,
        widget=UnfoldAdminTextInputWidget({"placeholder": "Wire of 24 November, reference 4711"}),
        help_text="Stands on the statement and in the record of changes.",
    )
    kind = PaymentKind.TOP_UP

    def wanted(self, key: UUID) -> PaymentWanted:
        """What was entered."""
        data = self.cleaned_data
        return PaymentWanted(PaymentKind(data.get("kind", self.kind)), data["amount"], data["note"], key)


class AdjustmentForm(PaymentForm):
    """A payment that is no top-up."""

    kind = MenuField(
        label="Kind",
        entries=lambda: [
            (PaymentKind.CREDIT, "Credit: more to spend"),
            (PaymentKind.DEBIT, "Debit: less to spend"),
            (PaymentKind.REFUND, "Refund: money went back"),
        ],
        empty="choose",
        help_text="A credit for bad leads, for example, or a refund of what is left when a buyer leaves. With a credit "
        "or debit no money comes in or goes out.",
    )
    field_order = ("kind", "amount", "note")


class BillingForm(forms.Form):
    """How a buyer pays."""

    billing = forms.ChoiceField(
        label="Billing", choices=list(_HELPS.items()), widget=UnfoldAdminRadioSelectWidget()
    )
    credit_limit = amount_field(
        "Credit limit",
        min_value=Decimal(0),
        required=False,
        help_text="On credit only. With 500.00, a buyer that has paid in 200.00 buys for 700.00 before it has to pay.",
    )
    warn_below = amount_field(
        "Tell us below",
        min_value=Decimal(0),
        required=False,
        help_text="When less than this is left to spend, the overview and an alert say so; about a day's sales are a "
        "good measure. Empty: only when nothing is left.",
    )

    def __init__(self, *args: Any, account: Account, **options: Any) -> None:
        initial = {
            "billing": account.billing,
            "credit_limit": account.credit_limit or None,
            "warn_below": account.warn_below,
        }
        super().__init__(*args, initial=initial, **options)
        if account.owed > 0:
            self.fields["settled"] = forms.BooleanField(
                label="Paid until now",
                required=False,
                widget=UnfoldBooleanWidget(),
                help_text=f"The {account.owed:,.2f} {account.currency} that it owes have been paid: book them as a "
                "top-up, so that it begins with nothing owed.",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("billing") == Billing.CREDIT and not cleaned.get("credit_limit"):
            self.add_error("credit_limit", "Enter how much it may owe. Without a credit limit it is prepaid.")
        return cleaned


def form_key(request: HttpRequest) -> UUID:
    """What this showing of a form is known by: sent twice, it is done once."""
    try:
        return UUID(request.POST[KEY]) if is_confirmed(request) else uuid4()
    except (KeyError, ValueError):
        return uuid4()
