"""Writes of the demo: the company, and its past."""

from apps.demo.services.company import Loaded, company_load, simulator_url
from apps.demo.services.past import history_load

__all__ = ["Loaded", "company_load", "history_load", "simulator_url"]
