"""What campaigns, terms and orders have in common: expressions, hours, targeting and caps."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from apps.campaigns.models import Campaign, CapBase, ValueList, WindowBase
from apps.campaigns.specs import TreeError, list_key, tree_of
from apps.engine.requirements import CapSpec, Expression, ScheduleSpec, Targeting, Window, ZipTargeting
from apps.engine.selling import MarginBand, MarginSpec


class ExpressionError(ValueError):
    """A stored expression that does not have the form of one, or names a list that is not there."""


class Reader:
    """Reads the expressions of one company's rows; knows its lists."""

    def __init__(self, lists: Iterable[ValueList] = ()) -> None:
        self._lists: Mapping[str, ValueList] = {list_key(each.pk): each for each in lists}

    @classmethod
    def of(cls, campaign: Campaign) -> "Reader":
        """The reader for a draft."""
        return cls(campaign.company.value_lists.all())

    def read(self, stored: Any) -> Expression | None:
        """The expression a row holds, None where it holds none. Raises ExpressionError."""
        if not stored:
            return None
        try:
            return self._resolved(tree_of(stored))
        except TreeError as error:
            raise ExpressionError(str(error)) from None

    def _resolved(self, expression: Expression) -> Expression:
        """With the content hash of each list that a test names."""
        if expression.kind == "test" and expression.operator == "in_list":
            return replace(expression, value=self._list(expression.value))
        if expression.children:
            return replace(expression, children=tuple(map(self._resolved, expression.children)))
        return expression

    def _list(self, value: Any) -> tuple[str, str]:
        # The builder sends the list's key and its name; a key alone does as well.
        named = value if isinstance(value, tuple) and value else (value,)
        found = self._lists.get(str(named[0]))
        if found is None:
            raise ExpressionError(f"There is no list “{named[-1]}”")
        return found.content_id, found.name


def schedule(
    zone: str, windows: Iterable[WindowBase], holidays: tuple[date, ...] = ()
) -> ScheduleSpec | None:
    """Weekly hours and holidays; None when there are neither."""
    found = tuple(_window(window) for window in windows)
    return ScheduleSpec(zone, found, holidays) if found or holidays else None


def _window(window: WindowBase) -> Window:
    opens = window.opens.hour * 60 + window.opens.minute
    closes = window.closes.hour * 60 + window.closes.minute
    return Window(window.weekday, opens, closes or 24 * 60)


def targeting(row: Any) -> Targeting:
    """The states of a campaign or an order."""
    return Targeting(row.states_mode, frozenset(row.states)) if row.states_mode else Targeting()


def zip_targeting(row: Any) -> ZipTargeting:
    """The zips of a campaign or an order."""
    if not row.zips_mode or row.zip_list is None:
        return ZipTargeting()
    return ZipTargeting(row.zips_mode, row.zip_list.content_id, row.zip_list.name)


def enabled(rows: Any) -> list[Any]:
    """The rows that are switched on, oldest first."""
    return sorted((row for row in rows if row.is_enabled), key=lambda row: row.pk)


def caps(rows: Any, zone: str, reader: Reader, *, on_hit: str = "reject") -> tuple[CapSpec, ...]:
    """The enabled caps of a subject; `zone` serves those that name none. Spend is counted in cents."""
    return tuple(_cap(row, zone, reader, on_hit) for row in enabled(rows))


def _cap(cap: CapBase, zone: str, reader: Reader, on_hit: str) -> CapSpec:
    return CapSpec(
        key=cap.cap_key,
        subject=cap.cap_subject,
        basis=cap.basis,
        period=cap.period,
        limit=int(cap.limit * 100 if cap.basis == "spend" else cap.limit),
        time_zone=cap.time_zone or zone,
        expression=reader.read(cap.expression),
        on_hit=on_hit,
    )


def margin(row: Any) -> MarginSpec | None:
    """The margin of a campaign, terms or an order; None where it has none of its own."""
    if not row.margin_kind and not row.margin_bands:
        return None
    bands = (
        MarginBand(Decimal(str(one["above"])), one["kind"], Decimal(str(one["amount"])))
        for one in row.margin_bands
    )
    return MarginSpec(
        row.margin_kind or "none", row.margin_amount, tuple(sorted(bands, key=lambda one: one.above))
    )
