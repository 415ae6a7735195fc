"""How values are said, and how two values or two collections are compared in sentences."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from apps.engine.requirements import ScheduleSpec, Targeting, ValueList, Window, ZipTargeting

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EMPTY = ValueList()
Show = Callable[[Any], str]


def shown(value: Any) -> str:
    """A value as people write it."""
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | frozenset):
        return ", ".join(shown(item) for item in (sorted(value) if isinstance(value, frozenset) else value))
    return str(value)


def attributes(
    old: Any, new: Any, names: dict[str, str], label: str, shows: Mapping[str, Show] | None = None
) -> Iterator[str]:
    """A sentence for each attribute that differs; `names` gives its word, `label` begins the sentence, `shows` says how
    its value is written where `shown` does not do.
    """
    for name, word in names.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            show = (shows or {}).get(name, shown)
            yield said(label, f"{word} {show(before)} → {show(after)}")


def said(label: str, rest: str) -> str:
    """ "Order X: price 1 → 2", or the rest alone with a capital letter."""
    return f"{label}: {rest}" if label else rest[:1].upper() + rest[1:]


def paired(
    old: Iterable[Any], new: Iterable[Any], key: Callable[[Any], Hashable]
) -> Iterator[tuple[Any, Any]]:
    """Every item of either side with its fellow of the other, or None; the new ones' order, then those removed."""
    before, after = {key(item): item for item in old}, {key(item): item for item in new}
    for each, item in after.items():
        yield before.get(each), item
    for each, item in before.items():
        if each not in after:
            yield item, None


def states(old: Targeting, new: Targeting, label: str) -> Iterator[str]:
    """States added and removed, or another way to read them."""
    if old.mode != new.mode:
        yield said(label, f"states: {_targeted(old)} → {_targeted(new)}")
        return
    if added := new.values - old.values:
        yield said(label, f"states {shown(added)} added")
    if removed := old.values - new.values:
        yield said(label, f"states {shown(removed)} removed")


def _targeted(targeting: Targeting) -> str:
    modes = {"": "all", "include": "only ", "exclude": "all but "}
    return modes[targeting.mode] + (shown(targeting.values) if targeting.mode else "")


def zips(old: tuple[ZipTargeting, Any], new: tuple[ZipTargeting, Any], label: str) -> Iterator[str]:
    """Zip targeting with its lists by hash: how many zips came and went."""
    (before, old_lists), (after, new_lists) = old, new
    if before.mode != after.mode or before.list_name != after.list_name:
        yield said(label, f"zips: {_zips_said(before)} → {_zips_said(after)}")
    if before.mode and after.mode and before.list_hash != after.list_hash:
        had, has = old_lists.get(before.list_hash, _EMPTY), new_lists.get(after.list_hash, _EMPTY)
        yield said(label, f"zip list {after.list_name}: {_came_and_went(_all(had), _all(has))}")


def _zips_said(targeting: ZipTargeting) -> str:
    modes = {"": "all", "include": "only those of ", "exclude": "all but those of "}
    return modes[targeting.mode] + (targeting.list_name if targeting.mode else "")


def _all(values: ValueList) -> set[str]:
    return set(values.exact) | {f"{prefix}*" for prefix in values.prefixes}


def _came_and_went(had: set[str], has: set[str]) -> str:
    added, removed = len(has - had), len(had - has)
    counts = [f"{added:,} {'zip' if added == 1 else 'zips'} added"] if added else []
    counts += (
        [f"{removed:,} {'' if added else ('zip ' if removed == 1 else 'zips ')}removed"] if removed else []
    )
    return ", ".join(counts) or "the same zips"


def hours(old: ScheduleSpec | None, new: ScheduleSpec | None, label: str) -> Iterator[str]:
    """Weekly hours and holidays."""
    before, after = old or ScheduleSpec(""), new or ScheduleSpec("")
    if before.windows != after.windows:
        yield said(label, f"hours {_week(before.windows)} → {_week(after.windows)}")
    if added := set(after.holidays) - set(before.holidays):
        yield said(label, f"closed on {shown(tuple(sorted(added)))}")
    if removed := set(before.holidays) - set(after.holidays):
        yield said(label, f"no longer closed on {shown(tuple(sorted(removed)))}")


def _week(windows: tuple[Window, ...]) -> str:
    if not windows:
        return "always"
    return ", ".join(f"{_DAYS[each.weekday]} {_clock(each.opens)}–{_clock(each.closes)}" for each in windows)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
