"""How an endpoint begins: whose it is, what kind of system the buyer has, and where that is."""

from typing import Any

from django import forms

from apps.buyers.admin.forms import words
from apps.buyers.admin.forms.addresses import completed, drop_problem, recipients_problem, web_problem
from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.buyers.presets import PRESETS
from apps.companies.admin.base import ScopedForm
from apps.core.admin.widgets import MenuField


def preset_menu() -> list[tuple[str, str]]:
    """Ways to start."""
    return [(key, preset.label) for key, preset in PRESETS.items()]


class PresetField(MenuField):
    """What the buyer has."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            entries=preset_menu,
            label="Start from",
            initial="json",
            help_text="Fills format, mapping and response rules from the campaign's fields. All of it can be edited.",
            **options,
        )


def ping_problem(url: str, *, bids: bool) -> str:
    """What is wrong with the address of pings, as a sentence; who does not bid needs none."""
    if not url:
        return "Say where bids are asked for." if bids else ""
    return web_problem(url, what="ping URL")


class StartForm(forms.Form):
    """With what to start anew."""

    preset = PresetField()


class NewEndpointForm(ScopedForm):
    """Whose it is and what it begins with; the rest follows on its page."""

    preset = PresetField()

    class Meta:
        model = Endpoint
        exclude = ("auth_secret",)
        labels = words.LABELS
        help_texts = words.HELP | {
            "url": "Of an HTTP request, for example https://api.buyer.example/leads; of a file drop "
            "sftp://files.buyer.example/incoming. E-mail and “store only” need none.",
            "ping_url": "Of ping and post: where bids are asked for, for example https://api.buyer.example/ping.",
            "email_to": "Of an e-mail: one or several addresses, separated by commas.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        preset = PRESETS.get(cleaned.get("preset", ""))
        kind = preset.attributes.get("kind", EndpointKind.HTTP) if preset else ""
        cleaned["url"] = completed(
            cleaned.get("url", "").strip(), scheme="sftp" if kind == EndpointKind.SFTP else "https"
        )
        cleaned["ping_url"] = completed(cleaned.get("ping_url", "").strip(), scheme="https")
        bids = preset is not None and bool(preset.ping_rules)
        for name, said in (
            self._wrong(kind, cleaned),
            ("ping_url", ping_problem(cleaned["ping_url"], bids=bids)),
        ):
            if said and name not in self.errors:
                self.add_error(name, said)
        return cleaned

    def _wrong(self, kind: str, cleaned: dict[str, Any]) -> tuple[str, str]:
        url, to = cleaned["url"], cleaned.get("email_to", "")
        if kind == EndpointKind.HTTP:
            return "url", web_problem(url) if url else "Say where requests go."
        if kind == EndpointKind.SFTP:
            return "url", drop_problem(url) if url else "Say where files go."
        if kind == EndpointKind.EMAIL:
            return "email_to", recipients_problem(to) if to.strip(" ,") else "Say to whom leads are mailed."
        return "url", ""
