"""Reads of companies: who may do what where."""

from typing import Any

from django.db import models

from apps.companies.choices import Role
from apps.companies.models import Company, Member

_RANK = {Role.VIEWER: 0, Role.OPERATOR: 1, Role.MANAGER: 2, Role.OWNER: 3}


def roles_of(user: Any) -> dict[int, Role]:
    """A person's role in each company they are an active member of, by company id. Read once a request."""
    # A request's user is a lazy wrapper: only attributes reach the person behind it.
    if getattr(user, "roles_by_company", None) is None:
        members = Member.objects.filter(user=user, is_active=True, company__is_active=True)
        user.roles_by_company = {
            company_id: Role(role) for company_id, role in members.values_list("company_id", "role")
        }
    return user.roles_by_company


def may(user: Any, role: Role, company: Company | int | None) -> bool:
    """Whether a person has at least this role: in this company, or, when it is None, in any of theirs."""
    if not (user.is_active and user.is_authenticated):
        return False
    if user.is_superuser:
        return True
    roles = roles_of(user)
    if company is None:
        return any(_RANK[held] >= _RANK[role] for held in roles.values())
    company_id = company if isinstance(company, int) else company.pk
    return company_id in roles and _RANK[roles[company_id]] >= _RANK[role]


def companies_with(user: Any, role: Role) -> models.QuerySet[Company]:
    """The companies in which a person has at least this role."""
    if user.is_superuser:
        return Company.objects.all()
    held = [company_id for company_id, given in roles_of(user).items() if _RANK[given] >= _RANK[role]]
    return Company.objects.filter(pk__in=held)


def company_of(row: models.Model) -> Company | None:
    """The company a row belongs to, along its model's `company_path`; None while the way there is not set."""
    path = type(row).company_path
    if path == "pk":
        return row
    current: Any = row
    for name in path.split("__"):
        current = getattr(current, name, None) if current is not None else None
    return current


def sees_personal_data(user: Any, company: Company | int) -> bool:
    """Whether a person may unmask leads' personal data of this company."""
    if user.is_superuser:
        return True
    company_id = company if isinstance(company, int) else company.pk
    return Member.objects.filter(
        user=user, company_id=company_id, is_active=True, sees_personal_data=True
    ).exists()
