"""The form of an endpoint: how it delivers decides which inputs count, and only these are judged."""

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apps.buyers import judges
from apps.buyers.admin.forms import words
from apps.buyers.admin.forms.addresses import (
    completed,
    drop_problem,
    recipients_problem,
    status_problem,
    web_problem,
)
from apps.buyers.choices import AuthKind, BodyFormat, EndpointKind, Method, UnknownPolicy
from apps.buyers.models import Endpoint
from apps.companies.admin.base import ScopedForm
from apps.core.admin.secrets import SecretField, SecretsFormMixin
from apps.core.admin.widgets import PairsField, PairsWidget, sentence
from apps.engine import authentication, drop_file, mail, schemas, templates
from apps.engine.formats import raw
from apps.engine.orders import AuthSpec

Said = Iterator[tuple[str, str]]
_CONTENT_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(\s*;.*)?")
_NAMESPACE = re.compile(r"\s*(?P<prefix>[A-Za-z_][\w.-]*)?\s*=\s*(?P<uri>\S+)\s*")
_NAMED = {
    AuthKind.HEADER: "Name the header, for example X-Api-Key.",
    AuthKind.QUERY: "Name the key of the query string, for example api_key.",
    AuthKind.BASIC: "Give the user.",
    AuthKind.OAUTH2: "Give the client id.",
}


def code_area(rows: int, placeholder: str = "") -> UnfoldAdminTextareaWidget:
    """A box for code: one width for every letter, long lines scroll."""
    widget = UnfoldAdminTextareaWidget({"rows": rows, "spellcheck": "false", "wrap": "off"})
    widget.attrs |= {"class": f"sl-code {widget.attrs['class']}", "placeholder": placeholder}
    return widget


class NamespacesWidget(PairsWidget):
    """Prefix and URI a line; a URI alone is the default namespace."""

    def format_value(self, value: Any) -> str:
        if isinstance(value, str) or value is None:
            return value or ""
        return "\n".join(f"{prefix} = {uri}" if prefix else str(uri) for prefix, uri in value)


class NamespacesField(PairsField):
    """Pairs of an XML prefix and its URI."""

    widget = NamespacesWidget

    def to_python(self, value: Any) -> list[list[str]]:
        if isinstance(value, list | tuple):
            return [list(pair) for pair in value]
        pairs = []
        for line in filter(str.strip, str(value or "").splitlines()):
            found = _NAMESPACE.fullmatch(line)
            pair = [found["prefix"] or "", found["uri"]] if found else ["", line.strip()]
            if re.search(r"\s", pair[1]):
                raise forms.ValidationError(f"“{line.strip()}” has blanks: write it as “prefix = URI”.")
            if pair[0] in [prefix for prefix, _uri in pairs]:
                raise forms.ValidationError(f"The prefix “{pair[0]}” stands twice.")
            pairs.append(pair)
        return pairs


class EndpointForm(SecretsFormMixin, ScopedForm):
    """All of an endpoint but its rows."""

    secret_names: ClassVar = ("auth_secret",)
    personal_names: ClassVar[frozenset[str]] = frozenset()
    """Fields of the campaigns it serves that no subject may show."""
    field_names: ClassVar[frozenset[str]] = frozenset()
    """All fields of these campaigns."""

    url = forms.CharField(
        required=False,
        label="URL",
        max_length=1000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "url"}),
        help_text="For example https://api.buyer.example/leads, or sftp://files.buyer.example/incoming.",
    )
    namespaces = NamespacesField(
        label="Namespaces",
        help_text="One a line as prefix = URI, for example soap = http://schemas.xmlsoap.org/soap/envelope/. "
        "A URI alone is the default namespace.",
    )
    auth_secret = SecretField(lines=True, label="Secret", help_text=words.KEPT)

    class Meta:
        model = Endpoint
        exclude = ("auth_secret",)
        labels = words.LABELS
        help_texts = words.HELP
        widgets: ClassVar = {
            "template": code_area(14),
            "schema_text": code_area(10),
            "ping_template": code_area(8),
        }

    def clean_url(self) -> str:
        scheme = "sftp" if self.cleaned_data.get("kind") == EndpointKind.SFTP else "https"
        return completed(self.cleaned_data["url"], scheme=scheme)

    def clean_ping_url(self) -> str:
        return completed(self.cleaned_data["ping_url"], scheme="https")

    def clean_token_url(self) -> str:
        return completed(self.cleaned_data["token_url"], scheme="https")

    def clean_status_url(self) -> str:
        return completed(self.cleaned_data["status_url"], scheme="https")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for judge in self.judges().get(cleaned.get("kind", ""), ()):
            for name, said in judge():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, said)
        return cleaned

    def judges(self) -> dict[str, tuple[Callable[[], Said], ...]]:
        """Who judges what, by how the endpoint delivers."""
        return {
            EndpointKind.HTTP: (
                self._request,
                self._format,
                self._authentication,
                self._treatment,
                self._ping,
            ),
            EndpointKind.EMAIL: (self._mail,),
            EndpointKind.SFTP: (self._drop,),
            EndpointKind.STORE: (self._fetching,),
        }

    def text(self, name: str) -> str:
        """A cleaned text, empty where it was refused."""
        return str(self.cleaned_data.get(name) or "")

    def _request(self) -> Said:
        yield "url", web_problem(self.text("url")) if self.text("url") else "Say where requests go."
        if self.text("method") == Method.GET and self.text("body_format") not in ("", BodyFormat.QUERY):
            yield "body_format", "A GET request has no body: choose Query string."

    def _format(self) -> Said:
        wanted = self.text("content_type")
        if wanted and not _CONTENT_TYPE.fullmatch(wanted):
            yield "content_type", "Write it as type/subtype, for example application/json."
        if self.text("body_format") == BodyFormat.RAW:
            yield "template", self._body_problem(self.text("template"))
        kind, schema = self.text("schema_kind"), self.text("schema_text")
        if kind and not schema:
            yield "schema_text", "Paste the schema, or choose None."
        elif wrong := schemas.problem(kind, schema):
            yield "schema_text", sentence(wrong)

    def _authentication(self) -> Said:
        kind = self.text("auth_kind")
        name = self.text("auth_name")
        if kind in _NAMED and not name:
            yield "auth_name", _NAMED[AuthKind(kind)]
        told = AuthSpec(kind=kind or AuthKind.NONE, name=name)
        for objection in authentication.problems(told) if name else ():
            yield "auth_name", f"It {objection}."
        if kind not in ("", AuthKind.NONE) and not self.has_secret("auth_secret"):
            yield "auth_secret", "Without its secret nothing can be sent: give it here."
        elif self.text("auth_secret"):
            objection = authentication.secret_problem(told, self.text("auth_secret"))
            yield "auth_secret", f"It {objection}." if objection else ""
        if kind == AuthKind.OAUTH2:
            url = self.text("token_url")
            yield "token_url", web_problem(url, what="token URL") if url else "Say where tokens are fetched."

    def _treatment(self) -> Said:
        url = self.text("status_url")
        if self.text("unknown_policy") == UnknownPolicy.ASK and not url:
            yield "status_url", "Say where to ask what became of a lead."
        if url:
            yield "status_url", status_problem(url)

    def _ping(self) -> Said:
        if not self.text("ping_url"):
            return
        yield "ping_url", web_problem(self.text("ping_url"), what="ping URL")
        if self.text("ping_method") == Method.GET and self.text("ping_format") not in ("", BodyFormat.QUERY):
            yield "ping_format", "A GET request has no body: choose Query string."
        if self.text("ping_content_type") and not _CONTENT_TYPE.fullmatch(self.text("ping_content_type")):
            yield "ping_content_type", "Write it as type/subtype, for example application/json."
        if self.text("ping_format") == BodyFormat.RAW:
            yield "ping_template", self._body_problem(self.text("ping_template"))

    def _body_problem(self, text: str) -> str:
        """What is wrong with a template of a whole body, as a sentence."""
        wrong = templates.problem(text, raw.BODY) if text.strip() else "Write the body that this buyer wants"
        return sentence(wrong) if wrong else ""

    def _mail(self) -> Said:
        to, subject = self.text("email_to"), self.text("email_subject")
        yield "email_to", recipients_problem(to) if to.strip(" ,") else "Say to whom leads are mailed."
        if not subject.strip():
            yield "email_subject", "Write a subject, for example New lead {{ lead_id }}."
        elif wrong := mail.subject_problem(
            subject, fields=self._known(subject), personal=self.personal_names
        ):
            yield "email_subject", sentence(wrong)
        if wrong := mail.html_problem(self.text("template")):
            yield "template", sentence(wrong)

    def _known(self, subject: str) -> frozenset[str]:
        """The names that a template may read; while there is no campaign to know of, whatever it reads."""
        return self.field_names or frozenset(() if templates.problem(subject) else templates.names(subject))

    def _drop(self) -> Said:
        yield "url", drop_problem(self.text("url")) if self.text("url") else "Say where files go."
        if not self.text("auth_name"):
            yield "auth_name", "Give the user of the server."
        if not self.has_secret("auth_secret"):
            yield "auth_secret", "Give the password or the private key of the user."
        # Test endpoint shows the server's key, so that it may be missing until then; publishing asks for it.
        if self.text("host_key") and (objection := judges.host_key_problem(self.text("host_key"))):
            yield "host_key", f"Write it as Test endpoint and ssh-keygen -lf show it: {objection}."
        if objection := drop_file.name_problem(self.text("file_name")):
            yield "file_name", sentence(objection)

    def _fetching(self) -> Said:
        kind = self.text("auth_kind")
        if objection := judges.fetching_problem(kind):
            yield "auth_kind", f"Stored leads {objection}."
            return
        if kind == AuthKind.HEADER and not self.text("auth_name"):
            yield "auth_name", _NAMED[AuthKind.HEADER]
        key = self.cleaned_data.get("auth_secret") or self.instance.auth_secret
        if objection := judges.fetching_key_problem(kind, key if isinstance(key, str) else ""):
            yield "auth_secret", f"It {objection}."

    def add_error(self, field: str | None, error: Any) -> None:
        """An empty sentence is no error."""
        if error:
            super().add_error(field, error)
