"""Reads of the demo: the logins, links and keys it shows, and the sources that its traffic speaks for."""

import shlex
from dataclasses import dataclass
from datetime import date
from random import Random

from django.conf import settings
from django.urls import reverse

from apps.campaigns.choices import Traffic
from apps.companies.models import Company
from apps.demo import people
from apps.demo.cast import COMPANY, LOGINS, ROOFING, SOLAR, SOURCES
from apps.demo.logins import fetching_key, password_of
from apps.demo.territory import homes_in
from apps.sources.models import Terms
from apps.sources.selectors import live_credentials, live_links

SUBMIT_PATH, PING_PATH, POST_PATH, DIRECT_PATH = "/ca/submit", "/ping", "/post", "/direct_post"
PINGED = frozenset(
    {"email", "phone", "state", "zip", "city", "homeowner", "electric_bill", "roof_shade", "credit", "sub_id",
     "trusted_form_url"}
)  # fmt: skip
"""What the demo's sources tell in a ping: the person's contact, which buyers get as hashes at most, but no name."""
_NOT_PASTED = (
    "user_agent", "ip_address", "trusted_form_url", "consent_text", "landing_page_url", "comments",
)  # fmt: skip
_JSON = "-H 'Content-Type: application/json'"
_PING_ID = "'$PING_ID'"


@dataclass(frozen=True, slots=True)
class Sender:
    """One source on one campaign, with all that sending takes. `ids` stand in every body: SRC and KEY where it `pings`,
    else those of the simple post.
    """

    source: str
    campaign: str
    approved: bool
    share: int
    care: float
    sub_ids: tuple[str, ...]
    ids: dict[str, str]
    pings: bool = False


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
            if terms is None or key is None:
                continue
            pings = terms.campaign.traffic == Traffic.EXCHANGE
            found.append(
                Sender(
                    source.name,
                    standing.campaign,
                    standing.approved,
                    standing.share,
                    source.care,
                    source.sub_ids,
                    {"SRC": terms.src or "", "KEY": key.key} if pings else _ids(terms, key.key),
                    pings,
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
    sender = _sender(ROOFING)
    values = {**_caller(ROOFING, "TX"), "timeframe": "asap"}
    return f"curl -sS {_url(SUBMIT_PATH)} {_JSON} -d '{_body(sender.ids | values)}'"


def exchange_lines() -> list[str]:
    """Two lines to paste into a shell: a ping that is bid on, and the post of the ping id it was answered with."""
    sender = _sender(SOLAR)
    values = _caller(SOLAR, "CA", seconds="$NOW") | {
        "trusted_form_url": f"https://cert.trustedform.com/{'0123456789' * 4}"
    }
    pinged = {name: value for name, value in values.items() if name in PINGED}
    ping = f"curl -sS {_url(PING_PATH)} {_JSON} -d '{_body(sender.ids, pinged)}'"
    post = f"curl -sS {_url(POST_PATH)} {_JSON} -d '{_body(sender.ids | {'ping_id': _PING_ID}, values)}'"
    found = """sed -E 's/.*"ping_id": ?"([^"]+)".*/\\1/'"""
    return [
        f'NOW=$(date +%s); ANSWER=$({ping}); echo "$ANSWER"',
        f'PING_ID=$(echo "$ANSWER" | {found}); {post}',
    ]


def _sender(campaign: str) -> Sender:
    return next(each for each in senders() if each.campaign == campaign and each.approved)


def _caller(campaign: str, state: str, *, seconds: str = "$(date +%s)") -> people.Values:
    """The values of somebody new: the shell puts the `seconds` since 1970 where somebody else would be the same."""
    home = homes_in(state)[0]
    values = people.lead(campaign, Random("curl"), today=date(2026, 1, 1))  # noqa: S311 - an invented person
    values = {name: value for name, value in values.items() if name not in _NOT_PASTED}
    return values | {
        "first_name": "Jane",
        "last_name": "Doe",
        "email": f"jane.doe.'{seconds}'@example.com",
        "phone": f"{home.area_code}'$(echo {seconds} | cut -c4-10)'",
        "city": home.city,
        "state": home.state,
        "zip": home.zip,
        "sub_id": "curl",
    }


def _body(ids: people.Values, data: people.Values | None = None) -> str:
    """JSON in which a shell may put something between two single quotes."""
    inner = ", ".join(f'"{name}": "{value}"' for name, value in ids.items())
    return f'{{{inner}, "data": {_body(data)}}}' if data is not None else f"{{{inner}}}"


def _url(path: str) -> str:
    return shlex.quote(settings.PUBLIC_URL + path)
