"""What can be said of an endpoint's inputs by themselves: asked when they are saved, and again when they are published.

Each judge gives words that continue a sentence, or an empty text when nothing is wrong.
"""

from email_validator import EmailNotValidError, validate_email

from apps.buyers.choices import AuthKind
from apps.core import sftp
from apps.core.http.guard import check_url
from apps.engine import asking, inserts, reach, response_rules
from apps.engine.orders import EndpointSpec, ResponseRule
from apps.engine.request import url_problem

SHORTEST_KEY = 24
"""Characters of the key with which a buyer fetches its leads: it is all that keeps others out."""
FETCHING_KINDS = (AuthKind.NONE, AuthKind.BEARER, AuthKind.HEADER)
"""How a buyer that fetches may show its key; none: it has no way to fetch, people hand it a CSV."""


def web_problem(url: str) -> str:
    """Of the address of a request."""
    return url_problem(url) or check_url(inserts.without(url)) or ""


def status_problem(url: str) -> str:
    """Of a status URL, placeholders included."""
    asked = asking.as_question(EndpointSpec(id=0, name="", url="", status_url=url), {})
    return asking.url_problem(url) or check_url(asked.url) or ""


def recipient_problem(address: str) -> str:
    """Of one recipient of mails."""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return f"“{address}” is no e-mail address"
    return reach.address_problem(address)


def host_key_problem(fingerprint: str) -> str:
    """Of what a file server is known by."""
    return "" if sftp.is_fingerprint(fingerprint) else "SHA256: and 43 characters"


def fetching_problem(kind: str) -> str:
    """Of the way in which a buyer shows its key to fetch its leads."""
    return "" if kind in FETCHING_KINDS else "can be read with a bearer token or a key in a header only"


def fetching_key_problem(kind: str, key: str) -> str:
    """Of the key itself."""
    if kind == AuthKind.NONE or len(key) >= SHORTEST_KEY:
        return ""
    return f"has a key of less than {SHORTEST_KEY} characters, which could be guessed"


def reads_bid(rule: ResponseRule) -> bool:
    """Whether a rule of a ping says where the price is, for a lead of one's own or a shared one."""
    if rule.price_path or rule.shared_price_path:
        return True
    compiled = response_rules.pattern(rule.value) if rule.match == "regex" else None
    return compiled is not None and bool({"price", "shared_price"} & compiled.groupindex.keys())
