"""The simulator's documentation: each behaviour in a sentence, each parameter in a line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One behaviour as the index page tells it: `sample` is a query worth trying."""

    name: str
    does: str
    sample: str = ""


ANSWERING = (
    Entry("accept", "Buys the lead, with an id of its own and a price.", "price=42.00"),
    Entry("reject", "Refuses the lead with a reason, under status 200 as most buyers do.", "reason=Bad+zip"),
    Entry("duplicate", "Says that it has this person already."),
    Entry("price", "Buys, but at another price than was agreed.", "price=18.50"),
    Entry("xml", "Buys, and says so in XML."),
    Entry("form", "Buys, and says so as text/plain in key=value pairs."),
    Entry("slow", "Buys after a wait of that many milliseconds.", "ms=800"),
    Entry(
        "mixed",
        "Accepts, rejects, fails or knows the lead, by weight.",
        "accept=70&reject=20&error=5&duplicate=5",
    ),
    Entry("flaky", "Fails with status 500 the first times the same lead comes, then buys.", "failures=2"),
)
KNOWING = (
    Entry(
        "token",
        "The token server of an OAuth 2 buyer, also at /oauth/token. Client and secret are sluice and sluice-secret "
        "unless client and secret say others; expires is the life of a token in seconds.",
        "expires=60",
    ),
    Entry(
        "bearer",
        "Buys from callers with a bearer token that the token server of the same name has issued; from takes only "
        "tokens of that number and later, token names a fixed one instead.",
        "from=2",
    ),
    Entry(
        "basic",
        "Buys from callers who log in by HTTP Basic; sluice and sluice-secret, or user and password.",
        "user=me&password=mine",
    ),
    Entry(
        "header-key", "Buys from callers with a key in a header, X-Api-Key or name.", "name=X-Key&key=mine"
    ),
    Entry(
        "signed",
        "Buys from callers who sign by Standard Webhooks; secret is "
        "whsec_c2x1aWNlLXNpbXVsYXRvci1zZWNyZXQtMDE= unless it says another.",
    ),
    Entry(
        "status",
        "Tells what became of the lead with the Idempotency-Key in key: accepted if it has ever arrived at the buyer "
        "of this name, else 404; say gives another status, pending how often to say pending first.",
        "key=DEL-0-1&pending=1",
    ),
)
BIDDING = (
    Entry(
        "bid",
        "Bids, with a promise and an end in expires seconds. states gives a price each, price then serves the others; "
        "without it they are not wanted. field is where the state is, spread how far the price moves up or down from "
        "ping to ping. shared adds a price for a lead that others buy, too; for is exclusive, shared or both.",
        "price=14.00&states=CA:18.50,TX:12&spread=2&shared=7.50&expires=60",
    ),
    Entry("no-bid", "Wants no lead like this, and says why.", "reason=Outside+our+counties"),
    Entry("mixed-bid", "Bids, does not, or fails, by weight.", "bid=70&none=25&error=5&price=16.00"),
    Entry(
        "promised",
        "Takes posts that carry, anywhere, the promise that this buyer gave to a ping: pays what it bid, once. price "
        "pays another amount, less so much less, silent names none; say rejects what it has won.",
        "less=2.50",
    ),
)
FAILING = (
    Entry("error", "Fails with status 500, or another.", "status=503"),
    Entry("rate-limit", "Answers 429 with Retry-After.", "retry_after=5"),
    Entry("redirect", "Points elsewhere; to says where, status how.", "status=307"),
    Entry("hang", "Takes the request and never answers."),
    Entry(
        "drip",
        "Answers one byte at a time; part is body or header, every the milliseconds.",
        "part=header&every=100",
    ),
    Entry("garbage", "Answers nonsense; kind is http, json, empty or binary.", "kind=json"),
    Entry(
        "reset",
        "Breaks the connection off; after is body, header or nothing, how is reset or close.",
        "after=nothing",
    ),
    Entry("huge", "Answers far too much; kind is plain, endless or bomb.", "kind=bomb"),
)
PARAMETERS = (
    ("ms", "milliseconds to wait before anything is answered", "ms=250"),
    ("late", "milliseconds in place of ms, each late_every-th time (2)", "late=80&late_every=5"),
    ("phase", "ping or post, for the log: a ping that is to hang or fail", "phase=ping"),
    (
        "failures",
        "status 500 this many times for each Idempotency-Key, then the behaviour itself",
        "failures=2",
    ),
    ("status", "the HTTP status of the answer", "status=201"),
    ("format", "json, xml, form or soap (an envelope around the XML)", "format=soap"),
    ("price", "the price in an acceptance", "price=12.50"),
    ("reason", "the reason of a rejection or duplicate", "reason=Outside+our+states"),
)
