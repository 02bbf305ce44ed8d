"""Requests, uploads and accreditations through the API: what is asked, answered, refused, and by whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.endorsers import endorser
from tests.web.api.asked_of_endorsing import ACCREDITATION, request, uploaded

BOARD = endorser()


@pytest.fixture
def did(api: Any) -> str:
    return str(api.get("/issuer")["did"])


def test_a_request_to_an_issuer_here_is_read_and_signed_there_and_accepted_here(api: Any, neighbour: Any):
    page = f"{api.publish()['page']}/v1"
    slug = neighbour.get("/issuer")["slug"]
    made = api.post("/endorsement-requests", about=page, message="Please look.", endorser=slug)

    (asked,) = neighbour.get("/asked-endorsements")["items"]
    signed = neighbour.post(f"/asked-endorsements/{asked['id']}/sign", comment="Good training.")
    api.put(f"/received-endorsements/{signed['endorsement']}", accepted=True)
    badge = api.post("/awards", achievement="phlb", recipient={"email": "ana@hospital.example"})

    assert (made["state"], made["url"], len(made["sha256"])) == ("requested", None, 64)
    assert api.get(f"/endorsement-requests/{made['id']}")["state"] == "signed"
    (carried,) = json.loads(api.client.get(f"{badge['url']}.json").content)["endorsement"]
    assert carried["relatedResource"][0]["id"] == f"{page}.json"


def test_a_link_for_who_is_elsewhere_is_told_once(api: Any, did: str):
    made = api.post("/endorsement-requests", **request(did, 1))

    assert "/endorse/" in made["url"]
    assert api.get(f"/endorsement-requests/{made['id']}")["url"] is None


def test_what_was_signed_elsewhere_is_taken_accepted_and_removed(api: Any, did: str):
    made = api.post("/uploaded-endorsements", **uploaded(did, 1))
    address = made["url"]
    before = api.client.get(address).status_code

    accepted = api.put(f"/uploaded-endorsements/{made['id']}", accepted=True)
    served = api.client.get(address)
    removed = api.send("DELETE", f"/uploaded-endorsements/{made['id']}")

    assert (made["verdict"], made["carried"], accepted["accepted_at"] is not None) == ("good", True, True)
    assert (before, served.content) == (404, uploaded(did, 1)["document"].encode())
    assert (removed.status_code, api.client.get(address).status_code) == (204, 410)


def test_a_forged_one_is_refused(api: Any, did: str):
    forged = uploaded(did, 1) | {"document": uploaded(did, 1)["document"].replace("Good", "Best")}

    status, problem = api.refused("POST", "/uploaded-endorsements", forged)

    assert (status, "cannot be taken" in problem["detail"]) == (422, True)
    assert api.get("/uploaded-endorsements")["items"] == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"about": "https://elsewhere.example/x"}, "/about"),
        ({"document": "hello"}, "/document"),
        ({"document": "ey.x.y"}, "/document"),
    ],
)
def test_what_cannot_be_taken_says_where_it_is_wrong(api: Any, did: str, changes: dict[str, str], pointer: str):
    status, problem = api.refused("POST", "/uploaded-endorsements", uploaded(did, 1) | changes)

    assert (status, problem["pointer"]) == (422, pointer)


def test_the_neighbour_cannot_ask_for_or_hand_in_what_is_not_its_own(api: Any, neighbour: Any, did: str):
    del api
    assert neighbour.refused("POST", "/endorsement-requests", request(did, 1))[0] == 422
    assert neighbour.refused("POST", "/uploaded-endorsements", uploaded(did, 1))[0] == 422


def test_the_same_request_with_the_same_key_asks_once(api: Any, did: str):
    headers = {"Idempotency-Key": "once"}

    answers = [api.send("POST", "/endorsement-requests", json=request(did, 1), headers=headers) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(api.get("/endorsement-requests")["items"]) == 1


def test_an_accreditation_is_kept_changed_and_removed(api: Any):
    made = api.post("/accreditations", **ACCREDITATION, ends_on="2020-01-01")
    changed = api.put(f"/accreditations/{made['id']}", **ACCREDITATION, ends_on="2999-01-01")

    assert (made["has_ended"], changed["has_ended"]) == (True, False)
    assert [each["id"] for each in api.get("/accreditations")["items"]] == [made["id"]]
    assert api.send("DELETE", f"/accreditations/{made['id']}").status_code == 204
    assert api.get("/accreditations")["items"] == []
