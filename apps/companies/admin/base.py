"""The base of every admin below a company: scoped, role-guarded, audited, in the house's look.

`CompanyAdmin` for pages, `CompanyTabular` and `CompanyStacked` for rows edited on their parent's page.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.companies.admin.audit import AuditMixin
from apps.companies.admin.scope import CompanyFilter, ScopedForm, ScopeMixin
from apps.companies.choices import Role
from apps.companies.selectors import roles_of
from apps.core.admin.confirm import Question, ask, is_confirmed
from apps.core.errors import ApplicationError

__all__ = [
    "CompanyAdmin",
    "CompanyFilter",
    "CompanyStacked",
    "CompanyTabular",
    "Role",
    "ScopedForm",
    "change_url",
]


def change_url(row: models.Model) -> str:
    """The address of a row's page in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=(row.pk,))


class CompanyAdmin(ScopeMixin, AuditMixin, ModelAdmin):
    """A page and a list of rows that belong to a company.

    `owner_fields` are set once, when a row is added; a row never changes hands. `empty_text` says on an empty list
    what these rows are and what to do next. `continue_after_add` leads to the full form after a short first one.
    `saved_text`, where given, keeps people on the page after saving and tells them this.
    """

    owner_fields: ClassVar[tuple[str, ...]] = ("company",)
    empty_text: ClassVar[str] = ""
    continue_after_add: ClassVar[bool] = False
    saved_text: ClassVar[str] = ""
    list_filter_sheet = False
    list_per_page = 50
    warn_unsaved_form = True
    formfield_overrides = {models.TextField: {"widget": UnfoldAdminTextareaWidget({"rows": 3})}}
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, *self.owner_fields) if obj is not None else fields

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().changelist_view(request, {"empty_text": self.empty_text, **(extra_context or {})})

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if self.continue_after_add and "_addanother" not in request.POST and "_popup" not in request.POST:
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if not self.saved_text or "_popup" in request.POST:
            return super().response_change(request, obj)
        self.tell(request, self.saved_text)
        return HttpResponseRedirect(request.path)

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **options)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        # Django redirects with a message that names the number; another company's row is as if it were not there.
        raise Http404

    def get_list_display(self, request: HttpRequest) -> list:
        """The column of companies is for those who see several."""
        columns = list(super().get_list_display(request))
        if "company" in columns and not request.user.is_superuser and len(roles_of(request.user)) < 2:
            columns.remove("company")
        return columns

    def get_list_filter(self, request: HttpRequest) -> list:
        """The filter by company is for those who see several."""
        filters = list(super().get_list_filter(request))
        if not request.user.is_superuser and ("company", CompanyFilter) in filters:
            filters.remove(("company", CompanyFilter))
        return filters

    def seen(self, request: HttpRequest, object_id: int | str) -> Any:
        """A row that this person may see; 404 for any other."""
        row = self.get_queryset(request).filter(pk=object_id).first()
        if row is None:
            raise Http404
        return row

    def operated(self, request: HttpRequest, object_id: int | str) -> Any:
        """A row that this person may operate; 404 for another company's, 403 without the role."""
        row = self.seen(request, object_id)
        if not self.has_operate_permission(request, row):
            raise PermissionDenied
        return row

    def edited(self, request: HttpRequest, object_id: int | str) -> Any:
        """A row that this person may change; 404 for another company's, 403 without the role."""
        row = self.seen(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def asked(
        self, request: HttpRequest, row: models.Model, question: Question, do: Callable[[], str]
    ) -> HttpResponse:
        """Asks, and after the answer does it, tells what was done, and returns to the row's page."""
        form = question.form
        if not is_confirmed(request) or (form is not None and not form.is_valid()):
            return ask(self, request, question, back=change_url(row), row=row)
        try:
            self.tell(request, do())
        except ApplicationError as refusal:
            self.tell(request, refusal.message, level=messages.ERROR)
        return HttpResponseRedirect(change_url(row))

    def tell(self, request: HttpRequest, sentence: str, *, level: int = messages.SUCCESS) -> None:
        """Show a sentence on the next page."""
        self.message_user(request, sentence, level)


class RowFormSet(PaginationInlineFormSet):
    """Rows on their parent's page. Where they stand in an order, a new one comes last unless it was dragged."""

    def save_new(self, form: ModelForm, commit: bool = True) -> models.Model:
        wanted = form.cleaned_data.get("position")
        if wanted is not None:
            others = [each.instance.position for each in self.forms if each is not form and each.instance.pk]
            if wanted in others:
                form.instance.position = max(others) + 1
        return super().save_new(form, commit=commit)


class CompanyTabular(ScopeMixin, TabularInline):
    """Rows edited in a table on their parent's page."""

    formset = RowFormSet
    extra = 0


class CompanyStacked(ScopeMixin, StackedInline):
    """Rows edited one below the other on their parent's page."""

    formset = RowFormSet
    extra = 0
