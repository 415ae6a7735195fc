"""Forms of terms and blocks."""

from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from django import forms
from django.db import transaction
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.campaigns.admin.caps import CapForm
from apps.campaigns.admin.margins import MARGIN_LABELS, MarginForm
from apps.companies.admin.base import ScopedForm
from apps.core.admin.widgets import LinesField
from apps.core.errors import ApplicationError
from apps.core.http.guard import check_url
from apps.sources.choices import BlockKind, PayoutKind
from apps.sources.models import Block, Terms, TermsCap
from apps.sources.services import BlockScope, block_add


def network_problem(text: str) -> str:
    """What is wrong with an address or network, as a sentence."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return f"“{text}” is no IP address or network such as 192.0.2.7 or 192.0.2.0/24."
    return ""


class TermsForm(MarginForm):
    """Payout, limits and where the source posts from."""

    no_margin = "As the order or the campaign says"

    ip_allow = LinesField(
        label="Allowed IP addresses",
        check=network_problem,
        help_text="One a line, for example 192.0.2.7 or 192.0.2.0/24. Empty: from anywhere.",
    )
    callback_url = forms.URLField(
        label="Callback URL",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget({"inputmode": "url"}),
        help_text="Where the final result is posted when the answer was 202, for example https://source.example/done.",
    )

    class Meta:
        model = Terms
        exclude = ()
        labels = MARGIN_LABELS | {
            "payout_kind": "Paid as",
            "payout_amount": "Amount or percent",
            "sample_payout": "Bid of a test ping",
            "pings_per_post": "Most pings for each post",
            "limit_per_second": "Requests a second",
            "limit_per_minute": "a minute",
            "limit_per_day": "a day",
        }
        help_texts = {
            "payout_amount": "For example 18.00, or 70 for seventy percent.",
            "minimum_bid": "For example 5.00, beside that of the campaign. Empty: the campaign's alone.",
            "margin_kind": "What stays with you of a buyer's price for leads of this source.",
            "margin_amount": "For example 8.00, or 20 for twenty percent.",
            "sample_payout": "What its developer is bid on test pings, which ask no buyer; for example 10.00.",
            "pings_per_post": "Of a source that pings much and posts little, for example 50: more pings are refused "
            "until it has posted. Counted over an hour. Empty: any number.",
            "limit_per_second": "More are answered with 429. Empty: no limit.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        amount = cleaned.get("payout_amount")
        if amount is not None and amount < 0:
            self.add_error("payout_amount", "A payout is not negative.")
        if cleaned.get("payout_kind") == PayoutKind.PERCENT and amount is not None and amount > Decimal(100):
            self.add_error("payout_amount", "More than 100 percent of the price would be paid.")
        if (cleaned.get("sample_payout") or 0) < 0:
            self.add_error("sample_payout", "A bid is not negative.")
        if cleaned.get("pings_per_post") == 0:
            self.add_error(
                "pings_per_post", "With no ping for a post nothing could be sold. Empty: any number."
            )
        url = cleaned.get("callback_url")
        objection = check_url(url) if url else ""
        if objection:
            self.add_error("callback_url", objection)
        return cleaned


class NewTermsForm(ScopedForm):
    """A source, a campaign, and what is paid; the rest follows."""

    class Meta:
        model = Terms
        exclude = ()
        labels = {"payout_kind": "Paid as", "payout_amount": "Amount or percent"}
        help_texts = {
            "payout_amount": "For example 18.00, or 70 for seventy percent. It can be changed later."
        }


class TermsCapForm(CapForm):
    """A cap of one source on one campaign."""

    class Meta:
        model = TermsCap
        exclude = ()


class BlockForm(ScopedForm):
    """A value to refuse. Phones and e-mail addresses are kept as digests, so they can be found but not read."""

    value = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="For example 555 123 4567, jane@example.com, google-* or 192.0.2.0/24. "
        "* stands for any characters in sub and affiliate ids.",
    )

    class Meta:
        model = Block
        fields = ("company", "kind", "campaign", "terms", "note", "expires_at")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (
            cleaned.get("campaign")
            and cleaned.get("terms")
            and cleaned["terms"].campaign != cleaned["campaign"]
        ):
            self.add_error("terms", "These terms are on another campaign. Choose one of the two.")
        if not self.errors:
            self._try()
        return cleaned

    def stored(self, by: Any) -> Block:
        """Keeps the block. Raises ApplicationError when its value is none of its kind."""
        data = self.cleaned_data
        terms = data.get("terms")
        return block_add(
            data["company"],
            kind=BlockKind(data["kind"]),
            value=data["value"],
            scope=BlockScope(campaign=None if terms else data.get("campaign"), terms=terms),
            by=by,
            note=data.get("note", ""),
            expires_at=data.get("expires_at"),
        )

    def _try(self) -> None:
        """The service itself judges the value; what it wrote is taken back, `stored` writes it for good."""
        try:
            with transaction.atomic():
                self.stored(by=None)
                transaction.set_rollback(True)
        except ApplicationError as refusal:
            self.add_error("value", refusal.message)
