"""Withdrawn, paused, replaced, or not to be known; a doubt is never "still good" (T23, OB3-55 to OB3-62, B55, B59)."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.credentials.model import StatusEntry, StatusPurpose
from app.credentials.report import Outcome, Verdict

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
REVOCATION, SUSPENSION = StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION
REVOCATION_URL = "https://badges.example/status/r1"
REVOKED, SUSPENDED = 94_567, 1_203  # the indexes of the good badge


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data, mtime=0)).rstrip(b"=").decode()


def republish(world: Any, change: Any, **options: Any) -> None:
    """The revocation list again, after `change(document)`, signed by its issuer."""
    listed = json.loads(world.lists[REVOCATION_URL])
    change(listed)
    world.lists[REVOCATION_URL] = json.dumps(world.signed(listed, **options)).encode()


def cannot_tell(report: Any, code: str) -> None:
    assert (report["status"].outcome, report["status"].code) == (UNKNOWN, code)
    assert report.verdict is Verdict.CANNOT_TELL
    assert "cannot say whether it is still good" in report.sentence


def test_a_badge_on_two_empty_lists_is_in_force(world: Any, honest: Any):
    assert world.verify(honest.json)["status"].code == "in_force"


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_withdrawn_badge_is_revoked_and_its_signature_still_holds(world: Any, honest: Any, form: str):
    world.publish(REVOCATION, REVOKED)

    report = world.verify(getattr(honest, form))

    assert (report.verdict, report["status"].code) == (Verdict.REVOKED, "revoked")
    assert report["proof"].outcome is PASSED
    assert report.sentence == ("This badge was withdrawn by its issuer, badges.example. It does not count any more.")


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_paused_badge_is_suspended_and_good_again_afterwards(world: Any, honest: Any, form: str):
    world.publish(SUSPENSION, SUSPENDED)
    paused = world.verify(getattr(honest, form))
    world.publish(SUSPENSION)

    assert (paused.verdict, paused["status"].code) == (Verdict.SUSPENDED, "suspended")
    assert world.verify(getattr(honest, form)).verdict is Verdict.GOOD


def test_the_neighbours_of_a_withdrawn_badge_stay_good(world: Any, honest: Any):
    world.publish(REVOCATION, REVOKED - 1, REVOKED + 1, SUSPENDED)
    world.publish(SUSPENSION, REVOKED)

    assert world.verify(honest.json).verdict is Verdict.GOOD


def test_withdrawn_goes_before_paused_and_paused_before_unknown(world: Any, honest: Any):
    world.publish(SUSPENSION, SUSPENDED)
    del world.lists[REVOCATION_URL]
    assert world.verify(honest.json).verdict is Verdict.SUSPENDED

    world.publish(REVOCATION, REVOKED)
    assert world.verify(honest.json).verdict is Verdict.REVOKED


def test_a_replaced_badge_leads_to_the_newer_one(world: Any, honest: Any):
    world.publish(REVOCATION, REVOKED)
    world.newer["https://badges.example/b/q3Jm0s2d9fKf1C7x8y9zAw"] = "https://badges.example/b/newer"

    report = world.verify(honest.json)

    assert (report.verdict, report.superseded_by) == (Verdict.SUPERSEDED, "https://badges.example/b/newer")
    assert report["superseded"].outcome is FAILED
    assert report.to_dict()["superseded_by"] == "https://badges.example/b/newer"


def test_a_forged_badge_is_never_called_replaced(world: Any, document: Any):
    world.newer[document["id"]] = "https://badges.example/b/newer"
    document["name"] = "Changed"

    report = world.verify(document)

    assert (report.verdict, report.superseded_by) == (Verdict.BROKEN, None)


def test_a_badge_without_a_status_is_good_and_says_that_it_cannot_be_withdrawn(world: Any, document: Any):
    del document["credentialStatus"]

    report = world.verify(world.signed(document))

    assert (report.verdict, report["status"].code) == (Verdict.GOOD, "no_status")


@pytest.fixture
def one_entry(world: Any, document: Any) -> dict[str, Any]:
    """A badge that names its revocation entry only, as an object; its suspension entry is kept beside it."""
    document["credentialStatus"] = document["credentialStatus"][0]
    suspension = StatusEntry("https://badges.example/status/s1", SUSPENDED, SUSPENSION)
    world.further[document["id"]] = (suspension,)
    return world.signed(document)


def test_an_entry_beside_the_badge_counts_like_one_inside(world: Any, one_entry: Any):
    """Decision 0009: our own suspension entries are looked up, since the schema has room for one entry only."""
    assert world.verify(one_entry).verdict is Verdict.GOOD

    world.publish(SUSPENSION, SUSPENDED)
    assert world.verify(one_entry).verdict is Verdict.SUSPENDED


def test_an_entry_beside_the_badge_whose_list_is_out_of_reach_is_unknown(world: Any, one_entry: Any):
    del world.lists["https://badges.example/status/s1"]

    cannot_tell(world.verify(one_entry), "list_unreachable")


def test_a_list_beside_the_badge_that_somebody_else_signed_is_unknown(world: Any, one_entry: Any, stranger: Any):
    world.publish(SUSPENSION, SUSPENDED, keys=stranger)

    cannot_tell(world.verify(one_entry), "list_proof")


def test_taking_the_status_out_of_a_signed_badge_breaks_it(world: Any, document: Any):
    del document["credentialStatus"]

    assert world.verify(document).verdict is Verdict.BROKEN


def test_a_list_out_of_reach_is_unknown(world: Any, honest: Any):
    world.lists.clear()

    cannot_tell(world.verify(honest.json), "list_unreachable")


def test_no_list_is_asked_for_before_the_signature_holds(world: Any, document: Any):
    document["name"] = "Changed"
    world.verify(document)

    assert [asked for asked in world.asked if "/status/" in asked] == []


def test_one_list_is_asked_for_once(world: Any, document: Any):
    document["credentialStatus"][1] |= {"statusPurpose": "revocation", "statusListCredential": REVOCATION_URL}
    world.verify(world.signed(document))

    assert world.asked.count(REVOCATION_URL) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"not json", b"\xff\xd8", b"[]", b"<html>502</html>", b'{"a":1,"a":2}']
)
def test_an_answer_that_is_no_list_is_unknown(world: Any, honest: Any, content: bytes):
    world.lists[REVOCATION_URL] = content

    report = world.verify(honest.json)

    assert report["status"].outcome is UNKNOWN
    assert report.verdict is Verdict.CANNOT_TELL


def test_a_list_that_was_changed_is_unknown(world: Any, honest: Any):
    listed = json.loads(world.lists[REVOCATION_URL])
    listed["credentialSubject"]["encodedList"] = packed(bytes(16_384))
    world.publish(REVOCATION, REVOKED)
    revoked = json.loads(world.lists[REVOCATION_URL])
    revoked["credentialSubject"] = listed["credentialSubject"]
    world.lists[REVOCATION_URL] = json.dumps(revoked).encode()

    cannot_tell(world.verify(honest.json), "list_proof")


def test_an_unsigned_list_is_unknown(world: Any, honest: Any):
    listed = json.loads(world.lists[REVOCATION_URL])
    del listed["proof"]
    world.lists[REVOCATION_URL] = json.dumps(listed).encode()

    cannot_tell(world.verify(honest.json), "list_proof")


def test_a_list_that_somebody_else_signed_is_unknown(world: Any, honest: Any, stranger: Any):
    world.publish(REVOCATION, keys=stranger)

    cannot_tell(world.verify(honest.json), "list_proof")


def test_a_strangers_own_list_at_the_address_is_unknown(world: Any, honest: Any, stranger: Any):
    world.publish(REVOCATION, issuer_id="did:web:evil.example", keys=stranger)

    cannot_tell(world.verify(honest.json), "list_issuer")


def test_another_list_of_the_same_issuer_is_unknown(world: Any, honest: Any):
    world.lists[REVOCATION_URL] = json.dumps(world.publish(REVOCATION, id="https://badges.example/status/r2")).encode()

    cannot_tell(world.verify(honest.json), "list_differs")


def test_a_list_for_another_purpose_is_unknown(world: Any, honest: Any):
    republish(world, lambda listed: listed["credentialSubject"].update(statusPurpose="suspension"))

    cannot_tell(world.verify(honest.json), "list_purpose")


def test_a_list_whose_time_is_over_is_unknown(world: Any, honest: Any):
    republish(world, lambda listed: listed.update(validUntil="2026-05-31T00:00:00Z"))

    cannot_tell(world.verify(honest.json), "list_outdated")


@pytest.mark.parametrize(
    ("begins", "code"), [("2026-06-01T12:05:00Z", "in_force"), ("2026-06-01T12:05:01Z", "list_outdated")]
)
def test_a_list_from_a_clock_that_runs_ahead_counts_for_five_minutes(world: Any, honest: Any, begins: str, code: str):
    republish(world, lambda listed: listed.update(validFrom=begins))

    assert world.verify(honest.json)["status"].code == code


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        (packed(bytes(16_383)), "list_too_short"),
        (packed(bytes(20 * 1_048_576)), "list_too_large"),
        (packed(bytes(16_384))[:-20], "list_truncated"),
        ("u" + packed(bytes(16_384))[1:].replace("A", "+", 1), "list_not_base64url"),
        (packed(bytes(16_384))[1:], "list_not_base64url"),
    ],
    ids=["short", "bomb", "truncated", "base64", "no prefix"],
)
def test_a_list_whose_bits_cannot_be_read_is_unknown(world: Any, honest: Any, encoded: str, code: str):
    republish(world, lambda listed: listed["credentialSubject"].update(encodedList=encoded))

    cannot_tell(world.verify(honest.json), code)


@pytest.mark.parametrize(
    "index", ["1e3", "-1", "+5", "05", " 5", "5 ", "5\n", "0x10", "٥", "", "99999999999", -1, 1.5, True, None, [5], {}]
)
def test_an_index_that_is_no_canonical_number_is_unknown(world: Any, document: Any, index: Any):
    document["credentialStatus"][0]["statusListIndex"] = index
    report = world.verify(world.token(as_claims(document)))

    assert report["status"].outcome is UNKNOWN
    assert not report.is_good


def test_an_index_beyond_the_list_is_unknown(world: Any, document: Any):
    document["credentialStatus"][0]["statusListIndex"] = "131072"

    cannot_tell(world.verify(world.signed(document)), "index_out_of_range")


def test_an_index_as_a_plain_number_is_read(world: Any, document: Any):
    document["credentialStatus"][0]["statusListIndex"] = REVOKED
    signed = world.signed(document)
    assert world.verify(signed).verdict is Verdict.GOOD

    world.publish(REVOCATION, REVOKED)
    assert world.verify(signed).verdict is Verdict.REVOKED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"statusPurpose": "Revocation"}, "purpose_unknown"),
        ({"statusPurpose": ["revocation"]}, "purpose_unknown"),
        ({"statusPurpose": {}}, "purpose_unknown"),
        ({"statusListCredential": {"id": REVOCATION_URL}}, "entry_malformed"),
        ({"statusSize": 2}, "list_too_short"),
        ({"statusSize": 0}, "entry_malformed"),
        ({"statusListCredential": "https://badges.example/status/none"}, "list_unreachable"),
    ],
)
def test_an_entry_that_cannot_be_followed_is_unknown(world: Any, document: Any, change: Any, code: str):
    document["credentialStatus"][0] |= change

    cannot_tell(world.verify(world.token(as_claims(document))), code)


def test_a_list_of_an_unknown_kind_is_unknown(world: Any, document: Any):
    document["credentialStatus"] = [{"id": "https://badges.example/revoked", "type": "1EdTechCredentialRefresh"}]

    cannot_tell(world.verify(world.signed(document)), "entry_unknown")


@pytest.mark.parametrize("entries", [[], "https://badges.example/status/r1", [[]], ["x"], 5, {}])
def test_a_status_that_is_no_entry_is_unknown(world: Any, document: Any, entries: Any):
    document["credentialStatus"] = entries

    assert world.verify(world.token(as_claims(document)))["status"].outcome is UNKNOWN


def test_a_heap_of_entries_is_not_followed(world: Any, document: Any):
    document["credentialStatus"] = document["credentialStatus"] * 3

    assert world.verify(world.token(as_claims(document)))["status"].code == "entries"


@pytest.mark.parametrize("purpose", ["refresh", "message"])
def test_purposes_without_bearing_on_validity_are_passed_over(world: Any, document: Any, purpose: str):
    document["credentialStatus"][1]["statusPurpose"] = purpose

    assert world.verify(world.signed(document)).verdict is Verdict.GOOD


def test_a_list_as_a_token_is_read_and_a_changed_one_is_unknown(world: Any, honest: Any):
    """B62."""
    world.publish(REVOCATION, REVOKED)
    listed = json.loads(world.lists[REVOCATION_URL])
    del listed["proof"]
    world.lists[REVOCATION_URL] = world.token(listed, typ="vc+jwt").encode()
    assert world.verify(honest.json).verdict is Verdict.REVOKED

    head, _, signature = world.lists[REVOCATION_URL].split(b".")
    listed["credentialSubject"]["encodedList"] = packed(bytes(16_384))
    body = base64.urlsafe_b64encode(json.dumps(listed).encode()).rstrip(b"=")
    world.lists[REVOCATION_URL] = b".".join((head, body, signature))
    cannot_tell(world.verify(honest.json), "list_proof")


def as_claims(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the payload of a token, which signs its letters whatever they mean."""
    plain = {name: value for name, value in document.items() if name != "proof"}
    moments = {
        claim: int(datetime.fromisoformat(document[name]).astimezone(UTC).timestamp())
        for claim, name in (("nbf", "validFrom"), ("exp", "validUntil"))
    }
    names = {"iss": document["issuer"]["id"], "jti": document["id"], "sub": document["credentialSubject"]["id"]}
    return plain | names | moments
