"""Thinkific: its signature in hexadecimal, its samples, and what it says (completion-sources §1.1, §1.5)."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from app.errors import DeliveryNotAuthentic, InvalidInput, MalformedJson
from app.lms.base import ActivityFacts, ActivityType, CompletionKind, LearnerFacts, Secret

from .conftest import Letterbox, changed

API_KEY = "9d1f0c2b7a6e4d3f8b5a1c0e2d4f6a8b"
EVENT = {
    "id": "20260302101501000000000000000001",
    "resource": "enrollment",
    "action": "completed",
    "tenant_id": "59",
    "created_at": "2026-03-02T10:15:01.000Z",
    "payload": {
        "id": 4,
        "course": {"id": 25, "name": "Basic Life Support"},
        "user": {"id": 94, "email": "mira.holm@hospital.test", "first_name": "Mira", "last_name": "Holm"},
        "percentage_completed": "1.0",
        "completed_at": "2026-03-02T10:14:58.000Z",
        "expiry_date": "2027-03-02T10:14:58.000Z",
    },
}


@pytest.fixture
def thinkific():
    return Letterbox("thinkific", {}, (Secret("s1", API_KEY),))


def event(**changes):
    return changed(EVENT, changes)


def headers(body, key=API_KEY):
    return {"x-thinkific-hmac-sha256": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}


def test_a_completed_course_is_read_member_by_member(thinkific):
    completion = thinkific.completion(EVENT)

    assert completion.kind is CompletionKind.COMPLETED
    assert completion.dedupe_key == "20260302101501000000000000000001"
    assert completion.learner == LearnerFacts(
        "59", "94", "mira.holm@hospital.test", display_name="Mira Holm", given_name="Mira", family_name="Holm"
    )
    assert completion.activity == ActivityFacts("59", "25", ActivityType.COURSE, "Basic Life Support")
    assert completion.occurred_at.isoformat() == "2026-03-02T10:14:58+00:00"
    assert completion.sent_at.isoformat() == "2026-03-02T10:15:01+00:00"


@pytest.mark.parametrize("percentage", ["1.0", "100", "0.2", "", None, 7])
def test_the_percentage_is_of_an_unclear_unit_and_is_not_read(thinkific, percentage):
    completion = thinkific.completion(event(**{"payload.percentage_completed": percentage}))

    assert (completion.score, completion.completed) == (None, True)


def test_the_action_is_what_counts_and_not_the_time_of_completion_beside_it(thinkific):
    ignored = thinkific.ignored(event(action="progress"))

    assert (ignored.code, ignored.event_type) == ("unknown-event", "enrollment.progress")
    assert thinkific.ignored(event(resource="lesson")).event_type == "lesson.completed"


def test_without_a_time_of_completion_the_event_s_own_is_taken(thinkific):
    completion = thinkific.completion(event(**{"payload.completed_at": None}))

    assert completion.occurred_at.isoformat() == "2026-03-02T10:15:01+00:00"


@pytest.mark.parametrize("address", ["[TEST] mira@hospital.test", " [test] x@y.test", "[TEST]"])
def test_the_sample_of_thinkific_is_a_test(thinkific, address):
    assert thinkific.ping(event(**{"payload.user.email": address}))


def test_a_sample_without_an_address_is_known_by_its_name(thinkific):
    assert thinkific.ping(event(**{"payload.user.email": None, "payload.user.first_name": "[TEST] Mira"}))


def test_a_person_may_be_called_test(thinkific):
    assert thinkific.completion(event(**{"payload.user.first_name": "[TEST] Mira"}))


def test_an_empty_object_is_a_test_of_the_connection(thinkific):
    assert thinkific.ping({})


def test_an_event_without_an_id_is_known_by_person_course_and_time(thinkific):
    first, other = (
        thinkific.completion(event(id=..., **changes)).dedupe_key
        for changes in ({}, {"payload.completed_at": "2026-03-02T10:14:59Z"})
    )

    assert first.startswith("sha256:")
    assert first != other


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"action": ...}, "missing", "/action"),
        ({"tenant_id": None}, "missing", "/tenant_id"),
        ({"payload": []}, "ill-typed", "/payload"),
        ({"payload.user": ...}, "missing", "/payload/user"),
        ({"payload.user.id": ...}, "missing", "/payload/user/id"),
        ({"payload.course.id": {}}, "ill-typed", "/payload/course/id"),
        ({"payload.completed_at": "yesterday"}, "not-a-moment", "/payload/completed_at"),
        ({"payload.completed_at": "2026-03-02 10:00:00"}, "no-time-zone", "/payload/completed_at"),
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_named_with_its_place(thinkific, changes, code, pointer):
    problem = thinkific.unreadable(event(**changes))

    assert (problem.code, problem.pointer) == (code, pointer)


def test_what_is_no_event_is_refused_whole(thinkific):
    with pytest.raises(MalformedJson):
        thinkific.parse(b"")
    with pytest.raises(InvalidInput):
        thinkific.parse([EVENT])


def test_the_signature_is_hexadecimal_over_the_bytes_as_they_came(thinkific):
    body = json.dumps(EVENT).encode()

    proved = thinkific.authenticate(headers(body), body)

    assert (proved.method, proved.delivery_key) == ("hmac", EVENT["id"])
    assert thinkific.authenticate(headers(b"[]"), b"[]").delivery_key.startswith("sha256:")


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: ({}, body),
        lambda body: (headers(body, "another key of the same length .."), body),
        lambda body: (headers(body), body.replace(b"94", b"95")),
        lambda body: (headers(body), json.dumps(json.loads(body), indent=1).encode()),
        lambda body: ({"x-thinkific-hmac-sha256": ""}, body),
    ],
    ids=["no signature", "another key", "a flipped byte", "written anew", "an empty signature"],
)
def test_a_forged_event_is_refused(thinkific, forge):
    with pytest.raises(DeliveryNotAuthentic):
        thinkific.authenticate(*forge(json.dumps(EVENT).encode()))


def test_how_thinkific_signs_need_not_be_set_and_may_be(thinkific):
    own = {"auth_options": {"header": "X-Own", "encoding": "hex"}}

    assert thinkific.problems() == []
    assert replace(thinkific, settings=own).problems() == []
    for wrong in ({"auth": "jwt_body"}, {"learning_kind": "x"}, {"auth_options": 5}, {"zone": "UTC"}):
        assert replace(thinkific, settings=wrong).problems() != []
