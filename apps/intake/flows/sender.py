"""Who sends: from ids and key, or SRC and KEY, to the source's terms and the campaign as published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from apps.core import limits
from apps.core.crypto import digest
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.fields.base import digits_text_of
from apps.engine.index import index
from apps.intake.wire import Refused
from apps.publishing import specs
from apps.sources.facts import Access, KeyStanding, access, access_of_src, access_of_terms, key_standing

WRONG_KEYS: tuple[limits.Window, ...] = ((20, 300),)
"""So many wrong keys may come from one address for one source; then each further one is refused unread."""
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """An authenticated source. `spec` is None while nothing of the campaign was published, `terms` while these terms
    were not."""

    access: Access
    spec: CampaignSpec | None
    terms: TermsSpec | None


@dataclass(frozen=True, slots=True)
class Stranger:
    """Not authenticated. Told to the source by `code`, counted, never a lead.

    `code` is invalid_source or invalid_auth; invalid_key or credential_disabled where SRC and KEY were sent.
    """

    code: str
    terms_id: int = 0


def find(ids: Mapping[str, Any], key: str, remote_address: str, *, at: datetime) -> Sender | Stranger:
    """The sender of a post by `compid`, `sourceid`, `campid` and key.

    Unknown ids and wrong keys take the same look-ups and the same comparison. Raises Refused after too many wrong keys.
    """
    names = [(digits_text_of(ids.get(name)) or "").strip() for name in ("compid", "sourceid", "campid")]
    found = access(*names, at=at)
    if key_standing(found, key[:LONGEST_KEY]) != KeyStanding.OPENS:
        count_wrong_key(names[1], remote_address)
        return Stranger("invalid_auth", found.terms_id) if found else Stranger("invalid_source")
    assert found is not None
    return _sender(found, remote_address) or Stranger("invalid_auth", found.terms_id)


def find_by_src(src: str, key: str, remote_address: str, *, at: datetime) -> Sender | Stranger:
    """The sender by SRC and KEY; an unknown SRC takes the same work as a wrong KEY. Raises Refused as `find` does."""
    found = access_of_src(src[:LONGEST_KEY], at=at)
    standing = key_standing(found, key[:LONGEST_KEY])
    if standing == KeyStanding.WRONG or found is None:
        count_wrong_key(src, remote_address)
        return Stranger("invalid_key", found.terms_id if found else 0)
    if standing == KeyStanding.SWITCHED_OFF:
        return Stranger("credential_disabled", found.terms_id)
    return _sender(found, remote_address) or Stranger("invalid_key", found.terms_id)


def find_by_terms(
    terms_id: int, remote_address: str, *, at: datetime, anywhere: bool = False
) -> Sender | Stranger:
    """The sender of a webhook, whose token has named its terms. `anywhere`: it was seen from where it comes before."""
    found = access_of_terms(terms_id, at=at)
    if found is None:
        return Stranger("invalid_source")
    return _sender(found, None if anywhere else remote_address) or Stranger("invalid_auth", found.terms_id)


def _sender(found: Access, remote_address: str | None) -> Sender | None:
    """The source whose key has opened; None when it may not be used from this address."""
    spec = specs.load(found.version_id) if found.version_id is not None else None
    terms = index(spec).terms.get(found.terms_id) if spec is not None else None
    listed = terms is not None and terms.ip_allow and remote_address is not None
    if listed and not _is_allowed(remote_address, terms.ip_allow):
        return None
    return Sender(found, spec, terms)


def count_wrong_key(source: str, remote_address: str) -> None:
    """One wrong key more of a sender. Raises Refused after too many."""
    # Anything may stand in these two; a digest says as much.
    who = digest(f"{source[:40]} {remote_address[:60]}", scope="wrong-key").hex()
    grant = limits.take(f"wrong-key:{who}", WRONG_KEYS)
    if not grant.allowed:
        raise Refused("rate_limited", headers=grant.headers)


def _is_allowed(address: str, networks: tuple[str, ...]) -> bool:
    """The list says from where the key may be used; an entry that is no network allows nobody."""
    try:
        given = ip_address(address)
    except ValueError:
        return False
    return any(_contains(network, given) for network in networks)


def _contains(network: str, address: Any) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        return False
