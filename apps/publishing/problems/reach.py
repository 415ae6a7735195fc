"""Endpoints that are not called over HTTP: mails, file drops, leads that their buyer fetches."""

from collections import Counter
from collections.abc import Iterator

from email_validator import EmailNotValidError, validate_email

from apps.buyers.models import Endpoint
from apps.core import sftp
from apps.engine import drop_file, mail, reach
from apps.engine.orders import EndpointSpec
from apps.publishing.problems.base import Draft, PublishProblem, named

Said = Iterator[tuple[str, str]]

SHORTEST_KEY = 24
"""Characters of the key with which a buyer fetches its leads: it is all that keeps others out."""


def problems(endpoint: Endpoint, spec: EndpointSpec, draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with one endpoint whose kind is email, sftp or store, apart from its mapping."""
    label = f"Endpoint {endpoint}"
    by_kind = {"email": _email(spec, draft), "sftp": _sftp(endpoint), "store": _store(endpoint)}
    for said in (by_kind.get(spec.kind, _no_kind(spec)), _any(spec)):
        yield from (named(endpoint, label, field, words) for field, words in said)


def _no_kind(spec: EndpointSpec) -> Said:
    yield "kind", f"delivers in a way that is not known: {spec.kind}"


def _any(spec: EndpointSpec) -> Said:
    if spec.unknown_policy == "ask":
        yield (
            "unknown_policy",
            "asks a status URL about unknown answers, which only an HTTP endpoint can have",
        )
    twice = [target for target, count in Counter(row.target for row in spec.mapping).items() if count > 1]
    if twice:
        yield "mappings", f"has two mapping rows for “{twice[0]}”"


def _email(spec: EndpointSpec, draft: Draft) -> Said:
    if not spec.mail.to:
        yield "email_to", "has no recipients: name at least one e-mail address"
    for address in spec.mail.to:
        if not _is_address(address):
            yield "email_to", f"has a recipient “{address}” that is no e-mail address"
    personal = frozenset(field.name for field in draft.spec.fields if field.personal)
    objection = mail.subject_problem(spec.mail.subject, fields=draft.names, personal=personal)
    if objection:
        yield "email_subject", f"has a subject that cannot be used: {objection}"
    if spec.options.template and (objection := mail.html_problem(spec.options.template)):
        yield "template", f"has a template that cannot be used: {objection}"


def _is_address(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return not reach.address_problem(address)


def _sftp(endpoint: Endpoint) -> Said:
    objection = sftp.check_url(endpoint.url)
    if objection:
        yield "url", f"has an address that files cannot be sent to: {objection}"
    if not endpoint.auth_name:
        yield "auth_name", "has no user for its file server"
    if not endpoint.auth_secret:
        yield "auth_secret", "has neither password nor private key for its file server"
    if not sftp.is_fingerprint(endpoint.host_key):
        yield "host_key", "does not say by which key its file server is known: SHA256: and 43 characters"
    if objection := drop_file.name_problem(endpoint.file_name):
        yield "file_name", f"has a file name that cannot be used: {objection}"


def _store(endpoint: Endpoint) -> Said:
    if endpoint.auth_kind not in ("none", "bearer", "header"):
        yield "auth_kind", "can be read with a bearer token or a key in a header only"
    elif endpoint.auth_kind != "none" and len(endpoint.auth_secret) < SHORTEST_KEY:
        yield "auth_secret", f"has a key of less than {SHORTEST_KEY} characters, which could be guessed"
