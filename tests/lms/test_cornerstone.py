"""Cornerstone: batches of records, UUIDs in either case, and a secret in headers (completion-sources §1.1, §1.5)."""

import gzip
import json
from dataclasses import replace

import pytest

from app.errors import DeliveryNotAuthentic, InvalidInput, MalformedJson, TooLarge
from app.lms.base import ActivityFacts, ActivityType, CompletionKind, LearnerFacts, Secret

from .conftest import Letterbox, changed

SECRET = "tk_4f9b2c7d8e1a6053"
USER, TRAINING = "0c9a5b1e-77d2-4f7e-9d86-6f1f0e2a9b11", "5f0d7e3c-1b2a-4c5d-8e9f-a0b1c2d3e4f5"
DATA = {
    "eventId": "3b6f2c10-9a4d-4e0b-8c77-2d1e0f9a8b7c",
    "trainingId": TRAINING,
    "trainingRef": TRAINING.upper(),
    "trainingTitle": "Basic Life Support",
    "targetUserId": 33417,
    "targetUserRef": "E-77",
    "targetUserGuid": USER,
    "targetUserUsername": "mholm",
    "targetUserFirstName": "Mira",
    "targetUserLastName": "Holm",
    "trainingRegistrationNumber": 1,
    "trainingActionDateTimestamp": "2026-03-02T10:14:58.973Z",
}
RECORD = {
    "value": {
        "headers": {"messageId": "8f7e6d5c-4b3a-4291-8080-7f6e5d4c3b2a", "corpName": "StAnna"},
        "lmsEventsCase": "TrainingCompleted",
        "trainingCompleted": {"data": DATA},
    },
    "offset": 168,
    "timestamp": "2026-03-02T10:15:00.000Z",
}
BATCH = {"records": [RECORD], "sessionId": "s-1", "attemptNumber": 1, "subscriptionId": "sub-1"}


@pytest.fixture
def cornerstone():
    settings = {"auth_options": {"headers": ["X-Lanyard-Key"]}}
    return Letterbox("cornerstone", settings, (Secret("s1", SECRET),))


def record(**changes):
    """A record; a change names a member of its data, or a path from the record's top."""
    inside = {
        path if path.startswith(("value", "offset")) else f"value.trainingCompleted.data.{path}": value
        for path, value in changes.items()
    }
    return changed(RECORD, inside)


def batch(*records, **changes):
    return BATCH | {"records": list(records)} | changes


def test_a_completed_training_is_read_member_by_member(cornerstone):
    completion = cornerstone.completion(BATCH)

    assert completion.kind is CompletionKind.COMPLETED
    assert completion.dedupe_key == DATA["eventId"]
    assert completion.learner == LearnerFacts(
        "stanna", USER, username="mholm", sis_id="E-77", display_name="Mira Holm", given_name="Mira", family_name="Holm"
    )
    assert completion.activity == ActivityFacts("stanna", TRAINING, ActivityType.COURSE, "Basic Life Support")
    assert completion.attempt_id == "1"
    assert completion.occurred_at.isoformat() == "2026-03-02T10:14:58+00:00"
    assert completion.sequence == "00000000000000000168"


def test_a_uuid_is_the_same_in_either_case(cornerstone):
    shouted = batch(record(eventId=DATA["eventId"].upper(), trainingId=TRAINING.upper(), targetUserGuid=USER.upper()))

    assert cornerstone.completion(shouted) == cornerstone.completion(BATCH)


def test_without_its_id_the_training_is_known_by_its_reference(cornerstone):
    assert cornerstone.completion(batch(record(trainingId=...))).activity.source_id == TRAINING


def test_a_retake_is_another_attempt_and_another_attempt_to_deliver_is_not(cornerstone):
    retake = cornerstone.completion(batch(record(trainingRegistrationNumber=2)))
    delivered_again = cornerstone.completion(batch(RECORD, attemptNumber=7))

    assert retake.attempt_id == "2"
    assert delivered_again == cornerstone.completion(BATCH)


def test_one_bad_record_of_a_hundred_fails_alone_and_is_named(cornerstone):
    records = [record(eventId=f"evt-{number}") for number in range(100)]
    records[41] = record(targetUserGuid=None)

    items = cornerstone.parse(batch(*records))

    bad = items[41]
    assert (bad.code, bad.index) == ("missing", 41)
    assert bad.pointer == "/records/41/value/trainingCompleted/data/targetUserGuid"
    assert sum(hasattr(item, "dedupe_key") for item in items) == 99


def test_records_of_other_events_are_ignored_beside_those_that_count(cornerstone):
    other = record(**{"value.lmsEventsCase": "TrainingRegistered", "value.trainingCompleted": ...})

    ignored, completion = cornerstone.parse(batch(other, RECORD))

    assert (ignored.code, ignored.event_type, ignored.index) == ("unknown-event", "TrainingRegistered", 0)
    assert completion.index == 1


def test_a_batch_without_records_has_no_items(cornerstone):
    assert cornerstone.parse(batch()) == ()


@pytest.mark.parametrize("body", [b"{}", b"", b" \n"], ids=["an empty object", "nothing", "blanks"])
def test_what_is_sent_when_the_address_is_saved_is_a_test(cornerstone, body):
    assert cornerstone.ping(body)


@pytest.mark.parametrize("offset", [..., None, -1, True, "168"], ids=str)
def test_an_offset_that_is_no_count_orders_nothing(cornerstone, offset):
    assert cornerstone.completion(batch(record(offset=offset))).sequence is None


@pytest.mark.parametrize(
    ("changes", "code", "end"),
    [
        ({"eventId": ...}, "missing", "data/eventId"),
        ({"trainingId": ..., "trainingRef": ...}, "missing", "data/trainingRef"),
        ({"trainingActionDateTimestamp": None}, "missing", "data/trainingActionDateTimestamp"),
        ({"trainingActionDateTimestamp": "2026-03-02T10:14:58"}, "no-time-zone", "data/trainingActionDateTimestamp"),
        ({"value.headers": ...}, "missing", "value/headers"),
        ({"value.headers": {"corpName": ""}}, "missing", "headers/corpName"),
        ({"value.trainingCompleted": "x"}, "ill-typed", "value/trainingCompleted"),
        ({"value.lmsEventsCase": ...}, "missing", "value/lmsEventsCase"),
        ({"value": None}, "missing", "0/value"),
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_named_with_its_place(cornerstone, changes, code, end):
    problem = cornerstone.unreadable(batch(record(**changes)))

    assert problem.code == code
    assert problem.pointer.endswith(end)


def test_what_is_no_batch_is_refused_whole(cornerstone):
    for payload, error in ((b"{", MalformedJson), ([], InvalidInput), ({"x": 1}, InvalidInput)):
        with pytest.raises(error):
            cornerstone.parse(payload)
    with pytest.raises(InvalidInput):
        cornerstone.parse({"records": {}})
    with pytest.raises(TooLarge):
        replace(cornerstone, settings=cornerstone.settings | {"max_items": 1}).parse(batch(RECORD, RECORD))


def test_a_batch_is_proved_by_its_header_and_may_be_compressed(cornerstone):
    body = json.dumps(BATCH).encode()
    plain = cornerstone.authenticate({"x-lanyard-key": SECRET}, body)

    packed = cornerstone.authenticate({"x-lanyard-key": SECRET, "content-encoding": "gzip"}, gzip.compress(body))

    assert (packed.payload, packed.delivery_key, packed.method) == (body, plain.delivery_key, "header_static")
    for headers in ({}, {"x-lanyard-key": SECRET[:-1] + "4"}, {"authorization": f"Bearer {SECRET}"}):
        with pytest.raises(DeliveryNotAuthentic):
            cornerstone.authenticate(headers, body)


def test_the_header_that_carries_the_secret_must_be_named(cornerstone):
    assert cornerstone.problems() == []
    assert replace(cornerstone, settings={}).problems() != []
    assert replace(cornerstone, settings={"auth": "bearer"}).problems() == []
    assert len(replace(cornerstone, settings=cornerstone.settings | {"zone": "UTC"}).problems()) == 1
