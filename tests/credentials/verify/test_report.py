"""What a whole report says of badges that are good, and of their twins that are not."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from app.credentials.baking import bake
from app.credentials.model import StatusPurpose
from app.credentials.report import Outcome, Verdict, domain_of

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
STEPS = ["format", "schema", "context", "proof", "issuer", "dates", "status", "superseded"]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format="PNG")
    return out.getvalue()


def test_a_good_badge_passes_every_check_in_the_order_of_the_standard(world: Any, honest: Any):
    report = world.verify(honest.json)

    assert [check.name for check in report.checks] == STEPS
    assert {check.outcome for check in report.checks} == {PASSED}
    assert (report.verdict, report.is_good) == (Verdict.GOOD, True)


@pytest.mark.parametrize(
    "form", ["json", "token", "picture of json", "picture of token", "text", "with mark and blanks"]
)
def test_every_form_of_a_good_badge_is_good(world: Any, honest: Any, form: str):
    document = {
        "json": honest.json,
        "token": honest.jwt,
        "picture of json": bake(picture(), honest.json),
        "picture of token": bake(picture(), honest.jwt),
        "text": honest.jwt.decode(),
        "with mark and blanks": b"\xef\xbb\xbf\n " + honest.json + b"\r\n",
    }[form]

    assert world.verify(document).verdict is Verdict.GOOD


@pytest.mark.parametrize("form", ["json", "token", "picture"])
def test_every_form_of_a_changed_badge_is_broken(world: Any, honest: Any, form: str):
    changed = honest.json.replace(b"Basic Life", b"Extra Life")
    document = {
        "json": changed,
        "token": world.token({**json.loads(changed), "nbf": 0}),
        "picture": bake(picture(), changed),
    }[form]

    report = world.verify(document)

    assert report.verdict is Verdict.BROKEN
    assert report.credential is None


def test_a_good_badge_is_described_in_a_sentence_with_a_date_in_words(world: Any, honest: Any):
    assert world.verify(honest.json).sentence == (
        "This badge is good until 1 March 2046. It was signed by badges.example and has not been changed since."
    )


def test_a_badge_without_an_end_says_so(world: Any):
    assert "has no end date" in world.verify(world.badge(valid_until=None).json).sentence


def test_the_facts_are_those_of_the_signed_document(world: Any, honest: Any):
    facts = world.verify(honest.json).credential

    assert (facts.issuer_id, facts.signed_by) == ("did:web:badges.example:issuers:st-elsewhere", "badges.example")
    assert (facts.achievement_name, facts.human_code) == ("Basic Life Support", "BLS")
    assert facts.awarded_date == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert facts.valid_from == datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


def test_json_token_and_picture_of_one_badge_give_the_same_facts(world: Any, honest: Any):
    forms = (honest.json, honest.jwt, bake(picture(), honest.jwt))

    assert len({json.dumps(world.verify(form).credential.to_dict()) for form in forms}) == 1


def test_the_holders_name_is_shown_when_the_badge_states_it(world: Any, make_recipient: Any):
    badge = world.badge(recipient=make_recipient(name="Šárka Nguyễn-O'Brien"))

    assert world.verify(badge.json).credential.holder_names == ("Šárka Nguyễn-O'Brien",)


def test_the_holders_name_is_not_made_up_from_a_hash(world: Any, honest: Any):
    assert world.verify(honest.json).credential.holder_names == ()


def test_the_report_for_programs_is_json_and_repeats_no_unsigned_member(world: Any, document: Any):
    document["proof"][0]["note"] = "unsigned"

    answer = json.dumps(world.verify(document).to_dict())

    assert "unsigned" not in answer
    assert json.loads(answer)["verdict"] == "broken"


def test_the_report_for_programs_writes_moments_in_rfc_3339(world: Any, honest: Any):
    answer = world.verify(honest.json).to_dict()

    assert answer["credential"]["valid_from"] == "2026-03-01T09:05:00Z"
    assert answer["checks"][0] == {
        "name": "format", "outcome": "passed", "code": "json",
        "sentence": "There is one badge in it, and it can be read.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("issuer_id", "domain"),
    [
        ("did:web:badges.example:issuers:a", "badges.example"),
        ("did:web:localhost%3A8000:issuers:a", "localhost:8000"),
        ("https://badges.example/issuers/a", "badges.example"),
        ("did:key:z6MkExample", "did:key:z6MkExample"),
        ("urn:uuid:6f2e33e5", "urn:uuid:6f2e33e5"),
        ("https://[", "https://["),
        ("urn:\u202egpj.exe", "urn:gpj.exe"),
    ],
)
def test_an_issuer_is_shown_by_its_domain(issuer_id: str, domain: str):
    assert domain_of(issuer_id) == domain


# -- dates --------------------------------------------------------------------------------------------------

BEGIN = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
END = datetime(2046, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "verdict", "code"),
    [
        (BEGIN - SECOND, Verdict.NOT_YET_VALID, "not_yet_valid"),
        (BEGIN, Verdict.GOOD, "within"),
        (END - SECOND, Verdict.GOOD, "within"),
        (END, Verdict.EXPIRED, "expired"),
        (END + SECOND, Verdict.EXPIRED, "expired"),
    ],
)
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_badge_is_good_from_its_first_second_to_the_one_before_its_last(
    world: Any, honest: Any, *, form: str, now: datetime, verdict: Verdict, code: str
):
    report = world.verify(getattr(honest, form), now=now)

    assert (report.verdict, report["dates"].code) == (verdict, code)
    assert report["proof"].outcome is PASSED


def test_an_ended_badge_says_until_when_it_was_good(world: Any, honest: Any):
    sentence = world.verify(honest.json, now=END).sentence

    assert sentence.startswith("This badge has ended. It was good until 1 March 2046.")


def test_moving_the_end_of_a_badge_breaks_it(world: Any, document: Any):
    document["validUntil"] = "2099-01-01T00:00:00Z"

    report = world.verify(document, now=END)

    assert report.verdict is Verdict.BROKEN
    assert report["dates"].code == "not_checked"


@pytest.mark.parametrize(
    "value",
    ["2026-13-01T00:00:00Z", "2026-03-01", "2026-03-01T09:05:00", "9999-12-31T23:59:59.999999999Z",
     "2026-06-30T23:59:60Z", "yesterday", 5, ["2026-03-01T09:05:00Z"], None, {}],
)  # fmt: skip
@pytest.mark.parametrize("member", ["validFrom", "validUntil", "awardedDate"])
def test_a_date_that_is_none_is_reported_and_never_good(world: Any, document: Any, member: str, value: Any):
    document[member] = value

    report = world.verify(document)

    assert report["schema"].outcome is FAILED
    assert report.verdict in (Verdict.BROKEN, Verdict.UNREADABLE)


@pytest.mark.parametrize("offset", ["+14:00", "-12:00", "+05:45"])
def test_dates_count_in_their_own_zone(world: Any, document: Any, offset: str):
    signed = world.signed(document | {"validUntil": f"2030-01-01T00:00:00{offset}"})
    end = datetime.fromisoformat(f"2030-01-01T00:00:00{offset}")

    assert world.verify(signed, now=end.astimezone(UTC) - SECOND).verdict is Verdict.GOOD
    assert world.verify(signed, now=end.astimezone(UTC)).verdict is Verdict.EXPIRED


# -- recipient ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recipient",
    ["maria.garcia@st-elsewhere.example", " Maria.Garcia@ST-ELSEWHERE.example ",
     "urn:uuid:0f5b7f3e-5d62-4a0f-9a6e-1f0d6b8f3c11"],
)  # fmt: skip
def test_the_right_person_is_recognised_however_they_write_their_address(world: Any, honest: Any, recipient: str):
    report = world.verify(honest.json, recipient=recipient)

    assert report["recipient"].outcome is PASSED
    assert report.verdict is Verdict.GOOD


def test_another_persons_address_is_the_wrong_person(world: Any, honest: Any):
    report = world.verify(honest.json, recipient="ana@st-elsewhere.example")

    assert report["recipient"].outcome is FAILED
    assert report.verdict is Verdict.WRONG_PERSON
    assert "not awarded to the person" in report.sentence


@pytest.mark.parametrize("recipient", ["", "12345", "Maria Garcia"])
def test_a_badge_that_does_not_state_such_an_identifier_cannot_tell(world: Any, honest: Any, recipient: str):
    report = world.verify(honest.json, recipient=recipient)

    assert report["recipient"].outcome is UNKNOWN
    assert report.verdict is Verdict.CANNOT_TELL


def test_a_name_is_no_proof_of_who_somebody_is(world: Any, make_recipient: Any):
    badge = world.badge(recipient=make_recipient(name="Maria Garcia"))

    assert world.verify(badge.json, recipient="Maria Garcia")["recipient"].outcome is UNKNOWN


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ({"hashed": False, "identityHash": "Ana@Example.com"}, PASSED),
        ({"hashed": True, "identityHash": "md5$0800fc577294c34e0b28ad2839435945"}, UNKNOWN),
        ({"hashed": True, "identityHash": "sha256$00"}, FAILED),
        (
            {
                "hashed": True,
                "salt": "Kosher",
                "identityHash": "sha256$B5809D8A92F8858436D7E6B87C12EBC0AE1EAC4BAECC2C0B913AEE2C922EF399",
            },
            FAILED,
        ),
    ],
)
def test_identities_of_other_issuers_are_compared(world: Any, document: Any, entry: Any, outcome: Outcome):
    document["credentialSubject"]["identifier"] = [{"type": "IdentityObject", "identityType": "emailAddress", **entry}]

    report = world.verify(world.signed(document), recipient="ana@example.com")

    assert report["recipient"].outcome is outcome


def test_the_standards_own_example_of_a_hash_matches(world: Any, document: Any):
    entry = document["credentialSubject"]["identifier"][0]
    entry |= {"salt": "Kosher",
              "identityHash": "sha256$B5809D8A92F8858436D7E6B87C12EBC0AE1EAC4BAECC2C0B913AEE2C922EF399"}  # fmt: skip

    assert world.verify(world.signed(document), recipient="a@example.com")["recipient"].outcome is PASSED


def test_a_changed_badge_is_broken_whoever_is_asked_about(world: Any, document: Any):
    document["credentialSubject"]["id"] = "urn:uuid:00000000-0000-4000-8000-000000000000"

    report = world.verify(document, recipient="urn:uuid:00000000-0000-4000-8000-000000000000")

    assert report.verdict is Verdict.BROKEN
    assert report["recipient"].code == "not_checked"


# -- precedence ---------------------------------------------------------------------------------------------


def test_withdrawn_goes_before_ended_and_ended_before_wrong_person(world: Any, honest: Any):
    asked = {"now": END, "recipient": "ana@st-elsewhere.example"}

    assert world.verify(honest.json, **asked).verdict is Verdict.EXPIRED
    world.publish(StatusPurpose.REVOCATION, 94_567)
    assert world.verify(honest.json, **asked).verdict is Verdict.REVOKED


def test_ended_goes_before_a_status_that_cannot_be_had(world: Any, honest: Any):
    world.lists.clear()

    assert world.verify(honest.json, now=END).verdict is Verdict.EXPIRED
    assert world.verify(honest.json).verdict is Verdict.CANNOT_TELL
