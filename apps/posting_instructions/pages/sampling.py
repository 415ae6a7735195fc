"""The valid sample of a version, and the ways to make it fail; worked out once a day and version."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from apps.core.places import PLACES
from apps.engine import describe
from apps.engine.campaign import CampaignSpec
from apps.posting_instructions.pages.examples import Example, examples
from apps.posting_instructions.pages.exchange.examples import BadCall, calls_that_fail
from apps.publishing.specs import load

_KEPT = 64


def sample(version_id: int, *, today: date) -> dict[str, Any]:
    """The fields of a lead that the version accepts on that day."""
    return dict(_sample(version_id, today))


def bad_examples(version_id: int, *, today: date) -> tuple[Example, ...]:
    """The ways to make that sample fail."""
    return _bad_examples(version_id, today)


def bad_calls(version_id: int, *, today: date) -> tuple[BadCall, ...]:
    """The calls of the exchange that fail, each for one documented reason."""
    return _bad_calls(version_id, today)


def shortest(spec: CampaignSpec, body: Mapping[str, Any]) -> dict[str, Any]:
    """The sample cut down to what a test lead needs: required fields, and a certificate where one is asked for."""
    needed = {field.name for field in spec.fields if field.required} | set(_certificates(spec, body))
    return {name: value for name, value in body.items() if name in needed}


def _certificates(spec: CampaignSpec, body: Mapping[str, Any]) -> list[str]:
    wanted = {
        "none": (),
        "trustedform": ("trustedform_url",),
        "jornaya": ("jornaya_lead_id",),
        "either": ("trustedform_url", "jornaya_lead_id"),
        "both": ("trustedform_url", "jornaya_lead_id"),
    }.get(spec.consent.requires, ())
    there = [field.name for field in spec.fields if field.type in wanted and field.name in body]
    return there[:1] if spec.consent.requires == "either" else there


@lru_cache(maxsize=_KEPT)
def _bad_examples(version_id: int, today: date) -> tuple[Example, ...]:
    return tuple(examples(load(version_id), _sample(version_id, today)))


@lru_cache(maxsize=_KEPT)
def _bad_calls(version_id: int, today: date) -> tuple[BadCall, ...]:
    return tuple(calls_that_fail(load(version_id), _sample(version_id, today)))


@lru_cache(maxsize=_KEPT)
def _sample(version_id: int, today: date) -> dict[str, Any]:
    return describe.sample(load(version_id), PLACES, now=datetime.combine(today, time(12), UTC))
