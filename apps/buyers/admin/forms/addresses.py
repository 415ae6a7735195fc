"""Addresses as people type them, judged as they will be dialled."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core.admin.widgets import sentence
from apps.core.http.guard import check_url
from apps.engine.inserts import without
from apps.engine.request import url_problem


def completed(text: str, *, scheme: str) -> str:
    """The address with a scheme, where none was typed."""
    return text if not text or "://" in text else f"{scheme}://{text}"


def web_problem(url: str, *, what: str = "URL") -> str:
    """What is wrong with the address of a request, as a sentence."""
    objection = url_problem(url) or check_url(without(url))
    if not objection:
        return ""
    return f"The {what} {objection}." if objection[0].islower() else objection


def drop_problem(url: str) -> str:
    """What is wrong with the address of a file drop, as a sentence."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not a URL."
    if parts.scheme != "sftp" or not parts.hostname or port == 0:
        return (
            "A file drop is written as sftp://host/folder, for example sftp://files.buyer.example/incoming."
        )
    if parts.username or parts.password:
        return "User and password are given below, not in the URL."
    return ""


def recipients_problem(text: str) -> str:
    """What is wrong with recipients separated by commas or blanks, as a sentence."""
    for address in text.replace(",", " ").split():
        try:
            validate_email(address)
        except ValidationError:
            return sentence(f"“{address}” is no e-mail address")
    return ""
