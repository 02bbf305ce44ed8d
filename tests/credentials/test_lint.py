"""Every rule has an example that breaks it, and a right document breaks none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from app.credentials import clr, extensions, ob3
from app.credentials.endorsement import endorsement_document
from app.credentials.lint import RULES, SAFE_MODE, lint
from tests.credentials.extended import accredited, assessed

Document = dict[str, Any]
Break = Callable[[Document], Any]

SUBJECT = ("credentialSubject",)
ACHIEVEMENT = ("credentialSubject", "achievement")
ASSESSED = (*ACHIEVEMENT, "resultDescription", 1)
ENTRY = ("credentialStatus", 0)
IN_SPANISH = {"id": "https://badges.example/achievements/bls/v1/es", "type": ["Related"], "version": "1"}
IDENTITY = ("credentialSubject", "identifier", 0)


def put(*path: Any, value: Any) -> Break:
    """Set the member at a path."""

    def apply(document: Document) -> None:
        here: Any = document
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = value

    return apply


def drop(*path: Any) -> Break:
    """Take the member at a path away."""

    def apply(document: Document) -> None:
        here: Any = document
        for step in path[:-1]:
            here = here[step]
        del here[path[-1]]

    return apply


BROKEN_BADGES: list[tuple[str, Break]] = [
    ("OB3-01", put("@context", value=list(reversed(ob3.CONTEXTS)))),
    ("OB3-02", put("@context", value=list(ob3.CONTEXTS[:2]))),
    ("OB3-03", put("grade", value="A+")),
    ("OB3-03", put(*SUBJECT, "favouriteColour", value="red")),
    ("OB3-03", put("type", value=["VerifiableCredential", "OpenBadgeCredential", "Diplom"])),
    ("OB3-03", put(*ACHIEVEMENT, "id", value="achievements/bls")),
    ("OB3-03", put(*ACHIEVEMENT, "@index", value="x")),
    ("OB3-03", put("@context", value=[*ob3.CONTEXTS, {"over18": "https://x.example/no"}])),
    ("OB3-03", put("@context", value=[*ob3.CONTEXTS, "https://evil.example/c"])),
    ("OB3-04", put("type", value=["VerifiableCredential"])),
    ("OB3-05", drop("id")),
    ("OB3-05", put("id", value="b/1")),
    ("OB3-06", put("issuer", value="did:web:badges.example")),
    ("OB3-06", drop("issuer", "name")),
    ("OB3-07", drop("validFrom")),
    ("OB3-07", put("validFrom", value="2026-03-01T09:05:00")),
    ("OB3-07", put("awardedDate", value="2026-03-01T09:05:00.123Z")),
    ("OB3-07", put("validUntil", value="2026-02-30T00:00:00Z")),
    ("OB3-07", put(*SUBJECT, "activityEndDate", value="2026-03-01")),
    ("OB3-08", put("validUntil", value="2026-03-01T09:05:00Z")),
    ("OB3-09", put("credentialSubject", value=[])),
    ("OB3-09", put(*SUBJECT, "type", value=["Person"])),
    ("OB3-10", drop(*SUBJECT, "id")),
    ("OB3-11", drop(*ACHIEVEMENT, "description")),
    ("OB3-11", put(*ACHIEVEMENT, "type", value=["Badge"])),
    ("OB3-12", put(*ACHIEVEMENT, "criteria", value={"narrative": " "})),
    ("OB3-13", put(*IDENTITY, "hashed", value="true")),
    ("OB3-13", put(*IDENTITY, "type", value=["IdentityObject"])),
    ("OB3-14", put(*IDENTITY, "identityHash", value="md5$d41d8cd98f00b204e9800998ecf8427e")),
    ("OB3-15", drop(*IDENTITY, "salt")),
    ("OB3-15", put(*IDENTITY, "salt", value="Kosher")),
    ("OB3-15", put(*IDENTITY, "salt", value="0123456789abcdef")),
    ("OB3-16", put(*ACHIEVEMENT, "image", value="https://badges.example/a.png")),
    ("OB3-17", put(*ACHIEVEMENT, "achievementType", value="Microcredential")),
    ("OB3-17", put(*ACHIEVEMENT, "alignment", 0, "targetType", value="ext:asn:Skill")),
    ("OB3-18", drop(*ACHIEVEMENT, "alignment", 0, "targetUrl")),
    ("OB3-19", put(*SUBJECT, "result", 0, "resultDescription", value="https://badges.example/other")),
    ("OB3-19", put(*SUBJECT, "result", 0, "status", value="Passed")),
    ("OB3-19", put(*ACHIEVEMENT, "resultDescription", 0, "resultType", value="Status")),
    ("OB3-19", drop(*SUBJECT, "result", 0, "value")),
    ("OB3-20", put(*ACHIEVEMENT, "tag", value="resuscitation")),
    ("OB3-21", put("description", value=None)),
    ("OB3-21", put(*ACHIEVEMENT, "related", value=[])),
    ("OB3-21", put(*ACHIEVEMENT, "creditsAvailable", value="3")),
    ("OB3-22", put(*ACHIEVEMENT, "image", "width", value=400)),
    ("OB3-22", put(*IDENTITY, "name", value="Maria")),
    ("OB3-23", put("credentialSchema", 0, "type", value="JsonSchema")),
    ("OB3-25", put(*ACHIEVEMENT, "ext:ward", value="ICU")),
    ("OB3-26", put("proof", value=[])),
    ("OB3-32", put("exp", value=1)),
    ("OB3-55", put(*ENTRY, "statusListIndex", value=94567)),
    ("OB3-55", put(*ENTRY, "statusListIndex", value="1e3")),
    ("OB3-55", put(*ENTRY, "statusPurpose", value="message")),
    ("OB3-55", put(*ENTRY, "id", value="https://badges.example/status/r1")),
    ("OB3-55", put(*ENTRY, "type", value="1EdTechRevocationList")),
    ("OB3-55", put("credentialStatus", value={"type": "BitstringStatusListEntry"})),
    ("OB3-76", put(*ACHIEVEMENT, "related", value=[{"type": ["Related"], "id": "badge-class"}])),
    ("OB3-76", put(*ACHIEVEMENT, "related", value=[IN_SPANISH | {"inLanguage": "Spanish"}])),
    ("OB3-76", put(*ACHIEVEMENT, "related", value=[IN_SPANISH | {"inLanguage": "es-mx"}])),
    ("OB3-76", put(*ACHIEVEMENT, "related", value=[{"type": ["Achievement"], "id": "https://x.example/b"}])),
    ("OB3-76", put(*ACHIEVEMENT, "related", value=[{"type": ["Related", "BadgeClass"], "id": "https://x.example/b"}])),
    ("OB3-77", drop("awardedDate")),
    ("OB3-77", drop("name")),
    ("EVIDENCE-01", put("evidence", 0, "type", value=["Proof"])),
    ("OB3-21", put(*ACHIEVEMENT, "tag", value=["emergency", None])),
    ("OB3-87", put("evidence", 0, "id", value="data:text/plain,observed")),
    ("PRIVACY-01", put(*SUBJECT, "id", value="mailto:maria.garcia@st-elsewhere.example")),
    ("PRIVACY-02", put(*IDENTITY, "hashed", value=False)),
    ("PRIVACY-03", put(*SUBJECT, "id", value="urn:uuid:0191d6c0-5d62-7a0f-9a6e-1f0d6b8f3c11")),
    ("PROFILE-01", put(*ACHIEVEMENT, "creator", "id", value="St Elsewhere")),
    ("EXT-01", drop("issuer", extensions.ACCREDITATIONS, 0, extensions.CONTACT_INSTRUCTIONS)),
    ("EXT-01", drop("issuer", extensions.ACCREDITATIONS)),
    ("EXT-02", put(*ASSESSED, extensions.ASSESSMENT_TYPE, value="Interview")),
    ("EXT-02", drop(*ASSESSED, extensions.ASSESSMENT_OUTPUT)),
    ("EXT-02", put(*ASSESSED, extensions.HAS_GROUP_EVALUATION, value="no")),
    ("RESULT-01", drop(*ACHIEVEMENT, "resultDescription", 0, "name")),
    ("TEXT-01", put(*ACHIEVEMENT, "description", value="Resuscitates\x0b an adult")),
]

BROKEN_ENDORSEMENTS: list[tuple[str, Break]] = [
    ("OB3-01", put("@context", value=list(reversed(ob3.CONTEXTS)))),
    ("OB3-02", put("@context", value=list(ob3.CONTEXTS[:2]))),
    ("OB3-03", put(*SUBJECT, "favouriteColour", value="red")),
    ("OB3-06", drop("issuer", "name")),
    ("OB3-08", put("validUntil", value="2026-03-01T09:05:00Z")),
    ("OB3-20", put("endorsementJwt", value="ey")),
    ("OB3-23", put("credentialSchema", 0, "type", value="JsonSchema")),
    ("OB3-45", put("endorsement", value=[{"type": ["VerifiableCredential", "EndorsementCredential"]}])),
    ("OB3-45", put("endorsementJwt", value=["ey"])),
    ("OB3-55", put("credentialStatus", "statusListIndex", value=1)),
    ("ENDORSEMENT-01", put("type", value=["EndorsementCredential"])),
    ("ENDORSEMENT-01", put(*SUBJECT, "type", value=["AchievementSubject"])),
    ("ENDORSEMENT-01", put(*SUBJECT, "id", value="bls")),
    ("ENDORSEMENT-01", put(*SUBJECT, "endorsementComment", value=7)),
    ("NAME-01", drop("name")),
]

BROKEN_RECORDS: list[tuple[str, Break]] = [
    ("CLR-01", put("@context", value=[clr.CONTEXTS[0], clr.CONTEXTS[2], clr.CONTEXTS[1], clr.CONTEXTS[3]])),
    ("CLR-02", put("type", value=["ClrCredential"])),
    ("CLR-02", put(*SUBJECT, "verifiableCredential", value=[])),
    ("CLR-02", drop(*SUBJECT, "verifiableCredential", 0, "proof")),
    ("CLR-02", put(*SUBJECT, "type", value=["AchievementSubject"])),
    ("NAME-01", put("name", value=" ")),
    ("OB3-03", put(*SUBJECT, "favouriteColour", value="red")),
    ("OB3-14", put(*IDENTITY, "identityHash", value="md5$d41d8cd98f00b204e9800998ecf8427e")),
    ("PRIVACY-02", put(*IDENTITY, "hashed", value=False)),
    ("PRIVACY-03", put(*SUBJECT, "id", value="urn:uuid:0191d6c0-5d62-7a0f-9a6e-1f0d6b8f3c11")),
]

BROKEN_LISTS: list[tuple[str, Break]] = [
    ("OB3-07", drop("validFrom")),
    ("OB3-56", put("type", value=["BitstringStatusListCredential"])),
    ("OB3-56", put(*SUBJECT, "statusPurpose", value=["revocation", "suspension"])),
    ("OB3-56", put(*SUBJECT, "id", value="https://badges.example/status/r1")),
    ("OB3-56", put("issuer", value={"id": "did:web:badges.example"})),
    ("OB3-57", put(*SUBJECT, "encodedList", value="H4sIAAAA")),
    ("OB3-03", put(*SUBJECT, "revoked", value=True)),
]


@pytest.fixture(scope="module")
def badge(make_award, make_issuer, make_achievement):
    """A badge of an accredited issuer that says how it was assessed, so that every rule has something to look at."""
    return ob3.credential_document(make_award(issuer=accredited(make_issuer), achievement=assessed(make_achievement)))


@pytest.fixture(scope="module")
def status_list(make_status_list):
    return ob3.status_list_document(
        make_status_list(), "uH4sIAAAAAAAC_-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    )


@pytest.fixture(scope="module")
def endorsement(make_endorsement):
    return endorsement_document(make_endorsement())


@pytest.fixture(scope="module")
def record(make_record):
    return clr.record_document(make_record())


def rules_broken(document: Document, spoil: Break) -> set[str]:
    spoilt = copy.deepcopy(document)
    spoil(spoilt)
    return {finding.rule for finding in lint(spoilt)}


def test_a_right_badge_breaks_no_rule(badge):
    assert lint(badge) == ()


def test_a_right_status_list_breaks_no_rule(status_list):
    assert lint(status_list) == ()


@pytest.mark.parametrize(("rule", "spoil"), BROKEN_BADGES, ids=[f"{r}-{n}" for n, (r, _) in enumerate(BROKEN_BADGES)])
def test_a_badge_that_breaks_a_rule_is_found(badge, rule, spoil):
    assert rule in rules_broken(badge, spoil)


@pytest.mark.parametrize(("rule", "spoil"), BROKEN_LISTS, ids=[f"{r}-{n}" for n, (r, _) in enumerate(BROKEN_LISTS)])
def test_a_status_list_that_breaks_a_rule_is_found(status_list, rule, spoil):
    assert rule in rules_broken(status_list, spoil)


def test_a_right_endorsement_and_a_right_record_break_no_rule(endorsement, record):
    assert lint(endorsement) == lint(record) == ()


@pytest.mark.parametrize(
    ("rule", "spoil"), BROKEN_ENDORSEMENTS, ids=[f"{r}-{n}" for n, (r, _) in enumerate(BROKEN_ENDORSEMENTS)]
)
def test_an_endorsement_that_breaks_a_rule_is_found(endorsement, rule, spoil):
    assert rule in rules_broken(endorsement, spoil)


@pytest.mark.parametrize(("rule", "spoil"), BROKEN_RECORDS, ids=[f"{r}-{n}" for n, (r, _) in enumerate(BROKEN_RECORDS)])
def test_a_record_that_breaks_a_rule_is_found(record, rule, spoil):
    assert rule in rules_broken(record, spoil)


def test_what_was_signed_earlier_is_not_held_against_the_record_that_holds_it(record):
    inside = (*SUBJECT, "verifiableCredential", 0, "credentialSubject", "achievement", "achievementType")

    assert rules_broken(record, put(*inside, value="Microcredential")) == set()


def test_every_rule_has_an_example_here_and_names_its_clause():
    examples = {rule for rule, _ in BROKEN_BADGES + BROKEN_ENDORSEMENTS + BROKEN_RECORDS + BROKEN_LISTS}

    assert examples == {rule.name for rule in RULES} | {SAFE_MODE}
    assert all(len(rule.clause) > 10 for rule in RULES)


def test_a_finding_says_where_and_what(badge):
    spoilt = copy.deepcopy(badge)
    spoilt["credentialSubject"]["achievement"]["image"]["width"] = 400

    finding = next(finding for finding in lint(spoilt) if finding.rule == "OB3-22")

    assert finding.pointer == "/credentialSubject/achievement/image/width"
    assert "Image" in finding.sentence


@pytest.mark.parametrize("wrong", [None, 7, "text", [], {}, [[1]], {"type": 3}, [None]])
def test_no_shape_of_a_part_makes_the_lint_stumble(badge, endorsement, record, wrong):
    for document in (badge, endorsement, record):
        subject = document["credentialSubject"]
        for name in {*document, "endorsement"}:
            assert isinstance(lint({**document, name: wrong}), tuple)
        for name in subject:
            assert isinstance(lint({**document, "credentialSubject": {**subject, name: wrong}}), tuple)
