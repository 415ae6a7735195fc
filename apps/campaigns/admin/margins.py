"""Margins on forms: what stays of a buyer's price, with other margins by price as rows of fields."""

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.campaigns.choices import MarginKind
from apps.campaigns.judges import amount_problem, bands_problem
from apps.companies.admin.base import ScopedForm
from apps.core.admin.widgets import sentence

SPARE = 3
MOST = 20
_PARTS = ("above", "kind", "amount")


class BandsWidget(forms.Widget):
    """Every band as a row of price, kind and amount, and some empty ones; a script shows these one by one."""

    template_name = "campaigns/admin/bands.html"

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        stored = value if isinstance(value, list) else []
        slots = [*stored, *({} for _ in range(min(SPARE, MOST - len(stored))))]
        base = (attrs or {}).get("id") or f"id_{name}"
        context["widget"]["bands"] = [self._slot(name, base, place, slot) for place, slot in enumerate(slots)]
        return context

    def _slot(self, name: str, base: str, place: int, slot: dict[str, Any]) -> dict[str, Any]:
        number = place + 1

        def drawn(widget: forms.Widget, part: str, default: str = "") -> str:
            value, attrs = slot.get(part, default), {"id": f"{base}-{place}-{part}"}
            return widget.render(f"{name}-{place}-{part}", value, attrs)

        kinds = UnfoldAdminSelectWidget(choices=MarginKind.choices)
        kinds.attrs["aria-label"] = f"Margin {number}: kind"
        return {
            "number": number,
            "spare": not slot,
            "above": drawn(_amount(f"Margin {number}: prices from", "50.00"), "above"),
            "kind": drawn(kinds, "kind", MarginKind.PERCENT),
            "amount": drawn(_amount(f"Margin {number}: amount or percent", "20"), "amount"),
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        found = []
        for place in range(MOST):
            if f"{name}-{place}-above" not in data:
                break
            band = {part: (data.get(f"{name}-{place}-{part}") or "").strip() for part in _PARTS}
            if band["above"] or band["amount"]:
                found.append(band)
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-above" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-above" if id_ else id_


def _amount(label: str, example: str) -> forms.Widget:
    return UnfoldAdminTextInputWidget({"inputmode": "decimal", "placeholder": example, "aria-label": label})


class MarginBandsField(forms.Field):
    """A list of {"above", "kind", "amount"}, amounts as texts, the lowest price first."""

    widget = BandsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def to_python(self, value: Any) -> list[dict[str, str]]:
        bands = [_read(number, band) for number, band in enumerate(value or (), start=1)]
        return sorted(bands, key=lambda band: Decimal(band["above"]))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if wrong := bands_problem(value):
            raise forms.ValidationError(sentence(wrong))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


def _read(number: int, band: dict[str, Any]) -> dict[str, str]:
    kind = str(band.get("kind") or MarginKind.NONE)
    above = _money(band.get("above"), f"Row {number}: say from which price it holds, for example 50.00.")
    if kind == MarginKind.NONE:
        return {"above": above, "kind": kind, "amount": "0"}
    return {
        "above": above,
        "kind": kind,
        "amount": _money(band.get("amount"), f"Row {number}: say how much stays, for example 20."),
    }


def _money(value: Any, said: str) -> str:
    try:
        amount = Decimal(str(value or "").strip())
    except InvalidOperation:
        raise forms.ValidationError(said) from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 8 or amount != round(amount, 2):
        raise forms.ValidationError(said)
    return format(amount, "f")


class MarginForm(ScopedForm):
    """A row with a margin and a minimum bid. Without a margin of its own it has no bands either."""

    no_margin: ClassVar[str] = ""
    """What the menu calls that it has none of its own."""

    margin_bands = MarginBandsField(
        label="Other margins by price",
        help_text="The highest price that a buyer's reaches decides; below them all the margin above does. "
        "For example 20 percent, and from 50.00 a fixed 8.00.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "margin_amount" in self.fields:
            # Not needed where there is no margin, and hidden then.
            self.fields["margin_amount"].required = False
        if "margin_kind" in self.fields and self.no_margin:
            self.fields["margin_kind"].choices = [("", self.no_margin), *MarginKind.choices]

    def clean_margin_amount(self) -> Decimal:
        return self.cleaned_data.get("margin_amount") or Decimal("0")

    def clean_minimum_bid(self) -> Decimal | None:
        least = self.cleaned_data.get("minimum_bid")
        if least is not None and least < 0:
            raise forms.ValidationError("A minimum bid is not negative.")
        return least

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("margin_kind", "")
        if kind in ("", MarginKind.NONE):
            cleaned["margin_amount"] = Decimal("0")
        if not kind:
            cleaned["margin_bands"] = []
        elif wrong := amount_problem(kind, cleaned.get("margin_amount") or Decimal("0")):
            self.add_error("margin_amount", f"This is a margin {wrong}.")
        return cleaned


MARGIN_LABELS = {"margin_kind": "Margin", "margin_amount": "Amount or percent", "minimum_bid": "Minimum bid"}
MARGIN_ROWS = (("margin_kind", "margin_amount"), "margin_bands")
"""As they stand in a fieldset."""


def margin_in_words(row: Any) -> str:
    """The bands of a row, for readers: “20 % from 50”."""
    told = [f"{_kept(band['kind'], band['amount'])} from {band['above']}" for band in row.margin_bands]
    return ", ".join(told) or "—"


def _kept(kind: str, amount: str) -> str:
    return {"none": "none", "percent": f"{amount} %"}.get(kind, amount)
