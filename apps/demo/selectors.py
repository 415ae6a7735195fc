"""Reads of the demo: the logins, links and keys it shows, and the sources that its traffic speaks for."""

import shlex
from dataclasses import dataclass
from datetime import date
from random import Random

from django.conf import settings
from django.urls import reverse

from apps.companies.models import Company
from apps.demo import people
from apps.demo.cast import COMPANY, LOGINS, ROOFING, SOURCES
from apps.demo.logins import fetching_key, password_of
from apps.demo.territory import homes_in
from apps.sources.models import Terms
from apps.sources.selectors import live_credentials, live_links

SUBMIT_PATH = "/ca/submit"


@dataclass(frozen=True, slots=True)
class Sender:
    """One source on one campaign, with all that posting takes."""

    source: str
    campaign: str
    approved: bool
    share: int
    care: float
    sub_ids: tuple[str, ...]
    ids: dict[str, str]


def company() -> Company | None:
    """The demo company, None while it is not loaded."""
    return Company.objects.filter(name=COMPANY).first()


def logins() -> list[tuple[str, str, str]]:
    """E-mail address, password and role of each demo login."""
    return [(login.email, password_of(login.email), str(login.role.label)) for login in LOGINS]


def senders() -> list[Sender]:
    """Every source on every campaign of the demo that has a live key."""
    rows = Terms.objects.filter(source__company__name=COMPANY).select_related("source__company", "campaign")
    by_place = {(terms.source.name, terms.campaign.name): terms for terms in rows}
    found = []
    for source in SOURCES:
        for standing in source.terms:
            terms = by_place.get((source.name, standing.campaign))
            key = live_credentials(terms).first() if terms else None
            if terms is not None and key is not None:
                found.append(
                    Sender(
                        source.name,
                        standing.campaign,
                        standing.approved,
                        standing.share,
                        source.care,
                        source.sub_ids,
                        _ids(terms, key.key),
                    )
                )
    return found


def _ids(terms: Terms, key: str) -> dict[str, str]:
    return {
        "compid": str(terms.source.company.number),
        "sourceid": str(terms.source.number),
        "campid": str(terms.campaign.number),
        "auth": key,
    }


def instructions_url(campaign: str = ROOFING) -> str:
    """The instructions link of the first source on a campaign; empty when it has none that opens."""
    terms = (
        Terms.objects.filter(source__company__name=COMPANY, campaign__name=campaign).order_by("pk").first()
    )
    link = live_links(terms).first() if terms else None
    return settings.PUBLIC_URL + reverse("instructions:overview", args=[link.token]) if link else ""


def fetch_line() -> str:
    """A line to paste into a shell: the demo's store-only buyer fetches its first leads."""
    url = settings.PUBLIC_URL + reverse("stored_leads")
    return f"curl -sS '{url}?limit=5' -H 'Authorization: Bearer {fetching_key()}'"


def leads_url() -> str:
    """The list of leads in the admin."""
    return settings.PUBLIC_URL + reverse("admin:leads_lead_changelist")


def curl_line() -> str:
    """A line to paste into a shell: a live lead that is accepted and sold, a new person each time it is run."""
    sender = next(each for each in senders() if each.campaign == ROOFING and each.approved)
    home = homes_in("TX")[0]
    values = people.lead(ROOFING, Random("curl"), today=date(2026, 1, 1))  # noqa: S311 - an invented person
    values |= {"city": home.city, "state": home.state, "zip": home.zip, "timeframe": "asap", "sub_id": "curl"}
    # The shell puts the seconds since 1970 in place of what would otherwise be a duplicate the second time.
    values |= {
        "email": "jane.doe.'$(date +%s)'@example.com",
        "phone": f"{home.area_code}'$(date +%s | cut -c4-10)'",
    }
    values |= {"first_name": "Jane", "last_name": "Doe"}
    for name in (
        "user_agent",
        "ip_address",
        "trusted_form_url",
        "consent_text",
        "landing_page_url",
        "comments",
    ):
        values.pop(name, None)
    body = ", ".join(f'"{name}": "{value}"' for name, value in (sender.ids | values).items())
    url = shlex.quote(settings.PUBLIC_URL + SUBMIT_PATH)
    return f"curl -sS {url} -H 'Content-Type: application/json' -d '{{{body}}}'"
