"""Forms of campaigns: menus and boxes over what is stored as codes and lists."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from apps.campaigns.choices import ListMode
from apps.campaigns.models import Campaign, DuplicateRule, Field
from apps.companies.admin.base import ScopedForm
from apps.core.admin.menus import CountryField, CurrencyField, TimeZoneField, country_problem
from apps.core.admin.widgets import BoxesField, LinesField, MenuField
from apps.engine.fields import FIELD_TYPES
from apps.engine.fields.state import STATE_NAMES

STATE_CHOICES = [(code, f"{code} {name}") for code, name in STATE_NAMES.items()]


ROLES = (
    ("first_name", "First name"),
    ("last_name", "Last name"),
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("address", "Street address"),
    ("city", "City"),
    ("state", "State"),
    ("zip", "Zip code"),
    ("ip_address", "IP address of the person"),
    ("user_agent", "User agent"),
    ("sub_id", "Sub ID"),
    ("aff_id", "Affiliate ID"),
    ("trustedform_url", "TrustedForm certificate"),
    ("jornaya_id", "Jornaya LeadiD"),
    ("consent_text", "Consent text"),
    ("landing_page_url", "Landing page"),
    ("unique_identifier", "Unique identifier"),
)


def type_menu() -> list[tuple[str, str]]:
    """Field types with what each accepts."""
    return [(key, kind.label) for key, kind in FIELD_TYPES.items()]


def role_menu() -> list[tuple[str, str]]:
    """What the platform can know a field as; the words of `engine.campaign.FieldSpec`."""
    return list(ROLES)


def field_menu(campaign: Campaign | None) -> list[tuple[str, str]]:
    """The campaign's fields as menu entries: posting name, and label beside it where there is one."""
    rows = campaign.fields.all() if campaign is not None and campaign.pk else ()
    return [(row.name, f"{row.name} — {row.label}" if row.label else row.name) for row in rows]


class TargetingForm(ScopedForm):
    """States and zips of campaigns and orders: a mode without values would refuse or accept every lead by accident."""

    states = BoxesField(
        choices=STATE_CHOICES,
        label="Which",
        help_text="Counts only when the menu above says only these, or not these.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._need(cleaned, "states_mode", "states", "Tick at least one state, or accept everything.")
        self._need(cleaned, "zips_mode", "zip_list", "Choose a zip list, or accept everything.")
        return cleaned

    def _need(self, cleaned: dict[str, Any], mode: str, values: str, sentence: str) -> None:
        if (
            cleaned.get(mode, ListMode.ANY) != ListMode.ANY
            and values in self.fields
            and not cleaned.get(values)
        ):
            self.add_error(values, sentence)


class SetUpForm(ScopedForm):
    """What the campaign is, when it runs, and how it reads and answers."""

    time_zone = TimeZoneField(help_text="Hours, holidays, days and months of caps are counted in it.")
    currency = CurrencyField(help_text="Of prices and payouts.")
    region = CountryField(
        label="Country of phone numbers",
        help_text="A number sent without country code is read as one of this country.",
    )
    idempotency_field = forms.ChoiceField(
        required=False, label="Idempotency field", widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = Campaign
        exclude = ()
        labels = {
            "starts_on": "First day",
            "ends_on": "Last day",
            "strict_phone": "Only assigned numbers",
            "pad_zip": "Four-digit zips",
            "answer_mode": "Answer",
            "answer_budget_ms": "Wait for buyers (ms)",
            "date_order": "Dates such as 03/04/2026",
        }
        help_texts = {
            "name": "Sources read it on their instructions page. For example Roofing — Southwest.",
            "starts_on": "No leads before it. Empty: at once.",
            "ends_on": "Leads are taken to its end. Empty: for good.",
            "answer_budget_ms": "Only when a buyer's answer is waited for. 8000 is eight seconds; then the source "
            "gets 202 and asks for the result later.",
            "date_order": "ISO dates (2026-03-04) are always understood.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "idempotency_field" in self.fields:
            self._offer_fields(self.fields["idempotency_field"])

    def _offer_fields(self, menu: forms.ChoiceField) -> None:
        kept = self.instance.idempotency_field
        entries = [("", "The Idempotency-Key header only"), *field_menu(self.instance)]
        if kept and kept not in dict(entries):
            entries.append((kept, f"{kept} (no longer a field)"))
        menu.choices = entries
        menu.help_text = (
            "A second lead with the same value gets the first one's answer, for example unique_identifier."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", f"The last day is before the first one, {starts:%d %b %Y}.")
        return cleaned


class NewCampaignForm(ScopedForm):
    """The few things a campaign begins with; the rest follows on its own pages."""

    time_zone = TimeZoneField(help_text="Hours, holidays, days and months of caps are counted in it.")

    class Meta:
        model = Campaign
        exclude = ()
        labels = {"traffic": "Sources send by"}
        help_texts = {
            "traffic": "Of a campaign for ping and post every field says whether it is required on the ping, on the "
            "post or on both.",
        }


class RequirementsForm(TargetingForm):
    """Where leads may come from and how they are verified."""

    ip_countries = LinesField(
        label="Countries of IP addresses",
        check=country_problem,
        help_text="Two-letter codes, for example US, CA. Empty: US.",
    )

    class Meta:
        model = Campaign
        exclude = ()
        labels = {
            "states_mode": "States",
            "states": "Which",
            "zips_mode": "Zip codes",
            "zip_list": "Which list",
            "consent": "Evidence of consent",
            "consent_strict": "Exact formats only",
            "verify_email": "E-mail address",
            "verify_address": "Address",
            "verify_ip": "IP address",
        }
        help_texts = {
            "zip_list": "Lists are uploaded under Zip lists; several campaigns can share one.",
            "consent": "A lead without it is refused. The field must be on the Fields page with its role.",
        }


class FieldForm(ScopedForm):
    """Type and role are menus of what the engine knows."""

    type = MenuField(entries=type_menu, help_text="What the value must look like.")
    role = MenuField(
        entries=role_menu,
        empty="— none —",
        required=False,
        help_text="What the platform knows this field as. Duplicates, blocks and verification look for roles.",
    )

    class Meta:
        model = Field
        exclude = ()
        labels = {
            "required": "Required",
            "required_on_ping": "Required on ping",
            "is_personal": "Personal",
            "min_length": "At least (characters)",
            "max_length": "At most (characters)",
            "minimum": "Least",
            "maximum": "Most",
        }
        help_texts = {
            "description": "One sentence for the source's developer. For example: Whether the person owns the home.",
            "example": "A value that is accepted, for example 90210. It stands in the documentation and in samples.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for low, high in (("min_length", "max_length"), ("minimum", "maximum")):
            least, most = cleaned.get(low), cleaned.get(high)
            if least is not None and most is not None and least > most:
                self.add_error(high, f"The most ({most}) is less than the least ({least}).")
        return cleaned


class DuplicateRuleForm(ScopedForm):
    """The fields that leads must not share, ticked among the campaign's fields."""

    fields_compared = BoxesField(
        label="Fields", required=True, error_messages={"required": "Tick at least one field."}
    )

    class Meta:
        model = DuplicateRule
        exclude = ("fields",)
        labels = {
            "match": "Equal when",
            "window_hours": "Within (hours)",
            "scope": "Compared with",
            "counts": "Counting",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = self.instance.fields or []
        campaign = self.instance.campaign if self.instance.campaign_id else getattr(self, "campaign", None)
        entries = field_menu(campaign)
        entries += [(name, f"{name} (no longer a field)") for name in kept if name not in dict(entries)]
        self.fields["fields_compared"].choices = entries
        self.initial.setdefault("fields_compared", kept)

    def save(self, commit: bool = True) -> DuplicateRule:
        self.instance.fields = self.cleaned_data["fields_compared"]
        return super().save(commit)
