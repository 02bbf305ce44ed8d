"""The JSON Schema that the market validates against accepts every shape of badge that is signed here."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft201909Validator, FormatChecker

from app.credentials import sign
from app.credentials.model import Issuer, Related, StatusEntry, StatusPurpose
from tests.credentials.extended import accredited, assessed

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def validator(conformance):
    schema = json.loads((conformance / "ob30" / "ob_v3p0_achievementcredential_schema.json").read_text())
    return Draft201909Validator(schema, format_checker=FormatChecker())


@pytest.fixture(scope="module")
def signed_document(make_award, signing_keys):
    def build(**changes: Any) -> dict[str, Any]:
        entry = StatusEntry("https://badges.example/status/r1", 94567, StatusPurpose.REVOCATION)
        prepared = sign.prepare(make_award(**{"status": (entry,), **changes}))
        signed = sign.sign(prepared, embedded=signing_keys.embedded, token=signing_keys.token, created=NOW)
        document: dict[str, Any] = json.loads(signed.json)
        return document

    return build


def problems(validator: Any, document: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_the_richest_badge_fits_the_schema(validator, signed_document):
    assert problems(validator, signed_document()) == []


def test_a_badge_with_a_name_on_it_fits_the_schema(validator, signed_document, make_recipient):
    assert problems(validator, signed_document(recipient=make_recipient(name="Nguyễn Thị Lan"))) == []


def test_a_badge_of_an_accredited_issuer_that_says_how_it_was_assessed_fits_the_schema(
    validator, signed_document, make_issuer, make_achievement
):
    document = signed_document(issuer=accredited(make_issuer), achievement=assessed(make_achievement))

    assert problems(validator, document) == []


def test_a_badge_that_names_its_other_languages_fits_the_schema(validator, signed_document, make_achievement):
    tags = ("ar", "es-419", "pt-BR", "zh-Hant")
    related = tuple(Related(f"https://badges.example/a/v1/{tag}", version="1", language=tag) for tag in tags)

    document = signed_document(achievement=make_achievement(related=related))

    assert problems(validator, document) == []
    document["credentialSubject"]["achievement"]["related"][0]["inLanguage"] = "Arabic"
    assert problems(validator, document) != []


def test_the_barest_badge_fits_the_schema(validator, signed_document, make_achievement, make_recipient):
    bare = make_achievement(
        human_code=None, criteria_url=None, image_url=None, image_caption=None, creator_id=None, alignments=(),
        result_descriptions=(), tags=(), language=None, version=None, credits_available=None, field_of_study=None,
    )  # fmt: skip
    document = signed_document(
        achievement=bare,
        issuer=Issuer(id="did:web:badges.example:issuers:st-elsewhere", name="St Elsewhere"),
        recipient=make_recipient(email=None, salt=None),
        valid_until=None, status=(), evidence=(), results=(), narrative=None, activity_started_at=None,
        activity_ended_at=None,
    )  # fmt: skip

    assert problems(validator, document) == []


def test_the_schema_of_open_badges_3_0_has_room_for_one_status_entry_only(validator, signed_document, make_award):
    (problem,) = problems(validator, signed_document(status=make_award().status))

    assert problem.startswith("$.credentialStatus")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(proof=d["proof"][0]),
        lambda d: d["credentialSubject"]["achievement"].update(image="https://badges.example/a.png"),
        lambda d: d["credentialSubject"]["achievement"].update(tag="emergency"),
        lambda d: d.pop("validFrom"),
        lambda d: d["credentialStatus"].pop("id"),
        lambda d: d["credentialSubject"]["achievement"].update(achievementType="Microcredential"),
    ],
    ids=["proof object", "image text", "tag text", "no date", "status without id", "unknown type"],
)
def test_the_schema_would_have_noticed(validator, signed_document, spoil):
    document = copy.deepcopy(signed_document())
    spoil(document)

    assert problems(validator, document) != []
