"""Pages of what holds personal data: masked, and once more unmasked for those who may, with each look on record."""

from typing import Any, Generic, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from apps.companies.admin.base import change_url
from apps.companies.selectors import sees_personal_data

Row = TypeVar("Row")


class MaskedPage(Generic[Row]):
    """The change page of a read-only row as a page of its own. A subclass says what is on it and how a look is kept."""

    page_template: str

    def page_context(self, request: HttpRequest, row: Row, *, unmasked: bool) -> dict[str, Any]:
        """What the template shows beside what every page has."""
        raise NotImplementedError

    def put_on_record(self, request: HttpRequest, row: Row) -> None:
        """That this person has looked."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return self._page(request, self.row_seen(request, object_id), unmasked=False)

    def reveal_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page with personal data readable. A POST, because every look is put on record."""
        row = self.row_seen(request, object_id)
        if not sees_personal_data(request.user, row.company_id):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(change_url(row))
        self.put_on_record(request, row)
        return self._page(request, row, unmasked=True)

    def row_seen(self, request: HttpRequest, object_id: str) -> Row:
        """A row that this person may see; another company's is as if it were not there."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def _page(self, request: HttpRequest, row: Row, *, unmasked: bool) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": row.public_id,
            "opts": self.opts,
            "original": row,
            "unmasked": unmasked,
            "may_reveal": sees_personal_data(request.user, row.company_id),
            **self.page_context(request, row, unmasked=unmasked),
        }
        response = TemplateResponse(request, self.page_template, context)
        response["Cache-Control"] = "no-store"
        return response
