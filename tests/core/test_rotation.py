"""`manage.py rotate_keys`: everything ends up under the first key, however often it is interrupted."""

import base64
import os
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.test.utils import isolate_apps
from pytest_django import Settings

from apps.core import crypto
from apps.core.crypto import EncryptedTextField, WrappedKeyField, rotation


def _entry(key_id: str) -> str:
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


OLD, NEW = _entry("old"), _entry("new")


@pytest.fixture
def model(db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[type[models.Model]]:
    """A table with a secret column, known to nobody but this test."""
    settings.ENCRYPTION_KEYS = [OLD]
    with isolate_apps("apps.core") as registry:

        class Safe(models.Model):  # noqa: DJ008  nobody ever prints one
            secret = EncryptedTextField(null=True)
            plain = models.TextField(default="x")
            key = WrappedKeyField(null=True)

            class Meta:
                app_label = "core"

        with connection.schema_editor() as editor:
            editor.create_model(Safe)
        monkeypatch.setattr(rotation, "apps", registry)
        yield Safe


def _stored(model: type[models.Model]) -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT secret FROM {model._meta.db_table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def _rotate() -> str:
    out = StringIO()
    call_command("rotate_keys", batch_size=2, stdout=out)
    return out.getvalue()


def test_the_column_holds_ciphertext_and_the_model_the_text(model: type[models.Model]) -> None:
    created = model.objects.create(secret="canary-secret")
    assert "canary" not in str(_stored(model))
    assert model.objects.get(pk=created.pk).secret == "canary-secret"
    assert model.objects.filter(secret__isnull=True).count() == 0


def test_all_rows_are_sealed_anew_and_readable_without_the_old_key(
    model: type[models.Model], settings: Settings
) -> None:
    model.objects.bulk_create([model(secret=f"secret {number}") for number in range(5)])
    model.objects.bulk_create([model(secret=None), model(secret="")])
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    told = _rotate()
    assert "core.Safe.secret: 5" in told
    assert [(text or "")[:4] for text in _stored(model)] == ["new:"] * 5 + ["", ""]
    settings.ENCRYPTION_KEYS = [NEW]
    read = list(model.objects.order_by("id").values_list("secret", flat=True))
    assert read == [f"secret {number}" for number in range(5)] + [None, ""]


def test_a_second_run_finds_nothing_to_do(model: type[models.Model], settings: Settings) -> None:
    model.objects.create(secret="a")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    _rotate()
    before = _stored(model)
    assert "0 values changed" in _rotate()
    assert _stored(model) == before


def test_an_interrupted_run_goes_on_where_it_stopped(model: type[models.Model], settings: Settings) -> None:
    model.objects.bulk_create([model(secret=f"secret {number}") for number in range(5)])
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    steps = rotation.rotate(batch_size=2)
    assert next(steps) == ("core.Safe.secret", 2)
    steps.close()
    assert sum((text or "").startswith("new:") for text in _stored(model)) == 2
    assert "core.Safe.secret: 3" in _rotate()


def test_data_keys_are_wrapped_anew_and_still_open_what_they_sealed(
    model: type[models.Model], settings: Settings
) -> None:
    keys = [crypto.new_data_key() for _ in range(3)]
    sealed = [key.seal(b"value", aad=b"a") for key in keys]
    rows = [model.objects.create(key=key.wrapped).pk for key in keys] + [model.objects.create(key=None).pk]
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert "core.Safe.key: 3" in _rotate()
    settings.ENCRYPTION_KEYS = [NEW]
    stored = [model.objects.get(pk=pk).key for pk in rows]
    assert [crypto.unwrap(key).open(text, aad=b"a") for key, text in zip(stored[:3], sealed, strict=True)]
    assert stored[3] is None
