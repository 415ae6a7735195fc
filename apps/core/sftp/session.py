"""A connection to a server that is known by its key, with nothing of this machine's own SSH set-up."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncssh

from apps.core.http.addresses import system_resolve
from apps.core.sftp.target import PEM, Target, judge, parts


async def address_of(target: Target) -> tuple[str, int]:
    """An address that may be called, and the port. RefusedError and OSError when there is none."""
    host, port, _ = parts(target.url)
    addresses = await system_resolve(host)
    if not addresses:
        raise OSError
    judge(port, addresses)
    # The address that was judged is dialled, not the name, which might lead elsewhere by now.
    return addresses[0], port


def connect(
    target: Target, address: tuple[str, int], client: "Callable[[], Known] | None" = None
) -> AbstractAsyncContextManager[asyncssh.SSHClientConnection]:
    """Dial, and log in if the server shows the pinned key: no agent, no keys and no known hosts of ours are used."""
    key = asyncssh.import_private_key(target.secret) if target.secret.startswith(PEM) else None
    connection: AbstractAsyncContextManager[asyncssh.SSHClientConnection] = asyncssh.connect(
        *address,
        username=target.user,
        password=None if key else target.secret,
        client_keys=[key] if key else None,
        client_factory=client or (lambda: Known(target.host_key)),
        known_hosts=([], [], []),
        agent_path=None,
        config=None,
        preferred_auth="publickey" if key else "password,keyboard-interactive",
    )
    return connection


class Known(asyncssh.SSHClient):
    """Takes a server only by its pinned key."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint.rstrip("=")

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return key.get_fingerprint("sha256") == self._fingerprint


def words(error: Exception) -> str:
    """What went wrong with a connection, in a sentence without secrets."""
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return "The server's key is not the one that is known; nothing was sent."
    if isinstance(error, asyncssh.PermissionDenied):
        return "The server does not take the user or the password or key."
    if isinstance(error, asyncssh.KeyImportError | asyncssh.KeyEncryptionError):
        return "The private key cannot be read."
    if isinstance(error, asyncssh.SFTPError):
        return f"The server did not take the file: {type(error).__name__}."
    return f"The connection failed: {type(error).__name__}."


TROUBLE = (asyncssh.Error, asyncssh.KeyImportError, asyncssh.KeyEncryptionError, OSError, EOFError)
"""What a connection may end with. `words` tells each."""
