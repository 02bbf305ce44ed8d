"""Badges in each kind of proof, made by one program and judged by another: theirs by us, and ours by them."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.credentials import data_integrity
from app.credentials.jsonld.contexts import ED25519_2020
from app.credentials.keys import SigningKey
from app.credentials.model import StatusEntry
from app.credentials.multibase import base58btc, base64url
from app.credentials.proofs import ecdsa_rdfc, ed25519_2020, eddsa_rdfc, vc_jwt
from app.credentials.report import Report, Verdict
from app.credentials.verify import KeyFound, Missing, Unreachable, verify

from .foreign_verifiers import DIGITAL_BAZAAR, JOSE, Panel

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SIGNED_AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
ISSUER = "did:web:localhost%3A9:university"


class Published:
    """What the issuers of these tests publish."""

    def __init__(self, keys: dict[str, KeyFound] | None = None) -> None:
        self.keys = keys or {}

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing:
        del issuer_id
        return self.keys.get(verification_method, Missing())

    def status_list(self, url: str) -> Unreachable:
        del url
        return Unreachable()

    def document(self, url: str) -> Unreachable:
        del url
        return Unreachable()

    def superseded_by(self, credential_id: str) -> None:
        del credential_id

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        del credential_id
        return ()


def judge(document: Any, published: Published | None = None) -> Report:
    data = document if isinstance(document, str) else json.dumps(document)
    return verify(data, now=NOW, resolve=published or Published())


@pytest.fixture
def template(panel: Panel) -> dict[str, Any]:
    return json.loads((panel.folder / "sample_credential.json").read_text(encoding="utf-8"))


# -- theirs, judged by us -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", ["eddsa", "ecdsa", "ed2020"])
def test_a_badge_that_digital_bazaar_signed_is_good_and_its_tampered_twin_broken(
    panel: Panel, tmp_path: Path, suite: str
):
    panel.run("issue_di.mjs", "sample_credential.json", str(tmp_path / "badge.json"), "--suite", suite)
    document = json.loads((tmp_path / "badge.json").read_text(encoding="utf-8"))
    twin = copy.deepcopy(document)
    twin["credentialSubject"]["achievement"]["name"] += "!"

    assert judge(document).verdict is Verdict.GOOD, judge(document).sentence
    assert judge(twin)["proof"].code == "signature_invalid"


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"])
def test_a_token_that_jose_signed_is_good_and_its_tampered_twin_broken(panel: Panel, tmp_path: Path, algorithm: str):
    options = ("--did", ISSUER, "--web", str(tmp_path), "--alg", algorithm)
    panel.run("issue_jwt.mjs", "sample_credential.json", str(tmp_path / "badge.jwt"), *options)
    token = (tmp_path / "badge.jwt").read_text(encoding="ascii").strip()
    (method,) = json.loads((tmp_path / "university" / "did.json").read_text(encoding="utf-8"))["verificationMethod"]
    published = Published({method["id"]: KeyFound(method["publicKeyJwk"], method["controller"])})
    place = token.rindex(".") + 40

    twin = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]

    assert judge(token, published).verdict is Verdict.GOOD, judge(token, published).sentence
    assert judge(twin, published)["proof"].code == "signature_invalid"


# -- ours, judged by them -------------------------------------------------------------------------------------


def signed_in_2020(document: dict[str, Any], *, key: SigningKey, created: datetime) -> dict[str, Any]:
    options = data_integrity.options(None, created=created, verification_method=key.verification_method)
    options["type"] = ed25519_2020.TYPE
    return {**options, "proofValue": base58btc(key.sign(ed25519_2020.hash_data(document, options)))}


SUITES = {
    "eddsa-rdfc-2022": (eddsa_rdfc.sign, "EdDSA"),
    "ecdsa-rdfc-2019 P-256": (ecdsa_rdfc.sign, "ES256"),
    "ecdsa-rdfc-2019 P-384": (ecdsa_rdfc.sign, "ES384"),
    "Ed25519Signature2020": (signed_in_2020, "EdDSA"),
}


@pytest.mark.parametrize("suite", SUITES)
def test_a_badge_in_our_proof_is_accepted_by_digital_bazaar_and_its_tampered_twin_refused(
    panel: Panel, template: dict[str, Any], make_key: Any, suite: str
):
    sign, algorithm = SUITES[suite]
    key = make_key(algorithm)
    did = f"did:key:{key.kid}"
    key = replace(key, verification_method=f"{did}#{key.kid}")
    template["issuer"]["id"] = did
    if suite == "Ed25519Signature2020":
        template["@context"].append(ED25519_2020)
    document = {**template, "proof": [sign(template, key=key, created=SIGNED_AT)]}
    twin = {**document, "name": "Another name"}

    files = {"good.json": json.dumps(document).encode(), "twin.json": json.dumps(twin).encode()}
    opinions = panel.ask(DIGITAL_BAZAAR, files, "--now", "2026-06-01T00:00:00Z")

    assert opinions["good.json"].accepted, opinions["good.json"].sentence
    assert not opinions["twin.json"].accepted
    assert judge(document).verdict is Verdict.GOOD


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
def test_a_token_by_our_key_is_accepted_by_jose_and_its_tampered_twin_refused(
    panel: Panel, template: dict[str, Any], make_key: Any, algorithm: str
):
    key = make_key(algorithm)
    did = f"did:jwk:{base64url(json.dumps(key.public_jwk).encode())}"
    key = replace(key, verification_method=f"{did}#0")
    template["issuer"]["id"] = did
    token = vc_jwt.sign(template, key=key)
    twin = (
        vc_jwt.sign({**template, "name": "Another name"}, key=key).rpartition(".")[0] + "." + token.rpartition(".")[2]
    )

    opinions = panel.ask(JOSE, {"good.jwt": token.encode(), "twin.jwt": twin.encode()})

    assert opinions["good.jwt"].accepted, opinions["good.jwt"].sentence
    assert not opinions["twin.jwt"].accepted
    assert judge(token).verdict is Verdict.GOOD
    assert judge(twin)["proof"].code == "signature_invalid"
