"""Nobody sees another company's rows: not in lists, not on forms, not in menus, not in filters."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from apps.companies.choices import Role
from apps.companies.models import Company
from apps.companies.selectors import companies_with, company_of, may


def is_scoped(model: type[models.Model]) -> bool:
    """Whether rows of this model belong to a company."""
    return hasattr(model, "company_path")


class CompanyFilter(RelatedDropdownFilter):
    """A filter by a related row that offers only the rows of a person's own companies."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = field.remote_field.model.objects.visible_to(request.user)
        return [(row.pk, str(row)) for row in rows[:500]]


class ScopedForm(forms.ModelForm):
    """A form whose related rows all belong to one company, and whose uniqueness holds within it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        owners = {company_of(self.instance)} if self.instance.pk else set()
        for name, value in cleaned.items():
            if isinstance(value, models.Model) and is_scoped(type(value)):
                owners.add(company_of(value))
                if len(owners - {None}) > 1:
                    raise ValidationError({name: f"“{value}” belongs to another company."})
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Django leaves a constraint out when one of its fields is not on the form. Ours name the owner, which is set
        # but shown read-only, and a second row of that name must be an error on the form, not a failed insert.
        exclude = super()._get_validation_exclusions()
        for constraint in self._meta.model._meta.constraints:
            names = set(getattr(constraint, "fields", ()))
            if names - exclude:
                exclude -= {name for name in names if getattr(self.instance, name + "_id", None)}
        return exclude


class ScopeMixin:
    """Rows, menus and permissions of one company at a time; for model admins and their inlines.

    `edit_role` is the least role that may add, change and delete; every member may read. `in_words` names fields that a
    reader is shown through a method instead, because their stored form is no reading matter or secret.
    """

    form = ScopedForm
    edit_role: ClassVar[Role] = Role.MANAGER
    in_words: ClassVar[dict[str, str]] = {}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).visible_to(request.user)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.remote_field.model
        if is_scoped(related):
            rows = kwargs.get("queryset")
            rows = related._default_manager.all() if rows is None else rows
            kwargs["queryset"] = self.menu_rows(request, db_field.name, rows)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if related is Company and field is not None:
            self._hide_only_company(field)
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons that open other forms in small windows: each thing has its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def menu_rows(self, request: HttpRequest, name: str, rows: models.QuerySet) -> models.QuerySet:
        """The rows a person may choose from on the field `name`: those of companies they may edit."""
        path = rows.model.company_path
        return rows.filter(**{f"{path}__in": companies_with(request.user, self.edit_role)})

    def _hide_only_company(self, field: forms.ModelChoiceField) -> None:
        only = list(field.queryset[:2])
        if len(only) == 1:
            field.initial = only[0].pk
            field.widget = forms.HiddenInput()

    # --- Roles -------------------------------------------------------------------------------------------------------
    def allows(self, request: HttpRequest, role: Role, obj: Any = None) -> bool:
        """Whether a person has a role in the company of `obj` (a row, its key, or None for any company)."""
        if obj is None:
            return may(request.user, role, None)
        row = obj if isinstance(obj, models.Model) else self.get_queryset(request).filter(pk=obj).first()
        company = company_of(row) if row is not None else None
        if company is not None:
            return may(request.user, role, company)
        # A row that is only being added has no company yet; its form offers only companies the person may edit.
        return row is not None and row.pk is None and may(request.user, role, None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Role.VIEWER, None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, Role.VIEWER, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.edit_role, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.edit_role, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.edit_role, obj)

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Live switches, keys and blocks."""
        return self.allows(request, Role.OPERATOR, obj)

    # --- Reading without the right to change -------------------------------------------------------------------------
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        fieldsets = super().get_fieldsets(request, obj)
        if not self.in_words or obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, options | {"fields": self._worded(options["fields"])}) for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        return (*super().get_readonly_fields(request, obj), *self.in_words.values())

    def _worded(self, fields: Any) -> list:
        return [
            self.in_words.get(entry, entry) if isinstance(entry, str) else tuple(self._worded(entry))
            for entry in fields
        ]
