"""Where a file goes: an address that may be called, a user, and the key by which the server is known."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from django.conf import settings

from apps.core.http.guard import Guard

PORT = 22
PEM = "-----BEGIN"
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes. `secret` is a password or, when it begins with `-----BEGIN`, a private key."""

    url: str
    user: str
    secret: str = field(repr=False)
    host_key: str


class RefusedError(Exception):
    """The message says why, in a sentence without secrets."""


def check_url(url: str) -> str:
    """What is wrong with an address like sftp://host:22/folder, without DNS, in words; empty if nothing is."""
    try:
        host, port, _ = parts(url)
        with suppress(ValueError):
            judge(port, [host])
    except RefusedError as refused:
        return str(refused)
    return ""


def is_fingerprint(text: str) -> bool:
    """Whether this is a key's fingerprint as ssh-keygen shows it."""
    return bool(_FINGERPRINT.fullmatch(text))


def parts(url: str) -> tuple[str, int, str]:
    """Host, port and folder of an address. RefusedError for what is none."""
    try:
        split = urlsplit(url)
        port = split.port or PORT
    except ValueError:
        raise RefusedError("This is not a URL.") from None
    if split.scheme != "sftp" or not split.hostname or not _HOST.fullmatch(split.hostname):
        raise RefusedError("The address must begin with sftp:// and a host.")
    if split.username or split.password:
        raise RefusedError("The address must not hold a user name or password.")
    folder = unquote(split.path).removeprefix("/~/")
    if re.search(r"[\x00-\x1f\x7f\\]", folder) or ".." in folder.split("/"):
        raise RefusedError("The folder must be a plain path.")
    return split.hostname, port, folder


def judge(port: int, addresses: list[str]) -> None:
    """RefusedError if an address may not be called, ValueError for what is no address."""
    guard = Guard.of(settings.OUTBOUND_ALLOW_NETWORKS)
    found = [ip_address(text) for text in addresses]
    for address in found:
        if objection := guard.objection(address):
            raise RefusedError(objection)
    if port != PORT and port < 1024 and not all(map(guard.allows, found)):
        raise RefusedError(f"Port {port} belongs to another service than SFTP.")
