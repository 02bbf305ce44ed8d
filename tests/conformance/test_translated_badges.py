"""Programs that others wrote judge badges that name the addresses of their texts in other languages (decision 0030)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials import sign
from app.credentials.model import Algorithm, Issuer, Related

from .foreign_verifiers import JUDGES, Judge, Opinion

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
JUDGES_OF_JSON = [judge for judge in JUDGES if "json" in judge.forms]
JUDGES_OF_SIGNATURES = [judge for judge in JUDGES_OF_JSON if "signature" in judge.looks_at]
VERSION = "https://badges.example/achievements/bls/v1"


@pytest.fixture(scope="module")
def badge(make_key: Any, make_award: Any, make_achievement: Any) -> bytes:
    """A badge by an issuer who is a key, with its texts in three more languages."""
    made = make_key("EdDSA")
    did = f"did:key:{made.kid}"
    key = replace(made, algorithm=Algorithm.ED25519, verification_method=f"{did}#{made.kid}")
    related = tuple(Related(f"{VERSION}/{tag}", version="1", language=tag) for tag in ("ar", "es-MX", "zh-Hant"))
    achievement = make_achievement(related=related)
    award = make_award(issuer=Issuer(did, "St Elsewhere Hospital"), achievement=achievement, status=())
    return sign.sign_embedded(sign.prepare(award), key=key, created=NOW)


@pytest.mark.parametrize("judge", JUDGES_OF_JSON, ids=str)
def test_a_badge_that_names_its_other_languages_is_accepted(
    ask: Callable[..., dict[str, Opinion]], badge: bytes, judge: Judge
):
    opinion = ask(judge, {"translated.json": badge})["translated.json"]

    assert opinion.accepted, opinion.sentence


@pytest.mark.parametrize("judge", JUDGES_OF_SIGNATURES, ids=str)
@pytest.mark.parametrize(
    "change",
    [(b'"inLanguage":"ar"', b'"inLanguage":"fa"'), (b"/bls/v1/ar", b"/bls/v9/ar")],
    ids=["the language", "the place"],
)
def test_a_badge_of_which_another_language_was_changed_is_refused(
    ask: Callable[..., dict[str, Opinion]], badge: bytes, judge: Judge, change: tuple[bytes, bytes]
):
    assert change[0] in badge

    assert not ask(judge, {"forged.json": badge.replace(*change)})["forged.json"].accepted
