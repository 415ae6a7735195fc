"""How each demo buyer receives: endpoints as unlike as real ones are."""

from apps.demo.endpoints import auto, roofing
from apps.demo.endpoints.base import DemoEndpoint

ENDPOINTS = (*roofing.ENDPOINTS, *auto.ENDPOINTS)

__all__ = ["ENDPOINTS", "DemoEndpoint"]
