"""What a delivery becomes (T27, T40, B57, B70), on both databases."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.issuing.awards import Award, Credential
from app.issuing.inbox import Delivery
from app.issuing.outbox import OutboxMessage
from app.outbound import email
from app.service import Service
from app.worker import Worker

from .sending import Lms, completion, only_item, rows

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def test_a_signed_delivery_is_answered_200_with_a_badge_that_is_there(lms: Lms, service: Service):
    item = only_item(lms.post(completion()))

    (award,) = item["awards"]
    assert (item["outcome"], award["outcome"]) == ("awarded", "awarded")
    assert award["badge"] == f"http://badges.test/b/{award['award']}"
    with service.database.read() as session:
        stored = session.scalars(select(Credential)).one().json
    assert lms.client.get(f"/b/{award['award']}.json").content == stored


def test_the_same_delivery_again_gets_the_same_answer_byte_for_byte(lms: Lms, service: Service):
    first = lms.post(completion())
    before = rows(service)

    again = lms.post(completion())

    assert (again.status_code, again.content) == (200, first.content)
    assert rows(service) == before


def test_the_same_delivery_id_with_another_body_is_a_conflict_and_the_first_stands(lms: Lms, service: Service):
    first = lms.post(completion("7"))
    before = rows(service)

    other = lms.post(completion("8"))

    assert other.status_code == 409
    assert other.json()["type"] == "http://badges.test/problems/delivery-conflict"
    assert rows(service) == before
    assert lms.post(completion("7")).content == first.content


def test_another_delivery_of_the_same_completion_gets_the_first_outcome(lms: Lms, service: Service):
    first = only_item(lms.post(completion(), "msg-1"))

    again = only_item(lms.post(completion(), "msg-2"))

    assert again == first | {"repeated": True}
    assert rows(service)["awards"] == 1


def test_another_completion_of_the_same_achievement_is_recorded_and_names_the_badge_that_is_held(lms: Lms):
    first = only_item(lms.post(completion(), "msg-1"))

    second = only_item(lms.post(completion(id="enrolment-of-next-week"), "msg-2"))

    assert (second["outcome"], second["reason"]) == ("recorded", "already-held")
    assert second["awards"][0]["award"] == first["awards"][0]["award"]


def test_one_bad_item_of_a_hundred_fails_alone(lms: Lms, service: Service):
    batch = [completion(str(number)) for number in range(100)]
    batch[41]["activity"] = "not an object"

    items = lms.post({"items": batch}).json()["items"]

    assert [item["index"] for item in items if item["outcome"] != "awarded"] == [41]
    assert (items[41]["outcome"], items[41]["pointer"]) == ("unreadable", "/items/41/activity")
    assert rows(service)["awards"] == 99


def test_a_batch_that_is_too_large_for_a_request_is_queued_and_finished_by_the_worker(lms: Lms, service: Service):
    batch = {"items": [completion(str(number)) for number in range(101)]}

    queued = lms.post(batch).json()
    before = rows(service)["awards"]
    Worker(service, email.mailer(service.settings)).run_once()
    finished = lms.post(batch).json()

    assert (queued["status"], queued["items"], before) == ("queued", [], 0)
    assert finished["status"] == "processed"
    assert {item["outcome"] for item in finished["items"]} == {"awarded"}
    assert rows(service)["awards"] == 101


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "x/..%2f"},
        {"x_forwarded_host": "evil.example"},
        {"forwarded": "host=evil.example"},
    ],
)
def test_no_header_of_a_request_changes_an_address_in_answer_badge_or_mail(
    lms: Lms, service: Service, headers: dict[str, str]
):
    answer = lms.post(completion(), **headers)

    with service.database.read() as session:
        award, credential = session.scalars(select(Award)).one(), session.scalars(select(Credential)).one()
        mail = json.dumps(session.scalars(select(OutboxMessage)).one().payload)
        stored = json.dumps(session.scalars(select(Delivery)).one().answer)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    page = lms.client.get(f"/b/{award.id}", headers={**sent, "accept": "text/html"})
    for shown in (answer.text, credential.json.decode(), mail, stored, page.text, str(page.headers)):
        assert "evil" not in shown
        assert "%2f" not in shown
    assert f"http://badges.test/b/{award.id}" in answer.text
    assert f"http://badges.test/b/{award.id}" in mail
