"""Endpoints with what happened at them, on top of what they are: their calls, tests and answers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from apps.buyers.models import Endpoint
from apps.monitoring.admin.calls import CallPages
from apps.monitoring.admin.ping_rule_tester import PingRulePages
from apps.monitoring.admin.preview import PreviewPages, token_state
from apps.monitoring.admin.rule_tester import RuleTesterPages
from apps.monitoring.admin.testing import TestPages
from apps.publishing.admin.endpoints import EndpointWorkspace


@admin.register(Endpoint)
class EndpointDesk(TestPages, PingRulePages, RuleTesterPages, CallPages, PreviewPages, EndpointWorkspace):
    """The whole page of an endpoint. Each mixin brings its addresses and its link (`desk_links`)."""

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        endpoint = options.get("obj")
        if endpoint is not None:
            context |= {"desk_links": self.desk_links(request, endpoint), "token": token_state(endpoint)}
        return super().render_change_form(request, context, *args, **options)
