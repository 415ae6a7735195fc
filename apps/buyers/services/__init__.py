"""Writes of buyers: buyers, endpoints with mapping and response rules, lead orders, switches.

Switches and secrets act at once; all else acts when the campaign is published.
"""

from apps.buyers.services.buyers import buyer_cap_add, buyer_create, buyer_set_active
from apps.buyers.services.endpoints import (
    endpoint_create,
    endpoint_prepare,
    endpoint_set_active,
    endpoint_set_secret,
    header_add,
    header_set_secret,
    mapping_fields_add,
    mappings_set,
    response_rules_set,
)
from apps.buyers.services.orders import (
    order_cap_add,
    order_change,
    order_copies_set,
    order_create,
    order_set_active,
    order_windows_set,
    price_bands_set,
)
from apps.buyers.services.presets import preset_apply

__all__ = [
    "buyer_cap_add",
    "buyer_create",
    "buyer_set_active",
    "endpoint_create",
    "endpoint_prepare",
    "endpoint_set_active",
    "endpoint_set_secret",
    "header_add",
    "header_set_secret",
    "mapping_fields_add",
    "mappings_set",
    "order_cap_add",
    "order_change",
    "order_copies_set",
    "order_create",
    "order_set_active",
    "order_windows_set",
    "preset_apply",
    "price_bands_set",
    "response_rules_set",
]
