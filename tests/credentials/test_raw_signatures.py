"""A signature holds for one key, one algorithm and one message."""

from __future__ import annotations

from typing import Any

import pytest

from app.credentials.keys import algorithms_of, public_key_of
from app.credentials.raw_signatures import holds

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
NONSENSE = ("", "none", "HS256", "RS", "RS1", "RSA256", "XS256", "ES512", "es256", "256", "PS257")


@pytest.fixture(scope="module", params=ALGORITHMS)
def key(request: Any, make_key: Any) -> Any:
    return make_key(request.param)


def test_a_signature_holds_for_its_message_and_no_other(key: Any):
    public, signature = public_key_of(key.public_jwk), key.sign(b"message")

    assert holds(public, key.algorithm, b"message", signature)
    assert not holds(public, key.algorithm, b"another message", signature)
    assert not holds(public, key.algorithm, b"message", signature[:-1])
    assert not holds(public, key.algorithm, b"message", b"")


def test_it_holds_under_no_other_algorithm_even_one_that_the_key_could_serve(key: Any):
    public, signature = public_key_of(key.public_jwk), key.sign(b"message")
    others = {*ALGORITHMS, *NONSENSE} - {key.algorithm}

    assert not any(holds(public, other, b"message", each) for other in others for each in (signature, b""))


def test_what_a_key_may_check_is_what_it_can_check(key: Any):
    assert key.algorithm in algorithms_of(key.public_jwk)


def test_it_holds_for_no_other_key_of_the_kind(key: Any, make_key: Any):
    other = public_key_of(make_key(str(key.algorithm)).public_jwk)

    assert not holds(other, key.algorithm, b"message", key.sign(b"message"))
