"""Signatures against the vectors that Standard Webhooks and its libraries publish."""

import base64

import pytest

from apps.engine import signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, TIMESTAMP = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY = b'{"test": 2432232314}'
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector() -> None:
    key = signature.key_of(SECRET)
    assert key is not None
    assert signature.sign(key, MESSAGE, TIMESTAMP, BODY) == PUBLISHED


def test_the_prefix_and_the_padding_may_be_left_out() -> None:
    assert signature.key_of(SECRET) == signature.key_of(SECRET.removeprefix("whsec_"))
    assert signature.key_of("whsec_" + base64.b64encode(b"0123456789").decode().rstrip("=")) == b"0123456789"


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64 at all!", "c2hvcnQ=", "whsec_äöü"])
def test_what_is_no_signing_secret(secret: str) -> None:
    assert signature.key_of(secret) is None


@pytest.mark.parametrize(
    ("message", "timestamp", "body"),
    [("other", TIMESTAMP, BODY), (MESSAGE, TIMESTAMP + 1, BODY), (MESSAGE, TIMESTAMP, BODY + b" ")],
)
def test_everything_signed_counts(message: str, timestamp: int, body: bytes) -> None:
    key = signature.key_of(SECRET)
    assert key is not None
    assert signature.sign(key, message, timestamp, body) != PUBLISHED
