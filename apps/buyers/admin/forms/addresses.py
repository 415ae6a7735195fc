"""Addresses as people type them, judged as they will be dialled."""

from apps.buyers import judges
from apps.core import sftp
from apps.core.admin.widgets import sentence


def completed(text: str, *, scheme: str) -> str:
    """The address with a scheme, where none was typed."""
    return text if not text or "://" in text else f"{scheme}://{text}"


def web_problem(url: str, *, what: str = "URL") -> str:
    """What is wrong with the address of a request, as a sentence."""
    return _told(judges.web_problem(url), what)


def status_problem(url: str) -> str:
    """What is wrong with a status URL, as a sentence."""
    return _told(judges.status_problem(url), "status URL")


def drop_problem(url: str) -> str:
    """What is wrong with the address of a file drop, as a sentence."""
    return _told(sftp.check_url(url), "address")


def recipients_problem(text: str) -> str:
    """What is wrong with recipients separated by commas or blanks, as a sentence."""
    objections = map(judges.recipient_problem, text.replace(",", " ").split())
    return next((sentence(objection) for objection in objections if objection), "")


def _told(objection: str, what: str) -> str:
    """An objection that has no subject gets one."""
    return f"The {what} {objection}." if objection[:1].islower() else objection
