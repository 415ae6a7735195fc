"""The tree as the architecture tests read it."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITTEN_BY_HAND = (".py", ".html", ".css", ".js", ".sh", ".toml", ".in", ".txt", ".md")


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Files of the tree with one of these endings: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    # Without git (an unpacked archive) everything counts that is not hidden or made by us.
    names = listed.stdout.split("\0") if listed.returncode == 0 else _walk()
    found = (ROOT / name for name in names if name.endswith(suffixes))
    return tuple(sorted(path for path in found if path.is_file()))


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(), filename=str(path))


def python(*folders: str) -> list[Path]:
    """Python modules below these folders that people wrote: no migrations."""
    return [
        path
        for path in files(".py")
        if path.relative_to(ROOT).parts[0] in folders and "migrations" not in path.parts
    ]


def place(path: Path, node: ast.AST | None = None) -> str:
    """`apps/core/ids.py:12`."""
    line = getattr(node, "lineno", None)
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))


def _walk() -> list[str]:
    relative = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [str(path) for path in relative if not path.parts[0].startswith(".") and path.parts[0] != "var"]
