"""The library of vendor templates: by what a payload is recognised, and what in it cannot be told by its name.

A further vendor is one entry of `VENDORS`, and an exemplar in `tests/exemplars/webhooks`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from apps.engine.webhook.walking import Row


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's payload. `marks` are patterns of which each must match a path; `fields` tell the role that the value
    at a path has; `ignored` are paths that are never a person's data; `secret` is where the body carries the secret
    that was agreed with the vendor.
    """

    key: str
    label: str
    marks: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()
    ignored: str = ""
    secret: str = ""

    def fits(self, paths: Collection[str]) -> bool:
        """Whether the payload is of this vendor."""
        return all(any(re.match(mark, path) for path in paths) for mark in self.marks)

    def role(self, path: str) -> str:
        """What the value at a path is, or an empty text where its name says it."""
        return next((role for pattern, role in self.fields if re.fullmatch(pattern, path)), "")

    def is_ignored(self, path: str) -> bool:
        """Whether the value at a path is none of the person's data."""
        return bool(self.ignored) and re.match(self.ignored, path) is not None


_GRAVITY = (
    (r'\["\d+\.3"\]', "first_name|city"),
    (r'\["\d+\.6"\]', "last_name|country"),
    (r'\["\d+\.1"\]', "address"),
    (r'\["\d+\.4"\]', "state"),
    (r'\["\d+\.5"\]', "zip"),
    ("ip", "ip_address"),
    ("source_url", "landing_page_url"),
    ("id", "unique_identifier"),
)
_ADF = r"adf\.prospect(\[\d+\])?\."

VENDORS: tuple[Vendor, ...] = (
    Vendor("google_ads", "Google Ads lead form", (r"user_column_data\[", "google_key|api_version"),
           (("lead_id", "unique_identifier"),), r"(campaign|adgroup|creative|asset_group|form)_id",
           "google_key"),
    Vendor("facebook", "Facebook lead ads", (r"(.*\.)?field_data\[",),
           ((r"(.*\.)?leadgen_id|id", "unique_identifier"),), r"(.*\.)?(ad|adset|campaign|form|page)_(id|name)"),
    Vendor("typeform", "Typeform", (r"form_response\.answers\[",),
           ((r"form_response\.token", "unique_identifier"),), r"event_|form_response\.definition"),
    Vendor("unbounce", "Unbounce", (r'\["data\.json"\]', "page_(id|uuid|url|name)"),
           ((r'\["data\.json"\]\.ip_address', "ip_address"), ("page_url", "landing_page_url")),
           r'page_(id|name|uuid)|variant|\["data\.xml"\]'),
    Vendor("jotform", "Jotform", (r"rawRequest\.", "formID"),
           (("submissionID", "unique_identifier"), ("ip", "ip_address")),
           r"formID|formTitle|username|type|webhookURL|pretty|rawRequest\.(slug|event_id|path|build|validatedNew|time)"),
    Vendor("gravity_forms", "Gravity Forms", ("form_id", "date_created", r'\d+|\["\d+\.\d+"\]'), _GRAVITY,
           "form_id|post_id|created_by|currency|transaction|payment|is_|status|date_|source_id"),
    Vendor("wufoo", "Wufoo", ("Field\\d+", "EntryId|FieldStructure|FormStructure"),
           (("EntryId", "unique_identifier"), ("IP", "ip_address")),
           r"FieldStructure|FormStructure|CreatedBy|DateCreated|HandshakeKey", "HandshakeKey"),
    Vendor("hubspot", "HubSpot", (r"(.*\.)?properties\.\w+\.value", "vid|portal-id|.*canonical-vid"),
           (("vid", "unique_identifier"),), r"portal-id|form-submissions|list-memberships|identity-profiles"),
    Vendor("webflow", "Webflow", (r"payload\.(data|formElementId)|_id|triggerType", r"(payload\.)?(siteId|site)\b"),
           ((r"payload\.id|_id", "unique_identifier"),),
           r"triggerType|(payload\.)?(siteId|site|formId|name|submittedAt)\Z"),
    Vendor("elementor", "Elementor", (r"form\.(id|name)", r"fields\.\w+\.(value|raw_value)"),
           ((r"meta\.remote_ip\.value", "ip_address"), (r"meta\.user_agent\.value", "user_agent"),
            (r"meta\.page_url\.value", "landing_page_url")), r"form\.|.*\.raw_value"),
    Vendor("tally", "Tally", (r"data\.fields\[", "eventType"),
           ((r"data\.responseId", "unique_identifier"),), r"eventId|eventType|createdAt|data\.form"),
    Vendor("cognito", "Cognito Forms", (r"Form\.Id|Form\.InternalName", r"Entry\."),
           (("Id", "unique_identifier"),), r"Form\.|Entry\.(?!Origin)"),
    Vendor("linkedin", "LinkedIn lead gen form", (r"(.*\.)?formResponse\.answers\[|leadType",), (),
           r"owner|associated"),
    Vendor("tiktok", "TikTok lead generation",
           (r"(.*\.)?(tiktok|advertiser_id)", r"(.*\.)?(changes|field_data|lead_id)"),
           ((r"(.*\.)?lead_id", "unique_identifier"),), r"(.*\.)?(advertiser|campaign|adgroup|ad|page)_(id|name)"),
    Vendor("adf", "ADF (auto leads)", (r"adf\.prospect",),
           ((_ADF + r"id", "unique_identifier"), (_ADF + r"customer\.comments", "comments"),
            (_ADF + r"customer\.contact\.address\.regioncode", "state"),
            (_ADF + r"customer\.contact\.address\.street(\[.*\])?", "address")),
           _ADF + r"(vendor|provider)\."),
)  # fmt: skip


def recognised(found: Collection[Row]) -> Vendor | None:
    """The vendor whose payload this is, as far as the library knows."""
    paths = [row.path for row in found]
    return next((vendor for vendor in VENDORS if vendor.fits(paths)), None)
