"""The look-ups that a submission's first decisions need: who sends it, on which terms, and what is refused."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address, ip_network

from apps.campaigns.models import Campaign
from apps.companies.models import Company
from apps.core.prepared import fetch_all
from apps.engine.values import Switches
from apps.sources.choices import Approval, BlockKind
from apps.sources.models import Source
from apps.sources.selectors import credential_digest, value_digest

_NUMBER = re.compile(r"[0-9]{1,15}")
_NO_DIGEST = bytes(16)


@dataclass(frozen=True, slots=True)
class Key:
    """A credential as stored: the digest of its key, and whether it is switched on."""

    digest: bytes
    enabled: bool


@dataclass(frozen=True, slots=True)
class Access:
    """What is live about one source on one campaign. `version_id` is None where nothing was published yet."""

    terms_id: int
    source_id: int
    campaign_id: int
    company_id: int
    version_id: int | None
    switches: Switches
    keys: tuple[Key, ...]
    has_blocks: bool


_LIVE = f"""
    SELECT terms.id, terms.source_id, terms.campaign_id, source.company_id, publication.version_id,
           terms.approval = '{Approval.APPROVED}', terms.is_active, source.is_active,
           campaign.is_active, company.is_active,
           EXISTS(SELECT FROM sources_block block WHERE block.company_id = source.company_id),
           key.digest, key.is_enabled
      FROM sources_terms terms
      JOIN sources_source source ON source.id = terms.source_id
      JOIN campaigns_campaign campaign ON campaign.id = terms.campaign_id
      JOIN companies_company company ON company.id = campaign.company_id
      LEFT JOIN publishing_publication publication ON publication.campaign_id = campaign.id
      LEFT JOIN sources_credential key
             ON key.terms_id = terms.id AND (key.expires_at IS NULL OR key.expires_at > %s::timestamptz)
"""  # noqa: S608 - the one value written into it is ours
_BY_NUMBERS = f"""{_LIVE}
     WHERE terms.source_id = %s::bigint AND terms.campaign_id = %s::bigint AND source.company_id = %s::bigint
       AND campaign.company_id = %s::bigint
"""
_BY_TERMS = f"{_LIVE} WHERE terms.id = %s::bigint AND source.company_id = campaign.company_id"
_BY_SRC = f"{_LIVE} WHERE terms.src = %s::text AND source.company_id = campaign.company_id"


def access(compid: str, sourceid: str, campid: str, *, at: datetime) -> Access | None:
    """What is live at `at` about the source, campaign and company of these public numbers.

    None when one of them is unknown or no number, or they do not belong together.
    """
    company, source = _row_id(Company, compid), _row_id(Source, sourceid)
    campaign = _row_id(Campaign, campid)
    if company is None or source is None or campaign is None:
        return None
    rows = fetch_all(_BY_NUMBERS, (at, source, campaign, company, company))
    return _access(rows) if rows else None


def access_of_src(src: str, *, at: datetime) -> Access | None:
    """What is live at `at` about the terms of this SRC; None when it is unknown."""
    rows = fetch_all(_BY_SRC, (at, src))
    return _access(rows) if rows else None


def access_of_terms(terms_id: int, *, at: datetime) -> Access | None:
    """What is live at `at` about these terms; None when there are none any more."""
    rows = fetch_all(_BY_TERMS, (at, terms_id))
    return _access(rows) if rows else None


def _access(rows: Sequence[Sequence]) -> Access:
    """The terms, with a row for each of their keys."""
    terms_id, source_id, campaign_id, company_id, version_id = rows[0][:5]
    approved, terms_active, source_active, campaign_active, company_active, has_blocks = rows[0][5:11]
    keys = tuple(Key(bytes(digest), enabled) for *_, digest, enabled in rows if digest is not None)
    switches = Switches(
        campaign_active=campaign_active and company_active,
        source_active=source_active,
        terms_active=terms_active,
        approved=approved,
    )
    return Access(terms_id, source_id, campaign_id, company_id, version_id, switches, keys, has_blocks)


class KeyStanding(StrEnum):
    """What a key is to some terms."""

    OPENS = "opens"
    SWITCHED_OFF = "switched_off"
    WRONG = "wrong"


def key_standing(found: Access | None, key: str) -> KeyStanding:
    """What `key` is to these terms.

    Unknown terms cost the same as known ones: the digest is made and compared either way.
    """
    given = credential_digest(key)
    stored = found.keys if found is not None else ()
    opens = known = False
    for each in stored or (Key(_NO_DIGEST, enabled=False),):
        equal = hmac.compare_digest(each.digest, given)
        known |= equal
        opens |= equal and each.enabled
    if opens:
        return KeyStanding.OPENS
    return KeyStanding.SWITCHED_OFF if known else KeyStanding.WRONG


def _row_id(model: type[Company | Source | Campaign], number: str) -> int | None:
    if not _NUMBER.fullmatch(number):
        return None
    identifier = int(number) - model.NUMBER_OFFSET
    return identifier if identifier > 0 else None


@dataclass(frozen=True, slots=True)
class Person:
    """What a lead says that a block may name: normal forms, empty where it does not say."""

    email: str = ""
    phone: str = ""
    sub_id: str = ""
    aff_id: str = ""
    ip: str = ""


_BLOCKS = """
    SELECT kind, pattern FROM sources_block
     WHERE company_id = %s::bigint AND (campaign_id IS NULL OR campaign_id = %s::bigint)
       AND (terms_id IS NULL OR terms_id = %s::bigint) AND (expires_at IS NULL OR expires_at > %s::timestamptz)
       AND ((kind IN ('email', 'phone') AND digest = ANY(%s::bytea[]))
            OR (kind = ANY(%s::text[])
                AND (kind = 'ip' OR strpos(pattern, '*') > 0 OR lower(pattern) = ANY(%s::text[]))))
"""


def blocked(found: Access, person: Person, *, at: datetime) -> frozenset[str]:
    """The kinds of block (`BlockKind`) that this person, sub id, affiliate id or address runs into. One query."""
    if not found.has_blocks:
        return frozenset()
    digests = [
        value_digest(found.company_id, kind, value)
        for kind, value in ((BlockKind.EMAIL, person.email), (BlockKind.PHONE, person.phone))
        if value
    ]
    texts = {BlockKind.SUBID: person.sub_id, BlockKind.AFFID: person.aff_id, BlockKind.IP: person.ip}
    asked = [str(kind) for kind, value in texts.items() if value]
    exact = [value.lower() for value in texts.values()]
    where = (found.company_id, found.campaign_id, found.terms_id, at, digests, asked, exact)
    rows = fetch_all(_BLOCKS, where)
    return frozenset(
        kind for kind, pattern in rows if kind not in texts or _matches(kind, pattern, texts[kind])
    )


_BLOCKED_DIGESTS = """
    SELECT kind FROM sources_block
     WHERE company_id = %s::bigint AND (campaign_id IS NULL OR campaign_id = %s::bigint)
       AND (terms_id IS NULL OR terms_id = %s::bigint) AND (expires_at IS NULL OR expires_at > %s::timestamptz)
       AND kind IN ('email', 'phone') AND digest = ANY(%s::bytea[])
"""


def digests_blocked(found: Access, digests: Mapping[str, bytes], *, at: datetime) -> bool:
    """Whether values that are known by their digests only, by kind of block, are blocked. One query."""
    if not found.has_blocks:
        return False
    where = (found.company_id, found.campaign_id, found.terms_id, at, list(digests.values()))
    return any(kind in digests for (kind,) in fetch_all(_BLOCKED_DIGESTS, where))


def _matches(kind: str, pattern: str, value: str) -> bool:
    if kind == BlockKind.IP:
        return _in_network(value, pattern)
    return _like(pattern.lower(), value.lower())


def _like(pattern: str, value: str) -> bool:
    """Whether `value` is `pattern`, whose `*` stand for any characters. Linear, whatever both are."""
    head, *rest = pattern.split("*")
    if not rest:
        return value == pattern
    tail = rest.pop()
    if not value.startswith(head) or not value.endswith(tail) or len(value) < len(head) + len(tail):
        return False
    at, end = len(head), len(value) - len(tail)
    for part in rest:
        at = value.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _in_network(address: str, network: str) -> bool:
    try:
        given, wide = ip_address(address), ip_network(network, strict=False)
    except ValueError:
        return False
    return given.version == wide.version and given in wide
