"""A delivery whose body is a signed token, and every known way to forge one (T14, T15)."""

import base64
import json
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import DeliveryNotAuthentic
from app.lms import jwt_body

from .conftest import jwk as public_jwk


def b64(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def hand_signed(private_key, header, claims):
    """A token with exactly these bytes, signed for real: PyJWT would not write such things."""
    head = b64(header) + b"." + b64(claims)
    padding, digest = jwt_body.PKCS1v15(), jwt_body.SHA256()
    return head + b"." + b64(private_key.sign(head, padding, digest))


def refused(canvas, body):
    with pytest.raises(DeliveryNotAuthentic) as caught:
        canvas.authenticate({}, body)
    assert (str(caught.value), caught.value.facts) == ("The delivery could not be authenticated", {})
    return caught.value.__notes__[0]


def test_what_pyjwt_signs_is_authentic_and_the_claims_are_the_payload(canvas, event, signed):
    proof = canvas.authenticate({}, signed(event()))

    assert json.loads(proof.payload) == event()
    assert (proof.method, proof.key_id) == ("jwt_body", "2026-03")


def test_what_we_accept_pyjwt_accepts_too(canvas, event, signed, private_key):
    body = signed(event())

    assert json.loads(canvas.authenticate({}, body).payload) == jwt.decode(body, private_key.public_key(), ["RS256"])


def test_a_line_end_after_the_token_is_no_harm(canvas, event, signed):
    assert canvas.authenticate({}, signed(event()) + b"\r\n").key_id == "2026-03"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_character_in_any_part_is_refused(canvas, event, signed, part):
    parts = signed(event()).split(b".")
    old = parts[part][10:11]
    parts[part] = parts[part][:10] + (b"A" if old != b"A" else b"B") + parts[part][11:]

    refused(canvas, b".".join(parts))


def test_claims_written_anew_with_the_same_meaning_are_refused(canvas, event, signed):
    header, _, signature = signed(event()).split(b".")

    refused(canvas, b".".join([header, b64(json.dumps(event(), indent=1).encode()), signature]))


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", "RS384", "PS256", "ES256", "HS256", None, ["RS256"]])
def test_no_other_algorithm_is_accepted_even_with_a_real_signature(canvas, event, private_key, algorithm):
    reason = refused(canvas, hand_signed(private_key, {"alg": algorithm, "kid": "2026-03"}, event()))

    assert reason == "the token's algorithm is not RS256"


def test_an_unsigned_token_is_refused(canvas, event):
    head = b64({"alg": "none", "kid": "2026-03"}) + b"." + b64(event())

    refused(canvas, head + b".")
    refused(canvas, head)
    refused(canvas, b64({"alg": "RS256", "kid": "2026-03"}) + b"." + b64(event()) + b".")


def test_the_public_key_is_no_secret_for_hs256(canvas, event, private_key):
    public = private_key.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, der, json.dumps(canvas.jwks["keys"][0]).encode()):
        head = b64({"alg": "HS256", "kid": "2026-03"}) + b"." + b64(event())
        forged = head + b"." + b64(jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head, secret))

        refused(canvas, forged)


def test_a_key_that_the_token_brings_along_is_not_used(canvas, event):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key(), as_dict=True)
    for extra in ({"jwk": own}, {"jku": "https://evil.test/jwks"}, {"x5c": []}, {"crit": ["exp"]}, {"b64": False}):
        header = {"alg": "RS256", "kid": "2026-03", **extra}

        assert refused(canvas, hand_signed(stranger, header, event())).endswith("are not accepted")


def test_an_unknown_missing_or_ill_typed_kid_is_refused(canvas, event, private_key):
    for kid in ("2026-04", "", None, 1, ["2026-03"]):
        refused(canvas, hand_signed(private_key, {"alg": "RS256", "kid": kid}, event()))
    refused(canvas, hand_signed(private_key, {"alg": "RS256"}, event()))


def test_another_sources_key_is_refused(canvas, event, signed):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    refused(canvas, signed(event(), key=stranger))


def test_a_token_of_another_type_is_refused(canvas, event, signed, private_key):
    refused(canvas, signed(event(), typ="at+jwt"))
    refused(canvas, hand_signed(private_key, {"alg": "RS256", "kid": "2026-03", "typ": 1}, event()))


def test_duplicate_member_names_in_header_or_claims_are_refused(canvas, private_key):
    good = b'{"alg":"RS256","kid":"2026-03"}'

    refused(canvas, hand_signed(private_key, b'{"alg":"none","alg":"RS256","kid":"2026-03"}', b"{}"))
    refused(canvas, hand_signed(private_key, good, b'{"metadata":{},"metadata":{}}'))
    refused(canvas, hand_signed(private_key, good, b'{"x":1e-99999999999999999999}'))
    refused(canvas, hand_signed(private_key, good, b"[]"))


def test_a_second_spelling_of_the_same_base64_is_refused(canvas, event, signed):
    """The last character of a signature has unused bits; ignoring them would give one token many spellings."""
    body = signed(event())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = alphabet[alphabet.index(chr(body[-1])) ^ 1].encode()

    refused(canvas, body[:-1] + other)
    refused(canvas, body + b"==")
    refused(canvas, body.replace(b".", b".\n", 1))


def test_exp_and_nbf_hold_where_they_are_given(canvas, event, signed, private_key):
    now = int(canvas.now.timestamp())

    assert canvas.authenticate({}, signed(event() | {"exp": now - 299, "nbf": now + 300}))
    for times in ({"exp": now - 300}, {"nbf": now + 301}, {"exp": "soon"}, {"nbf": True}):
        refused(canvas, hand_signed(private_key, {"alg": "RS256", "kid": "2026-03"}, event() | times))


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"alg": "RS512"},
        {"use": "enc"},
        {"n": "AQAB"},
        {"n": None},
        {"n": "é"},
        {"e": "AA"},
        {"e": "Ag"},
        {"n": "*"},
    ],
)
def test_a_key_that_is_not_a_sound_rsa_key_opens_nothing_and_is_named(canvas, event, signed, change):
    keys = {"keys": [canvas.jwks["keys"][0] | change]}
    box = replace(canvas, jwks=keys, settings=canvas.settings | {"jwks": keys})

    refused(box, signed(event()))
    assert box.problems()


def test_two_keys_of_one_name_or_no_key_set_open_nothing(canvas, event, signed):
    twice = {"keys": canvas.jwks["keys"] * 2}
    for keys in (twice, {}, {"keys": None}, {"keys": [1, "x"]}):
        refused(replace(canvas, jwks=keys), signed(event()))


def test_a_weak_rsa_key_opens_nothing(canvas, event):
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the attack
    keys = {"keys": [jwt.algorithms.RSAAlgorithm.to_jwk(weak.public_key(), as_dict=True) | {"kid": "2026-03"}]}

    head = hand_signed(weak, {"alg": "RS256", "kid": "2026-03"}, event())
    refused(replace(canvas, jwks=keys), head)


def test_a_private_key_in_the_settings_is_named(canvas, private_key):
    private = jwt.algorithms.RSAAlgorithm.to_jwk(private_key, as_dict=True) | {"kid": "2026-03"}

    assert "private key" in replace(canvas, settings=canvas.settings | {"jwks": {"keys": [private]}}).problems()[0]


def test_a_token_of_an_elliptic_key_is_refused(canvas, event, signed):
    refused(canvas, signed(event(), key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary(max_size=200) | st.lists(st.binary(max_size=60).map(b64), max_size=4).map(b".".join))
def test_no_body_raises_anything_but_the_one_refusal(canvas, body):
    refused(canvas, body)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_good_token_is_accepted(canvas, event, signed, place, bit):
    body = bytearray(signed(event()))
    body[place % len(body)] ^= 1 << bit

    refused(canvas, bytes(body))


# -- key sets that were fetched ---------------------------------------------------------------------------


def test_of_a_fetched_set_only_the_keys_that_can_be_used_are_kept_and_only_what_is_public(private_key):
    good = public_jwk(private_key, "2026-03")
    document = {"keys": [good | {"d": "private", "x5u": "https://evil.test"}, {"kty": "EC", "kid": "other"}, 5]}

    assert jwt_body.usable_keys(document) == {"keys": [{name: good[name] for name in ("kty", "kid", "n", "e", "alg")}]}


def test_what_holds_no_key_that_can_be_used_is_no_set(private_key):
    twice = {"keys": [public_jwk(private_key, "1"), public_jwk(private_key, "1")]}
    many = {"keys": [public_jwk(private_key, str(number)) for number in range(101)]}

    for document in ({}, [], None, "keys", {"keys": []}, {"keys": {}}, {"keys": [{"kty": "RSA"}]}, twice, many):
        assert jwt_body.usable_keys(document) is None


def test_the_name_of_a_tokens_key_is_read_without_believing_anything_else(signed, event):
    token = signed(event())

    assert jwt_body.named_key(token[:-4] + b"AAAA") == "2026-03"
    assert jwt_body.named_key(b" \n" + token) == "2026-03"


@pytest.mark.parametrize("body", [b"", b"{}", b"a.b.c", b"..", b"e30.e30.e30", b"a" * 5_000 + b".b.c"])
def test_what_is_no_token_names_no_key(body):
    assert jwt_body.named_key(body) is None
