"""The company's own settings, and the record of who changed what."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from apps.companies.admin.base import CompanyAdmin, CompanyFilter, ScopedForm
from apps.companies.choices import Role
from apps.companies.models import AuditEvent, Company
from apps.core.admin.menus import CurrencyField, TimeZoneField


class CompanyForm(ScopedForm):
    """Zone and currency serve as defaults of new campaigns."""

    time_zone = TimeZoneField(help_text="Default of new campaigns, and the zone of this company's reports.")
    currency = CurrencyField(help_text="Default of new campaigns.")

    class Meta:
        model = Company
        fields = ("name", "contact_email", "time_zone", "currency", "is_active")


@admin.register(Company)
class CompanySettingsAdmin(CompanyAdmin):
    """Owners change their own company; only a superuser adds or closes one."""

    form = CompanyForm
    edit_role = Role.OWNER
    owner_fields: ClassVar = ()
    list_display = ("name", "number", "time_zone", "currency", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    readonly_fields = ("number",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        fields = ["name", "contact_email", "time_zone", "currency"]
        if obj is not None:
            fields.insert(1, "number")
        if request.user.is_superuser:
            fields.append("is_active")
        return [(None, {"fields": fields})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change=change, **options)
        if not request.user.is_superuser:
            form.base_fields.pop("is_active", None)
        return form

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Number (compid)")
    def number(self, company: Company) -> int:
        return company.number


@admin.register(AuditEvent)
class AuditAdmin(CompanyAdmin):
    """Read only: lines are appended by what people do, and never changed."""

    list_display = ("at", "summary", "who", "company")
    list_filter = ("action", ("actor", admin.RelatedOnlyFieldListFilter), ("company", CompanyFilter))
    search_fields = ("summary", "actor_name")
    date_hierarchy = "at"
    ordering = ("-id",)
    fields = ("at", "who", "summary", "action", "changes")
    empty_text = "Every change of settings, every switch, key and unmasking is written here as it happens."

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_filter(self, request: HttpRequest) -> list:
        return ["action", ActorFilter, *([("company", CompanyFilter)] if request.user.is_superuser else [])]

    @admin.display(description="Who", ordering="actor_name")
    def who(self, event: AuditEvent) -> str:
        return event.actor_name

    @admin.display(description="Changes")
    def changes(self, event: AuditEvent) -> str:
        lines = event.data.get("changes", []) if isinstance(event.data, dict) else []
        rows = [(line.get("field", ""), line.get("old", ""), line.get("new", "")) for line in lines]
        if not rows:
            return "—"
        head = format_html("<tr><th>{}</th><th>{}</th><th>{}</th></tr>", "What", "Before", "After")
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        return format_html('<table class="sl-table"><thead>{}</thead><tbody>{}</tbody></table>', head, body)


class ActorFilter(admin.SimpleListFilter):
    """The people of one's own companies."""

    title = "who"
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[int, str]]:
        seen = AuditEvent.objects.visible_to(request.user).exclude(actor=None)
        pairs = seen.order_by("actor_name").values_list("actor", "actor_name").distinct()
        return list(dict(pairs[:200]).items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(actor=self.value()) if self.value() else queryset
