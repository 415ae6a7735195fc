"""What web requests tell of their sender."""

from django.conf import settings
from django.http import HttpRequest


def remote_address(request: HttpRequest) -> str:
    """The sender's address: what the last trusted proxy saw, else who is connected."""
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted:
        seen = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(seen) >= trusted and seen[-trusted]:
            return seen[-trusted]
    return request.META.get("REMOTE_ADDR", "")
