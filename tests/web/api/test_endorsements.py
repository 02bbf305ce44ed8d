"""Endorsements and learner records through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

COMMENT = "Meets the **2026** guideline."
ANA = {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}


@pytest.fixture
def achievement(api: Any) -> Any:
    return api.publish()


@pytest.fixture
def said(neighbour: Any, achievement: Any) -> Any:
    """What Southfield says of Northfield's achievement."""
    return neighbour.post("/endorsements", about=f"{achievement['page']}/v1", comment=COMMENT)


def test_an_endorsement_is_listed_with_who_made_it_and_with_who_received_it(api: Any, neighbour: Any, said: Any):
    assert neighbour.get("/endorsements")["items"] == [said]
    assert api.get("/received-endorsements")["items"] == [said]
    assert api.get("/endorsements")["items"] == neighbour.get("/received-endorsements")["items"] == []


def test_new_awards_carry_it_once_it_is_accepted_and_no_longer_once_it_is_declined(
    api: Any, achievement: Any, said: Any
):
    carried = []
    for number, accepted in enumerate((None, True, False)):
        if accepted is not None:
            api.put(f"/received-endorsements/{said['id']}", accepted=accepted)
        person = {"email": f"p{number}@x.example"}
        award = api.post("/awards", achievement=achievement["id"], recipient=person)
        carried.append([each["id"] for each in api.credential(award["id"]).get("endorsement", [])])

    assert carried == [[], [said["url"]], []]


def test_a_withdrawn_endorsement_says_since_when_and_why(neighbour: Any, said: Any):
    told = neighbour.post(f"/endorsements/{said['id']}/withdraw", reason="The guideline changed.")

    assert told["reason"] == "The guideline changed."
    assert told["withdrawn_at"] is not None
    assert neighbour.refused("POST", f"/endorsements/{said['id']}/withdraw", {"reason": "x"})[0] == 409


def test_the_same_request_with_a_key_endorses_once(neighbour: Any, achievement: Any):
    request = {"json": {"about": f"{achievement['page']}/v1", "comment": COMMENT}, "headers": {"Idempotency-Key": "1"}}

    first, second = (neighbour.send("POST", "/endorsements", **request) for _ in range(2))

    assert (first.status_code, first.content) == (201, second.content)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"about": "BLS", "comment": COMMENT}, 422),
        ({"about": "http://badges.test/b/AAAAAAAAAAAAAAAAAAAAAA", "comment": COMMENT}, 404),
        ({"about": "https://x.example/1", "comment": ""}, 422),
        ({"about": "https://x.example/1", "comment": COMMENT, "valid_until": "2020-01-01T00:00:00Z"}, 422),
        ({"about": "https://x.example/1", "comment": COMMENT, "valid_until": "tomorrow"}, 422),
        ({"about": "https://x.example/" + "1" * 500, "comment": COMMENT}, 422),
    ],
)
def test_what_cannot_be_endorsed_is_refused_with_a_sentence(neighbour: Any, body: dict[str, Any], status: int):
    refused, problem = neighbour.refused("POST", "/endorsements", body)

    assert refused == status
    assert problem["detail"]


def test_a_record_holds_the_learners_badges(api: Any, achievement: Any):
    award = api.post("/awards", achievement=achievement["id"], recipient=ANA)

    record = json.loads(api.post(f"/learners/{award['learner']}/record")["record"])

    assert record["credentialSubject"]["verifiableCredential"] == [api.credential(award["id"])]
    assert record["type"] == ["VerifiableCredential", "ClrCredential"]


def test_without_a_badge_that_counts_there_is_no_record(api: Any, achievement: Any):
    award = api.post("/awards", achievement=achievement["id"], recipient=ANA)
    api.post(f"/awards/{award['id']}/revoke", reason="issued in error")

    assert api.refused("POST", f"/learners/{award['learner']}/record", None)[0] == 404
