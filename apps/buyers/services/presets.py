"""Starting an endpoint from a preset: format, mapping and response rules at once."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.buyers.choices import MappingPhase, Phase
from apps.buyers.models import Endpoint
from apps.buyers.presets import PRESETS, preset_template
from apps.buyers.services.endpoints import mappings_set, response_rules_set
from apps.campaigns.models import Field
from apps.companies.services import record
from apps.core.errors import ApplicationError


@transaction.atomic
def preset_apply(endpoint: Endpoint, *, preset: str, fields: Iterable[Field], by: Any) -> Endpoint:
    """Give an endpoint the form, mapping and rules of `buyers.presets.PRESETS[preset]`; what it had is replaced.

    Address, headers, secrets and treatment stay; so does its ping, unless the preset has one. `fields` are mapped each
    once, the first of a name.
    """
    chosen = PRESETS.get(preset)
    if chosen is None:
        raise ApplicationError("There is no such way to start.", code="no_such_preset", field="preset")
    once = {each.name: each for each in reversed(list(fields))}
    ordered = sorted(once.values(), key=lambda each: (each.position, each.pk))
    rows = chosen.rows(ordered)
    for name, value in chosen.attributes.items():
        setattr(endpoint, name, value)
    endpoint.template = preset_template(chosen, rows)
    endpoint.save()
    record(
        endpoint, by=by, action="endpoint.started_from", summary=f"“{endpoint}” started from “{chosen.label}”"
    )
    mappings_set(endpoint, rows=rows, by=by)
    response_rules_set(endpoint, rows=chosen.rules, by=by)
    if chosen.ping_rules:
        mappings_set(endpoint, rows=chosen.ping_rows(ordered), phase=MappingPhase.PING, by=by)
        response_rules_set(endpoint, rows=chosen.ping_rules, phase=Phase.PING, by=by)
    return endpoint
