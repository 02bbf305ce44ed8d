"""A newer form from the issuer's refresh service: after a valid proof, once, and never to the badge's harm (OB3-43)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.credentials.model import StatusPurpose
from app.credentials.report import Outcome, Verdict
from app.credentials.verify import DocumentFound, KeyFound, Missing, Unreachable

SERVICE = "https://badges.example/b/q3Jm0s2d9fKf1C7x8y9zAw/refresh"
LATER = "2026-05-01T00:00:00Z"
ORDER = ["format", "schema", "context", "proof", "issuer", "refresh", "dates", "status", "superseded"]


@pytest.fixture
def refreshable(document: dict[str, Any]) -> dict[str, Any]:
    """The good badge with a refresh service, not signed yet."""
    del document["proof"]
    return document | {"refreshService": {"id": SERVICE, "type": "1EdTechCredentialRefresh"}}


def offer(world: Any, document: Any, **options: Any) -> None:
    content = document if isinstance(document, bytes) else json.dumps(world.signed(document, **options)).encode()
    world.documents[SERVICE] = DocumentFound(content)


def test_a_newer_form_is_judged_in_place_of_the_one_that_was_handed_in(world: Any, refreshable: Any):
    offer(world, refreshable | {"name": "With a name", "validFrom": LATER})

    report = world.verify(world.signed(refreshable))

    assert (report.verdict, report["refresh"].code) == (Verdict.GOOD, "newer")
    assert report.credential.credential_name == "With a name"
    assert report.document["name"] == "With a name"
    assert [check.name for check in report.checks] == ORDER


def test_the_newer_form_may_be_a_token(world: Any, refreshable: Any):
    claims = refreshable | {"validFrom": LATER, "name": "Token", "iss": refreshable["issuer"]["id"]}
    claims |= {"jti": refreshable["id"], "sub": refreshable["credentialSubject"]["id"], "nbf": 1_777_593_600}
    claims["exp"] = 2_403_475_200
    offer(world, world.token(claims).encode())

    assert world.verify(world.signed(refreshable)).credential.credential_name == "Token"


@pytest.mark.parametrize("index", [94_567])
def test_a_newer_form_that_was_withdrawn_is_withdrawn(world: Any, refreshable: Any, index: int):
    world.publish(StatusPurpose.REVOCATION, index)
    offer(world, refreshable | {"validFrom": LATER})

    assert world.verify(world.signed(refreshable)).verdict is Verdict.REVOKED


def test_a_newer_form_that_has_ended_has_ended(world: Any, refreshable: Any):
    offer(world, refreshable | {"validFrom": LATER, "validUntil": "2026-05-20T00:00:00Z"})

    assert world.verify(world.signed(refreshable)).verdict is Verdict.EXPIRED


def test_an_ended_badge_with_a_newer_form_is_good_again(world: Any, refreshable: Any):
    old = refreshable | {"validUntil": "2026-05-20T00:00:00Z"}
    offer(world, refreshable | {"validFrom": LATER})

    assert world.verify(world.signed(old)).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "https://badges.example/b/other", "validFrom": LATER}, "another_document"),
        ({"validFrom": "2026-02-01T00:00:00Z"}, "newest"),
        ({}, "newest"),
    ],
)
def test_what_is_no_newer_form_of_it_is_left_aside(world: Any, refreshable: Any, change: Any, code: str):
    offer(world, refreshable | change | {"name": "Other"})

    report = world.verify(world.signed(refreshable))

    assert (report.verdict, report["refresh"].code) == (Verdict.GOOD, code)
    assert report.credential.credential_name == "Basic Life Support"


def test_a_newer_form_of_another_issuer_is_left_aside(world: Any, refreshable: Any, stranger: Any):
    world.keys[stranger.embedded.verification_method] = KeyFound(
        stranger.embedded.public_jwk, controller="did:web:evil.example"
    )
    offer(world, refreshable | {"issuer": {"id": "did:web:evil.example", "type": ["Profile"]}, "validFrom": LATER},
          keys=stranger)  # fmt: skip

    assert world.verify(world.signed(refreshable))["refresh"].code == "another_document"


def test_a_newer_form_that_somebody_else_signed_is_left_aside(world: Any, refreshable: Any, stranger: Any):
    offer(world, refreshable | {"validFrom": LATER, "name": "Forged"}, keys=stranger)

    report = world.verify(world.signed(refreshable))

    assert (report.verdict, report["refresh"].code) == (Verdict.GOOD, "not_proven")
    assert "Forged" not in json.dumps(report.to_dict())


def test_a_newer_form_that_was_changed_is_left_aside(world: Any, refreshable: Any):
    changed = world.signed(refreshable | {"validFrom": LATER}) | {"name": "Forged"}
    offer(world, json.dumps(changed).encode())

    assert world.verify(world.signed(refreshable))["refresh"].code == "not_proven"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "unreachable"),
        (Missing(), "unreachable"),
        (Unreachable(), "unreachable"),
        (DocumentFound(b"", is_gone=True), "unreachable"),
        (DocumentFound(b"<html>502</html>"), "not_readable"),
        (DocumentFound(b"{}"), "another_document"),
        (DocumentFound(b'{"a":1,"a":2}'), "not_readable"),
    ],
)
def test_a_service_that_fails_takes_nothing_from_the_badge(world: Any, refreshable: Any, answer: Any, code: str):
    if answer is not None:
        world.documents[SERVICE] = answer

    report = world.verify(world.signed(refreshable))

    assert (report.verdict, report["refresh"].outcome, report["refresh"].code) == (Verdict.GOOD, Outcome.UNKNOWN, code)


def test_the_service_is_asked_once_even_when_the_newer_form_offers_another(world: Any, refreshable: Any):
    again = "https://badges.example/again"
    service = {"id": again, "type": "1EdTechCredentialRefresh"}
    offer(world, refreshable | {"validFrom": LATER, "refreshService": service})

    world.verify(world.signed(refreshable))

    assert (world.asked.count(SERVICE), world.asked.count(again)) == (1, 0)


@pytest.mark.parametrize("change", [{"name": "Changed"}, {"proof": []}])
def test_the_service_is_not_asked_before_the_proof_holds(world: Any, refreshable: Any, change: Any):
    report = world.verify(world.signed(refreshable) | change)

    assert report.verdict is Verdict.BROKEN
    assert SERVICE not in world.asked


def test_a_service_of_an_unknown_kind_is_not_asked(world: Any, refreshable: Any):
    refreshable["refreshService"]["type"] = "VerifiableCredentialRefreshService2021"

    claims = refreshable | {"iss": refreshable["issuer"]["id"], "jti": refreshable["id"], "nbf": 1_772_355_900}
    world.verify(world.token(claims | {"exp": 2_403_475_200, "sub": refreshable["credentialSubject"]["id"]}))

    assert SERVICE not in world.asked
