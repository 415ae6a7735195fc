"""Writes of sources: terms with their keys and links, switches, and blocks."""

from apps.sources.services.blocks import BlockScope, block_add, block_remove
from apps.sources.services.hashes import hashes_forget, hashes_keep
from apps.sources.services.terms import (
    OpenedTerms,
    credential_revoke,
    credential_rotate,
    instruction_link_create,
    instruction_link_open,
    instruction_link_revoke,
    source_create,
    source_set_active,
    terms_approve,
    terms_cap_add,
    terms_create,
    terms_prepare,
    terms_set_active,
    terms_withdraw,
)
from apps.sources.services.webhooks import webhook_create, webhook_map, webhook_protect, webhook_renew

__all__ = [
    "BlockScope",
    "OpenedTerms",
    "block_add",
    "block_remove",
    "credential_revoke",
    "credential_rotate",
    "hashes_forget",
    "hashes_keep",
    "instruction_link_create",
    "instruction_link_open",
    "instruction_link_revoke",
    "source_create",
    "source_set_active",
    "terms_approve",
    "terms_cap_add",
    "terms_create",
    "terms_prepare",
    "terms_set_active",
    "terms_withdraw",
    "webhook_create",
    "webhook_map",
    "webhook_protect",
    "webhook_renew",
]
