"""Vectors of W3C and 1EdTech, byte for byte."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials import jsonld
from app.credentials.identity import hash_identity
from app.credentials.jsonld.canonical import canonical_nquads
from app.credentials.jsonld.quads import Quad, literal
from app.credentials.keys import SigningKey, jwk_of_multibase
from app.credentials.model import Algorithm
from app.credentials.multibase import from_base58btc
from app.credentials.proofs import eddsa_rdfc, vc_jwt

EXAMPLES_URL = "https://www.w3.org/ns/credentials/examples/v2"
WITH_EXAMPLES = jsonld.ContextSet(
    {EXAMPLES_URL: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}}
)
VALID = ["simple.json", "simple-context-alias.json", "simple-did-key-method.json", "endorsement-valid.json"]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


# -- W3C Data Integrity EdDSA -----------------------------------------------------------------------------


@pytest.fixture
def eddsa(conformance):
    return conformance / "eddsa"


def test_the_w3c_eddsa_vector_comes_out_byte_for_byte(eddsa):
    # The second vector of this folder needs a context of citizenship, which is not in the installed package.
    unsigned = read(eddsa / "unsigned.json")
    vectors = eddsa / "eddsa-rdfc-2022"
    expected = read(vectors / "signedDataInt.json")["proof"]
    pair = read(eddsa / "keyPair.json")
    private = Ed25519PrivateKey.from_private_bytes(from_base58btc(pair["privateKeyMultibase"])[2:])
    key = SigningKey(
        kid=pair["publicKeyMultibase"],
        algorithm=Algorithm.ED25519,
        public_jwk=jwk_of_multibase(pair["publicKeyMultibase"]),
        verification_method=expected["verificationMethod"],
        sign=private.sign,
    )
    canonical = jsonld.canonicalise(unsigned, contexts=WITH_EXAMPLES)
    options = {name: value for name, value in expected.items() if name != "proofValue"}
    signed = eddsa_rdfc.hash_data(unsigned, options, canonical=canonical, contexts=WITH_EXAMPLES)

    assert canonical == (vectors / "canonDocDataInt.txt").read_bytes()
    assert hashlib.sha256(canonical).hexdigest() == (vectors / "docHashDataInt.txt").read_text().strip()
    assert signed.hex() == (vectors / "combinedHashDataInt.txt").read_text().strip()
    assert key.sign(signed).hex() == (vectors / "sigHexDataInt.txt").read_text().strip()
    assert eddsa_rdfc.verify(unsigned, expected, key.public_jwk, contexts=WITH_EXAMPLES)
    assert not eddsa_rdfc.verify({**unsigned, "name": "Other"}, expected, key.public_jwk, contexts=WITH_EXAMPLES)


# -- W3C RDF canonicalisation -----------------------------------------------------------------------------


def quads_of(data: bytes) -> list[Quad]:
    def term(each: Any) -> str:
        if isinstance(each, pyoxigraph.Literal):
            return literal(each.value, datatype=each.datatype.value, language=each.language)
        return "" if isinstance(each, pyoxigraph.DefaultGraph) else str(each)

    parsed = pyoxigraph.parse(data, pyoxigraph.RdfFormat.N_QUADS)
    return [(term(q.subject), term(q.predicate), term(q.object), term(q.graph_name)) for q in parsed]


def test_the_whole_w3c_canonicalisation_suite_passes(conformance):
    folder = conformance / "rdf-canon"
    checked = 0
    for path in sorted(folder.glob("*-in.nq")):
        name = path.name.removesuffix("-in.nq")
        expected = folder / f"{name}-rdfc10.nq"
        if not expected.exists():  # the poisoned one
            continue
        digest = "sha384" if name == "test075" else "sha256"
        assert canonical_nquads(quads_of(path.read_bytes()), digest=digest) == expected.read_bytes(), name
        checked += 1

    assert checked > 60


def test_the_poisoned_graph_of_the_w3c_suite_is_given_up(conformance):
    with pytest.raises(jsonld.UnsafeDocument) as caught:
        canonical_nquads(quads_of((conformance / "rdf-canon" / "test074-in.nq").read_bytes()))

    assert caught.value.code == "too_complex"


# -- 1EdTech ----------------------------------------------------------------------------------------------


@pytest.fixture
def open_badges(conformance):
    return conformance / "ob30"


def worked_example(open_badges: Path) -> dict[str, Any]:
    """The document of the standard's worked example: the validator's simple badge, from the example's own issuer."""
    document: dict[str, Any] = read(open_badges / "validator-fixtures" / "simple.json")
    document["issuer"] |= {"id": "https://example.edu/issuers/565049", "url": "https://www.imsglobal.org"}
    document["proof"][0]["verificationMethod"] = (
        "https://example.edu/issuers/565049#z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    )
    return document


def test_the_worked_example_of_open_badges_comes_out_byte_for_byte(open_badges):
    document = worked_example(open_badges)
    vectors = open_badges / "official-vectors" / "obv3p0"
    (proof,) = document.pop("proof")

    signed = eddsa_rdfc.hash_data(document, proof)

    assert jsonld.canonicalise(document) == (vectors / "document-canon.txt").read_bytes()
    hashes = [hashlib.sha256((vectors / name).read_bytes()) for name in ("proof-canon.txt", "document-canon.txt")]
    assert signed == b"".join(each.digest() for each in hashes)
    assert hashes[0].hexdigest().startswith("d34009ce")
    assert hashes[1].hexdigest().startswith("87f65a76")


@pytest.mark.parametrize("name", VALID)
def test_badges_that_the_1edtech_validator_accepts_verify(open_badges, name):
    document = read(open_badges / "validator-fixtures" / name)
    proofs = document.pop("proof")
    proof = proofs[0] if isinstance(proofs, list) else proofs
    key = jwk_of_multibase(proof["verificationMethod"].rpartition("#")[2].rpartition(":")[2])

    assert eddsa_rdfc.verify(document, proof, key)
    assert eddsa_rdfc.verify({**document, "name": "Another name"}, proof, key).code == "signature.invalid"


def test_the_badge_with_a_wrong_proof_value_does_not_verify(open_badges):
    document = read(open_badges / "validator-fixtures" / "simple-err-proof-value.json")
    (proof,) = document.pop("proof")
    key = jwk_of_multibase(proof["verificationMethod"].rpartition("#")[2])

    assert not eddsa_rdfc.verify(document, proof, key)


def test_the_token_that_the_1edtech_validator_accepts_can_be_read(open_badges):
    # Of data model 1.1; its key is published nowhere within reach.
    _, claims = vc_jwt.read((open_badges / "validator-fixtures" / "simple.jwt").read_text().strip())

    assert vc_jwt.document_of(claims)["name"] == "Example University Degree"
    assert vc_jwt.mismatched_claims(claims) == ()


def test_the_published_identity_hash_comes_out():
    expected = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"

    assert hash_identity("a@example.com", "Kosher") == expected


def test_moments_in_vectors_are_whole_seconds(open_badges):
    # The examples would not be reproducible otherwise.
    (proof,) = worked_example(open_badges)["proof"]

    assert datetime.fromisoformat(proof["created"]).microsecond == 0
