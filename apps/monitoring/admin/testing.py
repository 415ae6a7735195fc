"""Test Endpoint in the admin: what it does before it does it, what it saw, and the tests before."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.buyers.models import Endpoint
from apps.buyers.selectors import is_pinged
from apps.deliveries.choices import CallPhase
from apps.deliveries.models import EndpointCanary, EndpointTest
from apps.deliveries.services import endpoint_test
from apps.deliveries.services.testing import sample_campaigns
from apps.monitoring.admin.desk import DeskPages
from apps.monitoring.stages import stage_times

SHOWN = 50


class TestPages(DeskPages):
    """Tests of an endpoint, by people and canaries."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "buyers_endpoint_test"
        return [
            path("<int:object_id>/tests/", wrap(self.tests_view), name=f"{name}s"),
            path("<int:object_id>/tests/<int:test_id>/", wrap(self.test_view), name=name),
            *super().get_urls(),
        ]

    def desk_links(self, request: HttpRequest, endpoint: Endpoint) -> list[tuple[str, str]]:
        return [
            *super().desk_links(request, endpoint),
            ("Test endpoint", self.desk_url("tests", endpoint.pk)),
        ]

    def tests_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The warning, the button, and the tests so far; a POST tests and shows what was seen."""
        if request.method == "POST":
            return self._tested(request, self.operated(request, object_id))
        endpoint = self.seen(request, object_id)
        rows = EndpointTest.objects.filter(endpoint_id=endpoint.pk)[:SHOWN]
        context = {
            **self.desk_context(request, endpoint, "Test endpoint"),
            "campaigns": sample_campaigns(endpoint),
            "may_operate": self.has_operate_permission(request, endpoint),
            "pinged": is_pinged(endpoint),
            "tests": [self._summary(row) for row in rows],
            "canary": EndpointCanary.objects.filter(pk=endpoint.pk).first(),
        }
        return TemplateResponse(request, "monitoring/tests.html", context)

    def _tested(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        chosen = request.POST.get("campaign", "")
        campaign = next((one for one in sample_campaigns(endpoint) if str(one.pk) == chosen), None)
        phase = CallPhase.PING if request.POST.get("phase") == CallPhase.PING else CallPhase.POST
        test = endpoint_test(endpoint, by=request.user, campaign=campaign, phase=phase)
        return HttpResponseRedirect(self.desk_url("test", endpoint.pk, test.pk))

    def _summary(self, row: EndpointTest) -> dict[str, Any]:
        first = next((line for line in row.lines if not line["passed"]), None)
        warned = next((line for line in row.lines if line.get("warned")), None)
        said = first or warned
        return {
            "row": row,
            "words": f"{said['step']}: {said['told']}" if said else "",
            "tone": "bad" if first else "warn" if warned else "good",
        }

    def test_view(self, request: HttpRequest, object_id: int, test_id: int) -> HttpResponse:
        """One test, line by line."""
        endpoint = self.seen(request, object_id)
        row = EndpointTest.objects.filter(pk=test_id, endpoint_id=endpoint.pk).first()
        if row is None:
            raise Http404
        context = {
            **self.desk_context(request, endpoint, "Result of a test"),
            "test": row,
            "lines": [
                {**line, "tone": _tone(line), "stages": stage_times(line.get("timings", {}))}
                for line in row.lines
            ],
            "may_operate": self.has_operate_permission(request, endpoint),
            "back": self.desk_url("tests", endpoint.pk),
        }
        return TemplateResponse(request, "monitoring/test.html", context)


def _tone(line: dict[str, Any]) -> str:
    if not line["passed"]:
        return "bad"
    return "warn" if line.get("warned") else "good"
