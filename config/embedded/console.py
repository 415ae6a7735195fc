"""What the person at the console reads: short lines, one a step."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def note(text: str) -> None:
    """A line about something that happened."""
    print(f"  {text}", flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """A line that names a step while it lasts and its duration afterwards."""
    started = time.monotonic()
    print(f"  {title} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(" failed.", flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def complain(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)
