"""The admin of companies: settings, people, and the record of changes."""

from apps.companies.admin import companies, people

__all__ = ["companies", "people"]
