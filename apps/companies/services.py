"""Writes of companies: members and the audit record."""

from typing import Any

from django.db import models, transaction

from apps.companies.choices import Role
from apps.companies.models import AuditEvent, Company, Member, User
from apps.companies.selectors import company_of


def audit_record(
    *,
    company: Company | None,
    actor: Any,
    action: str,
    target: models.Model,
    summary: str,
    data: dict | None = None,
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


def record(row: models.Model, *, by: Any, action: str, summary: str, data: dict | None = None) -> AuditEvent:
    """As `audit_record`, for a row that knows the way to its company. `action` is `<entity>.<verb>`."""
    return audit_record(
        company=company_of(row), actor=by, action=action, target=row, summary=summary, data=data
    )


@transaction.atomic
def switch_set(row: models.Model, *, on: bool, by: Any) -> bool:
    """Turn a live switch (`is_active`) of any row on or off; acts at once. False when it already stood so."""
    changed = type(row).objects.filter(pk=row.pk).exclude(is_active=on).update(is_active=on)
    row.is_active = on
    if changed:
        verb = "resumed" if on else "paused"
        noun = str(row._meta.verbose_name)
        record(
            row, by=by, action=f"{row._meta.model_name}.{verb}", summary=f"{noun.capitalize()} “{row}” {verb}"
        )
    return bool(changed)


@transaction.atomic
def company_create(*, name: str, by: Any, **attributes: Any) -> Company:
    """A new company. `attributes` are the model's own: time_zone, currency, contact_email."""
    company = Company.objects.create(name=name, **attributes)
    record(company, by=by, action="company.created", summary=f"Company “{company}” created")
    return company


@transaction.atomic
def member_add(
    company: Company, *, user: User, role: Role, by: Any, sees_personal_data: bool = False
) -> Member:
    """Make a person a member of a company, or change what an existing member may do."""
    member, added = Member.objects.update_or_create(
        company=company,
        user=user,
        defaults={"role": role, "sees_personal_data": sees_personal_data, "is_active": True},
    )
    verb = "added" if added else "changed"
    record(
        member,
        by=by,
        action=f"member.{verb}",
        summary=f"Member “{user}” {verb}",
        data={"role": str(role), "sees_personal_data": sees_personal_data},
    )
    return member


@transaction.atomic
def member_invite(
    company: Company,
    *,
    email: str,
    role: Role,
    by: Any,
    full_name: str = "",
    sees_personal_data: bool = False,
) -> tuple[Member, bool]:
    """Make the person with this e-mail address a member; True when they are new and still have no password.

    A new person is created without a password: they choose one through the link of `password_link_token`.
    """
    address = User.objects.normalize_email(email).lower()
    user = User.objects.filter(email=address).first()
    is_new = user is None
    if user is None:
        first, _, last = full_name.strip().partition(" ")
        user = User.objects.create_user(address, first_name=first[:150], last_name=last[:150])
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=("is_staff",))
    member = member_add(company, user=user, role=role, by=by, sees_personal_data=sees_personal_data)
    return member, is_new or not user.has_usable_password()
