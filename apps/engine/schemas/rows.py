"""Which mapping row is at fault where a request breaks its schema."""

from collections.abc import Iterable

from apps.engine import paths
from apps.engine.schemas.base import Violation


def told(found: Iterable[Violation], targets: Iterable[str]) -> tuple[Violation, ...]:
    """The violations by mapping row: (target of the row, words), or an empty target where the place leads to no row
    and the words name it.
    """
    rows = list(targets)
    exact = {_steps(target): target for target in reversed(rows)}
    loose = {_names(target): target for target in reversed(rows)}
    by_row = (
        (exact.get(_steps(place)) or loose.get(_names(place), ""), place, words) for place, words in found
    )
    return tuple((row, words if row or not place else f"“{place}” {words}") for row, place, words in by_row)


def _steps(place: str) -> paths.Path:
    try:
        return paths.parse(place)
    except paths.PathError:
        return ()


def _names(place: str) -> paths.Path:
    """The steps without places of lists: holes are closed, and a single element needs no [0]."""
    return tuple(step for step in _steps(place) if not isinstance(step, paths.Index))
