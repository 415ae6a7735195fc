"""Secrets on forms: they can be set, replaced and removed, never read back."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import INPUT_CLASSES, TEXTAREA_CLASSES


class Removal:
    """What a secret's input gives when its box “Remove” is ticked."""


REMOVED = Removal()


class SecretInput(forms.PasswordInput):
    """An input that never renders its value and says whether one is `kept`, which the form tells it.

    A kept one that may go has a box to remove it.
    """

    template_name = "core/admin/secret.html"
    kept = False
    removable = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": " ".join(INPUT_CLASSES), "autocomplete": "new-password", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        told = "••••••••  kept; type to replace" if self.kept else "not set"
        context = super().get_context(name, None, {"placeholder": told, **(attrs or {})})
        context["widget"]["removable"] = self.kept and self.removable
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        return REMOVED if not typed and data.get(f"{name}-remove") else typed

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-remove" not in data


class SecretArea(SecretInput):
    """The same with several lines, for private keys."""

    template_name = "core/admin/secret_area.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        classes = " ".join(TEXTAREA_CLASSES)
        super().__init__({"rows": 2, "class": classes, "spellcheck": "false", **(attrs or {})})


class SecretField(forms.CharField):
    """Left empty, what is kept stays; the form sets the new one, and the widget's `kept`. `lines` allows several."""

    is_secret = True
    widget = SecretInput

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        self.lines = lines
        widget = {"widget": SecretArea()} if lines else {}
        super().__init__(**{"required": False, "strip": True, **widget, **options})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)

    def clean(self, value: Any) -> Any:
        if value is REMOVED:
            return value
        text: str = super().clean(value)
        allowed = "\r\n\t" if self.lines else ""
        if any(
            (ord(character) < 32 or ord(character) == 127) and character not in allowed for character in text
        ):
            lines = "has no control characters" if self.lines else "is one line without control characters"
            raise forms.ValidationError(f"A secret {lines}.")
        return text.replace("\r\n", "\n")


class SecretsFormMixin(forms.ModelForm):
    """A model form whose `secret_names` are columns that people set, replace and remove but never read.

    The form's `Meta` leaves these columns out and the form declares a `SecretField` of the same name for each.
    """

    secret_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.secret_names:
            if name in self.fields:
                widget = self.fields[name].widget
                widget.kept, widget.removable = bool(getattr(self.instance, name)), True

    def has_secret(self, name: str) -> bool:
        """Whether there is one once the form is saved."""
        given = self.cleaned_data.get(name)
        return bool(getattr(self.instance, name)) if not given else given is not REMOVED

    def save(self, commit: bool = True) -> Any:
        for name in self.secret_names:
            given = self.cleaned_data.get(name)
            if given:
                setattr(self.instance, name, "" if given is REMOVED else given)
        return super().save(commit)
