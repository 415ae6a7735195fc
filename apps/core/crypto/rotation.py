"""What must be sealed anew when the ring's current key changes. Resumable: what is done is skipped."""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast

from apps.core.crypto.fields import EncryptedTextField
from apps.core.crypto.keyring import current_ring

Rewrap = Callable[[int], int]
"""Re-wraps at most the given number of stored data keys and returns how many it did; 0 when none is left."""

_registered: dict[str, Rewrap] = {}


def register_rewrap(label: str, rewrap_some: Rewrap) -> None:
    """Have `manage.py rotate_keys` call `rewrap_some` until it returns 0: for tables that hold data keys."""
    _registered[label] = rewrap_some


def rotate(*, batch_size: int) -> Iterator[tuple[str, int]]:
    """Seal all under the current key, batch by batch; yields (what, rows done) after each batch."""
    for model, field in encrypted_fields():
        while done := _rotate_field(model, field, batch_size):
            yield f"{model._meta.label}.{field.name}", done
    for label, rewrap_some in sorted(_registered.items()):
        while done := rewrap_some(batch_size):
            yield label, done


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every encrypted column, also those of history tables."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def _rotate_field(model: type[models.Model], field: EncryptedTextField, batch_size: int) -> int:
    # The column is read and compared as plain text, past the field, which would open it and refuse lookups.
    stored = Cast(F(field.attname), TextField())
    stale = Q(stored__gt="") & ~Q(stored__startswith=f"{current_ring().current_id}:")
    with transaction.atomic():
        rows = model._base_manager.annotate(stored=stored).filter(stale).select_for_update(skip_locked=True)
        batch = list(rows.values_list("pk", "stored")[:batch_size])
        for pk, text in batch:
            model._base_manager.filter(pk=pk).update(**{field.attname: field.unseal(text)})
    return len(batch)
