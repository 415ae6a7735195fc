"""Writes of companies: members and the audit record."""

from typing import Any

from django.db import models

from apps.companies.models import AuditEvent, Company


def audit_record(
    *, company: Company | None, actor: Any, action: str, target: models.Model, summary: str, data: dict | None = None
) -> AuditEvent:
    """Append one line to the audit record. `actor` is a user, or None for the platform itself."""
    return AuditEvent.objects.create(
        company=company,
        actor=actor,
        actor_name=str(actor) if actor else "Sluice",
        action=action,
        object_type=target._meta.label_lower,
        object_id=target.pk,
        summary=summary[:500],
        data=data or {},
    )
