"""What a source keeps on its pages."""

from typing import ClassVar

from django.db import models

from apps.companies.models import CompanyQuerySet
from apps.core.crypto import EncryptedTextField
from apps.sources.models import Terms


class SavedCase(models.Model):
    """A test that a source has kept: a form as it was filled in, and the answer it should get.

    `call` is a key of `choices.Call`, empty for a simple post. `body` is JSON without a key; it may hold somebody's
    data, so it is encrypted. `expected` is the message (simple post) or the reason (exchange), empty when accepted.
    """

    company_path = "terms__source__company"

    terms = models.ForeignKey(Terms, on_delete=models.CASCADE, related_name="saved_cases")
    name = models.CharField(max_length=80)
    call = models.CharField(max_length=12, blank=True)
    body = EncryptedTextField()
    expected = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("call", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("terms", "call", "name"), name="saved_case_once")
        ]

    def __str__(self) -> str:
        return self.name
