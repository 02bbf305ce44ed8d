"""Endorsements: alone, inside a badge, as documents and as tokens; each has a verdict of its own (OB3-45)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from app.credentials.report import Outcome, Report, Verdict
from app.credentials.verify import KeyFound, Unreachable

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
ENDORSER = "did:web:evil.example"  # a stranger who is honest here, and whose keys are published
WHERE = {
    "the badge": "",
    "the achievement": "credentialSubject/achievement",
    "the issuer": "issuer",
    "the creator": "credentialSubject/achievement/creator",
}


@pytest.fixture
def endorser(world: Any, stranger: Any) -> Any:
    """The stranger's keys, published."""
    for key in (stranger.embedded, stranger.token):
        world.keys[key.verification_method] = KeyFound(key.public_jwk, controller=ENDORSER)
    return stranger


def endorsement(about: str, **changes: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXTS,
        "id": "https://evil.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": ENDORSER, "type": ["Profile"], "name": "Board of Nursing"},
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2040-01-01T00:00:00Z",
        "name": "Endorsement",
        "credentialSubject": {"id": about, "type": ["EndorsementSubject"], "endorsementComment": "Good training."},
    } | changes


def claims_of(credential: dict[str, Any]) -> dict[str, Any]:
    return credential | {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": 1_767_225_600,
        "exp": 2_208_988_800,
    }


def at(document: dict[str, Any], path: str) -> Any:
    for name in filter(None, path.split("/")):
        document = document[name]
    return document


def with_endorsement(world: Any, document: Any, inside: Any, *, path: str = "", member: str = "endorsement") -> Report:
    at(document, path)[member] = [inside]
    return world.verify(world.signed(document))


def test_an_endorsement_alone_is_good_and_says_what_it_says(world: Any, endorser: Any):
    report = world.verify(world.signed(endorsement("https://badges.example/achievements/bls/v1"), keys=endorser))

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert report.credential.standard == "Open Badges 3.0 endorsement"
    assert (report.credential.title, report.credential.endorsement_comment) == ("Endorsement", "Good training.")
    assert report.credential.subject_id == "https://badges.example/achievements/bls/v1"
    assert report.sentence.startswith("This endorsement is good until 1 January 2040.")


def test_its_tampered_twin_is_broken(world: Any, endorser: Any):
    signed = world.signed(endorsement("https://badges.example/achievements/bls/v1"), keys=endorser)
    signed["credentialSubject"]["endorsementComment"] = "The best training."

    assert world.verify(signed).verdict is Verdict.BROKEN


@pytest.mark.parametrize("path", WHERE.values(), ids=WHERE)
def test_an_endorsement_inside_is_judged_by_itself_wherever_it_is_attached(
    world: Any, document: Any, endorser: Any, path: str
):
    about = at(document, path)["id"]

    report = with_endorsement(world, document, world.signed(endorsement(about), keys=endorser), path=path)

    assert report.verdict is Verdict.GOOD, report.to_dict()
    (found,) = report.endorsements
    assert found.place == f"/{path}/endorsement/0".replace("//", "/")
    assert (found.report.verdict, found.report.credential.signed_by) == (Verdict.GOOD, "evil.example")


@pytest.mark.parametrize("path", WHERE.values(), ids=WHERE)
def test_an_endorsement_as_a_token_is_judged_by_itself_too(world: Any, document: Any, endorser: Any, path: str):
    """B62: an endorsement as a token once crashed a validator."""
    claims = claims_of(endorsement(at(document, path)["id"]))
    token = world.token(claims, key=endorser.token)

    report = with_endorsement(world, document, token, path=path, member="endorsementJwt")

    assert (report.verdict, report.endorsements[0].report.verdict) == (Verdict.GOOD, Verdict.GOOD)
    flipped = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    report = with_endorsement(world, document, flipped, path=path, member="endorsementJwt")
    assert (report.verdict, report.endorsements[0].report.verdict) == (Verdict.GOOD, Verdict.BROKEN)


def test_a_change_to_an_endorsement_breaks_the_badge_that_signed_it_as_it_was(world: Any, document: Any, endorser: Any):
    document["endorsement"] = [world.signed(endorsement(document["id"]), keys=endorser)]
    signed = world.signed(document)
    signed["endorsement"][0]["credentialSubject"]["endorsementComment"] = "The best training."

    assert world.verify(signed).verdict is Verdict.BROKEN


def broken(world: Any, about: str, endorser: Any, how: str) -> dict[str, Any]:
    signed = world.signed(endorsement(about), keys=endorser)
    match how:
        case "changed":
            signed["credentialSubject"]["endorsementComment"] = "The best training."
        case "without a proof":
            del signed["proof"]
        case "of nobody":
            signed = world.signed(
                endorsement(about, issuer={"id": "did:web:nobody.example", "type": ["Profile"]}), keys=endorser
            )
        case "ended":
            signed = world.signed(endorsement(about, validUntil="2026-05-01T00:00:00Z"), keys=endorser)
        case "to come":
            signed = world.signed(endorsement(about, validFrom="2030-05-01T00:00:00Z"), keys=endorser)
        case "about another":
            signed = world.signed(endorsement("https://evil.example/achievements/other"), keys=endorser)
        case "without contexts":
            del signed["@context"]
        case "no endorsement":
            signed["type"] = ["VerifiableCredential"]
    return signed


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("changed", (Verdict.BROKEN, "proof", "signature_invalid")),
        ("without a proof", (Verdict.BROKEN, "proof", "missing")),
        ("of nobody", (Verdict.BROKEN, "issuer", "issuer_differs")),
        ("ended", (Verdict.EXPIRED, "dates", "expired")),
        ("to come", (Verdict.NOT_YET_VALID, "dates", "not_yet_valid")),
        ("about another", (Verdict.WRONG_PERSON, "recipient", "endorses_another")),
        ("without contexts", (Verdict.BROKEN, "context", "context_missing")),
        ("no endorsement", (Verdict.UNREADABLE, "schema", "out_of_place")),
    ],
)
def test_an_endorsement_that_does_not_hold_is_shown_as_such_and_the_badge_stays_good(
    world: Any, document: Any, endorser: Any, how: str, found: tuple[Verdict, str, str]
):
    verdict, check, code = found
    report = with_endorsement(world, document, broken(world, document["id"], endorser, how))

    (inside,) = report.endorsements
    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert (inside.report.verdict, inside.report[check].code) == (verdict, code)
    assert not inside.report.is_good
    assert (inside.report.credential is None) is (verdict in {Verdict.BROKEN, Verdict.UNREADABLE})


def test_an_endorsement_whose_issuer_cannot_be_reached_cannot_be_told(world: Any, document: Any, stranger: Any):
    world.keys[stranger.embedded.verification_method] = Unreachable()

    report = with_endorsement(world, document, world.signed(endorsement(document["id"]), keys=stranger))

    assert report.endorsements[0].report.verdict is Verdict.CANNOT_TELL


def test_a_badge_inside_in_place_of_an_endorsement_is_out_of_place(world: Any, document: Any):
    inside = world.signed(copy.deepcopy(document) | {"id": "https://badges.example/b/other"})

    report = with_endorsement(world, document, inside)

    assert report.endorsements[0].report["schema"].code == "out_of_place"


def test_an_endorsement_of_an_endorser_is_judged_too(world: Any, document: Any, endorser: Any):
    inner = world.signed(endorsement(ENDORSER, id="urn:x:inner"), keys=endorser)
    outer = endorsement(document["id"])
    outer["issuer"]["endorsement"] = [inner]

    report = with_endorsement(world, document, world.signed(outer, keys=endorser))

    (found,) = report.endorsements
    assert found.report.endorsements[0].report.verdict is Verdict.GOOD


def test_more_endorsements_than_are_looked_at_are_never_called_good(world: Any, document: Any, endorser: Any):
    token = world.token(claims_of(endorsement(document["id"])), key=endorser.token)
    document["endorsementJwt"] = [token] * 25

    report = world.verify(world.signed(document))

    verdicts = [found.report.verdict for found in report.endorsements]
    assert verdicts == [Verdict.GOOD] * 20 + [Verdict.CANNOT_TELL]
    assert report.endorsements[-1].report["format"].code == "too_many"


def test_nothing_inside_a_broken_badge_is_asked_about(world: Any, document: Any, endorser: Any):
    document["endorsement"] = [world.signed(endorsement(document["id"]), keys=endorser)]
    signed = world.signed(document) | {"name": "Changed"}
    world.asked.clear()

    report = world.verify(signed)

    assert report.endorsements == ()
    assert not any("evil" in asked for asked in world.asked)


@pytest.mark.parametrize(
    "content", ["a.b.c", "", "<svg xmlns='http://www.w3.org/2000/svg'/>", "{}", "https://evil.example"]
)
def test_a_text_that_is_no_token_is_no_endorsement(world: Any, document: Any, content: str):
    report = with_endorsement(world, document, content, member="endorsementJwt")

    assert (report.verdict, report.endorsements[0].report.verdict) == (Verdict.GOOD, Verdict.UNREADABLE)


def test_the_report_for_programs_has_each_endorsement_with_its_place(world: Any, document: Any, endorser: Any):
    report = with_endorsement(world, document, world.signed(endorsement(document["id"]), keys=endorser))

    answer = json.loads(json.dumps(report.to_dict()))
    (found,) = answer["endorsements"]
    assert (found["place"], found["verdict"]) == ("/endorsement/0", "good")
    assert found["credential"]["endorsement_comment"] == "Good training."


# -- contexts inside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contexts", "code"),
    [
        ([*CONTEXTS, "https://evil.example/context"], "context_unknown"),
        ([*CONTEXTS, {"name": "https://schema.org/description"}], "context_inline"),
        ({"@vocab": "https://evil.example/"}, "context_missing"),
        (None, "context_missing"),
        ([], "context_missing"),
        (CONTEXTS[::-1], "context_order"),
        ([*CONTEXTS, CONTEXTS[1]], "context_order"),
        ("https://evil.example/context", "context_unknown"),
    ],
)
def test_a_credential_inside_may_name_known_contexts_and_no_others(
    world: Any, document: Any, endorser: Any, contexts: Any, code: str
):
    inside = world.signed(endorsement(document["id"]), keys=endorser) | {"@context": contexts}
    signed = world.signed(document) | {"endorsement": [inside]}

    report = world.verify(signed)

    assert report["context"].code == code
    assert not report.is_good


@pytest.mark.parametrize("path", ["credentialSubject", "issuer", "evidence/0", "credentialSubject/achievement/image"])
def test_contexts_anywhere_else_are_refused(world: Any, document: Any, path: str):
    holder: Any = document
    for name in path.split("/"):
        holder = holder[int(name) if name.isdigit() else name]
    holder["@context"] = CONTEXTS

    report = world.verify(document)

    assert (report["context"].outcome, report["context"].code) == (Outcome.FAILED, "keyword_forbidden")


def test_contexts_deeper_in_a_credential_inside_are_refused(world: Any, document: Any, endorser: Any):
    inside = world.signed(endorsement(document["id"]), keys=endorser)
    inside["credentialSubject"]["@context"] = CONTEXTS

    report = world.verify(world.signed(document) | {"endorsement": [inside]})

    assert report["context"].code == "keyword_forbidden"


def test_more_credentials_inside_one_another_than_are_read_cannot_be_told(world: Any, document: Any):
    inside: dict[str, Any] = endorsement("urn:x:0")
    for number in range(3):
        inside = endorsement(f"urn:x:{number}", endorsement=[inside])

    assert world.verify(document | {"endorsement": [inside]})["context"].code == "too_complex"
    assert world.verify(document | {"endorsement": [endorsement("urn:x:0")] * 21})["context"].code == "too_complex"
