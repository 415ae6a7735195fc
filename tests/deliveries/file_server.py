"""A real SFTP server that behaves as told."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh


@dataclass
class FileServer:
    """`behaviour`: accept, full (no file is taken), no_rename (an old server), break (as the rename is asked)."""

    folder: Path
    behaviour: str = "accept"
    port: int = 0
    host_key: str = ""
    users: list[str] = field(default_factory=list)
    authorized: asyncssh.SSHKey | None = None

    def files(self) -> dict[str, bytes]:
        """What stands in the folder."""
        return {path.name: path.read_bytes() for path in (self.folder / "in").iterdir()}


class _Server(asyncssh.SSHServer):
    def __init__(self, told: FileServer) -> None:
        self._told = told

    def begin_auth(self, username: str) -> bool:
        self._told.users.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("buyer", "secret")

    def public_key_auth_supported(self) -> bool:
        return self._told.authorized is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        authorized = self._told.authorized
        return authorized is not None and key.public_data == authorized.public_data


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: Any, told: FileServer) -> None:
        super().__init__(channel, chroot=str(told.folder).encode())
        self._ours, self._told = channel, told

    def open(self, *args: Any) -> Any:
        if self._told.behaviour == "full":
            raise asyncssh.SFTPNoSpaceOnFilesystem("full")
        return super().open(*args)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
        if self._told.behaviour == "no_rename":
            raise asyncssh.SFTPOpUnsupported("old")
        if self._told.behaviour == "break":
            self._ours.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("gone")
        return super().posix_rename(oldpath, newpath)


@contextmanager
def running_file_server(folder: Path) -> Iterator[FileServer]:
    """An SFTP server over a folder: user “buyer”, password “secret”, or a key that the test authorizes."""
    (folder / "in").mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    told = FileServer(folder, host_key=key.get_fingerprint("sha256"))
    loop, up = asyncio.new_event_loop(), threading.Event()

    async def listen() -> None:
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Server(told),
            server_host_keys=[key],
            sftp_factory=lambda channel: _Files(channel, told),
        )
        told.port = server.get_port()
        up.set()

    thread = threading.Thread(target=lambda: (loop.create_task(listen()), loop.run_forever()), daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield told
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
