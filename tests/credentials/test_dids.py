"""DIDs that are keys: one spelling each, and only keys that may check signatures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials import dids
from app.credentials.keys import multibase_of
from app.credentials.multibase import base58btc, base64url, from_base58btc
from app.errors import InvalidInput

# The examples of the did:key and did:jwk methods.
P256 = "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"
P384 = "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9"
JWK = (
    "eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAi"
    "LCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)


def did_jwk(jwk: Any) -> str:
    return "did:jwk:" + base64url(json.dumps(jwk).encode())


@pytest.mark.parametrize(("text", "curve"), [(P256, "P-256"), (P384, "P-384")])
def test_the_examples_of_did_key_are_read_and_written_back(text: str, curve: str):
    did, jwk = dids.key_of(f"did:key:{text}#{text}")

    assert (did, jwk["crv"]) == (f"did:key:{text}", curve)
    assert multibase_of(jwk) == text


def test_the_example_of_did_jwk_is_read():
    did, jwk = dids.key_of(f"did:jwk:{JWK}#0")

    assert did == f"did:jwk:{JWK}"
    assert jwk["x"] == "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0"


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES384"])
def test_keys_of_each_kind_come_back_from_both_methods(make_key: Any, algorithm: str):
    jwk = make_key(algorithm).public_jwk

    assert dids.key_of(f"did:key:{multibase_of(jwk)}")[1] == jwk
    assert dids.key_of(did_jwk(jwk))[1] == jwk


def test_an_rsa_key_is_read_from_did_jwk(signing_keys: Any):
    jwk = signing_keys.token.public_jwk

    assert dids.key_of(did_jwk(jwk) + "#0")[1] == jwk


@pytest.mark.parametrize(
    "name",
    [
        f"did:key:{P256}#",
        f"did:key:{P256}#{P384}",
        f"did:key:{P256}#0",
        f"did:key:{P256}/path",
        f"did:key:{P256}?versionId=1",
        f"did:key:1.1:{P256}",
        f"did:key:{P256[1:]}",
        f"did:key:{P256.upper()}",
        "did:key:",
        f"DID:key:{P256}",
        f"did:jwk:{JWK}#1",
        f"did:jwk:{JWK}#",
        f"did:jwk:{JWK}==",
        f"did:jwk:{JWK[:-1]}",
        "did:jwk:",
        "did:jwk:e30",
        "did:jwk:W10",
        "did:jwk:bnVsbA",
        did_jwk({"kty": "oct", "k": "AA"}),
        "did:jwk:" + base64url(b'{"kty":"EC","kty":"EC"}'),
        "did:web:badges.example",
        "",
    ],
)
def test_every_other_spelling_is_refused(name: str):
    with pytest.raises(InvalidInput):
        dids.key_of(name)


@pytest.mark.parametrize(
    "change",
    [
        {"d": "AA"},
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"alg": "none"},
        {"alg": "RS256"},
        {"x": "AA"},
        {"padding": "x" * 3_000},
    ],
)
def test_a_did_jwk_whose_key_is_not_for_checking_signatures_is_refused(make_key: Any, change: dict[str, Any]):
    jwk = make_key("ES256").public_jwk

    with pytest.raises(InvalidInput):
        dids.key_of(did_jwk({**jwk, **change}))


@pytest.mark.parametrize("text", [P256, P384])
def test_a_point_in_another_form_or_off_the_curve_is_refused(text: str):
    data = from_base58btc(text)
    size = len(data) - 3

    for bent in (
        data[:2] + b"\x04" + data[3:] * 2,
        data[:2] + b"\x00" + data[3:],
        data[:2] + data[2:3] + b"\xff" * size,
        data[:-1],
        data + b"\0",
        b"\x80\x25" + data[2:],
        (b"\x81\x24" if size == 32 else b"\x80\x24") + data[2:],
    ):
        with pytest.raises(InvalidInput):
            dids.key_of(f"did:key:{base58btc(bent)}")


@given(st.text(max_size=80))
def test_any_text_is_a_did_that_is_a_key_or_is_refused(text: str):
    for name in (text, f"did:key:{text}", f"did:key:z{text}", f"did:jwk:{text}", did_jwk({"kty": "EC", "x": text})):
        with pytest.raises(InvalidInput):
            dids.key_of(name)


@given(st.binary(max_size=60))
def test_any_bytes_behind_a_prefix_are_a_key_with_one_spelling_or_are_refused(data: bytes):
    for prefix in (b"\xed\x01", b"\x80\x24", b"\x81\x24", b""):
        text = base58btc(prefix + data)
        try:
            _, jwk = dids.key_of(f"did:key:{text}")
        except InvalidInput:
            continue
        assert multibase_of(jwk) == text
