"""The Caliper door as a sensor sees it: an empty 200, or the status that the standard has for what is wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select

from app.issuing import inbox, learners, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.service import Service
from tests.lms.caliper_events import LEARNER, QUIZ, envelope, grade

on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

ACTOR = "test"


@dataclass
class Sensor:
    """A Caliper sensor that sends to us."""

    client: TestClient
    source_id: str
    secret: str

    def post(self, body: Any, **changes: str) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.secret}", "content-type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        return self.client.post(f"/caliper/{self.source_id}", content=raw, headers=headers)


@pytest.fixture
def make_sensor(service: Service, issuer: Issuer, client: TestClient) -> Callable[..., Sensor]:
    """A sensor with a source of its own."""

    def make(source_type: str = "caliper", **settings: Any) -> Sensor:
        facts = {"name": "Sensor", "source_type": source_type, "settings": settings}
        with service.database.write() as session:
            made = sources.create(session, service.office, issuer, actor=ACTOR, **facts)
        return Sensor(client, made.source.id, made.secret or "")

    return make


@pytest.fixture
def sensor(
    make_sensor: Callable[..., Sensor], make_achievement: Callable[..., Achievement], service: Service, issuer: Issuer
) -> Sensor:
    """A sensor whose quiz earns phlebotomy with 84 %, and a learner who is known by id."""
    made, achievement = make_sensor(), make_achievement()
    with service.database.write() as session:
        source = sources.by_id(session, made.source_id)
        facts = {"activity_id": QUIZ, "achievement": achievement, "minimum_score": Decimal("0.84")}
        rules.create(session, source, actor=ACTOR, **facts)
        sources.allow(session, source, achievement, actor=ACTOR)
        person = {"namespace": "https://lms.hospital.test/", "source_id": LEARNER, "display_name": "Mira Holm"}
        learners.resolve(session, issuer, email="mira.holm@hospital.test", **person)
    return made


def count(service: Service, table: Any) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def outcomes(service: Service) -> list[dict[str, Any]]:
    """What came of each item of the newest delivery."""
    with service.database.read() as session:
        items: list[dict[str, Any]] = inbox.newest(session)[0].answer["items"]
        return items


@on_both
def test_a_grade_that_is_good_enough_makes_a_badge_and_the_answer_is_empty(sensor: Sensor, service: Service):
    answer = sensor.post(envelope(grade()))

    assert (answer.status_code, answer.content) == (200, b"")
    (item,) = outcomes(service)
    assert item["outcome"] == "awarded"
    assert sensor.client.get(f"/b/{item['awards'][0]['award']}.json").status_code == 200


def test_a_grade_that_is_not_good_enough_makes_none(sensor: Sensor, service: Service):
    answer = sensor.post(envelope(grade(**{"generated.scoreGiven": 16})))

    assert answer.status_code == 200
    assert outcomes(service)[0]["outcome"] == "recorded"
    assert count(service, Award) == 0


def test_handing_in_makes_no_badge(sensor: Sensor, service: Service):
    sensor.post(envelope(grade(type="AssessmentEvent", action="Submitted")))

    assert outcomes(service)[0]["outcome"] == "ignored"
    assert count(service, Award) == 0


@on_both
def test_the_same_event_again_in_another_envelope_makes_one_badge(sensor: Sensor, service: Service):
    later = {**envelope(grade()), "sendTime": "2026-03-02T11:00:00.000Z"}

    assert [sensor.post(each).status_code for each in (envelope(grade()), envelope(grade()), later)] == [200] * 3
    assert (count(service, Award), count(service, Delivery)) == (1, 2)


@on_both
def test_one_bad_event_of_a_hundred_is_kept_and_the_others_count(sensor: Sensor, service: Service):
    # Of 98 people: a learner's whole past is looked at for each fact, and nobody has a hundred grades of one test.
    events = [
        grade(id=f"urn:uuid:{number}", **{"object.assignee": f"https://lms.hospital.test/users/{1000 + number}"})
        for number in range(98)
    ]

    answer = sensor.post(envelope(*events, grade(object=5), grade(id="urn:uuid:good")))

    assert (answer.status_code, answer.content) == (200, b"")
    found = outcomes(service)
    assert [item["index"] for item in found if item["outcome"] == "unreadable"] == [98]
    assert [item["index"] for item in found if item["outcome"] == "awarded"] == [99]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"data": 5}, 400),
        ({"sensor": None}, 400),
        ({"sendTime": "noon"}, 400),
        ({"dataVersion": None}, 400),
        ({"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1"}, 422),
        ({"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v2p0"}, 422),
    ],
    ids=["data", "no sensor", "a time in words", "no version", "version 1.0", "version 2"],
)
def test_an_envelope_that_is_none_is_kept_and_refused(
    sensor: Sensor, service: Service, changes: dict[str, Any], status: int
):
    refused = sensor.post({**envelope(grade()), **changes})

    assert refused.status_code == status
    assert refused.json()["detail"]
    with service.database.read() as session:
        assert inbox.by_id(session, refused.json()["delivery"]).id


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5"], ids=["nothing", "half", "an array", "a number"])
def test_a_body_without_an_envelope_is_kept_and_answered_400(sensor: Sensor, service: Service, body: bytes):
    assert sensor.post(body).status_code == 400
    assert count(service, Delivery) == 1


def test_another_content_type_is_answered_415(sensor: Sensor, service: Service):
    assert sensor.post(envelope(grade()), content_type="text/plain").status_code == 415
    assert count(service, Delivery) == 0


@pytest.mark.parametrize("token", ["", "a-wrong-token-of-length"], ids=["none", "wrong"])
def test_a_wrong_token_is_answered_401_and_leaves_a_counter_only(sensor: Sensor, service: Service, token: str):
    assert sensor.post(envelope(grade()), authorization=f"Bearer {token}").status_code == 401
    assert count(service, Delivery) == 0
    with service.database.read() as session:
        assert sources.by_id(session, sensor.source_id).rejected_count == 1


def test_a_body_above_the_limit_a_bomb_and_too_many_events_are_answered_413(
    sensor: Sensor, make_sensor: Callable[..., Sensor], service: Service
):
    huge = sensor.post(b"[" + b" " * service.settings.max_body_bytes + b"]")
    bomb = sensor.post(gzip.compress(b" " * 50_000_000), content_encoding="gzip")
    many = make_sensor(max_items=1).post(envelope(grade(), grade()))

    assert [answer.status_code for answer in (huge, bomb, many)] == [413, 413, 413]


def test_a_sensor_may_not_ask_and_a_source_of_another_kind_is_not_here(
    sensor: Sensor, make_sensor: Callable[..., Sensor]
):
    asked = sensor.client.get(f"/caliper/{sensor.source_id}")

    assert (asked.status_code, asked.headers["allow"]) == (405, "POST")
    assert make_sensor("generic", namespace="x").post(envelope(grade())).status_code == 404
