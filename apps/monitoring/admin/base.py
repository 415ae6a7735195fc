"""What the lists of the data plane share: nothing is added, edited or deleted by hand, and big tables stay quick."""

from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.companies.admin.base import CompanyAdmin

COUNT_LIMIT = 10_000


class BoundedPaginator(Paginator):
    """Counts no further than `COUNT_LIMIT`: nobody turns to page 300, and counting millions is slow."""

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[:COUNT_LIMIT])


class ReadOnlyAdmin(CompanyAdmin):
    """Rows that the platform writes and people read."""

    owner_fields = ()
    actions = None
    paginator = BoundedPaginator
    ordering = ("-id",)

    class Media:
        css: ClassVar = {"all": ("sluice/monitoring.css",)}
        js: ClassVar = ("sluice/ids.js",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def number(text: Any) -> SafeString:
    """A right-aligned figure."""
    return format_html('<span class="figure">{}</span>', "–" if text in (None, "") else text)
