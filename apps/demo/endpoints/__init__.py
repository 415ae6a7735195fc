"""How each demo buyer receives: endpoints as unlike as real ones are."""

from apps.demo.endpoints import auto, roofing, solar
from apps.demo.endpoints.base import DemoEndpoint

ENDPOINTS = (*roofing.ENDPOINTS, *auto.ENDPOINTS, *solar.ENDPOINTS)

__all__ = ["ENDPOINTS", "DemoEndpoint"]
