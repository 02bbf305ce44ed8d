"""The corpus of hostile tokens, each judged in a world where the issuer publishes good and bad keys (T15 to T19)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwt.algorithms import RSAAlgorithm

from app.credentials import strict_json
from app.credentials.keys import SigningKey, kid_of, multibase_of
from app.credentials.multibase import base64url
from app.credentials.proofs import vc_jwt
from app.credentials.report import Outcome, Verdict
from app.credentials.verify import KeyFound, Unreachable

from .jose_corpus import HONEST, HOSTILE, Token

ISSUER = "did:web:badges.example:issuers:st-elsewhere"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def test_the_corpus_is_as_large_as_it_should_be_and_says_each_thing_once():
    names = [token.name for token in (*HONEST, *HOSTILE)]

    assert len(HOSTILE) >= 100
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("token", HONEST, ids=str)
def test_an_honest_token_is_good(cast: Cast, token: Token):
    report = cast.judge(token)

    assert report.verdict is Verdict.GOOD, report.sentence


@pytest.mark.parametrize("token", HONEST, ids=str)
def test_its_tampered_twin_is_not(cast: Cast, token: Token):
    assert cast.judge(replace(token, signature="a bit flipped"))["proof"].code == "signature_invalid"


@pytest.mark.parametrize("token", HOSTILE, ids=str)
def test_a_hostile_token_is_refused_for_what_is_wrong_with_it(cast: Cast, token: Token):
    report = cast.judge(token)

    check, code = token.says.split(":")
    assert report[check].code == code, report.to_dict()
    assert report[check].outcome is not Outcome.PASSED
    assert not report.is_good
    assert report.credential is None
    assert check != "format" or cast.world.asked == []


# -- the cast ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company(make_key: Any, signing_keys: Any) -> dict[str, SigningKey]:
    """The keys that can sign, by name."""
    any_rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = bare(any_rsa)
    keys = {
        "rs256": signing_keys.token,
        "es256": make_key("ES256"),
        "es384": make_key("ES384"),
        "eddsa": make_key("EdDSA"),
        "stranger": make_key("ES256", issuer_id="did:web:evil.example"),
        "another owner": replace(make_key("ES256"), verification_method="https://badges.example/keys/1"),
        "withdrawn": make_key("ES256"),
        "out of reach": make_key("ES256"),
    }
    for algorithm in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"):
        keys[f"rsa {algorithm}"] = SigningKey(
            kid_of(jwk), algorithm, jwk, f"{ISSUER}#{kid_of(jwk)}", rsa_signer(any_rsa, algorithm)
        )
    unsalted = padding.PSS(padding.MGF1(hashes.SHA256()), 0)
    keys["rsa PS256 without salt"] = replace(
        keys["rsa PS256"], sign=lambda data: any_rsa.sign(data, unsalted, hashes.SHA256())
    )
    return keys


@pytest.fixture(scope="module")
def bad_keys(signing_keys: Any) -> dict[str, dict[str, Any]]:
    """Public JWKs that nobody may trust, by what is wrong with them."""
    good = {name: signing_keys.token.public_jwk[name] for name in ("kty", "n", "e")}
    n = int.from_bytes(base64.urlsafe_b64decode(good["n"] + "=="), "big")
    return {
        "nothing": {},
        "oct": {"kty": "oct", "k": "AAAA"},
        "private": {**good, "d": "AQAB"},
        "1024 bits": bare(rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505 - to be refused
        "e 3": {**good, "e": "Aw"},
        "e 1": {**good, "e": "AQ"},
        "even": {**good, "n": number(n - 1)},
        "small factor": {**good, "n": number(n - n % (2 * 4093) - 4093)},
        "close primes": {**good, "n": number(close_product())},
        "for encryption": {**good, "use": "enc"},
        "only for signing": {**good, "key_ops": ["sign"]},
        "alg none": {**good, "alg": "none"},
        "off the curve": {"kty": "EC", "crv": "P-256"} | dict.fromkeys("xy", base64url((1).to_bytes(32, "big"))),
        "no coordinate": {"kty": "EC", "crv": "P-256", "x": base64url(bytes(32))},
        "identity point": {"kty": "OKP", "crv": "Ed25519", "x": base64url(b"\x01" + bytes(31))},
        "leading zero": {**good, "n": base64url(b"\0" + n.to_bytes(256, "big"))},
        "padded": {**good, "e": "AQAB===="},
        "secp256k1": {"kty": "EC", "crv": "secp256k1", "x": base64url(bytes(32)), "y": base64url(bytes(32))},
        "Ed448": {"kty": "OKP", "crv": "Ed448", "x": base64url(bytes(57))},
    }


@pytest.fixture
def cast(world: Any, honest: Any, company: dict[str, SigningKey], bad_keys: dict[str, dict[str, Any]]) -> Cast:
    claims = vc_jwt.read(honest.jwt.decode())[1]
    for key in company.values():
        world.keys[key.verification_method] = KeyFound(key.public_jwk, ISSUER)
    world.keys[company["rs256"].verification_method] = KeyFound(company["rs256"].public_jwk, ISSUER)
    owner = "did:web:evil.example"
    for name in ("stranger", "another owner"):
        world.keys[company[name].verification_method] = KeyFound(company[name].public_jwk, owner)
    since = datetime(2026, 5, 1, tzinfo=UTC)
    world.keys[company["withdrawn"].verification_method] = KeyFound(company["withdrawn"].public_jwk, ISSUER, since)
    world.keys[company["out of reach"].verification_method] = Unreachable()
    for name, jwk in bad_keys.items():
        world.keys[f"{ISSUER}#{name.replace(' ', '-')}"] = KeyFound(jwk, ISSUER)
    return Cast(world, claims, company, bad_keys)


class Cast:
    """Who may sign, and how a token of the corpus is made of an honest one."""

    def __init__(self, world: Any, claims: Any, company: dict[str, SigningKey], bad: dict[str, dict[str, Any]]) -> None:
        self.world = world
        self.claims = claims
        self.company = company
        self.bad = bad

    def judge(self, token: Token) -> Any:
        return self.world.verify(BENDS[token.bend](self.made(token)))

    def made(self, token: Token) -> str:
        key = self.signer(token.signer)
        signing_input = f"{base64url(self.header(token, key))}.{base64url(self.payload(token))}"
        return f"{signing_input}.{base64url(self.signature(token.signature, key, signing_input.encode()))}"

    def signer(self, name: str) -> SigningKey:
        if name not in self.bad:
            return self.company[name]
        algorithm = {"EC": "ES256", "OKP": "EdDSA"}.get(self.bad[name].get("kty"), "RS256")
        forged = b"\x01" + bytes(63)  # what fits any message under the identity point
        return SigningKey(name, algorithm, self.bad[name], f"{ISSUER}#{name.replace(' ', '-')}", lambda _: forged)

    def header(self, token: Token, key: SigningKey) -> bytes:
        if token.raw_header is not None:
            return token.raw_header.replace("ALG", key.algorithm).replace("KID", key.verification_method).encode()
        header = {"alg": str(key.algorithm), "kid": key.verification_method, "typ": "JWT"} | token.header
        header["kid"] = self.named(header["kid"], key)
        if isinstance(header.get("jwk"), str):
            header["jwk"] = self.carried(header["jwk"], key)
        return json.dumps({name: value for name, value in header.items() if value is not None}).encode()

    def named(self, kid: Any, key: SigningKey) -> Any:
        match kid:
            case "ISSUER":
                return self.company["es256"].verification_method
            case "DID:KEY":
                return f"did:key:{multibase_of(key.public_jwk)}#{multibase_of(key.public_jwk)}"
            case "DID:JWK":
                return f"did:jwk:{base64url(json.dumps(key.public_jwk).encode())}#0"
            case _:
                return kid

    def carried(self, name: str, key: SigningKey) -> Any:
        if name in ("SIGNER", "ISSUER"):
            jwk = (key if name == "SIGNER" else self.company["es256"]).public_jwk
            return {member: value for member, value in jwk.items() if member not in ("kid", "alg")}
        return self.bad.get(name, name)

    def payload(self, token: Token) -> bytes:
        claims = {**self.claims, **token.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if claims["issuer"] == "EVIL":
            claims["issuer"] = {"id": "did:web:evil.example", "type": ["Profile"], "name": "Evil"}
        text = strict_json.dumps(claims).decode()
        match token.raw_claims:
            case None:
                return text.encode()
            case "UTF-16":
                return text.encode("utf-16")
            case "LATIN-1":
                return (text[:-1] + ',"x":"é"}').encode("latin-1")
            case raw:
                return raw.replace("CLAIMS", text[1:-1]).encode()

    def signature(self, how: str, key: SigningKey, data: bytes) -> bytes:
        if how.startswith("hmac "):
            return hmac.digest(self.secrets()[how.removeprefix("hmac ")], data, hashlib.sha256)
        if how.startswith("as "):
            return rsa_signer(self.world.signing_keys.rsa, how.removeprefix("as "))(data)
        if how == "of other claims":
            return key.sign(data + b"A")
        return SIGNATURES[how](key.sign(data))

    def secrets(self) -> dict[str, bytes]:
        public = self.world.signing_keys.rsa.public_key()
        encode, form = serialization.Encoding, serialization.PublicFormat
        pem = public.public_bytes(encode.PEM, form.SubjectPublicKeyInfo)
        return {
            "pem": pem,
            "pem without line end": pem.rstrip(),
            "der": public.public_bytes(encode.DER, form.SubjectPublicKeyInfo),
            "pkcs1": public.public_bytes(encode.PEM, form.PKCS1),
            "ssh": public.public_bytes(encode.OpenSSH, form.OpenSSH),
            "jwk": json.dumps(self.world.signing_keys.token.public_jwk).encode(),
            "modulus": public.public_numbers().n.to_bytes(256, "big"),
            "empty secret": b"",
        }


def halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[: len(signature) // 2], signature[len(signature) // 2 :]


def flipped(signature: bytes, place: int) -> bytes:
    changed = bytearray(signature)
    changed[place] ^= 1
    return bytes(changed)


SIGNATURES: dict[str, Callable[[bytes], bytes]] = {
    "good": lambda s: s,
    "empty": lambda _: b"",
    "zeros": lambda s: bytes(len(s)),
    "ones": lambda s: b"\xff" * len(s),
    "a bit flipped": lambda s: flipped(s, len(s) // 2),
    "the last bit flipped": lambda s: flipped(s, -1),
    "one byte short": lambda s: s[:-1],
    "one byte long": lambda s: s + b"\0",
    "a zero before it": lambda s: b"\0" + s,
    "a zero between": lambda s: s[: len(s) // 2] + b"\0" + s[len(s) // 2 :],
    "twice": lambda s: s + s,
    "der": lambda s: encode_dss_signature(*(int.from_bytes(half, "big") for half in halves(s))),
    "r zero": lambda s: bytes(32) + s[32:],
    "s zero": lambda s: s[:32] + bytes(32),
    "r is the order": lambda s: P256_ORDER.to_bytes(32, "big") + s[32:],
    "s is the order": lambda s: s[:32] + P256_ORDER.to_bytes(32, "big"),
    "r and s swapped": lambda s: halves(s)[1] + halves(s)[0],
    "high s": lambda s: s[:32] + (P256_ORDER - int.from_bytes(s[32:], "big")).to_bytes(32, "big"),
    "s plus the order": lambda s: s[:32] + (int.from_bytes(s[32:], "little") + ED25519_ORDER).to_bytes(32, "little"),
}


def stray_bit(token: str, part: int) -> str:
    """The same bytes in another spelling: the bits behind the last byte are not zero."""
    parts = token.split(".")
    data = base64.urlsafe_b64decode(parts[part] + "==")
    if len(data) % 3 == 0:
        return token + "="  # no bit to spare
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[part] = parts[part][:-1] + alphabet[alphabet.index(parts[part][-1]) + 1]
    return ".".join(parts)


BENDS: dict[str, Callable[[str], str]] = {
    "none": lambda t: t,
    "line feed behind": lambda t: t + "\n",
    "padding behind": lambda t: t + "==",
    "padding in the header": lambda t: t.replace(".", "=.", 1),
    "padding in the claims": lambda t: "=.".join(t.rsplit(".", 1)),
    "a blank inside": lambda t: t[:40] + " " + t[40:],
    "a line feed inside": lambda t: t[:40] + "\n" + t[40:],
    "four parts": lambda t: t + ".AAAA",
    "five parts": lambda t: t + ".AAAA.AAAA",
    "no signature part": lambda t: t.rpartition(".")[0],
    "two dots": lambda t: t.replace(".", "..", 1),
    "a stray bit in the header": lambda t: stray_bit(t, 0),
    "a stray bit in the signature": lambda t: stray_bit(t, 2),
    "the other alphabet": lambda t: t[:-4] + "+/+/",
    "a zero-width blank": lambda t: t[:-4] + "\u200b" + t[-4:],
    "percent signs": lambda t: t[:-3] + "%41" + t[-3:],
    "a full-width dot": lambda t: "\uff0e".join(t.rsplit(".", 1)),
}


def rsa_signer(private: rsa.RSAPrivateKey, algorithm: str) -> Callable[[bytes], bytes]:
    digest = HASHES[algorithm[2:]]
    how = padding.PKCS1v15() if algorithm[0] == "R" else padding.PSS(padding.MGF1(digest), digest.digest_size)
    return lambda data: private.sign(data, how, digest)


def bare(private: rsa.RSAPrivateKey) -> dict[str, Any]:
    stated = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
    return {name: stated[name] for name in ("kty", "n", "e")}


def number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def close_product() -> int:
    """A modulus whose two factors differ by a few bits only; that they are no primes makes no difference here."""
    first = 2**1024 - 105
    while math.gcd(first, math.prod(range(3, 4096, 2))) != 1:
        first -= 2
    second = first - 2
    while math.gcd(second, math.prod(range(3, 4096, 2))) != 1:
        second -= 2
    return first * second
