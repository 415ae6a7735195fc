"""The Testing tab: the form, and sending it."""

from django.http import HttpRequest, HttpResponse

from apps.core.clock import now
from apps.core.requests import remote_address
from apps.posting_instructions import limits, selectors, services
from apps.posting_instructions.choices import Tab
from apps.posting_instructions.pages import testing
from apps.posting_instructions.pages.frame import tab_urls
from apps.posting_instructions.views.actions import too_often
from apps.posting_instructions.views.tabs import TabView

PREFIX = "lead."
MOST_FIELDS = 220


class TestingView(TabView):
    """The form with a valid lead or a chosen bad example; a POST sends it as a test and shows the answer."""

    tab = Tab.TESTING
    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        example = request.GET.get("example", "")
        past = selectors.past(self.link.terms, at=now())
        return self.page(request, token, lambda page: testing.context(page, example_key=example, past=past))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if not limits.may_act("test", self.link.pk):
            return too_often(request, tab_urls(token)["testing"])
        typed = {
            name[len(PREFIX) :]: value for name, value in request.POST.items() if name.startswith(PREFIX)
        }
        body = {name: value for name, value in list(typed.items())[:MOST_FIELDS] if value.strip()}
        sent = services.test_lead_send(self.link, body, remote_address=remote_address(request), at=now())
        past = selectors.past(self.link.terms, at=now())
        example = request.POST.get("example", "")
        return self.page(
            request, token, lambda page: testing.context(page, example_key=example, past=past, sent=sent)
        )
