"""The refresh service: whoever holds an older form of a badge gets the newest, without saying who he is (OB3-85)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.credentials.proofs import vc_jwt
from app.issuing import award_status, awards, key_compromise, key_rotation, signing_keys, verification
from app.issuing.awards import Award
from app.issuing.signing_keys import KeyState
from app.main import application
from app.service import Service


def steal_and_sign_anew(service: Service, award: Award) -> None:
    """The key that signed the award is stolen, and the award signed anew."""
    with service.database.write() as session:
        issuer = awards.issuers.by_id(session, award.issuer_id)
        kids = [key.kid for key in signing_keys.of_issuer(session, issuer) if key.state == KeyState.ACTIVE]
        key_rotation.revoke(session, service.office, issuer, kids, reason="stolen", actor="test")
        key_compromise.reissue(session, service.office, issuer.id, [award.id], actor="worker")


def newest(service: Service, award: Award) -> awards.Credential:
    with service.database.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, ("json", "application/vc+ld+json")),
        ("*/*", ("json", "application/vc+ld+json")),
        ("application/json", ("json", "application/json")),
        ("text/html", ("json", "application/vc+ld+json")),
        ("application/vc+jwt", ("jwt", "application/vc+jwt")),
        ("text/plain", ("jwt", "text/plain")),
    ],
)
def test_the_newest_form_comes_as_it_is_stored_in_the_form_that_is_asked_for(
    client: TestClient,
    service: Service,
    make_award: Callable[..., Award],
    accept: str | None,
    expected: tuple[str, str],
):
    form, media_type = expected
    award = make_award()
    steal_and_sign_anew(service, award)

    answer = client.get(f"/b/{award.id}/refresh", headers={"Accept": accept} if accept else {})

    assert answer.content == getattr(newest(service, award), form)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_badge_s_own_address_serves_the_newest_form_as_well(
    client: TestClient, service: Service, make_award: Callable[..., Award]
):
    award = make_award()
    before = client.get(f"/b/{award.id}.json")
    steal_and_sign_anew(service, award)

    after = client.get(f"/b/{award.id}.json", headers={"If-None-Match": before.headers["etag"]})

    assert after.status_code == 200
    assert after.content == client.get(f"/b/{award.id}/refresh").content != before.content


@pytest.mark.parametrize("name", ["nothing", "A" * 22, "..%2f..%2fetc", "a" * 100])
def test_where_there_is_no_badge_there_is_nothing_to_refresh(client: TestClient, name: str):
    assert client.get(f"/b/{name}/refresh").status_code == 404


def test_a_private_badge_answers_as_one_that_is_not_there(client: TestClient, make_award: Callable[..., Award]):
    award = make_award(visibility="private")

    hidden, absent = client.get(f"/b/{award.id}/refresh"), client.get(f"/b/{'A' * 22}/refresh")

    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_a_revoked_badge_still_has_its_newest_form(
    client: TestClient, service: Service, make_award: Callable[..., Award]
):
    award = make_award()
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, service.office, found, reason="issued in error", actor="test")

    assert client.get(f"/b/{award.id}/refresh").content == newest(service, award).json


# -- badges that name their refresh service -------------------------------------------------------------------


def test_as_a_rule_a_badge_names_no_refresh_service(service: Service, make_award: Callable[..., Award]):
    assert "refreshService" not in json.loads(newest(service, make_award()).json)


@pytest.fixture
def naming(service: Service) -> Service:
    """The service with the switch on."""
    object.__setattr__(service, "office", replace(service.office, refresh_service=True))
    return service


@pytest.mark.usefixtures("naming")
def test_with_the_switch_on_both_forms_name_it_and_it_answers(service: Service, make_award: Callable[..., Award]):
    award = make_award()
    stored = newest(service, award)
    expected = {"id": f"http://badges.test/b/{award.id}/refresh", "type": "1EdTechCredentialRefresh"}

    _, claims = vc_jwt.read(stored.jwt.decode())

    assert json.loads(stored.json)["refreshService"] == claims["refreshService"] == expected
    with TestClient(application(service), base_url="http://badges.test") as anybody:
        assert anybody.get(expected["id"]).content == stored.json


@pytest.mark.usefixtures("naming")
def test_a_badge_that_names_it_verifies_and_its_tampered_twin_does_not(
    service: Service, make_award: Callable[..., Award]
):
    document = newest(service, make_award()).json
    twin = document.replace(b"/refresh", b"/refrexh")

    with service.database.read() as session:
        judge: Any = verification.judge
        assert judge(session, service.office, document).is_good
        assert not judge(session, service.office, twin).is_good
