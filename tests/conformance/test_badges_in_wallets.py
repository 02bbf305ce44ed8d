"""Programs that others wrote judge badges whose subject is a wallet's key, as did:key and as did:jwk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import sign
from app.credentials.model import Algorithm, Award, Issuer
from app.credentials.multibase import base64url

from .foreign_verifiers import JUDGES, Judge, Opinion

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
HOLDERS = {
    "did-key": "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
    "did-jwk": "did:jwk:"
    + base64url(b'{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'),
}
JUDGES_OF_JSON = [judge for judge in JUDGES if "json" in judge.forms]
JUDGES_OF_SIGNATURES = [judge for judge in JUDGES_OF_JSON if "signature" in judge.looks_at]


@pytest.fixture(scope="module")
def badges(make_key: Any, make_award: Callable[..., Award]) -> dict[str, bytes]:
    """A badge for each holder; its issuer is a key, so that everybody can check what it signed."""
    made = make_key("EdDSA")
    did = f"did:key:{made.kid}"
    key = replace(made, algorithm=Algorithm.ED25519, verification_method=f"{did}#{made.kid}")
    found = {}
    for name, holder in HOLDERS.items():
        award = make_award(issuer=Issuer(did, "St Elsewhere Hospital"), status=())
        bound = replace(award, recipient=replace(award.recipient, subject_id=holder))
        found[f"{name}.json"] = sign.sign_embedded(sign.prepare(bound), key=key, created=NOW)
    return found


@pytest.mark.parametrize("judge", JUDGES_OF_JSON, ids=str)
def test_a_badge_of_a_wallet_is_accepted(
    ask: Callable[..., dict[str, Opinion]], badges: dict[str, bytes], judge: Judge
):
    opinions = ask(judge, badges)

    assert {name: opinion.accepted for name, opinion in opinions.items()} == dict.fromkeys(badges, True), opinions


@pytest.mark.parametrize("judge", JUDGES_OF_SIGNATURES, ids=str)
def test_a_badge_that_was_given_to_another_wallet_is_refused(
    ask: Callable[..., dict[str, Opinion]], badges: dict[str, bytes], judge: Judge
):
    stolen = badges["did-key.json"].replace(HOLDERS["did-key"].encode(), b"did:key:zDnaeWgbpcUat3VPa1GqrjLvmsVR9")

    opinion = ask(judge, {"another's.json": stolen})["another's.json"]

    assert not opinion.accepted
