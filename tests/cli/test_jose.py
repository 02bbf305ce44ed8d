"""`lanyard jose issue|verify`, as the W3C's test suite for tokens calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from app.credentials import strict_json
from app.credentials.multibase import base64url, from_base64url
from tests.cli.conftest import Terminal

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ISSUER = "https://issuer.example/1"
CREDENTIAL: dict[str, Any] = {
    "@context": [V2, EXAMPLES],
    "id": "https://issuer.example/credentials/1872",
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "issuer": ISSUER,
    "validFrom": "2010-01-01T19:23:24Z",
    "credentialSchema": {"id": "https://example.org/degree.json", "type": "JsonSchema"},
    "credentialSubject": {"id": "did:example:123", "degree": {"type": "BachelorDegree", "name": "Bachelor"}},
}
PRESENTATION: dict[str, Any] = {
    "@context": [V2, EXAMPLES],
    "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
    "type": ["VerifiablePresentation"],
    "holder": "https://holder.example/2",
    "verifiableCredential": [
        {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,a.b.c"},
        {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+cose;base64,0oRY"},
    ],
}
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@pytest.fixture
def make_key(tmp_path: Path) -> Callable[[str], Path]:
    """A key file of the suite's form for an algorithm."""

    def make(algorithm: str) -> Path:
        private: Any
        if algorithm == "EdDSA":
            private, writer = ed25519.Ed25519PrivateKey.generate(), OKPAlgorithm
        else:
            private, writer = ec.generate_private_key(CURVES[algorithm]), ECAlgorithm
        method = {
            "id": f"{ISSUER}#{algorithm}",
            "type": "JsonWebKey",
            "publicKeyJwk": writer.to_jwk(private.public_key(), as_dict=True),
            "secretKeyJwk": writer.to_jwk(private, as_dict=True),
        }
        return write(tmp_path / f"{len(list(tmp_path.iterdir()))}-key.json", method)

    return make


def write(file: Path, value: Any) -> Path:
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return file


class Suite:
    """Calls the program and reads what it says."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self._terminal = terminal
        self._folder = folder

    def __call__(self, command: str, value: Any, key: Path, feature: str) -> tuple[str, str]:
        source = write(self._folder / "input", value)
        output = self._folder / "output.json"
        words = ("--input", source, "--key", key, "--feature", feature, "--sd", "[]", "--output", output)
        self._terminal.good("jose", command, *words)
        said = json.loads(output.read_text())
        return said["result"], said["data"]


@pytest.fixture
def suite(terminal: Terminal, tmp_path: Path) -> Suite:
    return Suite(terminal, tmp_path)


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return strict_json.loads(from_base64url(header)), strict_json.loads(from_base64url(claims))


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "EdDSA"])
@pytest.mark.parametrize(
    ("feature", "document"),
    [("credential_jose", CREDENTIAL), ("presentation_jose", PRESENTATION)],
    ids=["credential", "presentation"],
)
def test_what_is_issued_with_a_key_verifies_with_it_and_with_no_other(
    suite: Suite, make_key: Callable[[str], Path], algorithm: str, feature: str, document: dict[str, Any]
):
    key, kind = make_key(algorithm), "vc" if document is CREDENTIAL else "vp"

    result, token = suite("issue", document, key, feature)

    header, claims = parts(token)
    author = document.get("issuer", document.get("holder"))
    assert result == "success"
    assert header == {"alg": algorithm, "kid": f"{ISSUER}#{algorithm}", "typ": f"{kind}+jwt", "cty": kind}
    assert claims == {**document, "iss": author}
    assert not {"vc", "vp"} & claims.keys()
    assert suite("verify", token, key, feature)[0] == "success"
    assert suite("verify", token, make_key(algorithm), feature)[0] == "failure"
    assert suite("verify", token, make_key("EdDSA" if algorithm != "EdDSA" else "ES256"), feature)[0] == "failure"


@pytest.mark.parametrize(
    "changes",
    [
        {"badExtension": {"huh": "what?"}},
        {"vc": "oops"},
        {"@context": [EXAMPLES]},
        {"type": ["Other"]},
        {"issuer": None},
        {"credentialSubject": "did:example:123"},
        {"validFrom": "yesterday"},
        {"@context": [V2], "credentialSchema": None},
    ],
    ids=str,
)
def test_a_credential_with_unknown_words_or_without_its_parts_is_not_issued(
    suite: Suite, make_key: Callable[[str], Path], changes: dict[str, Any]
):
    document = {name: value for name, value in (CREDENTIAL | changes).items() if value is not None}

    assert suite("issue", document, make_key("ES256"), "credential_jose")[0] == "failure"


def test_a_word_that_a_context_defines_is_issued(suite: Suite, make_key: Callable[[str], Path]):
    document = CREDENTIAL | {"@context": [V2, EXAMPLES, {"extra": "https://example.org/extra"}], "extra": "x"}

    assert suite("issue", document, make_key("ES256"), "credential_jose")[0] == "success"


@pytest.mark.parametrize(
    "held",
    [
        CREDENTIAL,
        "data:application/vc+jwt,a.b.c",
        {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": "not-a-credential"},
        {"@context": V2, "type": "VerifiableCredential", "id": "data:application/vc+jwt,a.b.c"},
    ],
    ids=["unsecured", "a text", "no data address", "another type"],
)
def test_credentials_in_a_presentation_are_secured_in_envelopes(
    suite: Suite, make_key: Callable[[str], Path], held: Any
):
    document = PRESENTATION | {"verifiableCredential": [held]}
    key = make_key("ES256")

    assert suite("issue", document, key, "presentation_jose")[0] == "failure"
    assert suite("verify", signed(document, key, typ="vp+jwt"), key, "presentation_jose")[0] == "failure"


def signed(claims: Any, key: Path, **header: Any) -> str:
    """A token that the program itself would not make."""
    secret = ECAlgorithm.from_jwk(json.loads(key.read_text())["secretKeyJwk"])
    made = {"alg": "ES256", "kid": f"{ISSUER}#key", "typ": "vc+jwt"} | header
    made = {name: value for name, value in made.items() if value is not None}
    text = ".".join(base64url(strict_json.dumps(part)) for part in (made, claims))
    return f"{text}.{base64url(ECAlgorithm(ECAlgorithm.SHA256).sign(text.encode(), secret))}"


@pytest.mark.parametrize(
    ("claims", "header", "result"),
    [
        ({}, {}, "success"),
        ({}, {"cty": "vc"}, "success"),
        ({"iss": ISSUER, "iat": "2010-01-01T19:23:24Z", "exp": 1734397450, "unknown": 1}, {}, "success"),
        ({"issuer": {"id": ISSUER}, "iss": ISSUER}, {"kid": "key"}, "success"),
        ({"iss": "https://other.example"}, {}, "failure"),
        ({"issuer": {"id": ISSUER}, "iss": "https://other.example"}, {}, "failure"),
        ({}, {"kid": "key"}, "failure"),
        ({}, {"kid": None}, "failure"),
        ({"vc": "oops"}, {}, "failure"),
        ({"vp": {}}, {}, "failure"),
        ({"type": ["Other"]}, {}, "failure"),
        ({}, {"typ": "JWT"}, "failure"),
        ({}, {"typ": "vp+jwt"}, "failure"),
        ({}, {"typ": None}, "failure"),
        ({}, {"cty": "vp"}, "failure"),
        ({}, {"alg": "none"}, "failure"),
        ({}, {"alg": "HS256"}, "failure"),
        ({}, {"crit": ["exp"]}, "failure"),
        ({}, {"b64": False}, "failure"),
    ],
    ids=str,
)
def test_a_token_is_of_the_right_type_with_the_right_claims(
    suite: Suite, make_key: Callable[[str], Path], claims: dict[str, Any], header: dict[str, Any], result: str
):
    key = make_key("ES256")

    assert suite("verify", signed(CREDENTIAL | claims, key, **header), key, "credential_jose")[0] == result


def test_what_is_no_token_is_a_failure_and_no_error(suite: Suite, make_key: Callable[[str], Path]):
    key = make_key("ES256")

    for text in (json.dumps(CREDENTIAL), "", "a.b", "a.b.c.d", "e30.e30.", "W10.e30.AA", "!.!.!"):
        assert suite("verify", text, key, "credential_jose")[0] == "failure", text


@pytest.mark.parametrize("command", ["issue", "verify"])
@pytest.mark.parametrize("feature", ["credential_sdjwt", "presentation_sdjwt", "credential_cose", "presentation_cose"])
def test_a_feature_that_is_not_here_is_indeterminate(
    suite: Suite, make_key: Callable[[str], Path], command: str, feature: str
):
    assert suite(command, CREDENTIAL, make_key("ES256"), feature) == ("indeterminate", "")


def test_files_that_cannot_be_read_are_an_error(suite: Suite, make_key: Callable[[str], Path], tmp_path: Path):
    key = make_key("ES256")
    broken = [{}, {"secretKeyJwk": {"kty": "EC"}}, {"secretKeyJwk": {"kty": "oct", "k": "AAAA"}}, "{", []]

    assert suite("issue", "{", key, "credential_jose")[0] == "error"
    assert suite("verify", "é", key, "credential_jose")[0] == "error"
    for value in broken:
        assert suite("issue", CREDENTIAL, write(tmp_path / "bad-key.json", value), "credential_jose")[0] == "error"
    assert suite("issue", CREDENTIAL, tmp_path / "none.json", "credential_jose")[0] == "error"
