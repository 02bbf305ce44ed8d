"""Facts become Open Badges words, and nothing that is not a fact (B65)."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from app.credentials import ob3, strict_json
from app.credentials.lint import lint
from app.credentials.model import Issuer
from app.errors import InvalidInput


def test_the_contexts_are_exactly_these_three_in_this_order(make_award):
    assert ob3.credential_document(make_award())["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ]


def test_when_it_was_earned_and_when_it_was_written_are_two_dates(make_award):
    document = ob3.credential_document(make_award())

    assert document["awardedDate"] == "2026-03-01T09:00:00Z"
    assert document["validFrom"] == "2026-03-01T09:05:00Z"


def test_moments_are_written_in_utc(make_award):
    in_rome = datetime(2026, 3, 1, 10, 0, tzinfo=timezone(timedelta(hours=1)))

    assert ob3.credential_document(make_award(awarded_at=in_rome))["awardedDate"] == "2026-03-01T09:00:00Z"


@pytest.mark.parametrize("moment", [datetime(2026, 3, 1), datetime(2026, 3, 1, microsecond=1, tzinfo=UTC)])  # noqa: DTZ001 - the point
def test_a_moment_without_zone_or_with_parts_of_a_second_is_refused(make_award, moment):
    with pytest.raises(InvalidInput):
        ob3.credential_document(make_award(valid_from=moment))


def test_the_address_appears_only_as_a_salted_hash(make_award):
    document = ob3.credential_document(make_award())

    (identity,) = document["credentialSubject"]["identifier"]
    assert identity["hashed"] is True
    assert identity["identityType"] == "emailAddress"
    assert identity["identityHash"].startswith("sha256$")
    assert b"maria.garcia" not in strict_json.dumps(document)


def test_an_address_without_salt_is_never_published(make_award, make_recipient):
    with pytest.raises(InvalidInput, match="salt"):
        ob3.credential_document(make_award(recipient=make_recipient(salt=None)))


def test_the_name_appears_only_when_it_is_given(make_award, make_recipient):
    named = ob3.credential_document(make_award(recipient=make_recipient(name="Maria Garcia")))
    unnamed = ob3.credential_document(make_award())

    assert named["credentialSubject"]["identifier"][1] == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "Maria Garcia",
        "identityType": "ext:name",
    }
    assert len(unnamed["credentialSubject"]["identifier"]) == 1


def test_each_status_entry_has_an_id_of_its_own_and_a_textual_index(make_award):
    first, second = ob3.credential_document(make_award())["credentialStatus"]

    assert first["id"] == "https://badges.example/status/r1#94567"
    assert (first["statusListIndex"], first["statusPurpose"]) == ("94567", "revocation")
    assert second["statusPurpose"] == "suspension"


def test_a_single_status_entry_is_an_object_as_open_badges_3_0_has_it(make_award):
    (entry, _) = make_award().status

    assert ob3.credential_document(make_award(status=(entry,)))["credentialStatus"]["statusListIndex"] == "94567"


def test_the_same_version_of_an_achievement_gives_the_same_bytes_in_every_badge(make_award, make_recipient):
    one = ob3.credential_document(make_award())
    other = ob3.credential_document(make_award(id="https://badges.example/b/x", recipient=make_recipient(name="X")))

    first, second = (strict_json.dumps(document["credentialSubject"]["achievement"]) for document in (one, other))
    assert first == second


ROOT = Path(__file__).resolve().parents[2]
WRITE = """
import pickle, sys
from app.credentials import ob3, strict_json
sys.stdout.buffer.write(strict_json.dumps(ob3.credential_document(pickle.load(sys.stdin.buffer))))
"""


def test_two_processes_write_the_same_bytes(make_award):
    """B65: nothing comes out of a set, whose order is another in each process."""
    told = pickle.dumps(make_award())
    command = {"args": [sys.executable, "-c", WRITE], "input": told, "cwd": ROOT, "stdout": subprocess.PIPE}

    first, second = (
        subprocess.run(**command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True).stdout for seed in "12"
    )

    assert first == second == strict_json.dumps(ob3.credential_document(make_award()))


def test_facts_that_are_absent_leave_no_trace(make_award, make_achievement):
    bare = make_achievement(
        human_code=None, criteria_url=None, image_url=None, image_caption=None, creator_id=None, alignments=(),
        result_descriptions=(), tags=(), language=None, version=None, credits_available=None, field_of_study=None,
    )  # fmt: skip
    issuer = Issuer(id="did:web:badges.example:issuers:st-elsewhere", name="St Elsewhere")
    award = make_award(
        achievement=bare, issuer=issuer, valid_until=None, status=(), evidence=(), results=(), narrative=None,
        activity_started_at=None, activity_ended_at=None,
    )  # fmt: skip

    document = ob3.credential_document(award)

    assert set(document["credentialSubject"]["achievement"]) == {
        "id", "type", "achievementType", "name", "description", "criteria",
    }  # fmt: skip
    assert set(document["issuer"]) == {"id", "type", "name"}
    assert lint(document) == ()


def test_a_parent_organisation_is_a_profile_too(make_issuer):
    parent = ob3.profile_document(make_issuer())["parentOrg"]

    assert parent["type"] == ["Profile"]
    assert parent["name"] == "Elsewhere Health"


def test_images_are_objects_with_their_caption(make_achievement):
    assert ob3.achievement_document(make_achievement())["image"] == {
        "id": "https://badges.example/achievements/bls/v1.png",
        "type": "Image",
        "caption": "A heart with a pulse line",
    }


@pytest.mark.parametrize(("hours", "text"), [("3", b":3,"), ("3.0", b":3,"), ("3.5", b":3.5,"), ("0.1", b":0.1,")])
def test_credits_are_numbers_in_their_shortest_form(make_achievement, hours, text):
    document = ob3.achievement_document(make_achievement(credits_available=Decimal(hours)))

    assert b'"creditsAvailable"' + text in strict_json.dumps(document)


def test_a_status_list_names_its_purpose_and_its_issuer(make_status_list):
    document = ob3.status_list_document(replace(make_status_list(), ttl_milliseconds=300_000), "uH4sIAAA")

    assert document["issuer"] == "did:web:badges.example:issuers:st-elsewhere"
    assert document["credentialSubject"] == {
        "id": "https://badges.example/status/r1#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": "uH4sIAAA",
        "ttl": 300_000,
    }
