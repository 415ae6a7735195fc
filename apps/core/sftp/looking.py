"""Everything an upload needs, tried without one: the address, the server's key, the login, the folder."""

import asyncio
import time
from dataclasses import dataclass
from posixpath import join
from secrets import token_hex

import asyncssh

from apps.core.sftp.session import TROUBLE, Known, address_of, connect, words
from apps.core.sftp.target import RefusedError, Target, is_fingerprint, parts

STEPS = ("address", "connection", "host_key", "login", "folder")


@dataclass(slots=True)
class Look:
    """How far one came: `step` is the one of `STEPS` that failed and `problem` a sentence; both empty when none did.

    `fingerprint` is that of the key the server showed; a server that is not known is told nothing. `left_behind` is
    the name of a temporary file that could not be removed. Times are milliseconds.
    """

    step: str = ""
    problem: str = ""
    address: str = ""
    fingerprint: str = ""
    connect_ms: float | None = None
    login_ms: float | None = None
    folder_ms: float | None = None
    left_behind: str = ""


class _Looking(Known):
    """Notes what the server shows."""

    def __init__(self, fingerprint: str, found: Look, began: float) -> None:
        super().__init__(fingerprint)
        self._found, self._began = found, began

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self._found.step, self._found.connect_ms = "host_key", _since(self._began)

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self._found.fingerprint = key.get_fingerprint("sha256")
        if not super().validate_host_public_key(host, addr, port, key):
            return False
        self._found.step = "login"
        return True


def look(target: Target, *, deadline_s: float) -> Look:
    """Connect, compare the key, log in, write an empty temporary file and remove it. Never raises for what the network
    does."""
    found = Look(step="address")
    try:
        asyncio.run(asyncio.wait_for(_steps(target, found), deadline_s))
    except TimeoutError:
        found.problem = f"It took longer than {deadline_s:g} s."
    except RefusedError as refused:
        found.problem = str(refused)
    except TROUBLE as error:
        found.problem = _words(error, target, found)
    return found


async def _steps(target: Target, found: Look) -> None:
    _, _, folder = parts(target.url)
    address = await address_of(target)
    found.step, found.address = "connection", address[0]
    began = time.monotonic()
    async with connect(target, address, lambda: _Looking(target.host_key, found, began)) as connection:
        found.step, found.login_ms = "folder", _since(began) - (found.connect_ms or 0)
        began = time.monotonic()
        async with connection.start_sftp_client() as client:
            await _try_folder(client, folder, found)
        found.folder_ms, found.step = _since(began), ""


async def _try_folder(client: asyncssh.SFTPClient, folder: str, found: Look) -> None:
    path = join(folder or ".", f".test-{token_hex(6)}.part")
    async with client.open(path, "wb"):
        pass
    found.left_behind = path
    try:
        await client.remove(path)
    except asyncssh.SFTPError:
        return
    found.left_behind = ""


def _words(error: Exception, target: Target, found: Look) -> str:
    if found.step == "address" and isinstance(error, OSError):
        return "The host name could not be looked up."
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        known = f"is not the pinned {target.host_key}" if is_fingerprint(target.host_key) else "is not pinned"
        return f"The server shows {found.fingerprint}, which {known}."
    if isinstance(error, asyncssh.SFTPError):
        return f"No file can be written there: {type(error).__name__.removeprefix('SFTP')}."
    return words(error)


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 3)
