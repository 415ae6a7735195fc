"""The admin of campaigns. The workspace itself is registered by `apps.publishing.admin`, which adds its upper parts."""

from apps.campaigns.admin import fields, lists

__all__ = ["fields", "lists"]
