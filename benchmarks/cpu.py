"""Where the processor's time goes: of a process with all below it, from /proc."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> set[int]:
    """A process and everything it has started."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        found = _fields(entry)
        if found is not None:
            parents[int(entry.parent.name)] = int(found[1])
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        grown = bool(more)
        family |= more
    return family


def parent_of(pid: int) -> int:
    """Who started a process."""
    found = _fields(Path(f"/proc/{pid}/stat"))
    return int(found[1]) if found is not None else 0


def seconds(root: int) -> float:
    """Processor time of a process and of everything below it that still lives, children it has waited for included."""
    total = 0
    for pid in tree(root):
        found = _fields(Path(f"/proc/{pid}/stat"))
        if found is not None:
            total += sum(int(value) for value in found[11:15])
    return total / _TICKS


def _fields(stat: Path) -> list[str] | None:
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return None
