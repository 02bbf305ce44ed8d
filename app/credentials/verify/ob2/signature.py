"""Whether a signed badge was signed with a key that is its issuer's: the `proof` and the `issuer` check.

Source: Open Badges 2.0, "Signed Badges" and "CryptographicKey": a JWS with RS256; the key names its owner, the issuer
names its key, and both links have to hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.credentials.multibase import base64url
from app.credentials.proofs import vc_jwt
from app.credentials.report import Check, Outcome
from app.credentials.verify.finding import ISSUER, PROOF, Stop, failed, not_checked, passed, unknown
from app.credentials.verify.ob2 import words
from app.credentials.verify.ob2.addresses import host_of, is_address, same
from app.credentials.verify.ob2.facts import issuer_name_of
from app.credentials.verify.ob2.generations import Generation
from app.credentials.verify.ob2.graph import Graph, Node, NotHad
from app.credentials.verify.shape import types_of

ALGORITHM = "RS256"
MAX_KEYS = 20
_MAX_PEM_CHARACTERS = 10_000
_KINDS = frozenset({"CryptographicKey", "Key", "sec:Key"})


@dataclass(frozen=True, slots=True)
class Finding:
    """The two checks of a signed badge."""

    proof: Check
    issuer: Check

    @property
    def holds(self) -> bool:
        """Whether it is signed, and by its issuer."""
        return self.proof.outcome is self.issuer.outcome is Outcome.PASSED


def check(token: str, header: dict[str, Any], *, assertion: Node, issuer: Node, graph: Graph) -> Finding:
    """The `proof` and `issuer` checks of a compact token whose payload is the assertion."""
    name = host_of(issuer_name_of(issuer))
    try:
        key = _key(assertion, issuer, graph)
    except Stop as stop:
        return Finding(not_checked(PROOF), stop.check)
    found = passed(ISSUER, "key_is_the_issuers", f"The key that signed it belongs to {name}.")
    if header.get("alg") != ALGORITHM:
        return Finding(
            failed(PROOF, "alg_not_allowed", "It is signed in a way that is not allowed for a badge of its kind."),
            found,
        )
    jwk = public_jwk_of(key.get("publicKeyPem"))
    if jwk is None:
        return Finding(failed(PROOF, "key_unacceptable", "The key that it names cannot be used."), found)
    verdict = vc_jwt.check_signature(token, header, jwk)
    if not verdict:
        sentence = verdict.sentence if verdict.sentence.endswith(".") else f"{verdict.sentence}."
        return Finding(failed(PROOF, verdict.code.replace(".", "_"), sentence), found)
    return Finding(passed(PROOF, "holds", "It has not been changed since it was signed."), found)


def public_jwk_of(pem: Any) -> dict[str, Any] | None:
    """The RSA public key of a PEM text as a JWK for RS256 and nothing else; None when there is none in it."""
    if not isinstance(pem, str) or len(pem) > _MAX_PEM_CHARACTERS:
        return None
    try:
        key = load_pem_public_key(pem.strip().encode("ascii"))
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    numbers = key.public_numbers()
    n, e = (base64url(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "n": n, "e": e, "alg": ALGORITHM}


def _key(assertion: Node, issuer: Node, graph: Graph) -> dict[str, Any]:
    """The issuer's key that the assertion names. Raises Stop with the `issuer` check."""
    published = list(_published(issuer.said.get("publicKey")))[:MAX_KEYS]
    name = _name_of(assertion.said["verification"].get("creator"), published)
    host = host_of(issuer_name_of(issuer))
    linked = next((key for key in published if same(_id_of(key), name)), None)
    if linked is None:
        sentence = f"{host} does not publish the key that this badge was signed with."
        raise Stop(failed(ISSUER, "key_not_published", sentence))
    key = linked if isinstance(linked, dict) and "publicKeyPem" in linked else _fetched(name, host, graph)
    if not types_of(key) & _KINDS:
        raise Stop(failed(ISSUER, "key_malformed", "What it names as the key that signed it is no key."))
    if not same(key.get("owner"), issuer.id):
        sentence = f"It names {host} as its issuer, but the key that signed it belongs to somebody else."
        raise Stop(failed(ISSUER, "issuer_differs", sentence))
    return key


def _published(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else () if value is None else (value,)


def _id_of(key: Any) -> Any:
    return key.get("id") if isinstance(key, dict) else key


def _name_of(creator: Any, published: list[Any]) -> str:
    """The name of the key: the one that the assertion gives, else the issuer's only one."""
    name = _id_of(creator)
    if creator is None and len(published) == 1:
        name = _id_of(published[0])
    if not isinstance(name, str) or not name:
        raise Stop(failed(ISSUER, "key_malformed", "It does not say which key signed it."))
    return name


def _fetched(name: str, host: str, graph: Graph) -> dict[str, Any]:
    if not is_address(name):
        raise Stop(failed(ISSUER, "key_malformed", "It does not say where the key that signed it is published."))
    try:
        key = graph.object_at(name, kind="CryptographicKey", generation=Generation.OB_2_0)
        words.refuse_other_meanings(key.document, of=Generation.OB_2_0)
    except NotHad as nothing:
        if nothing.code in ("missing", "gone", "id_differs"):
            sentence = f"{host} does not publish the key that this badge was signed with."
            raise Stop(failed(ISSUER, "key_not_published", sentence)) from nothing
        sentence = f"We could not reach {nothing.host} to look up the issuer's key."
        raise Stop(unknown(ISSUER, "issuer_unreachable", sentence)) from nothing
    except Stop as stop:
        raise Stop(failed(ISSUER, "key_malformed", "What it names as the key that signed it is no key.")) from stop
    if not same(key.id, name):
        sentence = "What is kept at the address of the key that signed it is another key."
        raise Stop(failed(ISSUER, "key_differs", sentence))
    return key.said
