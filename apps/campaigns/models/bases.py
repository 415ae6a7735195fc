"""Shapes shared by campaigns, terms, orders and buyers: caps and weekly windows."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from apps.campaigns.choices import CapBasis, CapPeriod, Weekday


class CapBase(models.Model):
    """At most `limit` leads (or units of money, for spend) per period.

    Concrete classes name their subject and their counter through `cap_key`.
    """

    cap_subject: ClassVar[str] = ""

    basis = models.CharField(max_length=16, choices=CapBasis.choices, default=CapBasis.ACCEPTED)
    period = models.CharField(max_length=8, choices=CapPeriod.choices, default=CapPeriod.DAY)
    limit = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text="Number of leads; for money spent, the amount, for example 500.00.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        help_text="In which the period begins and ends. Empty: the campaign's zone.",
    )
    expression = models.JSONField(
        null=True, blank=True, help_text="Count only leads for which this holds. Empty: every lead."
    )
    is_enabled = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        limit = Decimal(self.limit)
        said = f"{limit:,.2f}" if self.basis == CapBasis.SPEND or limit % 1 else f"{limit:,.0f}"
        return f"{said} {self.get_basis_display().lower()} per {self.get_period_display().lower()}"

    @property
    def cap_key(self) -> str:
        """The name of the counter: subject and row, for example `terms:12`. Stable over edits of the limit."""
        return f"{self.cap_subject}:{self.pk}"


class WindowBase(models.Model):
    """Open on one weekday from `opens` up to, not including, `closes`.

    `closes` not after `opens` means the next day; 00:00 to 00:00 is the whole day.
    """

    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField(help_text="For example 09:00.")
    closes = models.TimeField(
        help_text="For example 17:00. An earlier time than the opening means the next day."
    )

    class Meta:
        abstract = True
        ordering = ("weekday", "opens")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"
