"""A POST that is sent twice happens once, also when both come at the same moment (B70)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.errors import Busy
from app.issuing import access
from app.issuing.access import IdempotentRequest
from app.issuing.signing_keys import KeyState, SigningKey
from app.service import Service

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
AT_ONCE = 20
ANA = {"achievement": "phlb", "recipient": {"email": "ana.ortiz@hospital.example"}}
SOURCE = {"name": "LMS", "type": "generic", "settings": {"namespace": "lms.x"}}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


@pytest.fixture
def badge(api: Any) -> dict[str, Any]:
    """An achievement that can be awarded."""
    return dict(api.publish())


@BOTH_DATABASES
def test_twenty_at_once_with_one_key_make_one_award_and_get_one_answer(api: Any, badge: dict[str, Any]):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(api.send, "POST", "/awards", json=ANA, headers=keyed("one")) for _ in range(AT_ONCE)]
        answers = [each.result() for each in sent]

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert [award["achievement"] for award in api.get("/awards")["items"]] == [badge["id"]]


@BOTH_DATABASES
@pytest.mark.usefixtures("badge")
def test_twenty_at_once_without_a_key_make_one_award_and_no_error(api: Any):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(api.send, "POST", "/awards", json=ANA) for _ in range(AT_ONCE)]
        answers = [each.result() for each in sent]

    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.json()["id"] for answer in answers}) == len(api.get("/awards")["items"]) == 1


@BOTH_DATABASES
def test_twenty_at_once_for_twenty_people_make_twenty_awards(api: Any, badge: dict[str, Any]):
    bodies = [{"achievement": badge["id"], "recipient": {"email": f"p{n}@x.example"}} for n in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda body: api.send("POST", "/awards", json=body), bodies))

    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert len({answer.json()["learner"] for answer in answers}) == AT_ONCE


@BOTH_DATABASES
@pytest.mark.usefixtures("badge")
def test_the_first_answer_comes_again_byte_for_byte_whatever_happened_since(api: Any):
    first = api.send("POST", "/awards", json=ANA, headers=keyed("one"))
    api.post(f"/awards/{first.json()['id']}/revoke", reason="issued in error")

    again = api.send("POST", "/awards", json=ANA, headers=keyed("one"))

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(api.get("/awards")["items"]) == 1


@pytest.mark.usefixtures("badge")
def test_the_same_key_for_another_request_is_refused(api: Any):
    api.send("POST", "/awards", json=ANA, headers=keyed("one"))

    other_body = api.send("POST", "/awards", json={**ANA, "narrative": "more"}, headers=keyed("one"))
    other_path = api.send("POST", "/sources", json=SOURCE, headers=keyed("one"))

    assert (other_body.status_code, other_path.status_code) == (422, 422)
    assert other_body.json()["type"] == "http://badges.test/problems/idempotency-conflict"


@pytest.mark.usefixtures("badge")
def test_another_api_key_may_use_the_same_idempotency_key(
    api: Any, make_key: Callable[..., str], integrator: Callable[..., Any]
):
    api.send("POST", "/sources", json=SOURCE, headers=keyed("one"))

    assert integrator(make_key()).send("POST", "/sources", json=SOURCE, headers=keyed("one")).status_code == 201
    assert len(api.get("/sources")["items"]) == 2


def test_a_request_that_failed_stored_nothing_and_may_be_sent_again(api: Any):
    failed = api.send("POST", "/awards", json=ANA, headers=keyed("one"))
    api.publish()

    assert failed.status_code == 404
    assert api.send("POST", "/awards", json=ANA, headers=keyed("one")).status_code == 201


def test_a_secret_in_a_stored_answer_is_sealed_and_told_again_to_the_same_request(api: Any, service: Service):
    first = api.send("POST", "/sources", json=SOURCE, headers=keyed("one"))

    with service.database.read() as session:
        stored = session.scalars(select(IdempotentRequest)).one().body or b""
    assert first.json()["secret"].encode() not in stored
    assert api.send("POST", "/sources", json=SOURCE, headers=keyed("one")).content == first.content
    assert len(api.get("/sources")["items"]) == 1


def test_an_answer_is_kept_for_48_hours(api: Any, service: Service):
    api.send("POST", "/sources", json=SOURCE, headers=keyed("one"))
    for hours, forgotten in ((47, 0), (49, 1)):
        with service.database.write() as session:
            session.execute(update(IdempotentRequest).values(created_at=clock.now() - timedelta(hours=hours)))
            assert access.forget_old_requests(session) == forgotten


def test_an_idempotency_key_is_1_to_255_visible_characters(api: Any):
    for key in ("", " ", "a b", "é".encode("latin-1"), "x" * 256):
        assert api.send("POST", "/sources", json=SOURCE, headers={"Idempotency-Key": key}).status_code == 422, key

    assert api.get("/sources")["items"] == []


def test_a_busy_database_is_503_with_a_time_to_come_back(api: Any, service: Service, monkeypatch: pytest.MonkeyPatch):
    def busy() -> None:
        raise Busy("The database is busy", retry_after_seconds=5)

    api.get("/issuer")
    monkeypatch.setattr(service.database, "write", busy)

    answer = api.send("POST", "/sources", json=SOURCE)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_an_issuer_without_a_key_gets_503_and_nothing_is_stored(api: Any, badge: dict[str, Any], service: Service):
    with service.database.write() as session:
        session.execute(update(SigningKey).values(state=KeyState.RETIRED))

    answer = api.send("POST", "/awards", json={"achievement": badge["id"], "recipient": ANA["recipient"]})

    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "30"
    assert api.get("/awards")["items"] == []
    assert api.get("/learners", email="ana.ortiz@hospital.example")["items"] == []
