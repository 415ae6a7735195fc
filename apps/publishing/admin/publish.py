"""Publishing on a page: what would change, what stands against it, and the way back."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.campaigns.models import Campaign
from apps.core.admin.confirm import Question, ask, is_confirmed
from apps.core.errors import ApplicationError
from apps.publishing import specs
from apps.publishing.admin.places import address
from apps.publishing.diff import changes
from apps.publishing.models import Version
from apps.publishing.selectors import current_version, preview
from apps.publishing.services import PublishRefusedError, publish, roll_back


class NoteForm(forms.Form):
    """Why; read by whoever looks at the versions later."""

    note = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(
            {"placeholder": "For example: Denver Roofers pays more for repairs"}
        ),
        help_text="For whoever reads the versions later.",
    )


class PublishMixin:
    """Pages Publish and Versions of the workspace."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/publish/", wrap(self.publish_view), name="campaigns_campaign_publish"),
            path("<int:object_id>/versions/", wrap(self.versions_view), name="campaigns_campaign_versions"),
            path(
                "<int:object_id>/versions/<int:number>/roll-back/",
                wrap(self.roll_back_view),
                name="campaigns_campaign_roll_back",
            ),
            *super().get_urls(),
        ]

    def publish_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The diff in sentences, the problems with links, a note, the button."""
        campaign = self.seen(request, object_id)
        may_publish = self.has_change_permission(request, campaign)
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if not may_publish:
                raise PermissionDenied
            return self._published(request, campaign, form.cleaned_data["note"])
        found = preview(campaign)
        context = {
            **self.page_context(request, campaign, "publish"),
            "preview": found,
            "problems": [(problem, address(problem)) for problem in found.problems],
            "running": current_version(campaign),
            "form": form,
            "may_publish": may_publish,
        }
        return TemplateResponse(request, "publishing/admin/publish.html", context)

    def _published(self, request: HttpRequest, campaign: Campaign, note: str) -> HttpResponse:
        try:
            published = publish(campaign, by=request.user, note=note)
        except ApplicationError as refusal:
            self.tell(request, refusal.message, level=messages.ERROR)
            return HttpResponseRedirect(request.path)
        count = len(published.version.changes)
        number = published.version.number
        self.tell(
            request,
            f"Version {number} runs now, in every process. {count} {'change' if count == 1 else 'changes'}.",
        )
        return HttpResponseRedirect(self.page_url(campaign, "versions"))

    def versions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Every version with author, note and changes; the one that runs is marked."""
        campaign = self.seen(request, object_id)
        context = {
            **self.page_context(request, campaign, "versions"),
            "versions": campaign.versions.defer("content").select_related("published_by")[:100],
            "running": current_version(campaign),
            "may_publish": self.has_change_permission(request, campaign),
        }
        return TemplateResponse(request, "publishing/admin/versions.html", context)

    def roll_back_view(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """Asks with the sentences of what would change, then lets the older content run as a new version."""
        campaign = self.seen(request, object_id)
        if not self.has_change_permission(request, campaign):
            raise PermissionDenied
        version = campaign.versions.filter(number=number).first()
        if version is None:
            raise Http404
        back = self.page_url(campaign, "versions")
        form = NoteForm(request.POST if is_confirmed(request) else None)
        if is_confirmed(request) and form.is_valid():
            self._rolled_back(request, campaign, number, form.cleaned_data["note"])
            return HttpResponseRedirect(back)
        question = Question(
            f"Roll {campaign} back to version {number}?",
            f"Run version {number} again",
            self._roll_back_consequences(campaign, version),
            danger=True,
            form=form,
        )
        return ask(self, request, question, back=back, row=campaign)

    def _roll_back_consequences(self, campaign: Campaign, version: Version) -> tuple[str, ...]:
        running = current_version(campaign)
        told: list[str] = []
        if running is not None:
            told = changes(specs.load(running.pk), specs.load(version.pk))
        return (
            "Its content runs at once, in every process, as a new version. What you are editing stays as it is.",
            f"{len(told)} {'change' if len(told) == 1 else 'changes'} from what runs now:",
            *(f"· {sentence}" for sentence in told[:40]),
        )

    def _rolled_back(self, request: HttpRequest, campaign: Campaign, number: int, note: str) -> None:
        try:
            published = roll_back(campaign, number, by=request.user, note=note)
        except PublishRefusedError as refusal:
            for problem in refusal.problems:
                self.tell(request, f"{problem.message}.", level=messages.ERROR)
        except ApplicationError as refusal:
            self.tell(request, refusal.message, level=messages.ERROR)
        else:
            self.tell(
                request, f"Version {published.version.number} runs now, with the content of version {number}."
            )
