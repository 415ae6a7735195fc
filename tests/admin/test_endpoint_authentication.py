"""Authentication that no request could carry is refused where it is typed."""

import pytest

from tests.admin.conftest import House
from tests.admin.test_endpoint_page import errors, posted


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"auth_kind": "signature", "auth_secret": "no base64 at all!"}, "auth_secret"),
        ({"auth_kind": "basic", "auth_name": "ann:bob", "auth_secret": "s3cret"}, "auth_name"),
        ({"auth_kind": "header", "auth_name": "Host", "auth_secret": "s3cret"}, "auth_name"),
    ],
)
def test_what_no_request_could_carry_is_refused(ours: House, typed: dict[str, str], field: str) -> None:
    assert set(errors(posted(ours, **typed))) == {field}
