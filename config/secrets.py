"""Secrets for a development machine: made once, kept in a file that only its owner reads. Imports no Django."""

import base64
import os
import secrets
from pathlib import Path


def load_development_secrets(path: Path) -> None:
    """Put the secrets of `path` into the environment where it has none; the first caller writes the file."""
    if not path.exists():
        _write_once(path)
    load_assignments(path)


def load_assignments(path: Path) -> None:
    """Put `NAME=value` lines of a file, if it is there and ours to read, into the environment where it has none."""
    try:
        text = path.read_text()
    except (FileNotFoundError, PermissionError):
        return
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            os.environ.setdefault(name, value)


def _write_once(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
        file.write(f"SECRET_KEY={secrets.token_urlsafe(50)}\n")
        file.write(f"ENCRYPTION_KEYS=k1:{_key()}\n")
        file.write(f"DIGEST_KEY={_key()}\n")
    # A link fails when another process was first; all then read the same file.
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
