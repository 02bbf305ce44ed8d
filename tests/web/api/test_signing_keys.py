"""Signing keys over the API: seen with `read`, changed with `keys:write`, private halves never."""

from __future__ import annotations

from typing import Any

import pytest


def keys_in(api: Any, state: str) -> list[dict[str, Any]]:
    return [key for key in api.get("/signing-keys")["items"] if key["state"] == state]


@pytest.fixture
def badge(api: Any) -> str:
    """The id of an award."""
    achievement = api.publish()["id"]
    return str(api.post("/awards", achievement=achievement, recipient={"email": "ana@x.example"})["id"])


def test_a_key_is_told_with_its_address_and_nothing_private(api: Any):
    keys = api.get("/signing-keys")["items"]

    assert [key["state"] for key in keys] == ["active", "active"]
    for key in keys:
        published = api.send("GET", key["url"]).json()
        assert {name: published[name] for name in key["public_jwk"]} == key["public_jwk"]
        assert not {"d", "p", "q"} & key["public_jwk"].keys()


def test_a_pair_is_prepared_and_activated_later(api: Any):
    before = {key["id"] for key in keys_in(api, "active")}
    made = {key["id"] for key in api.post("/signing-keys/prepare")["keys"]}
    assert {key["id"] for key in keys_in(api, "pending")} == made

    api.post("/signing-keys/activate")

    assert {key["id"] for key in keys_in(api, "active")} == made
    assert {key["id"] for key in keys_in(api, "retired")} == before


def test_what_does_not_go_with_the_state_is_a_conflict(api: Any):
    status, problem = api.refused("POST", "/signing-keys/activate", None)

    assert (status, problem["type"]) == (409, "http://badges.test/problems/wrong-key-state")


def test_a_key_is_revoked_once_with_a_reason_and_badges_wait(api: Any, badge: str):
    (key, *_) = keys_in(api, "active")
    before = api.credential(badge)

    answer = api.post(f"/signing-keys/{key['id']}/revoke", reason="a laptop was stolen")

    assert answer["waiting"] == 1
    assert {made["state"] for made in answer["keys"]} == {"active"}
    (revoked,) = keys_in(api, "revoked")
    assert (revoked["id"], revoked["revocation_reason"]) == (key["id"], "a laptop was stolen")
    assert api.refused("POST", f"/signing-keys/{key['id']}/revoke", {"reason": "again"})[0] == 409
    assert api.credential(badge) == before, "signing anew is the worker's"


def test_a_rotation_that_is_sent_twice_happens_once(api: Any):
    answers = [api.send("POST", "/signing-keys/rotate", headers={"Idempotency-Key": "first-of-may"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert len(api.get("/signing-keys")["items"]) == 4


def test_each_change_is_in_the_audit_log_with_the_key_that_called(api: Any):
    api.post("/signing-keys/rotate")

    entries = [entry for entry in api.get("/audit")["items"] if entry["actor"].startswith("api-key:")]
    assert sorted(entry["action"] for entry in entries if entry["action"].startswith("key.")) == [
        "key.created",
        "key.created",
        "key.retired",
        "key.retired",
    ]
