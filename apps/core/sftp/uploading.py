"""A file is uploaded under a temporary name and then renamed, so that whoever looks never sees half of it. To send the
same file again is harmless.
"""

import asyncio
from contextlib import suppress
from posixpath import join

import asyncssh

from apps.core.sftp.session import TROUBLE, address_of, connect, words
from apps.core.sftp.target import RefusedError, Target, is_fingerprint, parts

DEADLINE_S = 60.0


def upload(target: Target, name: str, content: bytes, *, deadline_s: float = DEADLINE_S) -> str:
    """Send a file; what went wrong, in a sentence without secrets, or an empty text when it is there."""
    try:
        asyncio.run(asyncio.wait_for(_upload(target, name, content), deadline_s))
    except TimeoutError:
        return f"The file was not there within {deadline_s:g} s."
    except RefusedError as refused:
        return str(refused)
    except TROUBLE as error:
        return words(error)
    return ""


async def _upload(target: Target, name: str, content: bytes) -> None:
    _, _, folder = parts(target.url)
    if not is_fingerprint(target.host_key):
        raise RefusedError("The server's key is not known; nothing was sent.")
    address = await address_of(target)
    async with connect(target, address) as connection, connection.start_sftp_client() as client:
        await _put(client, folder, name, content)


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
