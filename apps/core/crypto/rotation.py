"""What must be sealed anew when the ring's current key changes. Resumable: what is done is skipped."""

from collections.abc import Iterator
from typing import TypeVar

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast, Substr

from apps.core.crypto.datakey import rewrap, wrapped_prefix
from apps.core.crypto.fields import EncryptedTextField, WrappedKeyField
from apps.core.crypto.keyring import current_ring

FieldT = TypeVar("FieldT", bound=models.Field)


def rotate(*, batch_size: int) -> Iterator[tuple[str, int]]:
    """Seal all under the current key, batch by batch; yields (what, rows done) after each batch."""
    for model, field in encrypted_fields():
        while done := _rotate_field(model, field, batch_size):
            yield f"{model._meta.label}.{field.name}", done
    for model, key_field in _columns(WrappedKeyField):
        while done := _rewrap_field(model, key_field, batch_size):
            yield f"{model._meta.label}.{key_field.name}", done


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every encrypted column."""
    return _columns(EncryptedTextField)


def _columns(kind: type[FieldT]) -> Iterator[tuple[type[models.Model], FieldT]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, kind):
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


def _rewrap_field(model: type[models.Model], field: WrappedKeyField, batch_size: int) -> int:
    """What a key sealed stays as it is; only the key is wrapped anew."""
    prefix = wrapped_prefix()
    head = Substr(F(field.attname), 1, len(prefix), output_field=models.BinaryField())
    with transaction.atomic():
        rows = model._base_manager.filter(**{f"{field.name}__isnull": False}).annotate(head=head)
        stale = rows.exclude(head=prefix).select_for_update(skip_locked=True)
        batch = list(stale.values_list("pk", field.attname)[:batch_size])
        for pk, wrapped in batch:
            model._base_manager.filter(pk=pk).update(**{field.attname: rewrap(wrapped)})
    return len(batch)
