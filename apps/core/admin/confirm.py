"""One page for every question: what will happen, in numbers, and the button that does it. Works without scripts."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something is done. `consequences` are sentences; `form` asks for more, such as a note."""

    title: str
    button: str
    consequences: tuple[str, ...] = ()
    danger: bool = False
    form: forms.Form | None = None
    hidden: dict[str, list[str]] = field(default_factory=dict)
    """Names and values that the answer must carry, such as the rows ticked on a list."""


def ask(
    model_admin: ModelAdmin,
    request: HttpRequest,
    question: Question,
    *,
    back: str,
    row: models.Model | None = None,
) -> TemplateResponse:
    """The page with the question; its button posts to the same address with `confirmed`."""
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "question": question,
        "opts": model_admin.opts,
        "original": row,
        "back": back,
    }
    return TemplateResponse(request, "core/admin/confirm.html", context)


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the request is the answer to `ask`."""
    return request.method == "POST" and "confirmed" in request.POST
