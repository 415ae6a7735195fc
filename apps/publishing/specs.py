"""Versions as engine values: stored form and back, their fingerprint, and the copies this process keeps.

A version never changes, so what was loaded once stays right for ever. Lists are kept once by content hash, whatever
number of versions refers to them.
"""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from apps.campaigns.selectors import list_contents
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import EndpointSpec
from apps.engine.requirements import ValueList
from apps.publishing.models import Version

MOST_KEPT = 256
"""Versions kept in memory; the oldest loaded leaves first."""


def dump(spec: CampaignSpec) -> dict[str, Any]:
    """The stored form: plain JSON without the lists, sets in order."""
    content = msgspec.to_builtins(replace(spec, lists={}), order="deterministic")
    del content["lists"]
    return content


def undump(content: dict[str, Any]) -> CampaignSpec:
    """The value of a stored form, without its lists."""
    return msgspec.convert(tupled(content), CampaignSpec)


def tupled(value: Any) -> Any:
    """JSON with every list as a tuple, so that engine values compare and hash as before they were stored."""
    if isinstance(value, dict):
        return {key: tupled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(tupled(item) for item in value)
    return value


def fingerprint(spec: CampaignSpec) -> str:
    """SHA-256 of the stored form apart from the version's number: equal for equal campaigns."""
    return hashlib.sha256(msgspec.json.encode(dump(replace(spec, version=0)), order="sorted")).hexdigest()


def list_hashes(spec: CampaignSpec) -> set[str]:
    """The content hashes of every list a campaign refers to."""
    return set(_hashes(dump(spec)))


def with_lists(spec: CampaignSpec, *, only: set[str] | None = None) -> CampaignSpec:
    """The campaign with the lists it refers to, or with those of them that are in `only`."""
    hashes = list_hashes(spec)
    return replace(spec, lists=_kept.lists(hashes if only is None else hashes & only))


def for_endpoint(spec: CampaignSpec, endpoint: EndpointSpec) -> CampaignSpec:
    """The campaign as it judges an endpoint that is not published yet: with the lists that its conditions name."""
    return with_lists(replace(spec, endpoints=(endpoint,)))


def load(version_id: int) -> CampaignSpec:
    """The campaign of a version, with its lists; from memory after the first time. Raises Version.DoesNotExist."""
    spec = _specs.get(version_id)
    return spec if spec is not None else _kept.load(version_id)


def forget() -> None:
    """Drop every copy this process keeps; for tests and benchmarks."""
    _kept.forget()


class _Kept:
    """What is in memory: versions by id, lists by content hash."""

    def __init__(self, specs: dict[int, CampaignSpec]) -> None:
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._specs = specs
        self._lists: dict[str, ValueList] = {}

    def load(self, version_id: int) -> CampaignSpec:
        """Load, keep and give a version. When all threads want a new one at once, one of them reads it."""
        with self._loading:
            return self._specs.get(version_id) or self._read(version_id)

    def _read(self, version_id: int) -> CampaignSpec:
        content = Version.objects.values_list("content", flat=True).get(pk=version_id)
        spec = with_lists(undump(content))
        with self._lock:
            self._specs[version_id] = spec
            if len(self._specs) > MOST_KEPT:
                del self._specs[next(iter(self._specs))]
                used = {key for kept in self._specs.values() for key in kept.lists}
                self._lists = {key: each for key, each in self._lists.items() if key in used}
        return spec

    def lists(self, hashes: set[str]) -> dict[str, ValueList]:
        """The lists of these hashes, those not in memory read from the database in one query."""
        known = {key: each for key, each in self._lists.items() if key in hashes}
        if len(known) < len(hashes):
            found = list_contents(hashes - known.keys())
            known |= found
            with self._lock:
                self._lists = self._lists | found
        return known

    def forget(self) -> None:
        with self._lock:
            self._specs.clear()
            self._lists = {}

    def after_fork(self) -> None:
        """The parent's locks may be held for ever here."""
        self._lock = threading.Lock()
        self._loading = threading.Lock()


def _hashes(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("list_hash"):
            yield node["list_hash"]
        if node.get("operator") == "in_list":
            yield node["value"][0]
        node = node.values()
    elif not isinstance(node, list | tuple):
        return
    for child in node:
        yield from _hashes(child)


_specs: dict[int, CampaignSpec] = {}
_kept = _Kept(_specs)
os.register_at_fork(after_in_child=_kept.after_fork)
