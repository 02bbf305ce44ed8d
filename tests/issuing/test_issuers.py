"""Issuers: several organisations in one deployment, each with a profile of its own."""

from __future__ import annotations

import json

import pytest

from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import awards, issuers


def create(desk, slug: str, **facts):
    with desk.write() as session:
        stated = {"name": "St. Bruno", "url": "https://st-bruno.example", "actor": "cli", **facts}
        return issuers.create(session, slug=slug, **stated)


def change(desk, **profile):
    with desk.write() as session:
        return issuers.update(session, issuers.by_id(session, desk.issuer.id), actor="cli", **profile)


def profile_in_a_new_badge(desk, email: str = "mira@x.example") -> dict:
    award = desk.award(email)
    with desk.read() as session:
        return json.loads(awards.credential_of(session, awards.by_id(session, award.id)).json)["issuer"]


def test_an_issuer_is_found_by_its_slug_and_by_its_id(desk):
    made = create(desk, "st-bruno")

    with desk.read() as session:
        assert issuers.by_slug(session, "st-bruno").id == issuers.by_id(session, made.id).id == made.id
        assert [issuer.slug for issuer in issuers.every(session)] == ["st-anna", "st-bruno"]


def test_a_slug_is_taken_once(desk):
    with pytest.raises(AlreadyExists, match="st-anna"):
        create(desk, "st-anna")


@pytest.mark.parametrize("slug", ["", "St-Anna", "st_anna", "-st", "st-", "st anna", "..", "a/b", "ä", "a" * 81])
def test_a_slug_that_is_no_short_name_is_refused(desk, slug):
    with pytest.raises(InvalidInput) as caught:
        create(desk, slug)
    assert caught.value.facts["pointer"] == "/slug"


@pytest.mark.parametrize("field", ["slug", "id", "created_at", "is_admin", "issuer_id"])
def test_only_the_profile_can_be_changed(desk, field):
    with pytest.raises((InvalidInput, TypeError)):
        change(desk, **{field: "x"})
    with desk.read() as session:
        assert issuers.by_id(session, desk.issuer.id).slug == "st-anna"


def test_an_issuer_that_is_not_there_is_not_found(desk):
    with desk.read() as session:
        with pytest.raises(NotFound):
            issuers.by_slug(session, "nowhere")
        with pytest.raises(NotFound):
            issuers.by_id(session, "nowhere")


def test_the_profile_is_signed_into_the_next_badge_and_earlier_badges_keep_theirs(desk):
    award = desk.award("first@x.example")
    with desk.read() as session:
        before = awards.credential_of(session, awards.by_id(session, award.id)).json

    change(desk, name="St. Anna Hospital", email="badges@st-anna.example", parent_name="Sisters of St. Anna")

    profile = profile_in_a_new_badge(desk)
    assert (profile["name"], profile["email"]) == ("St. Anna Hospital", "badges@st-anna.example")
    with desk.read() as session:
        assert awards.credential_of(session, awards.by_id(session, award.id)).json == before


def test_a_change_has_one_audit_entry_that_names_the_fields_and_no_change_has_none(desk):
    change(desk, name="St. Anna Hospital", email="badges@st-anna.example")
    change(desk, name="St. Anna Hospital")

    entries = [entry.facts for entry in desk.audit_log() if entry.action == "issuer.changed"]
    assert entries == [{"fields": ["email", "name"]}]


def test_a_part_of_the_profile_can_be_taken_away(desk):
    change(desk, email="badges@st-anna.example")
    change(desk, email=None)

    assert "email" not in profile_in_a_new_badge(desk)


def test_the_did_of_an_issuer_is_of_the_public_address_and_its_slug(desk):
    assert profile_in_a_new_badge(desk)["id"] == "did:web:badges.test:issuers:st-anna"
