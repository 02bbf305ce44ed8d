"""`lanyard jose issue|verify`: any credential as a token, with a key in a file, as the W3C's test suite calls it.

Needs no service and no settings. What it did is said in the output file: `success`, `failure`, `indeterminate` for a
feature that is not here, `error` for files that cannot be read.
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from jwt import PyJWK, PyJWTError

from app.credentials import strict_json
from app.credentials.vc import jose
from app.credentials.vc.jose import Kind
from app.errors import CredentialRefused, InvalidInput, TooLarge

app = typer.Typer(help="Credentials of any kind as tokens (JOSE), for conformance suites.", no_args_is_help=True)

ALGORITHMS = frozenset({"ES256", "ES384", "ES512", "EdDSA", "Ed25519"})


class Feature(StrEnum):
    """What the suite may ask for."""

    CREDENTIAL_JOSE = "credential_jose"
    CREDENTIAL_SDJWT = "credential_sdjwt"
    CREDENTIAL_COSE = "credential_cose"
    PRESENTATION_JOSE = "presentation_jose"
    PRESENTATION_SDJWT = "presentation_sdjwt"
    PRESENTATION_COSE = "presentation_cose"


KINDS = {Feature.CREDENTIAL_JOSE: Kind.CREDENTIAL, Feature.PRESENTATION_JOSE: Kind.PRESENTATION}

Input = Annotated[Path, typer.Option("--input", help="the document, or the token")]
Key = Annotated[Path, typer.Option("--key", help="a key file with publicKeyJwk and secretKeyJwk")]
WhatFor = Annotated[Feature, typer.Option("--feature", help="what to do; only the *_jose features are here")]
Output = Annotated[Path, typer.Option("--output", help="where to say what came of it, as JSON")]
Disclosures = Annotated[str | None, typer.Option("--sd", help="paths to disclose (of SD-JWT, which is not here)")]


@app.command()
def issue(source: Input, key: Key, feature: WhatFor, output: Output, sd: Disclosures = None) -> None:
    """Sign a credential or presentation; the output file has the token as `data`."""
    del sd
    _say(output, _issued(source, key, KINDS.get(feature)))


@app.command()
def verify(source: Input, key: Key, feature: WhatFor, output: Output, sd: Disclosures = None) -> None:
    """Check how a token is secured: type, claims and signature, not the dates in it."""
    del sd
    _say(output, _verified(source, key, KINDS.get(feature)))


def _issued(source: Path, key: Path, kind: Kind | None) -> tuple[str, str]:
    if kind is None:
        return "indeterminate", ""
    try:
        method, document = _object(key), _object(source)
        secret = _key(method, "secretKeyJwk")
    except (InvalidInput, TooLarge, OSError, PyJWTError) as error:
        return "error", str(error)
    try:
        token = jose.issue(
            document,
            kind=kind,
            algorithm=secret.algorithm_name,
            kid=str(method.get("id") or method["secretKeyJwk"].get("kid", "")),
            sign=lambda data: secret.Algorithm.sign(data, secret.key),
        )
    except CredentialRefused as error:
        return "failure", error.detail
    return "success", token


def _verified(source: Path, key: Path, kind: Kind | None) -> tuple[str, str]:
    if kind is None:
        return "indeterminate", ""
    try:
        public = _key(_object(key), "publicKeyJwk")
        token = source.read_text("ascii").strip()
    except (InvalidInput, TooLarge, OSError, UnicodeError, PyJWTError) as error:
        return "error", str(error)
    try:
        found = jose.read(token, kind=kind)
    except CredentialRefused as error:
        return "failure", error.detail
    names = {"EdDSA", "Ed25519"} if public.algorithm_name == "EdDSA" else {public.algorithm_name}
    if found.algorithm not in names or not public.Algorithm.verify(found.signing_input, public.key, found.signature):
        return "failure", "The signature does not hold under this key"
    return "success", json.dumps(found.document)


def _object(file: Path) -> dict[str, Any]:
    value = strict_json.loads(file.read_bytes())
    if not isinstance(value, dict):
        raise InvalidInput("The file does not hold a JSON object")
    return value


def _key(method: dict[str, Any], member: str) -> PyJWK:
    jwk = method.get(member)
    if not isinstance(jwk, dict):
        raise InvalidInput(f"The key file has no {member}")
    key = PyJWK(jwk)
    if key.algorithm_name not in ALGORITHMS:
        raise InvalidInput("The key is of a kind that is not taken here")
    return key


def _say(output: Path, said: tuple[str, str]) -> None:
    result, data = said
    output.write_text(json.dumps({"result": result, "data": data}) + "\n", "utf-8")
