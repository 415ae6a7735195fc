"""Verifiers that ask somebody outside: run in parallel, under one deadline, last of all checks.

A paid service is one class here and its place in `VERIFIERS`. Who does not answer in time has found nothing against
the lead: it passes, and its line in the trace says so.
"""

import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from typing import Protocol

import dns.resolver

from apps.engine.campaign import CampaignSpec
from apps.engine.index import index
from apps.engine.values import LeadData, Problem

logger = logging.getLogger(__name__)

DEADLINE_S = 2.0
"""For all verifiers of one lead together."""
_THREADS = 16
_REMEMBERED = 50_000


class Verifier(Protocol):
    """Somebody who can tell something about a lead."""

    name: str

    def wanted(self, spec: CampaignSpec, data: LeadData) -> bool:
        """Whether the campaign asks for it and the lead has what it looks at."""
        ...

    def verify(self, spec: CampaignSpec, data: LeadData, *, deadline_s: float) -> Problem | None:
        """The problem it found, or None. May raise, which counts as no answer."""
        ...


class MailExchange:
    """Whether the e-mail address's domain exists and takes mail at all (MX, else an address record)."""

    name = "email_mx"

    def wanted(self, spec: CampaignSpec, data: LeadData) -> bool:
        return spec.verification.email == "mx" and bool(_email(spec, data))

    def verify(self, spec: CampaignSpec, data: LeadData, *, deadline_s: float) -> Problem | None:
        domain = _email(spec, data).rpartition("@")[2]
        until = time.monotonic() + deadline_s
        try:
            found = _resolver().resolve(domain, "MX", lifetime=deadline_s)
        except dns.resolver.NXDOMAIN:
            return _refused(spec)
        except dns.resolver.NoAnswer:
            return None if _has_address(domain, until) else _refused(spec)
        # RFC 7505: a single exchange named "." says that the domain takes no mail.
        return _refused(spec) if all(str(record.exchange) == "." for record in found) else None


VERIFIERS: tuple[Verifier, ...] = (MailExchange(),)


def wanted(spec: CampaignSpec, data: LeadData) -> tuple[Verifier, ...]:
    """The verifiers to ask about this lead."""
    return tuple(verifier for verifier in VERIFIERS if verifier.wanted(spec, data))


def ask(
    verifiers: Sequence[Verifier], spec: CampaignSpec, data: LeadData, *, deadline_s: float = DEADLINE_S
) -> dict[str, Problem | None]:
    """What each found, by its name; a name that got no answer says so and has found nothing."""
    asked = {
        verifier.name: _pool().submit(verifier.verify, spec, data, deadline_s=deadline_s)
        for verifier in verifiers
    }
    wait(asked.values(), timeout=deadline_s)
    found: dict[str, Problem | None] = {}
    for name, answer in asked.items():
        if _answered(name, answer):
            found[name] = answer.result()
        else:
            found[f"{name}: no answer in time, passed"] = None
    return found


def _answered(name: str, answer: Future) -> bool:
    if not answer.done():
        answer.cancel()
        return False
    error = answer.exception()
    if error is not None:
        # By type only: what such an error says may quote the address.
        logger.warning("verifier_failed", extra={"name_of_task": name, "error_type": type(error).__name__})
    return error is None


def _email(spec: CampaignSpec, data: LeadData) -> str:
    field = index(spec).by_role.get("email")
    return str(data.normal(field.name) or "") if field is not None else ""


def _refused(spec: CampaignSpec) -> Problem:
    return Problem("email_verification", index(spec).by_role["email"].name)


def _has_address(domain: str, until: float) -> bool:
    for kind in ("A", "AAAA"):
        try:
            _resolver().resolve(domain, kind, lifetime=max(until - time.monotonic(), 0.05))
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            continue
        return True
    return False


@lru_cache(maxsize=1)
def _resolver() -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver()
    resolver.cache = dns.resolver.LRUCache(_REMEMBERED)
    return resolver


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="verifier")


# A child of this process has none of its threads.
os.register_at_fork(after_in_child=_pool.cache_clear)
