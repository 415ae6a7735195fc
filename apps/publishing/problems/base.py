"""What a problem of publishing is, and what the checks of one draft share."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import models

from apps.campaigns.models import Campaign
from apps.campaigns.specs import field_spec
from apps.core.clock import now
from apps.core.ids import public_id
from apps.core.places import PLACES
from apps.engine import rules
from apps.engine.campaign import CampaignSpec
from apps.engine.describe import sample
from apps.engine.fields import FIELD_TYPES
from apps.engine.fields.state import STATE_NAMES
from apps.engine.index import index
from apps.engine.mapping import Sending, SystemValues
from apps.engine.normalise import normalise
from apps.engine.requirements import Expression, ValueList
from apps.publishing.compile import ExpressionError, Reader


@dataclass(frozen=True, slots=True)
class PublishProblem:
    """Why a campaign cannot be published: the object and the field at fault, and a whole sentence.

    `object_type` is the model's label (`buyers.leadorder`), `object_label` how people know the object
    ("Order Acme CA"), `field` the model's field to correct.
    """

    object_type: str
    object_id: int | None
    object_label: str
    field: str
    message: str


def named(row: models.Model, label: str, field: str, said: str) -> PublishProblem:
    """A problem of a row; `said` completes the sentence that the label begins."""
    return PublishProblem(row._meta.label_lower, row.pk, label, field, f"{label} {said}".rstrip("."))


class Draft:
    """A draft under examination: the campaign with its fields and lists as the engine's checks want them."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.reader = Reader.of(campaign)

    @cached_property
    def spec(self) -> CampaignSpec:
        """The fields whose type is known, and the company's lists by hash; enough to judge expressions."""
        campaign = self.campaign
        return CampaignSpec(
            id=campaign.pk,
            company_id=campaign.company_id,
            company_number=0,
            company_name="",
            number=0,
            name=campaign.name,
            version=0,
            time_zone=campaign.time_zone if is_zone(campaign.time_zone) else "UTC",
            region=campaign.region,
            date_order=campaign.date_order,
            fields=tuple(field_spec(field) for field in campaign.fields.all() if field.type in FIELD_TYPES),
            lists={each.content_id: ValueList() for each in campaign.company.value_lists.all()},
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The posting names of the campaign's fields."""
        return frozenset(field.name for field in self.campaign.fields.all())

    @cached_property
    def roles(self) -> frozenset[str]:
        """What the platform finds among the fields."""
        return frozenset(index(self.spec).by_role)

    @cached_property
    def sending(self) -> Sending:
        """A sample lead, as an endpoint would send it; rows with a test value send that."""
        moment = now()
        today = moment.astimezone(ZoneInfo(self.spec.time_zone)).date()
        lead = normalise(self.spec, sample(self.spec, now=moment), test=True, today=today)
        system = SystemValues(
            lead_id=public_id("L", 0x17),
            delivery_id=public_id("DEL", 0x17),
            order_id=1,
            price=Decimal("42.00"),
            received_at=moment.astimezone(UTC),
            order_name="Sample order",
            buyer_name="Sample buyer",
            source_number=1,
        )
        return Sending(lead, system, spec=self.spec, now=moment, places=PLACES, test=True)

    def expression(self, row: models.Model, label: str, field: str) -> Iterator[PublishProblem]:
        """What is wrong with the expression in a row's field; an empty one is in order."""
        try:
            expression = self.reader.read(getattr(row, field))
        except ExpressionError as error:
            yield named(row, label, field, f"has a rule that cannot be used: {error}")
            return
        for sentence in self._objections(expression):
            yield named(row, label, field, f"has a rule that cannot be used: {sentence}")

    def _objections(self, expression: Expression | None) -> Iterable[str]:
        return rules.problems(expression, self.spec) if expression is not None else ()

    def caps(self, rows: Any, owner: str) -> Iterator[PublishProblem]:
        """What is wrong with the enabled caps of a subject."""
        for cap in rows:
            if not cap.is_enabled:
                continue
            label = f"{owner}: cap of {cap}"
            if cap.basis != "spend" and cap.limit != int(cap.limit):
                yield named(cap, label, "limit", "counts leads and needs a whole number")
            if cap.time_zone and not is_zone(cap.time_zone):
                yield named(cap, label, "time_zone", f"has an unknown time zone “{cap.time_zone}”")
            yield from self.expression(cap, label, "expression")

    def targeting(self, row: Any, label: str) -> Iterator[PublishProblem]:
        """What is wrong with the states and zips of a campaign or an order."""
        yield from (named(row, label, field, said) for field, said in self._states(row))
        yield from (named(row, label, field, said) for field, said in self._zips(row))

    def _states(self, row: Any) -> Iterator[tuple[str, str]]:
        if not row.states_mode:
            return
        if not row.states:
            yield "states", "targets states but names none"
        elif odd := sorted(set(map(str, row.states)) - STATE_NAMES.keys()):
            yield "states", f"targets “{odd[0]}”, which is no state"
        if "state" not in self.roles:
            yield "states_mode", "targets states, but the campaign has no state field"

    def _zips(self, row: Any) -> Iterator[tuple[str, str]]:
        if not row.zips_mode:
            return
        if row.zip_list is None:
            yield "zip_list", "targets zips but has no list of them"
        elif row.zip_list.company_id != self.campaign.company_id:
            yield "zip_list", "uses a zip list of another company"
        if "zip" not in self.roles:
            yield "zips_mode", "targets zips, but the campaign has no zip field"


def is_zone(name: str) -> bool:
    """Whether a time zone of that name is known."""
    return name in _zones()


def is_code(text: str, length: int) -> bool:
    """Whether a text is so many capital letters."""
    return bool(re.fullmatch(rf"[A-Z]{{{length}}}", text))


_ZONES: set[str] = set()


def _zones() -> set[str]:
    if not _ZONES:
        _ZONES.update(available_timezones())
    return _ZONES
