"""A ping's page from top to bottom."""

from dataclasses import dataclass

from apps.auctions.models import Bid, Ping
from apps.engine.campaign import CampaignSpec
from apps.leads.models import Lead
from apps.leads.selectors import ShownValue
from apps.monitoring.auction.asked import AskedShown, asked
from apps.monitoring.auction.award import AwardShown, award, winners
from apps.monitoring.auction.orders import LineShown, lines
from apps.monitoring.auction.picture import Picture, picture
from apps.monitoring.auction.sentence import sentence
from apps.monitoring.trace.attempts import Reader
from apps.monitoring.trace.checks import CheckShown, checks_shown
from apps.monitoring.trace.opened import opened
from apps.publishing import specs


@dataclass(frozen=True, slots=True)
class AuctionTrace:
    """Everything a ping's page shows. `kept` is whether there is anything under its key to show."""

    sentence: str
    version: int | None
    currency: str
    kept: bool
    erased: bool
    fields: tuple[ShownValue, ...]
    checks: tuple[CheckShown, ...]
    asked: tuple[AskedShown, ...]
    picture: Picture | None
    orders: tuple[LineShown, ...]
    award: AwardShown | None
    lead: Lead | None

    @property
    def refused(self) -> tuple[CheckShown, ...]:
        return tuple(line for line in self.checks if not line.passed)

    @property
    def passed(self) -> tuple[CheckShown, ...]:
        return tuple(line for line in self.checks if line.passed)


def auction_trace(ping: Ping, *, unmasked: bool) -> AuctionTrace:
    """The story of one ping as its reader may see it."""
    spec = specs.load(ping.version_id) if ping.version_id else None
    currency = spec.currency if spec else ping.campaign.currency
    lead = Lead.objects.filter(pk=ping.lead_id).first() if ping.lead_id else None
    # A lead that came whole keeps what was put up; of what was refused at the door nothing is kept.
    holder = ping if ping.sealed is not None else lead
    fields, reader = opened(holder, spec, unmasked=unmasked) if holder else ((), _nothing(spec))
    bids = list(Bid.objects.filter(ping=ping).order_by("id"))
    posted = list(lead.attempts.filter(kind="sale").order_by("id")) if lead else []
    return AuctionTrace(
        sentence=sentence(ping, bids, winners(ping, spec) if spec else [], currency),
        version=spec.version if spec else None,
        currency=currency,
        kept=holder is not None,
        erased=holder is not None and reader.key is None,
        fields=fields,
        checks=checks_shown(ping.checks),
        asked=tuple(asked(bid, ping, reader, currency) for bid in bids),
        picture=picture(bids, ping.deadline_ms),
        orders=lines(ping, bids, posted, reader, _place(fields, spec, ping)),
        award=award(ping, bids, spec),
        lead=lead,
    )


def _nothing(spec: CampaignSpec | None) -> Reader:
    return Reader(None, lambda text: text, spec)


def _place(fields: tuple[ShownValue, ...], spec: CampaignSpec | None, ping: Ping) -> dict[str, str]:
    """The state and zip that were put up, as shown."""
    roles = {field.name: field.role for field in spec.fields} if spec else {}
    found = {roles[one.name]: one.text for one in fields if roles.get(one.name) in ("state", "zip")}
    return {"state": ping.state, **found}
