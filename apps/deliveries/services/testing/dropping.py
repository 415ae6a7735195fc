"""Test Endpoint for file drops: all that the next file needs is tried on the server; no lead is sent."""

from apps.core import sftp
from apps.core.sftp import Look, Target
from apps.deliveries.services.testing.lines import Line, Told, failed

_STEPS = {
    "address": "Address guard",
    "connection": "Connection",
    "host_key": "Host key",
    "login": "Login",
    "folder": "Folder",
}


def look(told: Told, target: Target, *, within_ms: int) -> None:
    """Connect through the guard, compare the key, log in, write a temporary file and remove it."""
    found = sftp.look(target, deadline_s=within_ms / 1000)
    told.total_ms = sum(ms or 0 for ms in (found.connect_ms, found.login_ms, found.folder_ms))
    told.lines += _lines(found, target)


def _lines(found: Look, target: Target) -> list[Line]:
    lines = []
    for step, line in _passed(found, target).items():
        if step == found.step:
            return [*lines, _failed(found)]
        lines.append(line)
    return lines


def _failed(found: Look) -> Line:
    told = found.problem
    if found.step == "host_key" and found.fingerprint:
        told += " Nothing was sent. Ask the buyer; if this is its server's key, put it in as the host key."
    return failed(_STEPS[found.step], told)


def _passed(found: Look, target: Target) -> dict[str, Line]:
    folder = "A temporary file was written and removed."
    if found.left_behind:
        folder = f"Writable, but the temporary file {found.left_behind} could not be removed."
    return {
        "address": Line("Address guard", f"{found.address} may be called."),
        "connection": Line("Connection", f"Connected to {found.address}.", ms=found.connect_ms),
        "host_key": Line("Host key", f"The server shows the pinned {found.fingerprint}."),
        "login": Line("Login", f"Taken as {target.user}.", ms=found.login_ms),
        "folder": Line("Folder", folder, warned=bool(found.left_behind), ms=found.folder_ms),
    }
