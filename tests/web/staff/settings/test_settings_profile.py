"""The issuer's profile: changed for the next badge, and for none before; a mistake is told beside its field."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.issuing import issuers
from app.issuing.awards import Credential
from app.issuing.issuers import Issuer
from app.service import Service

SETTINGS = "/staff/northfield/settings"
PROFILE = {
    "name": "Northfield Academy of Health",
    "url": "https://northfield.example/",
    "email": "badges@northfield.example",
    "timezone": "Europe/Madrid",
}
ONE_PIXEL = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">'
    b'<rect width="64" height="64" fill="#0b5560"/></svg>'
)


def test_another_name_is_on_the_next_badge_and_on_none_before(owner: Any, award: Any, service: Service, client: Any):
    before = signed_name(service, award)

    answer = owner.post(SETTINGS, **PROFILE)

    assert answer.headers["location"] == SETTINGS
    assert "The profile is changed" in owner.get(SETTINGS).text
    assert signed_name(service, award) == before == "Northfield Health Academy"
    assert client.get("/issuers/northfield", headers={"Accept": "application/json"}).json()["name"] == PROFILE["name"]


def signed_name(service: Service, award: Any) -> str:
    """The issuer's name in the document of a badge."""
    with service.database.read() as session:
        document = json.loads(session.get_one(Credential, (award.id, award.revision)).json)
    return str(document["issuer"]["name"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("url", "northfield"),
        ("url", "javascript:alert(1)"),
        ("email", "nobody"),
        ("timezone", "Mars/Olympus"),
        ("parent_url", "not an address"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(owner: Any, field: str, value: str):
    answer = owner.post(SETTINGS, **{**PROFILE, "description": "We train nurses", field: value})

    assert answer.status_code == 422
    assert f'name="{field}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "We train nurses" in answer.text


def test_moments_are_said_in_the_issuer_s_own_zone(owner: Any, issuer: Issuer, service: Service):
    with service.database.write() as session:
        issuers.update(session, issuers.by_id(session, issuer.id), actor="test", timezone="Asia/Tokyo")

    assert " JST" in owner.get(f"{SETTINGS}/members").text


def test_a_picture_is_taken_when_it_can_be_read(owner: Any, service: Service, issuer: Issuer):
    good = owner.post(f"{SETTINGS}/image", files={"image": ("logo.svg", ONE_PIXEL, "image/svg+xml")})
    bad = owner.post(f"{SETTINGS}/image", files={"image": ("logo.png", b"no picture", "image/png")})

    assert (good.status_code, bad.status_code) == (303, 422)
    with service.database.read() as session:
        assert issuers.by_id(session, issuer.id).image_sha256 is not None


def test_everybody_at_work_sees_the_profile_and_only_owners_change_it(as_role: Callable[[str], Any]):
    reviewer = as_role("reviewer")

    assert "Change the profile" not in reviewer.get(SETTINGS).text
    assert reviewer.post(SETTINGS, **PROFILE).status_code == 403
