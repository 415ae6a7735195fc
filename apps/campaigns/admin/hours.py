"""Hours of a whole week at once, for campaigns and orders."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.widgets import UnfoldAdminSingleTimeWidget

from apps.campaigns.choices import Weekday
from apps.core.admin.confirm import Question, ask, is_confirmed
from apps.core.admin.widgets import BoxesField

WORKING_DAYS = [str(day.value) for day in Weekday if day < Weekday.SATURDAY]


class WeekForm(forms.Form):
    """The same hours on every ticked day."""

    days = BoxesField(choices=[(str(day.value), day.label) for day in Weekday], initial=WORKING_DAYS)
    opens = forms.TimeField(
        initial="09:00", widget=UnfoldAdminSingleTimeWidget(), help_text="For example 09:00."
    )
    closes = forms.TimeField(
        initial="17:00",
        widget=UnfoldAdminSingleTimeWidget(),
        help_text="For example 17:00. An earlier time than the opening means the next day; 00:00 is midnight.",
    )


class WeekMixin:
    """The page on which the hours of a week are set; `week_model` and `week_set` say of what and how."""

    week_model: Any
    week_set: Any

    def week_asked(self, request: HttpRequest, row: Any, *, back: str) -> HttpResponse:
        """Asks for days and hours, then puts them in place of what is there."""
        form = WeekForm(request.POST if is_confirmed(request) else None)
        if is_confirmed(request) and form.is_valid():
            windows = [
                self.week_model(
                    weekday=int(day), opens=form.cleaned_data["opens"], closes=form.cleaned_data["closes"]
                )
                for day in form.cleaned_data["days"]
            ]
            type(self).week_set(row, windows=windows, by=request.user)
            self.tell(
                request, "Hours set. They act when you publish." if windows else "No hours: always open."
            )
            return HttpResponseRedirect(back)
        count = row.windows.count()
        told = (
            f"{count} {'opening is' if count == 1 else 'openings are'} replaced."
            if count
            else "It is always open now."
        )
        question = Question(
            f"Set the week of {row}", "Set hours", (f"{told} Tick no day to be always open.",), form=form
        )
        return ask(self, request, question, back=back, row=row)
