"""Encryption at rest: round trips, wrong places, rotation, missing keys."""

import base64
import os

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from pytest_django import Settings

from apps.core import crypto
from apps.core.crypto import DecryptionError, EncryptedTextField


def _entry(key_id: str) -> str:
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


K1, K2, K3 = _entry("k1"), _entry("k2"), _entry("k3")


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [K1]
    settings.DIGEST_KEY = "a secret text for the digests of tests"


def test_a_data_key_opens_what_it_sealed_also_after_storage() -> None:
    key = crypto.new_data_key()
    sealed = key.seal(b"jane@example.com", aad=b"lead:7:email")
    assert b"jane" not in sealed
    assert crypto.unwrap(key.wrapped).open(sealed, aad=b"lead:7:email") == b"jane@example.com"
    assert (
        crypto.unwrap(memoryview(key.wrapped)).open(memoryview(sealed), aad=b"lead:7:email")
        == b"jane@example.com"
    )


def test_the_same_text_is_sealed_differently_each_time() -> None:
    key = crypto.new_data_key()
    assert key.seal(b"x", aad=b"a") != key.seal(b"x", aad=b"a")
    assert crypto.new_data_key().wrapped != crypto.new_data_key().wrapped


def test_another_place_another_key_or_a_changed_byte_does_not_open() -> None:
    key, other = crypto.new_data_key(), crypto.new_data_key()
    sealed = key.seal(b"value", aad=b"here")
    for opener, text, aad in [
        (key, sealed, b"there"),
        (other, sealed, b"here"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here"),
        (key, sealed[:20], b"here"),
        (key, b"", b"here"),
    ]:
        with pytest.raises(DecryptionError):
            opener.open(text, aad=aad)


def test_the_key_itself_shows_nowhere() -> None:
    key = crypto.new_data_key()
    assert not hasattr(key, "__dict__")
    assert repr(key).startswith("<apps.core.crypto.datakey.DataKey object")


def test_rotation_from_two_to_three_keys_keeps_everything_readable(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [K2, K1]
    key = crypto.new_data_key()
    sealed = key.seal(b"value", aad=b"a")
    assert key.wrapped.startswith(crypto.wrapped_prefix())
    settings.ENCRYPTION_KEYS = [K3, K2, K1]
    assert not key.wrapped.startswith(crypto.wrapped_prefix())
    assert crypto.unwrap(key.wrapped).open(sealed, aad=b"a") == b"value"
    again = crypto.rewrap(key.wrapped)
    settings.ENCRYPTION_KEYS = [K3]
    assert crypto.unwrap(again).open(sealed, aad=b"a") == b"value"


def test_a_missing_key_fails_closed(settings: Settings) -> None:
    wrapped = crypto.new_data_key().wrapped
    settings.ENCRYPTION_KEYS = [K2]
    with pytest.raises(DecryptionError, match="'k1' is not in ENCRYPTION_KEYS"):
        crypto.unwrap(wrapped)


def test_another_key_under_the_same_id_fails_closed(settings: Settings) -> None:
    wrapped = crypto.new_data_key().wrapped
    settings.ENCRYPTION_KEYS = [_entry("k1")]
    with pytest.raises(DecryptionError):
        crypto.unwrap(wrapped)


@pytest.mark.parametrize("wrapped", [b"", b"\x02", b"\x02k1", b"\x02\xff\xfe" + b"0" * 60, b"\xffk1"])
def test_a_destroyed_or_damaged_key_is_a_decryption_error(wrapped: bytes) -> None:
    with pytest.raises(DecryptionError):
        crypto.unwrap(wrapped)


@pytest.mark.parametrize(
    "keys",
    [[], [""], ["k1"], ["k1:"], ["k1:not base64!"], ["k1:c2hvcnQ="], [K1, K1], ["no good id:" + K1[3:]]],
)
def test_a_ring_that_cannot_work_is_refused_without_telling_the_key(
    keys: list[str], settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured) as refusal:
        crypto.new_data_key()
    assert K1[3:] not in str(refusal.value)


def test_the_ring_may_also_be_given_as_one_text(settings: Settings) -> None:
    wrapped = crypto.new_data_key().wrapped
    settings.ENCRYPTION_KEYS = f"{K2}, {K1}"
    assert crypto.current_ring().current_id == "k2"
    crypto.unwrap(wrapped)


def test_digests_are_equal_only_for_the_same_value_scope_and_key(settings: Settings) -> None:
    known = crypto.digest("jane@example.com", scope="company:1:email")
    assert len(known) == 16
    assert known == crypto.digest("jane@example.com", scope="company:1:email")
    assert known != crypto.digest("jane@example.com", scope="company:2:email")
    assert crypto.digest("b:c", scope="a") != crypto.digest("c", scope="a:b")
    assert crypto.digest("\ud800", scope="a") != crypto.digest("?", scope="a")
    settings.DIGEST_KEY = "another secret text, also long enough"
    assert known != crypto.digest("jane@example.com", scope="company:1:email")


def test_a_short_digest_key_is_refused(settings: Settings) -> None:
    settings.DIGEST_KEY = "short"
    with pytest.raises(ImproperlyConfigured):
        crypto.digest("x", scope="y")


class _Place:
    """What a field needs to know of its model."""

    def __init__(self, label: str) -> None:
        self._meta = type("Meta", (), {"label": label})


def _field(label: str = "sources.Credential", name: str = "secret") -> EncryptedTextField:
    field = EncryptedTextField()
    field.name, field.model = name, _Place(label)  # type: ignore[assignment]
    return field


def test_the_field_stores_ciphertext_and_reads_it_back() -> None:
    field = _field()
    stored = field.get_prep_value("kéy ✓")
    assert stored.startswith("k1:")
    assert "kéy" not in stored
    assert field.from_db_value(stored, None, None) == "kéy ✓"
    assert (field.get_prep_value(None), field.get_prep_value("")) == (None, "")
    assert (field.from_db_value(None, None, None), field.from_db_value("", None, None)) == (None, "")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    stored = _field().get_prep_value("secret")
    for elsewhere in (_field(name="other"), _field(label="buyers.Endpoint")):
        with pytest.raises(DecryptionError):
            elsewhere.from_db_value(stored, None, None)


@pytest.mark.parametrize("stored", ["plain text", "k1:%%%", "k1:", "k9:AAAA"])
def test_what_was_never_sealed_does_not_pass_as_text(stored: str) -> None:
    with pytest.raises(DecryptionError):
        _field().from_db_value(stored, None, None)


def test_looking_up_an_encrypted_column_is_refused() -> None:
    with pytest.raises(FieldError):
        _field().get_lookup("exact")
    assert _field().get_lookup("isnull") is not None
