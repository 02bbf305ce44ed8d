"""Words that are not what they seem, and badges that are not complete (T9-T12, OB3-03 to OB3-22)."""

from __future__ import annotations

import copy
import json
import socket
from typing import Any

import pytest

from app.credentials.model import StatusPurpose
from app.credentials.report import Outcome, Verdict
from app.credentials.verify.facts import extract

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
STATUS_TERM = "https://www.w3.org/2018/credentials#credentialStatus"


def at(document: dict[str, Any], path: str) -> Any:
    for name in filter(None, path.split("/")):
        document = document[int(name) if name.isdigit() else name]
    return document


# -- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "credentialSubject", "credentialSubject/achievement", "issuer", "evidence/0"])
def test_a_member_that_no_context_defines_is_refused_and_never_shown(world: Any, document: Any, path: str):
    """T11: such a member leaves no trace in what is signed, so anybody could have added it."""
    at(document, path)["grade"] = "A+"

    report = world.verify(document)

    assert (report.verdict, report["context"].code) == (Verdict.BROKEN, "term_undefined")
    assert "A+" not in json.dumps(report.to_dict())


def test_a_type_that_no_context_defines_is_refused(world: Any, document: Any):
    document["type"].append("GoldMedal")

    assert world.verify(document)["context"].outcome is FAILED


@pytest.mark.parametrize(
    "contexts",
    [
        [{"name": "https://schema.org/description"}],
        [{"@vocab": "https://evil.example/"}],
        [{"@import": "https://evil.example/c"}],
    ],
)
def test_a_context_inside_the_badge_is_refused(world: Any, document: Any, contexts: list[Any]):
    document["@context"] += contexts

    assert world.verify(document).verdict is Verdict.BROKEN


@pytest.mark.parametrize("path", ["credentialSubject", "issuer", "proof/0"])
def test_a_context_further_down_is_never_read(world: Any, document: Any, path: str):
    at(document, path)["@context"] = "https://www.w3.org/ns/credentials/v2"

    assert world.verify(document).verdict is Verdict.BROKEN


@pytest.mark.parametrize("keyword", ["@id", "@type", "@graph", "@reverse", "@included", "@nest", "@index", "@value"])
def test_keywords_in_place_of_members_are_refused(world: Any, document: Any, keyword: str):
    document[keyword] = {}

    assert world.verify(document).verdict is Verdict.BROKEN


def test_an_unknown_vocabulary_cannot_be_told_and_nothing_is_fetched(world: Any, document: Any):
    document["@context"].append("https://evil.example/context.json")

    report = world.verify(document)

    assert (report.verdict, report["context"].code) == (Verdict.CANNOT_TELL, "context_unknown")
    assert world.asked == []


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_badge_is_judged_with_the_network_cut(world: Any, honest: Any, monkeypatch: pytest.MonkeyPatch, form: str):
    """B67: every context is at hand, whatever became of the hosts that publish them."""

    def refuse(*arguments: Any, **options: Any) -> None:
        raise AssertionError((arguments, options))

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert world.verify(getattr(honest, form)).verdict is Verdict.GOOD


def test_a_token_with_an_unknown_word_cannot_be_told_though_its_signature_holds(world: Any, document: Any):
    claims = claims_of(document) | {"grade": "A+"}

    report = world.verify(world.token(claims))

    assert report["proof"].outcome is PASSED
    assert (report.verdict, report.credential) == (Verdict.CANNOT_TELL, None)


@pytest.mark.parametrize("contexts", [None, "https://www.w3.org/ns/credentials/v2", [], {}, 5])
def test_a_badge_without_a_list_of_contexts_is_never_good(world: Any, document: Any, contexts: Any):
    document["@context"] = contexts

    assert not world.verify(document).is_good


def test_contexts_in_another_order_are_refused(world: Any, document: Any):
    document["@context"].reverse()

    assert not world.verify(document).is_good


@pytest.mark.parametrize("name", [STATUS_TERM, "cred:credentialStatus"])
def test_a_withdrawn_badge_cannot_hide_its_status_under_another_spelling(world: Any, document: Any, name: str):
    """The full address of a member gives the same signed statements, and a reader would see no status at all."""
    world.publish(StatusPurpose.REVOCATION, 94_567)
    document[name] = document.pop("credentialStatus")

    report = world.verify(document)

    assert (report.verdict, report["context"].code) == (Verdict.BROKEN, "other_spelling")


def test_a_withdrawn_badge_cannot_hide_its_status_in_another_object_with_its_id(world: Any, document: Any):
    """Objects with one id are one thing to the signature, wherever they stand."""
    world.publish(StatusPurpose.REVOCATION, 94_567)
    document["evidence"].append({"id": document["id"], "type": ["Evidence"]})
    hiding = world.signed(document)
    assert world.verify(hiding).verdict is Verdict.REVOKED
    hiding["evidence"][-1]["credentialStatus"] = hiding.pop("credentialStatus")

    assert world.verify(hiding)["context"].code == "split_document"


def test_lists_and_types_in_another_spelling_do_not_hide_a_status(world: Any, document: Any):
    world.publish(StatusPurpose.REVOCATION, 94_567)
    entries = document["credentialStatus"]
    hidings = [
        [entries],
        [entries[1], [entries[0]]],
        [entry | {"statusPurpose": [entry["statusPurpose"]]} for entry in entries],
        [{**entry, "type": "https://www.w3.org/ns/credentials/status#BitstringStatusListEntry"} for entry in entries],
    ]

    assert not any(world.verify(document | {"credentialStatus": hiding}).is_good for hiding in hidings)


def test_a_badge_built_to_be_slow_is_given_up(world: Any, document: Any):
    subject = document["credentialSubject"]
    subject["result"] = [{"type": ["Result"], "value": str(number)} for number in range(400)]

    report = world.verify(document)

    assert (report.verdict, report["context"].code) == (Verdict.CANNOT_TELL, "too_complex")


# -- shape --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("type", ["VerifiableCredential"], "type"),
        ("type", ["OpenBadgeCredential"], "type"),
        ("type", None, "type"),
        ("id", "not-absolute", "id"),
        ("id", "https://badges.example/" + "x" * 3_000, "id"),
        ("issuer", ["did:web:badges.example"], "issuer"),
        ("issuer/type", ["Organization"], "issuer"),
        ("issuer/id", "", "issuer"),
        ("credentialSubject", [], "subject"),
        ("credentialSubject/type", "Person", "subject"),
        ("credentialSubject/achievement", [], "achievement"),
        ("credentialSubject/achievement/name", " ", "achievement"),
        ("credentialSubject/achievement/name", {"en": "x"}, "achievement"),
        ("credentialSubject/achievement/id", 5, "achievement"),
        ("credentialSubject/achievement/criteria", {}, "criteria"),
        ("credentialSubject/achievement/criteria", "pass", "criteria"),
        ("credentialSubject/identifier/0/hashed", "true", "identifier"),
        ("credentialSubject/identifier/0/identityHash", 5, "identifier"),
        ("credentialSubject/identifier/0/type", "Identity", "part_type"),
        ("credentialSubject/identifier", ["x"], "part_type"),
        ("credentialSubject/achievement/resultDescription/0/type", ["Result"], "part_type"),
        ("credentialSubject/achievement/creator/type", ["Org"], "part_type"),
        ("issuer/parentOrg/type", ["Org"], "part_type"),
        ("evidence/0/type", [], "part_type"),
        ("evidence/0/name", None, "null"),
        ("credentialSubject/achievement/tag", [None], "null"),
    ],
)
def test_a_badge_that_is_not_complete_is_named_as_such(world: Any, document: Any, path: str, value: Any, code: str):
    parent, _, member = path.rpartition("/")
    at(document, parent)[member] = value

    report = world.verify(document)

    assert (report["schema"].outcome, report["schema"].code) == (FAILED, code)
    assert not report.is_good
    assert report.credential is None


def test_an_incomplete_badge_with_a_good_signature_is_still_no_badge(world: Any, document: Any):
    del document["credentialSubject"]["achievement"]["criteria"]

    report = world.verify(world.signed(document))

    assert report["proof"].outcome is PASSED
    assert report.verdict is Verdict.UNREADABLE
    assert report.sentence == "This is not a complete badge: it does not say what it took to earn it."


@pytest.mark.parametrize(
    "single",
    ["credentialSubject/identifier", "evidence", "credentialStatus", "credentialSubject/type", "issuer/type",
     "credentialSubject/achievement/type", "credentialSubject/achievement/alignment", "evidence/0/type"],
)  # fmt: skip
def test_one_object_in_place_of_a_list_of_one_is_read(world: Any, document: Any, single: str):
    """B52, with its two other halves below."""
    parent, _, member = single.rpartition("/")
    holder = at(document, parent)
    holder[member] = holder[member][0]

    assert world.verify(world.signed(document)).verdict is Verdict.GOOD


@pytest.mark.parametrize("one", ["credentialSubject", "credentialSubject/achievement/image", "proof"])
def test_a_list_of_one_in_place_of_one_object_is_read_or_named_as_such(world: Any, document: Any, one: str):
    parent, _, member = one.rpartition("/")
    holder = at(document, parent)
    holder[member] = holder[member] if isinstance(holder[member], list) else [holder[member]]

    report = world.verify(world.signed(document))

    assert report.verdict is Verdict.GOOD or report["schema"].outcome is FAILED, report.to_dict()


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("evidence", {"id": "https://badges.example/e/2", "type": ["Evidence"], "name": "Photo"}),
        ("credentialSubject/achievement/type", "https://terms.example/Course"),
        ("credentialSubject/achievement/alignment",
         {"type": ["Alignment"], "targetName": "Airway", "targetUrl": "https://skills.example/airway"}),
        ("credentialSubject/identifier",
         {"type": "IdentityObject", "hashed": False, "identityHash": "Ana", "identityType": "name"}),
    ],
)  # fmt: skip
def test_several_in_a_list_are_read(world: Any, document: Any, path: str, more: Any):
    at(document, path).append(more)

    assert world.verify(world.signed(document)).verdict is Verdict.GOOD


def test_an_issuer_that_is_only_an_identifier_is_read(world: Any, document: Any):
    document["issuer"] = document["issuer"]["id"]

    report = world.verify(world.signed(document))

    assert report.verdict is Verdict.GOOD
    assert report.credential.issuer_name is None


def test_no_fact_of_a_badge_holds_the_character_nul_wherever_the_document_has_it(document: Any):
    achievement, holder = document["credentialSubject"]["achievement"], document["credentialSubject"]
    document["name"], document["issuer"]["name"] = "A \0badge", "St.\0 Anna"
    achievement["name"], achievement["description"] = "Wound\0 care", "\0"
    achievement["criteria"]["narrative"] = "Pass.\0"
    named = {"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": "Mira\0 Holm"}
    holder["identifier"] = [*holder.get("identifier", []), named]

    facts = extract(document, standard="Open Badges 3.0")

    assert "\\x00" not in repr(facts)
    assert (facts.issuer_name, facts.achievement_name) == ("St. Anna", "Wound care")
    assert facts.achievement_description is None
    assert "Mira Holm" in facts.holder_names


def test_what_is_verified_is_not_changed_by_verifying(world: Any, document: Any):
    before = copy.deepcopy(document)
    report = world.verify(document)

    assert report.document == before


def claims_of(document: dict[str, Any]) -> dict[str, Any]:
    """The document as claims of the W3C's own form, in which no claim has to be repeated."""
    return {name: value for name, value in document.items() if name != "proof"} | {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": 1_772_355_900,
        "exp": 2_403_475_200,
    }
