"""The W3C's vectors for embedded proofs beyond `eddsa-rdfc-2022`, with every value on the way to the signature."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials import data_integrity, dids, jsonld
from app.credentials.keys import jwk_of_multibase
from app.credentials.multibase import base58btc, from_base58btc
from app.credentials.proofs import ecdsa_sd, ed25519_2020, eddsa_jcs, eddsa_rdfc
from app.credentials.verify import proof_chains

EXAMPLES_URL = "https://www.w3.org/ns/credentials/examples/v2"
CITIZENSHIP_URL = "https://w3id.org/citizenship/v4rc1"
CONTEXTS = jsonld.ContextSet(
    {
        EXAMPLES_URL: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
        # Not to be had here; the options of a proof use no word of it.
        CITIZENSHIP_URL: {"@context": {}},
    }
)


@pytest.fixture
def eddsa(conformance: Path) -> Path:
    return conformance / "eddsa"


@pytest.fixture
def key(eddsa: Path) -> Ed25519PrivateKey:
    pair = read(eddsa / "keyPair.json")
    return Ed25519PrivateKey.from_private_bytes(from_base58btc(pair["privateKeyMultibase"])[2:])


@pytest.fixture
def jwk(eddsa: Path) -> dict[str, Any]:
    return jwk_of_multibase(read(eddsa / "keyPair.json")["publicKeyMultibase"])


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def hex_of(path: Path) -> str:
    return path.read_text().strip()


def without(proof: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in proof.items() if name not in names}


def test_every_value_of_the_jcs_vector_comes_out(eddsa: Path, key: Ed25519PrivateKey, jwk: dict[str, Any]):
    vectors = eddsa / "eddsa-jcs-2022"
    document = read(vectors / "signedJCS.json")
    proof = document["proof"]
    options = read(vectors / "proofConfigJCS.json")

    signed = eddsa_jcs.hash_data(document, proof)

    assert without(proof, "proofValue") == options
    assert rfc8785.dumps(data_integrity.unsecured(document)) == (vectors / "canonDocJCS.txt").read_bytes()
    assert rfc8785.dumps(options) == (vectors / "proofCanonJCS.txt").read_bytes()
    assert signed.hex() == hex_of(vectors / "proofHashJCS.txt") + hex_of(vectors / "docHashJCS.txt")
    assert signed.hex() == hex_of(vectors / "combinedHashJCS.txt")
    assert key.sign(signed).hex() == hex_of(vectors / "sigHexJCS.txt")
    assert base58btc(key.sign(signed)) == hex_of(vectors / "sigBTC58JCS.txt") == proof["proofValue"]
    assert eddsa_jcs.verify(document, proof, jwk)


def test_every_value_of_the_ed25519_signature_2020_vector_comes_out(
    eddsa: Path, key: Ed25519PrivateKey, jwk: dict[str, Any]
):
    vectors = eddsa / "Ed25519Signature2020"
    document = read(vectors / "signedEdSig.json")
    proof = document["proof"]

    signed = ed25519_2020.hash_data(document, proof, contexts=CONTEXTS)

    whole = data_integrity.canonical_document(document, contexts=CONTEXTS)
    options = data_integrity.canonical_options(document, proof, contexts=CONTEXTS)
    assert whole == (vectors / "canonDocEdSig.txt").read_bytes()
    assert options == (vectors / "proofCanonEdSig.txt").read_bytes()
    assert hashlib.sha256(whole).hexdigest() == hex_of(vectors / "docHashEdSig.txt")
    assert hashlib.sha256(options).hexdigest() == hex_of(vectors / "proofHashEdSig.txt")
    assert signed.hex() == hex_of(vectors / "combinedHashEdSig.txt")
    assert key.sign(signed).hex() == hex_of(vectors / "sigHexEdSig.txt")
    assert base58btc(key.sign(signed)) == hex_of(vectors / "sigBTC58EdSig.txt") == proof["proofValue"]
    assert ed25519_2020.verify(document, proof, jwk, contexts=CONTEXTS)


@pytest.mark.parametrize("folder", [".", "employ"])
def test_every_value_of_the_rdfc_vectors_comes_out(
    eddsa: Path, key: Ed25519PrivateKey, jwk: dict[str, Any], folder: str
):
    """The second document is of citizenship, whose context is not here, so its canonical form is the vector's own."""
    vectors = eddsa / "eddsa-rdfc-2022" / folder
    document = read(vectors / "signedDataInt.json")
    proof = document["proof"]
    whole = (vectors / "canonDocDataInt.txt").read_bytes()
    pair_is_another = folder == "employ" and jwk != dids.key_of(proof["verificationMethod"])[1]

    options = data_integrity.canonical_options(document, proof, contexts=CONTEXTS)
    signed = eddsa_rdfc.hash_data(document, proof, canonical=whole, contexts=CONTEXTS)

    assert options == (vectors / "proofCanonDataInt.txt").read_bytes()
    assert hashlib.sha256(options).hexdigest() == hex_of(vectors / "proofHashDataInt.txt")
    assert hashlib.sha256(whole).hexdigest() == hex_of(vectors / "docHashDataInt.txt")
    assert signed.hex() == hex_of(vectors / "combinedHashDataInt.txt")
    assert from_base58btc(proof["proofValue"]).hex() == hex_of(vectors / "sigHexDataInt.txt")
    assert hex_of(vectors / "sigBTC58DataInt.txt") == proof["proofValue"]
    assert pair_is_another or key.sign(signed).hex() == hex_of(vectors / "sigHexDataInt.txt")
    _, named = dids.key_of(proof["verificationMethod"])
    assert eddsa_rdfc.verify(document, proof, named, canonical=whole, contexts=CONTEXTS)
    assert not eddsa_rdfc.verify(document, proof, named, canonical=whole + b"\n", contexts=CONTEXTS)


@pytest.mark.parametrize("name", ["signedJCS.json", "signedEdSig.json"])
def test_the_tampered_twins_of_the_vectors_do_not_hold(eddsa: Path, jwk: dict[str, Any], name: str):
    module = eddsa_jcs if "JCS" in name else ed25519_2020
    document = read(next(eddsa.rglob(name)))
    proof = document["proof"]

    def holds(changed: dict[str, Any] | None = None, **options: Any) -> bool:
        return bool(module.verify(changed or document, {**proof, **options}, jwk, contexts=CONTEXTS))

    assert holds()
    assert not holds({**document, "name": "Another"})
    assert not holds(created="2024-02-24T23:36:38Z")
    assert not holds(expires="2034-02-24T23:36:38Z")
    assert not holds(proofValue=base58btc(bytes(64)))
    assert not holds(type="DataIntegrityProof", cryptosuite="eddsa-rdfc-2022")


@pytest.mark.parametrize(
    "name", ["signedProofSet1.json", "signedProofSet2.json", "signedProofChain1.json", "signedProofChain2.json"]
)
def test_every_proof_of_the_set_and_chain_vectors_holds_upon_those_before_it(eddsa: Path, name: str):
    document = read(eddsa / "proof-set-chain" / name)
    attached = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]

    for proof in attached:
        before = proof_chains.previous_of(proof, attached)
        _, named = dids.key_of(proof["verificationMethod"])

        assert eddsa_rdfc.verify(document, proof, named, previous=before, contexts=CONTEXTS)
        assert len(before) == {"str": 1, "list": 2, "NoneType": 0}[type(proof.get("previousProof")).__name__]
        for earlier in before:
            others = [
                each if each is not earlier else {**earlier, "created": "2020-01-01T00:00:00Z"} for each in before
            ]
            assert not eddsa_rdfc.verify(document, proof, named, previous=others, contexts=CONTEXTS)
        assert bool(eddsa_rdfc.verify(document, proof, named, contexts=CONTEXTS)) is not bool(before)


def test_the_derived_badge_of_the_1edtech_validator_holds(conformance: Path):
    document = read(conformance / "ob30" / "validator-fixtures" / "sd" / "derivedcredential.json")
    (proof,) = document["proof"]
    named = jwk_of_multibase(proof["verificationMethod"].partition("#")[2])

    assert ecdsa_sd.verify(document, proof, named)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(name="A name that was hidden or never there"),
        lambda document: document["issuer"].update(name="Example Corporation"),
        lambda document: document["issuer"].pop("name"),
        lambda document: document["credentialSubject"]["achievement"]["criteria"].update(narrative="None."),
        lambda document: document["credentialSubject"].update(id="did:example:other"),
        lambda document: document["proof"][0].update(created="2010-01-02T19:23:24Z"),
    ],
    ids=["more", "issuer", "less", "nameless part", "subject", "option"],
)
def test_its_tampered_twins_do_not(conformance: Path, change: Any):
    document = read(conformance / "ob30" / "validator-fixtures" / "sd" / "derivedcredential.json")
    named = jwk_of_multibase(document["proof"][0]["verificationMethod"].partition("#")[2])

    change(document)

    assert ecdsa_sd.verify(document, document["proof"][0], named).code == "signature.invalid"
