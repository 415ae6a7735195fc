"""The admin of sources: who sends, on which terms, and what is blocked."""

from apps.sources.admin import blocks, sources, terms

__all__ = ["blocks", "sources", "terms"]
