"""Zip lists: uploaded as CSV, told about in words, downloaded again, and where they are used."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from apps.campaigns import zip_text
from apps.campaigns.models import ValueList
from apps.campaigns.services import list_rename, list_store
from apps.companies.admin.base import CompanyAdmin, CompanyFilter, ScopedForm, change_url
from apps.companies.selectors import company_of
from apps.core.admin.widgets import LinesWidget

EXAMPLE = "90210\n90211\n902*"


class ZipListForm(ScopedForm):
    """A name, and its content as a file or pasted. An existing list keeps its content when both are left empty."""

    upload = forms.FileField(
        required=False,
        label="CSV file",
        widget=UnfoldAdminFileFieldWidget(),
        help_text="Up to 50,000 zips: one a line, or a table with a column named zip. ZIP+4 counts as its five digits; "
        "902* means every zip that begins with 902.",
    )
    text = forms.CharField(
        required=False, label="Or paste them", widget=LinesWidget({"rows": 6, "placeholder": EXAMPLE})
    )

    class Meta:
        model = ValueList
        fields = ("company", "name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        field, text = self._given(cleaned)
        if not text and not self.instance.pk:
            raise ValidationError({"upload": "Choose a file, or paste the zips."})
        self.found = zip_text.read(text) if text else None
        if self.found and self.found.problems:
            self.add_error(field, ValidationError(list(self.found.problems)))
        cleaned["list_text"] = text
        return cleaned

    def _given(self, cleaned: dict[str, Any]) -> tuple[str, str]:
        if not cleaned.get("upload"):
            return "text", cleaned.get("text") or ""
        if cleaned["upload"].size > zip_text.LONGEST_TEXT:
            raise ValidationError({"upload": "The file is over 4 MB; a list has at most 50,000 entries."})
        data = cleaned["upload"].read()
        for encoding in ("utf-8-sig", "latin-1"):
            try:
                return "upload", data.decode(encoding)
            except UnicodeDecodeError:
                continue
        return "upload", ""

    def save(self, commit: bool = True) -> ValueList:
        # The content is kept by the service, once for equal lists; the admin's `save_model` calls it.
        return self.instance

    def save_m2m(self) -> None:
        """There are none."""


@admin.register(ValueList)
class ZipListAdmin(CompanyAdmin):
    """Zip lists of a company."""

    recorded_by_services = frozenset({"added", "changed"})
    form = ZipListForm
    list_display = ("name", "size", "used", "updated_at", "company")
    list_filter = (("company", CompanyFilter),)
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("size", "used_by")
    actions_detail = ("download",)
    empty_text = (
        "A zip list names the zip codes a campaign or an order takes or refuses. Upload a CSV of up to 50,000; one "
        "list can serve many."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        content = ("Content", {"fields": ("upload", "text")})
        if obj is None:
            return [(None, {"fields": ("company", "name")}), content]
        kept = [(None, {"fields": ("company", "name", "size", "used_by")})]
        if not self.has_change_permission(request, obj):
            return kept
        return [*kept, ("Replace the content", {"fields": ("upload", "text")})]

    def save_model(self, request: HttpRequest, obj: ValueList, form: ZipListForm, change: bool) -> None:
        text = form.cleaned_data["list_text"]
        if change:
            list_rename(obj, name=form.cleaned_data["name"], by=request.user)
        if text:
            stored = list_store(obj.company, name=obj.name, text=text, by=request.user)
            obj.pk, obj.content = stored.pk, stored.content
            repeats = form.found.repeats
            dropped = (
                f", {repeats:,} {'duplicate' if repeats == 1 else 'duplicates'} dropped" if repeats else ""
            )
            self.tell(
                request,
                f"{stored.content.size:,} zips{dropped}. Published campaigns take it up when you publish.",
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """There are no related rows."""

    @action(description="Download CSV", url_path="download", permissions=("view",), icon="download")
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return HttpResponse(status=404)
        response = HttpResponse(f"zip\r\n{row.content.entries}".replace("\n", "\r\n").replace("\r\r", "\r"))
        response["Content-Type"] = "text/csv; charset=utf-8"
        response["Content-Disposition"] = f'attachment; filename="zips-{row.pk}.csv"'
        return response

    @admin.display(description="Zips", ordering="content__size")
    def size(self, row: ValueList) -> str:
        return f"{row.content.size:,}"

    @admin.display(description="Used by")
    def used(self, row: ValueList) -> str:
        count = len(users_of(row))
        return f"{count} {'place' if count == 1 else 'places'}" if count else "nothing yet"

    @admin.display(description="Used by")
    def used_by(self, row: ValueList) -> str:
        places = [(change_url(user), user._meta.verbose_name, user) for user in users_of(row)]
        if not places:
            return "Nothing yet. Choose it under a campaign's Requirements or in a lead order."
        return format_html(
            "<ul>{}</ul>", format_html_join("", '<li><a class="sl-link" href="{}">{} {}</a></li>', places)
        )


def users_of(row: ValueList) -> list[models.Model]:
    """The campaigns and orders, of this and of higher floors, that refer to a list."""
    relations = [field for field in ValueList._meta.get_fields(include_hidden=True) if field.one_to_many]
    found: list[models.Model] = []
    for relation in relations:
        rows = relation.related_model._default_manager.filter(**{relation.field.name: row})
        found += [user for user in rows if company_of(user) == row.company]
    return found
