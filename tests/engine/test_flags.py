"""Test flags read alike everywhere, and an odd one is never silently live."""

from decimal import Decimal
from typing import Any

import pytest

from apps.engine.flags import read_flag


@pytest.mark.parametrize(
    "raw", [True, "true", "TRUE", 1, "1", "yes", "Y", "on", " On ", ["true"], Decimal("1.0")]
)
def test_on(raw: Any) -> None:
    assert read_flag(raw) is True


@pytest.mark.parametrize("raw", [None, "", "  ", False, "false", 0, "0", "No", "n", "OFF", [], [""]])
def test_off(raw: Any) -> None:
    assert read_flag(raw) is False


@pytest.mark.parametrize(
    "raw", ["perhaps", 2, "t", "f", -1, ["true", "false"], {"a": 1}, "true!", Decimal("0.5")]
)
def test_neither(raw: Any) -> None:
    assert read_flag(raw) is None
