"""The inbox over the API: found, counted, looked into, mapped and gone through once more."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.service import Service
from app.worker.deliveries import Deliveries


class Lms:
    """A learning platform that posts to a source of Northfield's."""

    def __init__(self, api: Any) -> None:
        self.api = api
        settings = {"auth": "bearer", "namespace": "lms.x"}
        made = api.post("/sources", name="LMS", type="generic", settings=settings)
        self.id, self.secret = made["id"], made["secret"]

    def post(self, number: int, *, activity: str = "BLS", **learner: str) -> Any:
        """A completion; without `learner`, of somebody with an address."""
        person = learner or {"id": f"p-{number}", "email": f"p{number}@hospital.test"}
        stated = {"id": f"evt-{number}", "event": "completed", "completed_at": "2026-03-02T10:15:00Z"}
        body = {**stated, "learner": person, "activity": {"id": activity, "name": "Life support"}}
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": f"msg-{number}"}
        return self.api.send("POST", f"http://badges.test/hooks/{self.id}", json=body, headers=headers)


@pytest.fixture
def lms(api: Any) -> Lms:
    return Lms(api)


@pytest.fixture
def work_through(service: Service) -> Any:
    """Have a worker go through what waits."""
    return lambda: Deliveries(service, between=lambda: None).work_through(threading.Event())


def test_deliveries_are_listed_page_by_page_newest_first(api: Any, lms: Lms):
    for number in range(3):
        lms.post(number)

    first = api.get("/deliveries", limit=2)
    second = api.get(first["next"].partition("/api/v1")[2])

    keys = [item["id"] for item in first["items"] + second["items"]]
    assert (len(first["items"]), len(second["items"]), len(set(keys))) == (2, 1, 3)
    assert second["next"] is None


def test_deliveries_are_filtered_and_counted_by_standing(api: Any, lms: Lms):
    lms.post(1)
    lms.post(2, id="p-2")

    assert [item["standing"] for item in api.get("/deliveries", standing="unknown-person")["items"]] == [
        "unknown-person"
    ]
    assert len(api.get("/deliveries", activity="BLS", source=lms.id)["items"]) == 2
    assert api.get("/deliveries", since="2100-01-01T00:00:00Z")["items"] == []
    assert api.get("/deliveries/counts") == {"by_standing": {"unknown-person": 1, "unmapped": 1}, "replaying": 0}
    assert api.refused("GET", "/deliveries?standing=lost", None)[0] == 422


def test_a_delivery_shows_its_items_and_its_bytes_are_apart(api: Any, lms: Lms):
    delivery = lms.post(1).json()["delivery"]

    told = api.get(f"/deliveries/{delivery}")

    assert (told["method"], told["items"][0]["reason"], told["raw_kept"]) == ("bearer", "unmapped-activity", True)
    assert "p1@hospital.test" not in api.send("GET", f"/deliveries/{delivery}").text
    assert "p1@hospital.test" in api.send("GET", f"/deliveries/{delivery}/raw").text


def test_one_click_maps_an_activity_and_decides_what_waited(api: Any, lms: Lms):
    api.publish("bls")
    for number in range(3):
        lms.post(number)
    (unmapped,) = api.get("/unmapped-activities")["items"]
    assert (unmapped["activity_id"], unmapped["name"], unmapped["waiting"]) == ("BLS", "Life support", 3)

    mapped = api.post(f"/sources/{lms.id}/map", activity_id="BLS", achievement="bls")

    assert (mapped["decided"], mapped["queued"]) == (3, 0)
    assert api.get("/unmapped-activities")["items"] == []
    assert len(api.get("/awards")["items"]) == 3


def test_a_replay_of_many_is_counted_first_and_the_worker_does_it(api: Any, lms: Lms, work_through: Any):
    achievement = api.publish("bls")["id"]
    for number in range(3):
        lms.post(number)
    wanted = {"filter": {"standing": "unmapped"}}

    dry = api.post("/deliveries/replay", **wanted, dry_run=True)
    api.post(f"/sources/{lms.id}/allowances", achievement=achievement)
    api.post(f"/sources/{lms.id}/rules", activity_id="BLS", achievement=achievement)
    queued = api.post("/deliveries/replay", **wanted)
    waiting = api.get("/deliveries/counts")["replaying"]
    work_through()

    assert dry == {"deliveries": 3, "by_standing": {"unmapped": 3}, "queued": False}
    assert (queued["deliveries"], queued["queued"], waiting) == (3, True, 3)
    assert api.get("/deliveries/counts") == {"by_standing": {"processed": 3}, "replaying": 0}
    assert len(api.get("/awards")["items"]) == 3


def test_a_refused_delivery_leaves_its_reason_and_a_counter_for_the_administrator(api: Any, lms: Lms):
    lms.secret = "wrong" * 8
    for number in range(2):
        assert lms.post(number).status_code == 401

    told = api.get(f"/sources/{lms.id}")

    assert told["rejected_count"] == 2
    assert told["rejected_reasons"] == {told["last_rejected_reason"]: 2}
    assert api.get("/deliveries")["items"] == []


def test_the_same_id_with_another_body_is_counted_as_a_conflict_and_again_as_a_repetition(api: Any, lms: Lms):
    first = lms.post(1)
    again = lms.post(1)
    lms_answer = lms.post(1, activity="other")

    (told,) = api.get("/deliveries", conflicting=True)["items"]

    assert (first.status_code, again.json(), lms_answer.status_code) == (200, first.json(), 409)
    assert (told["repeats"], told["conflicts"]) == (1, 1)


def test_a_source_says_how_long_its_bytes_are_kept(api: Any, lms: Lms):
    assert api.patch(f"/sources/{lms.id}", raw_kept_days=7)["raw_kept_days"] == 7
    assert api.patch(f"/sources/{lms.id}", raw_kept_days=None)["raw_kept_days"] is None
    assert api.refused("PATCH", f"/sources/{lms.id}", {"raw_kept_days": -1})[0] == 422
