"""Endpoints that are not called over HTTP: mails, file drops, leads that their buyer fetches."""

from collections import Counter
from collections.abc import Iterator

from apps.buyers import judges
from apps.buyers.models import Endpoint
from apps.core import sftp
from apps.engine import drop_file, mail
from apps.engine.orders import EndpointSpec
from apps.publishing.problems.base import Draft, PublishProblem, named

Said = Iterator[tuple[str, str]]


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
        if objection := judges.recipient_problem(address):
            yield "email_to", f"has a recipient that cannot be used: {objection}"
    personal = frozenset(field.name for field in draft.spec.fields if field.personal)
    objection = mail.subject_problem(spec.mail.subject, fields=draft.names, personal=personal)
    if objection:
        yield "email_subject", f"has a subject that cannot be used: {objection}"
    if spec.options.template and (objection := mail.html_problem(spec.options.template)):
        yield "template", f"has a template that cannot be used: {objection}"


def _sftp(endpoint: Endpoint) -> Said:
    objection = sftp.check_url(endpoint.url)
    if objection:
        yield "url", f"has an address that files cannot be sent to: {objection}"
    if not endpoint.auth_name:
        yield "auth_name", "has no user for its file server"
    if not endpoint.auth_secret:
        yield "auth_secret", "has neither password nor private key for its file server"
    if objection := judges.host_key_problem(endpoint.host_key):
        yield "host_key", f"does not say by which key its file server is known: {objection}"
    if objection := drop_file.name_problem(endpoint.file_name):
        yield "file_name", f"has a file name that cannot be used: {objection}"


def _store(endpoint: Endpoint) -> Said:
    if objection := judges.fetching_problem(endpoint.auth_kind):
        yield "auth_kind", objection
    elif objection := judges.fetching_key_problem(endpoint.auth_kind, endpoint.auth_secret):
        yield "auth_secret", objection
