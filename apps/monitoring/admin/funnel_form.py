"""The period of a funnel, and the obstacle that is thought away."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.buyers.models import LeadOrder
from apps.campaigns.models import Campaign
from apps.monitoring.auction.words import verdict_name
from apps.monitoring.selectors.what_if import OBSTACLES

LONGEST = timedelta(days=400)
_DEFAULT = "week"
_PERIODS = {
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
    "month": ("Last 30 days", timedelta(days=30)),
    "dates": ("From … to …", timedelta(0)),
}


class FunnelForm(forms.Form):
    """A period: one that ends now, or dates in the campaign's zone, the last one included."""

    period = forms.ChoiceField(
        required=False,
        choices=[(key, words) for key, (words, _) in _PERIODS.items()],
        widget=UnfoldAdminSelectWidget(),
    )
    since = forms.DateField(required=False, label="From", widget=UnfoldAdminTextInputWidget({"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=UnfoldAdminTextInputWidget({"type": "date"}))

    def __init__(self, data: dict[str, Any], *, zone: str, now: datetime) -> None:
        super().__init__({"period": _DEFAULT, **data})
        self.zone, self.now = ZoneInfo(zone), now

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if data.get("period") == "dates":
            if since is None or until is None:
                self.add_error("since" if since is None else "until", "Give both dates.")
            elif since > until:
                self.add_error("until", "This is before the first date.")
            elif until - since > LONGEST:
                self.add_error("since", f"No more than {LONGEST.days} days at once.")
        return data

    def span(self) -> tuple[datetime, datetime]:
        """Whole hours of UTC, the end not included; the default where what was asked makes no sense."""
        data = self.cleaned_data if self.is_valid() else {}
        end = _whole(self.now) + timedelta(hours=1)
        if data.get("period") == "dates":
            first = datetime.combine(data["since"], time(), self.zone)
            last = datetime.combine(data["until"] + timedelta(days=1), time(), self.zone)
            utc = ZoneInfo("UTC")
            return _whole(first.astimezone(utc)), min(_whole(last.astimezone(utc)), end)
        _, back = _PERIODS[data.get("period") or _DEFAULT]
        return end - back, end


class WhatIfForm(forms.Form):
    """One order and what kept leads from it."""

    order = forms.ModelChoiceField(LeadOrder.objects.none(), widget=UnfoldAdminSelectWidget())
    obstacle = forms.ChoiceField(
        label="without",
        choices=[(verdict, verdict_name(verdict)) for verdict in OBSTACLES],
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, data: dict[str, Any] | None, *, campaign: Campaign) -> None:
        super().__init__(data)
        self.fields["order"].queryset = campaign.orders.select_related("buyer").order_by("name")  # type: ignore[attr-defined]


def _whole(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
