"""Files to SFTP servers: behind the same address guard as `core.http`, to a server known by its key, within one time.

A file is uploaded under a temporary name and then renamed, so that whoever looks never sees half of it. To send the
same file again is harmless. What goes wrong is a value.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from posixpath import join
from urllib.parse import unquote, urlsplit

import asyncssh
from django.conf import settings

from apps.core.http.addresses import system_resolve
from apps.core.http.guard import Guard

PORT = 22
DEADLINE_S = 60.0
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
PEM = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes. `secret` is a password or, when it begins with `-----BEGIN`, a private key."""

    url: str
    user: str
    secret: str = field(repr=False)
    host_key: str


class _RefusedError(Exception):
    """The message says why, in a sentence without secrets."""


def check_url(url: str) -> str:
    """What is wrong with an address like sftp://host:22/folder, without DNS, in words; empty if nothing is."""
    try:
        host, port, _ = _parts(url)
        with suppress(ValueError):
            _judge(port, [host])
    except _RefusedError as refused:
        return str(refused)
    return ""


def is_fingerprint(text: str) -> bool:
    """Whether this is a key's fingerprint as ssh-keygen shows it."""
    return bool(_FINGERPRINT.fullmatch(text))


def upload(target: Target, name: str, content: bytes, *, deadline_s: float = DEADLINE_S) -> str:
    """Send a file; what went wrong, in a sentence without secrets, or an empty text when it is there."""
    try:
        asyncio.run(asyncio.wait_for(_upload(target, name, content), deadline_s))
    except TimeoutError:
        return f"The file was not there within {deadline_s:g} s."
    except _RefusedError as refused:
        return str(refused)
    except asyncssh.HostKeyNotVerifiable:
        return "The server's key is not the one that is known; nothing was sent."
    except asyncssh.PermissionDenied:
        return "The server does not take the user or the password or key."
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        return "The private key cannot be read."
    except asyncssh.SFTPError as error:
        return f"The server did not take the file: {type(error).__name__}."
    except (asyncssh.Error, OSError, EOFError) as error:
        return f"The connection failed: {type(error).__name__}."
    return ""


def _parts(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError:
        raise _RefusedError("This is not a URL.") from None
    if parts.scheme != "sftp" or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise _RefusedError("The address must begin with sftp:// and a host.")
    if parts.username or parts.password:
        raise _RefusedError("The address must not hold a user name or password.")
    folder = unquote(parts.path).removeprefix("/~/")
    if re.search(r"[\x00-\x1f\x7f\\]", folder) or ".." in folder.split("/"):
        raise _RefusedError("The folder must be a plain path.")
    return parts.hostname, port, folder


def _judge(port: int, addresses: list[str]) -> None:
    """Raise if an address may not be called. ValueError for what is no address."""
    guard = Guard.of(settings.OUTBOUND_ALLOW_NETWORKS)
    found = [ip_address(text) for text in addresses]
    for address in found:
        if objection := guard.objection(address):
            raise _RefusedError(objection)
    if port != PORT and port < 1024 and not all(map(guard.allows, found)):
        raise _RefusedError(f"Port {port} belongs to another service than SFTP.")


async def _upload(target: Target, name: str, content: bytes) -> None:
    host, port, folder = _parts(target.url)
    if not is_fingerprint(target.host_key):
        raise _RefusedError("The server's key is not known; nothing was sent.")
    addresses = await system_resolve(host)
    if not addresses:
        raise OSError
    _judge(port, addresses)
    # The address that was judged is dialled, not the name, which might lead elsewhere by now.
    async with (
        asyncssh.connect(addresses[0], port, **_who(target)) as connection,
        connection.start_sftp_client() as client,
    ):
        await _put(client, folder, name, content)


def _who(target: Target) -> dict[str, object]:
    """Nothing of this machine's own SSH set-up is used: no agent, no keys, no known hosts."""
    key = asyncssh.import_private_key(target.secret) if target.secret.startswith(PEM) else None
    return {
        "username": target.user,
        "password": None if key else target.secret,
        "client_keys": [key] if key else None,
        "client_factory": lambda: _Known(target.host_key),
        "known_hosts": ([], [], []),
        "agent_path": None,
        "config": None,
        "preferred_auth": "publickey" if key else "password,keyboard-interactive",
    }


class _Known(asyncssh.SSHClient):
    """Takes a server only by its pinned key."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint.rstrip("=")

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return key.get_fingerprint("sha256") == self._fingerprint


async def _put(client: asyncssh.SFTPClient, folder: str, name: str, content: bytes) -> None:
    path = join(folder or ".", name)
    part = join(folder or ".", f".{name}.part")
    async with client.open(part, "wb") as file:
        await file.write(content)
    try:
        await client.posix_rename(part, path)
    except asyncssh.SFTPOpUnsupported:
        # Old servers rename onto nothing only; a file of this name is an earlier try of ours.
        with suppress(asyncssh.SFTPNoSuchFile):
            await client.remove(path)
        await client.rename(part, path)
