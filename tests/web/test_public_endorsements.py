"""An endorsement has one address, where programs get the bytes that were signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing import endorsements, issuers
from app.issuing.endorsements import Endorsement, Statement
from app.issuing.issuers import Issuer
from app.service import Service


@pytest.fixture
def endorsement(service: Service, make_issuer: Callable[..., Issuer]) -> Endorsement:
    """What the board says of something that is nobody's here."""
    board = make_issuer("board", "Board of Nursing")
    with service.database.write() as session:
        said = Statement("https://elsewhere.example/achievements/1", "Good training.")
        by = issuers.by_id(session, board.id)
        return endorsements.endorse(session, service.office, by, said, actor="test")


@pytest.mark.parametrize(
    ("asked", "form", "media_type"),
    [
        (("", "*/*"), "json", "application/vc+ld+json"),
        (("", "application/json"), "json", "application/json"),
        (("", "application/vc+jwt"), "jwt", "application/vc+jwt"),
        ((".json", "application/vc+jwt"), "json", "application/vc+ld+json"),
        ((".jwt", "*/*"), "jwt", "text/plain"),
    ],
)
def test_it_is_served_as_it_was_stored(
    client: TestClient, endorsement: Endorsement, asked: tuple[str, str], form: str, media_type: str
):
    suffix, accept = asked

    answer = client.get(f"/endorsements/{endorsement.id}{suffix}", headers={"Accept": accept})

    assert answer.content == getattr(endorsement, form)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["access-control-allow-origin"] == "*"


def test_its_address_is_its_id_and_names_its_forms(client: TestClient, endorsement: Endorsement):
    address = json.loads(endorsement.json)["id"]

    answer = client.get(address)

    assert f'<{address}.jwt>; rel="alternate"' in answer.headers["link"]
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["AAAAAAAAAAAAAAAAAAAAAA", "x y", "{id}.png", "{id}.json.json"])
def test_nothing_else_is_there(client: TestClient, endorsement: Endorsement, name: str):
    answer: Any = client.get(f"/endorsements/{name.replace('{id}', endorsement.id)}")

    assert answer.status_code == 404


def test_anybody_can_have_it_verified(client: TestClient, endorsement: Endorsement):
    answer = client.post("/verify", content=endorsement.jwt, headers={"Content-Type": "text/plain"})

    assert answer.status_code == 200
    assert "Board of Nursing" in answer.text


def test_one_of_an_erased_person_s_badge_is_gone_in_every_form_and_for_verification(
    client: TestClient, service: Service, endorsement: Endorsement
):
    with service.database.write() as session:
        endorsements.forget(session, [endorsement.about])
    address = service.office.addresses.endorsement(endorsement.id)

    answers = [client.get(f"/endorsements/{endorsement.id}{form}") for form in ("", ".json", ".jwt")]
    asked = client.post("/verify", json={"address": address})

    assert [each.status_code for each in [*answers, asked]] == [410] * 4
    assert all("Good training" not in each.text for each in [*answers, asked])
