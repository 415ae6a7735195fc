"""Which addresses may be called: public ones, and those the deployment allows by `OUTBOUND_ALLOW_NETWORKS`.

`check_url` judges what can be judged when a URL is saved, without DNS. The door asks again at connect time,
for the literal and for every address a name resolves to, and connects to an address that was judged.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from yarl import URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL_LENGTH = 65_536
_REMEMBERED_LENGTH = 1_024
"""Readings of URLs up to this length are remembered: an endpoint's comes again and again."""

# Written out, so that the verdict does not move with Python's own tables.
_REFUSED_V4 = {
    "0.0.0.0/8": "the unspecified address",
    "10.0.0.0/8": "a private address",
    "100.64.0.0/10": "a carrier's private address",
    "127.0.0.0/8": "a loopback address",
    "168.63.129.16/32": "a cloud metadata address",
    "169.254.0.0/16": "a link-local or cloud metadata address",
    "172.16.0.0/12": "a private address",
    "192.0.0.0/24": "a reserved address",
    "192.0.2.0/24": "a documentation address",
    "192.88.99.0/24": "a 6to4 relay address",
    "192.168.0.0/16": "a private address",
    "198.18.0.0/15": "a benchmarking address",
    "198.51.100.0/24": "a documentation address",
    "203.0.113.0/24": "a documentation address",
    "224.0.0.0/4": "a multicast address",
    "240.0.0.0/4": "a reserved address",
}
_REFUSED_V6 = {
    "::/128": "the unspecified address",
    "::1/128": "a loopback address",
    "::ffff:0:0/96": "an IPv4 address in disguise",
    "::ffff:0:0:0/96": "an IPv4 address in disguise",
    "::/96": "an IPv4 address in disguise",
    "64:ff9b::/96": "a NAT64 address",
    "64:ff9b:1::/48": "a NAT64 address",
    "2001::/23": "a Teredo or special-purpose address",
    "2001:db8::/32": "a documentation address",
    "2002::/16": "a 6to4 address",
    "3fff::/20": "a documentation address",
    "fc00::/7": "a private address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a site-local address",
    "ff00::/8": "a multicast address",
}
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED = tuple((ip_network(text), what) for text, what in (_REFUSED_V4 | _REFUSED_V6).items())

# Services that an HTTP request could be smuggled to: the browsers' list, and what stands beside a web server.
_PORT_LIST = """
0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119
123 135 137 138 139 143 161 162 179 389 427 445 465 500 512 513 514 515 526 530 531 532 540 548 554 556 563
587 601 623 631 636 873 989 990 993 995 1433 1521 1719 1720 1723 2049 2181 2375 2376 2379 2380 3306 3389
3659 4045 4190 4369 5060 5061 5432 5433 5671 5672 5900 6000 6379 6380 6432 6566 6665 6666 6667 6668 6669
6697 9042 9092 9200 9300 10080 10250 11211 26379 27017 27018 50070
"""
_REFUSED_PORTS = frozenset(map(int, _PORT_LIST.split()))

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]+")
_LOCAL_NAMES = re.compile(r"(?:.*\.)?(?:localhost|local|localdomain|internal)\.?")


class RefusedError(Exception):
    """The URL or an address may not be called. The message says why, in a sentence without the URL."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed the reading: what to dial. `literal` is the address when the host is one."""

    url: URL
    host: str
    port: int
    literal: Address | None


@dataclass(frozen=True, slots=True)
class Guard:
    """The deployment's verdict on addresses and ports."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> "Guard":
        """A guard that lets the given networks (CIDR) pass besides public addresses."""
        return cls(tuple(ip_network(text.strip(), strict=False) for text in networks if text.strip()))

    def allows(self, address: Address) -> bool:
        """Whether the deployment lets this very address pass, public or not."""
        return any(address in network for network in self.allowed)

    def objection(self, address: Address) -> str | None:
        """Why `address` may not be called, as a sentence; None if it may."""
        if self.allows(address):
            return None
        what = _what_is_wrong(address)
        return f"{address} is {what}." if what else None

    def judge(self, target: Target, addresses: Sequence[Address]) -> None:
        """Raise RefusedError if the port or any one of the target's addresses may not be called."""
        for address in addresses:
            if objection := self.objection(address):
                raise RefusedError(objection)
        if target.port in _REFUSED_PORTS and not all(map(self.allows, addresses)):
            raise RefusedError(_port_objection(target.port))

    def check_url(self, url: str) -> str | None:
        """What is wrong with `url` as far as can be told without DNS, as a sentence; None if nothing is."""
        try:
            target = read_target(url)
            if target.literal is not None:
                self.judge(target, [target.literal])
            elif not self.allowed:
                _judge_name(target)
        except RefusedError as refusal:
            return str(refusal)
        return None


def check_url(url: str) -> str | None:
    """`Guard.check_url` under the deployment's settings; for validation when a URL is saved."""
    return Guard.of(settings.OUTBOUND_ALLOW_NETWORKS).check_url(url)


def read_target(url: str) -> Target:
    """Read `url` with the parser that will dial it: no second reading can differ. RefusedError if unfit."""
    return _remembered(url) if len(url) <= _REMEMBERED_LENGTH else _read(url)


def _read(url: str) -> Target:
    if len(url) > MAX_URL_LENGTH:
        raise RefusedError("The URL is too long.")
    try:
        return _target(_parse(url))
    except ValueError:  # the parser reads some parts only when they are asked for
        raise RefusedError("This is not a URL.") from None


_remembered = lru_cache(maxsize=512)(_read)


def _parse(url: str) -> URL:
    # What is plain ASCII goes out exactly as written; only the rest needs encoding.
    if _PLAIN.fullmatch(url):
        return URL(url, encoded=True)
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise RefusedError("The URL holds a blank, a backslash or a control character.")
    return URL(url)


def _target(url: URL) -> Target:
    if url.scheme not in ("http", "https"):
        raise RefusedError("The URL must begin with http:// or https://.")
    if "@" in url.raw_authority:
        raise RefusedError("The URL must not hold a user name or password; use the authentication settings.")
    host = (url.raw_host or "").lower()
    port = url.port
    if not port:
        raise RefusedError("The URL's port is not one.")
    return Target(url, host, port, _literal(host))


def _literal(host: str) -> Address | None:
    if ":" in host:
        address = _address(host)
        if address is None or "%" in host:
            raise RefusedError("The URL's host is not a valid IPv6 address.")
        return address
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise RefusedError("The URL's host is not a valid name.")
    if not _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return None
    address = _address(host)
    if address is None:
        raise RefusedError("The URL's host is a number that is no address in its usual form.")
    return address


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _judge_name(target: Target) -> None:
    if _LOCAL_NAMES.fullmatch(target.host):
        raise RefusedError(f"{target.host} is a name of this machine or its own network.")
    if target.port in _REFUSED_PORTS:
        raise RefusedError(_port_objection(target.port))


def _port_objection(port: int) -> str:
    return f"Port {port} belongs to another service than HTTP."


@lru_cache(maxsize=4096)
def _what_is_wrong(address: Address) -> str | None:
    for network, what in _REFUSED:
        if address in network:
            return what
    if address.version == 6 and address not in _PUBLIC_V6:
        return "a reserved address"
    return None
