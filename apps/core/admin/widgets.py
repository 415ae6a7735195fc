"""Form fields for what is stored as lists and pairs: people see lines, boxes and menus, never JSON."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from unfold.widgets import TEXTAREA_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

Choices = Iterable[tuple[Any, Any]]


def sentence(words: str) -> str:
    """What the engine says, as a sentence of its own: a capital first, a full stop at the end."""
    told = words[:1].upper() + words[1:]
    return told if told.endswith((".", "!", "?")) else f"{told}."


class BoxesWidget(forms.CheckboxSelectMultiple):
    """Checkboxes in columns, with buttons for all and none where scripts run."""

    template_name = "core/admin/boxes.html"
    option_template_name = "core/admin/boxes_option.html"


class BoxesField(forms.MultipleChoiceField):
    """A JSON list of codes, ticked."""

    widget = BoxesWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})


class LinesWidget(UnfoldAdminTextareaWidget):
    """A JSON list of texts as a box with one a line."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 3, "class": "sl-lines " + " ".join(TEXTAREA_CLASSES[:-1]), **(attrs or {})})

    def format_value(self, value: Any) -> str:
        return (
            "\n".join(str(entry) for entry in value) if isinstance(value, list | tuple) else str(value or "")
        )


class LinesField(forms.CharField):
    """A JSON list of texts, one a line; commas separate too. `check` gives a sentence for an entry that is wrong."""

    widget = LinesWidget

    def __init__(self, *, check: Callable[[str], str] | None = None, **options: Any) -> None:
        self.check = check
        super().__init__(**{"required": False, **options})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return list(value)
        entries = [entry.strip() for line in str(value or "").splitlines() for entry in line.split(",")]
        return list(dict.fromkeys(entry for entry in entries if entry))

    def validate(self, value: Any) -> None:
        super().validate(value)
        found = [self.check(entry) for entry in value] if self.check else []
        sentences = [sentence for sentence in found if sentence]
        if sentences:
            raise forms.ValidationError(sentences)

    def run_validators(self, value: Any) -> None:
        """The entries are checked by `validate`."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class PairsWidget(LinesWidget):
    """Pairs as lines of `ours = theirs`."""

    def format_value(self, value: Any) -> str:
        if isinstance(value, str) or value is None:
            return value or ""
        return "\n".join(f"{ours} = {theirs}" for ours, theirs in value)


class PairsField(forms.CharField):
    """A JSON list of pairs, typed as lines of `ours = theirs`."""

    widget = PairsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "strip": False, **options})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [list(pair) for pair in value]
        pairs = []
        for number, line in enumerate(str(value or "").splitlines(), start=1):
            if not line.strip():
                continue
            ours, sign, theirs = line.partition("=")
            if not sign or not ours.strip():
                raise forms.ValidationError(
                    f"Line {number}: write it as “ours = theirs”, for example “yes = 1”."
                )
            pairs.append([ours.strip(), theirs.strip()])
        return pairs

    def run_validators(self, value: Any) -> None:
        """A list has no length in characters."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


class MenuField(forms.ChoiceField):
    """A menu whose entries come from a registry at the moment it is shown, so that a new kind needs no migration."""

    widget = UnfoldAdminSelectWidget

    def __init__(
        self, *, entries: Callable[[], Sequence[tuple[str, str]]], empty: str = "", **options: Any
    ) -> None:
        self.entries = entries
        self.empty = empty
        super().__init__(choices=self._offered, **options)

    def _offered(self) -> list[tuple[str, str]]:
        first = [("", self.empty)] if self.empty or not self.required else []
        return first + list(self.entries())
