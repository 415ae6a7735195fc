"""Every change made in the admin becomes a line of the audit record, with old and new values of what is not secret."""

from typing import Any, ClassVar

from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpRequest

from apps.companies.selectors import company_of
from apps.companies.services import audit_record
from apps.core.crypto import EncryptedTextField

_MAX_VALUE = 200


def changes_of(form: Any) -> list[dict[str, str]]:
    """What a form changes: field, old and new value as texts. Secret and binary values are named, never shown."""
    return [_change(form, name) for name in form.changed_data]


def _change(form: Any, name: str) -> dict[str, str]:
    label = str(form.fields[name].label or name) if name in form.fields else name
    if _is_secret(form, name):
        return {"field": label}
    return {
        "field": label,
        "old": _told(form.get_initial_for_field(form.fields[name], name)) if name in form.fields else "",
        "new": _told(form.cleaned_data.get(name)),
    }


def _is_secret(form: Any, name: str) -> bool:
    if getattr(form.fields.get(name), "is_secret", False):
        return True
    field = next((f for f in form._meta.model._meta.get_fields() if f.name == name), None)
    return isinstance(field, EncryptedTextField | models.BinaryField)


def _told(value: Any) -> str:
    return "" if value is None else str(value)[:_MAX_VALUE]


def sentence(verb: str, row: models.Model, changes: list[dict]) -> str:
    """For example: Changed campaign “Roofing”: name, time zone, 2 fields."""
    subject = f"{verb} {row._meta.verbose_name} “{row}”"
    names = [change["field"] for change in changes]
    told = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return f"{subject}: {told}" if told else subject


class AuditMixin:
    """Writes the audit record beside Django's own log, for additions, changes (inlines included) and deletions.

    `recorded_by_services` names the verbs whose line the called service writes itself.
    """

    recorded_by_services: ClassVar[frozenset[str]] = frozenset()

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        changes = [] if add else changes_of(form)
        for formset in formsets or ():
            changes += self._inline_changes(formset)
        request.audited_changes = changes
        return super().construct_change_message(request, form, formsets, add)

    def _inline_changes(self, formset: Any) -> list[dict]:
        # Rows of one model may stand on a page in two places, which the record tells apart.
        name = getattr(formset, "row_name", formset.model._meta.verbose_name)
        lines = [{"field": f"{name} “{row}” added"} for row in getattr(formset, "new_objects", ())]
        lines += [{"field": f"{name} “{row}” removed"} for row in getattr(formset, "deleted_objects", ())]
        changed = {row.pk for row, _fields in getattr(formset, "changed_objects", ())}
        for form in getattr(formset, "initial_forms", ()):
            if form.instance.pk in changed:
                lines += [
                    change | {"field": f"{name} “{form.instance}”: {change['field']}"}
                    for change in changes_of(form)
                ]
        return lines

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> LogEntry:
        self.audit(request, obj, action="added", changes=getattr(request, "audited_changes", []))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> LogEntry:
        changes = getattr(request, "audited_changes", [])
        if changes:
            self.audit(request, obj, action="changed", changes=changes)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: models.QuerySet) -> Any:
        for row in queryset:
            self.audit(request, row, action="deleted", changes=[])
        return super().log_deletions(request, queryset)

    def audit(self, request: HttpRequest, row: models.Model, *, action: str, changes: list[dict]) -> None:
        """One line for one row; `changes` as `changes_of` gives them."""
        if action in self.recorded_by_services:
            return
        audit_record(
            company=company_of(row),
            actor=request.user,
            action=f"{row._meta.model_name}.{action}",
            target=row,
            summary=sentence(action.capitalize(), row, changes),
            data={"changes": changes} if changes else {},
        )
