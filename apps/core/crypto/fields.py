"""Model fields whose columns hold only ciphertext, or the key to it."""

import base64
import binascii
from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from apps.core.crypto.keyring import DecryptionError, current_ring, open_with, seal_with

_PURPOSE = "sluice/model-field"


class EncryptedTextField(models.TextField):
    """Text stored as `<key id>:<base64>` under the key ring, bound to its model and field.

    Null stays null and the empty string stays empty. Only `isnull` can be looked up: equal texts have unequal
    ciphertexts; store a `digest` beside it where a search is needed. Reading without the key raises
    DecryptionError.
    """

    description = "Encrypted text"

    def seal(self, text: str) -> str:
        """The column's value for `text`."""
        ring = current_ring()
        sealed = seal_with(ring.current(purpose=_PURPOSE), text.encode("utf-8", "surrogatepass"), self._aad())
        return f"{ring.current_id}:{base64.b64encode(sealed).decode('ascii')}"

    def unseal(self, stored: str) -> str:
        """The text behind a column's value."""
        key_id, _, encoded = stored.partition(":")
        try:
            sealed = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise DecryptionError("The stored value is not a sealed one.") from None
        cipher = current_ring().cipher(key_id, purpose=_PURPOSE)
        return open_with(cipher, sealed, self._aad()).decode("utf-8", "surrogatepass")

    def get_prep_value(self, value: Any) -> Any:
        """Seal on the way to the database."""
        text = super().get_prep_value(value)
        return self.seal(text) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Open on the way back."""
        return self.unseal(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """`isnull` only; anything else could never match, so it is refused."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name!r}.")
        return super().get_lookup(lookup_name)

    def _aad(self) -> bytes:
        return f"{self.model._meta.label}.{self.name}".encode()


class WrappedKeyField(models.BinaryField):
    """A row's data key as `DataKey.wrapped` gives it. Null once the row's person was erased.

    A plain binary column; the type says to `manage.py rotate_keys` what stands there.
    """

    description = "Wrapped data key"

    def deconstruct(self) -> Any:
        """As a binary field: the database knows no difference."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs
