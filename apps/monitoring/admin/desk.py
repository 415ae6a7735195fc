"""What the pages of an endpoint's desk share: their frame, their links, the address of each."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.buyers.models import Endpoint
from apps.companies.admin.base import CompanyAdmin


class DeskPages(CompanyAdmin):
    """Pages of one endpoint below its own."""

    def desk_links(self, request: HttpRequest, endpoint: Endpoint) -> list[tuple[str, str]]:
        """(title, address) of each page this person may open."""
        return []

    def desk_url(self, name: str, *args: Any) -> str:
        """The address of a page of an endpoint's desk."""
        return reverse(f"admin:buyers_endpoint_{name}", args=args)

    def desk_context(self, request: HttpRequest, endpoint: Endpoint, title: str) -> dict[str, Any]:
        """What every page shows around its content."""
        return {
            **self.admin_site.each_context(request),
            "title": f"{endpoint}: {title}",
            "heading": title,
            "opts": self.opts,
            "original": endpoint,
            "endpoint": endpoint,
            "desk_links": self.desk_links(request, endpoint),
        }
