"""What the expression builder asks the server: which menus there are, and what an expression says."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from apps.campaigns.admin.expressions import LONGEST_TEXT, catalog, in_words, problems
from apps.campaigns.field_library import usual_fields
from apps.campaigns.selectors import is_exchange
from apps.campaigns.services import library_fields_add
from apps.campaigns.specs import fields_spec


class BuilderMixin:
    """Small addresses beside the campaign's pages, for people who may see the campaign."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/catalog/", wrap(self.catalog_view), name="campaigns_campaign_catalog"),
            path(
                "<int:object_id>/words/", wrap(require_POST(self.words_view)), name="campaigns_campaign_words"
            ),
            path(
                "<int:object_id>/usual-fields/",
                wrap(require_POST(self.usual_fields_view)),
                name="campaigns_campaign_usual_fields",
            ),
            *super().get_urls(),
        ]

    def catalog_view(self, request: HttpRequest, object_id: int) -> JsonResponse:
        """Fields, operators and lists for the builder's menus."""
        return JsonResponse(catalog(self.seen(request, object_id)))

    def words_view(self, request: HttpRequest, object_id: int) -> JsonResponse:
        """The words of the expression in the body, and what is wrong with it."""
        campaign = self.seen(request, object_id)
        stored = _body(request)
        if not isinstance(stored, dict):
            return JsonResponse({"words": "", "problems": ["This is no expression."]})
        found = problems(stored, fields_spec(campaign))
        return JsonResponse({"words": in_words(stored, campaign), "problems": found})

    def usual_fields_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Adds the usual fields that the campaign does not have yet."""
        campaign = self.edited(request, object_id)
        usual = usual_fields(exchange=is_exchange(campaign))
        added = library_fields_add(campaign, names=[entry.name for entry in usual], by=request.user)
        self.tell(request, f"{len(added)} fields added. Remove what this campaign does not need.")
        return HttpResponseRedirect(self.page_url(campaign, "fields"))


def _body(request: HttpRequest) -> Any:
    if len(request.body) > LONGEST_TEXT:
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None
