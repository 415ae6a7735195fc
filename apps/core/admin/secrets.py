"""Secrets on forms: they can be set and replaced, never read back."""

from typing import Any

from django import forms
from unfold.widgets import INPUT_CLASSES


class SecretInput(forms.PasswordInput):
    """An input that never renders its value and says whether one is `kept`, which the form tells it."""

    kept = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": " ".join(INPUT_CLASSES), "autocomplete": "new-password", **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        told = "••••••••  kept; type to replace" if self.kept else "not set"
        return super().get_context(name, None, {"placeholder": told, **(attrs or {})})


class SecretField(forms.CharField):
    """Left empty, what is kept stays; the form sets the new one, and the widget's `kept`."""

    is_secret = True
    widget = SecretInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "strip": True, **options})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            raise forms.ValidationError("A secret is one line without control characters.")
        return text
