"""Value lists (zip codes): named by people, stored once by content hash."""

from typing import ClassVar

from django.db import models

from apps.companies.models import Company, CompanyQuerySet


class ListContent(models.Model):
    """The content of a list, stored once whatever uses it. Immutable: `hash` is the SHA-256 of `entries`."""

    hash = models.CharField(max_length=64, primary_key=True)
    entries = models.TextField(help_text="One entry a line, sorted; a prefix ends in *.")
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.size} entries"


class ValueList(models.Model):
    """A named list of a company; campaigns and orders refer to it. An upload gives it another content."""

    company_path = "company"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="value_lists")
    name = models.CharField(max_length=120)
    content = models.ForeignKey(ListContent, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = "zip list"
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("company", "name"), name="list_name_per_company")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.content.size:,} entries)"
