"""The checks of `invariants.py` find what they are there for: each is shown a database with its promise broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, update

from app.issuing import audit
from app.issuing.awards import Award, Credential
from app.issuing.completions import Completion
from app.issuing.outbox import OutboxMessage
from app.issuing.signing_keys import SigningKey
from app.issuing.status_lists import StatusEntry, StatusList
from app.main import application

from .conftest import ACTOR, Hospital
from .invariants import broken, published, shrunk
from .processes import Answer

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def answered(hospital: Hospital) -> Answer:
    """One delivery that became a badge."""
    raw = json.dumps(hospital.sender.completion()).encode()
    with TestClient(application(hospital.service)) as client:
        address = f"/hooks/{hospital.sender.source_id}"
        response = client.post(address, content=raw, headers=hospital.sender.headers("msg-1", raw))
    return Answer(response.status_code, {}, response.content)


STATEMENTS = {
    "I1": update(Completion).values(outcome={}),
    "I2": update(Award).values(state="pending"),
    "I3": update(StatusEntry).values(index=(StatusEntry.index + 1) % 131_072),
    "I4": update(StatusEntry).values(is_set=True),
    "I5": update(Credential).values(jwt=Credential.json),
    "I7": delete(OutboxMessage),
    "I8": update(SigningKey).values(retired_at=datetime(2020, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("promise", STATEMENTS)
def test_a_broken_promise_is_found(hospital: Hospital, answered: Answer, promise: str):
    acknowledged = {"msg-1": answered.award_ids}
    assert broken(hospital.service, acknowledged) == []

    with hospital.database.write() as session:
        session.execute(STATEMENTS[promise])

    assert promise in {sentence.partition(":")[0] for sentence in broken(hospital.service, acknowledged)}


def test_an_award_that_is_in_the_audit_log_twice_is_found(hospital: Hospital, answered: Answer):
    with hospital.database.write() as session:
        entry = {"action": "award.issued", "object_id": answered.award_ids[0]}
        audit.record(session, hospital.issuer_id, actor=ACTOR, **entry)

    assert [sentence[:2] for sentence in broken(hospital.service)] == ["I6"]


@pytest.mark.parametrize(
    ("acknowledged", "promise"), [({"msg-2": ()}, "I10"), ({"msg-1": ["an award that is not there"]}, "I1")]
)
def test_an_answer_that_is_not_kept_is_found(
    hospital: Hospital, answered: Answer, acknowledged: dict[str, list[str]], promise: str
):
    assert answered.status == 200
    assert [sentence.partition(":")[0] for sentence in broken(hospital.service, acknowledged)] == [promise]


def test_a_list_that_went_back_is_found(hospital: Hospital):
    before = published(hospital.service)

    with hospital.database.write() as session:
        session.execute(update(StatusList).values(revision=StatusList.revision - 1))

    assert len(shrunk(hospital.service, before)) == len(before)
