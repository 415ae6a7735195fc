"""The form of a header."""

from typing import Any, ClassVar

from apps.buyers.models import EndpointHeader
from apps.companies.admin.base import ScopedForm
from apps.core.admin.secrets import SecretField, SecretsFormMixin
from apps.engine.request import header_problem


class HeaderForm(SecretsFormMixin, ScopedForm):
    """A header; its secret can be replaced and removed, never read."""

    secret_names: ClassVar = ("secret",)
    secret = SecretField(
        help_text="Kept encrypted, acts at once. Sent in place of the value, or where the value says {secret}."
    )

    class Meta:
        model = EndpointHeader
        exclude = ("secret",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name, value = cleaned.get("name", ""), cleaned.get("value", "")
        objection = header_problem(name, value) if name else ""
        if objection:
            self.add_error("name" if header_problem(name) else "value", f"This header {objection}.")
        if not value and not self.has_secret("secret"):
            self.add_error("value", "Give a value or a secret.")
        return cleaned
