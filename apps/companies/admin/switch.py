"""Live switches: a button on the page and actions on the list, each asking first and saying what it will do."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from apps.companies.services import switch_set
from apps.core.admin.confirm import Question, ask, is_confirmed


class SwitchMixin:
    """For rows with `is_active`. Operators may switch; it acts at once, in every process, without publishing."""

    actions: ClassVar = ["pause_selected", "resume_selected"]

    def consequences(self, row: Any, on: bool) -> tuple[str, ...]:
        """What switching this row does, in sentences with numbers."""
        return ("It acts at once.",)

    def switch_url(self, row: models.Model) -> str:
        """The address of the question about this row's switch."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_switch", args=(row.pk,))

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_switch"
        return [
            path("<int:object_id>/switch/", self.admin_site.admin_view(self.switch_view), name=name),
            *super().get_urls(),
        ]

    def switch_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks, then switches."""
        row = self.operated(request, object_id)
        on = not row.is_active
        question = Question(
            title=f"{'Switch on' if on else 'Pause'} {self.opts.verbose_name} “{row}”?",
            button="Switch on" if on else "Pause",
            consequences=self.consequences(row, on),
            danger=not on,
        )

        def do() -> str:
            switch_set(row, on=on, by=request.user)
            return f"{self._noun(row)} “{row}” is {'active' if on else 'paused'} from now on."

        return self.asked(request, row, question, do)

    @admin.action(description="Pause…", permissions=("operate",))
    def pause_selected(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        return self._switch_selected(request, queryset, on=False)

    @admin.action(description="Switch on…", permissions=("operate",))
    def resume_selected(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        return self._switch_selected(request, queryset, on=True)

    def _switch_selected(
        self, request: HttpRequest, rows: models.QuerySet, *, on: bool
    ) -> HttpResponse | None:
        rows = [row for row in rows if row.is_active is not on and self.has_operate_permission(request, row)]
        word = "active" if on else "paused"
        if not rows:
            self.tell(request, f"Nothing to do: all of these are {word} already.", level=messages.INFO)
            return None
        if is_confirmed(request):
            for row in rows:
                switch_set(row, on=on, by=request.user)
            self.tell(request, f"{len(rows)} {self._plural(len(rows))} {word} from now on.")
            return None
        question = Question(
            title=f"{'Switch on' if on else 'Pause'} {len(rows)} {self._plural(len(rows))}?",
            button="Switch on" if on else "Pause",
            consequences=tuple(f"{row}: {' '.join(self.consequences(row, on))}" for row in rows),
            danger=not on,
            hidden={
                "action": [request.POST["action"]],
                "_selected_action": [str(row.pk) for row in rows],
            },
        )
        return ask(self, request, question, back=request.get_full_path())

    def _plural(self, count: int) -> str:
        return str(self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural)

    def _noun(self, row: models.Model) -> str:
        return str(row._meta.verbose_name).capitalize()

    @display(description="State", ordering="is_active", label={"Active": "success", "Paused": "danger"})
    def state(self, row: Any) -> str:
        return "Active" if row.is_active else "Paused"
