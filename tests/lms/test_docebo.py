"""Docebo: single and grouped messages, times without a zone, and who sent them (completion-sources §1.5, §2.3)."""

import json
from dataclasses import replace

import pytest

from app.errors import DeliveryNotAuthentic, InvalidInput, MalformedJson, TooLarge
from app.lms.base import ActivityFacts, ActivityType, CompletionKind, LearnerFacts, MomentSource, Secret

from .conftest import Letterbox, changed

PAYLOAD = {
    "fired_at": "2026-03-02 10:15:01",
    "user_id": 13115,
    "username": "mholm",
    "course_id": 297,
    "course_code": "BLS-26",
    "completion_date": "2026-03-02 10:14:58",
    "status": "completed",
    "enrollment_date": "2026-02-01 08:00:00",
}
MESSAGE = {
    "event": "course.enrollment.completed",
    "fired_by_batch_action": False,
    "message_id": "wh-20260302-101501-f2a6",
    "webhook_id": 3,
    "original_domain": "St-Anna.docebosaas.test",
    "payload": PAYLOAD,
}
GROUP = {name: value for name, value in MESSAGE.items() if name != "payload"}
DOMAIN = "st-anna.docebosaas.test"


@pytest.fixture
def docebo():
    return Letterbox("docebo", {}, (Secret("s1", "lanyard:tk_4f9b2c7d8e1a6053"),))


def message(**changes):
    return changed(MESSAGE, changes)


def test_a_completed_course_is_read_member_by_member(docebo):
    completion = docebo.completion(MESSAGE)

    assert completion.kind is CompletionKind.COMPLETED
    assert completion.dedupe_key == "wh-20260302-101501-f2a6:0:13115:297"
    assert completion.learner == LearnerFacts(DOMAIN, "13115", username="mholm")
    assert completion.activity == ActivityFacts(DOMAIN, "297", ActivityType.COURSE, code="BLS-26")
    assert (completion.completed, completion.passed, completion.score) == (True, None, None)
    assert completion.sent_at.isoformat() == "2026-03-02T10:15:01+00:00"


def test_times_without_a_zone_are_utc_unless_the_source_declares_another(docebo):
    vienna = replace(docebo, settings={"time_zone": "Europe/Vienna"})

    assert docebo.completion(MESSAGE).occurred_at.isoformat() == "2026-03-02T10:14:58+00:00"
    assert vienna.completion(MESSAGE).occurred_at.isoformat() == "2026-03-02T09:14:58+00:00"
    assert docebo.completion(MESSAGE).occurred_at_source is MomentSource.ASSUMED_ZONE


def test_a_group_is_one_item_for_each_payload_in_order(docebo):
    group = GROUP | {"payloads": [PAYLOAD, PAYLOAD | {"user_id": 13116}]}

    first, second = docebo.parse(group)

    assert (first.index, second.index) == (0, 1)
    assert [item.learner.source_id for item in (first, second)] == ["13115", "13116"]
    assert second.dedupe_key == "wh-20260302-101501-f2a6:1:13116:297"


def test_one_bad_payload_of_a_group_fails_alone_and_is_named(docebo):
    payloads = [PAYLOAD | {"user_id": number} for number in range(100)]
    payloads[41] = PAYLOAD | {"user_id": None}

    items = docebo.parse(GROUP | {"payloads": payloads})

    bad = items[41]
    assert (bad.code, bad.pointer, bad.index) == ("missing", "/payloads/41/user_id", 41)
    assert sum(hasattr(item, "dedupe_key") for item in items) == 99


def test_an_empty_group_has_no_items(docebo):
    assert docebo.parse(GROUP | {"payloads": []}) == ()


def test_the_same_person_and_course_of_another_domain_are_others(docebo):
    other = docebo.completion(message(original_domain="other.docebosaas.test"))

    assert other.learner.namespace != docebo.completion(MESSAGE).learner.namespace
    assert other.activity.namespace != docebo.completion(MESSAGE).activity.namespace


@pytest.mark.parametrize("status", ["in_progress", "subscribed", "waiting"])
def test_an_enrolment_that_is_not_completed_earns_nothing(docebo, status):
    assert docebo.ignored(message(**{"payload.status": status})).code == "not-completed"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("course.enrollment.updated", "not-a-completion"),
        ("course.enrollment.deleted", "not-a-completion"),
        ("learningplan.enrollment.completed", "unknown-event"),
        ("user.created", "unknown-event"),
    ],
)
def test_any_other_event_is_ignored_and_named(docebo, event, code):
    ignored = docebo.ignored(message(event=event, payload=...))

    assert (ignored.code, ignored.event_type) == (code, event)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"payload.user_id": ...}, "missing", "/payload/user_id"),
        ({"payload.user_id": True}, "ill-typed", "/payload/user_id"),
        ({"payload.course_id": ""}, "missing", "/payload/course_id"),
        ({"payload.completion_date": None}, "missing", "/payload/completion_date"),
        ({"payload.completion_date": "02/03/2026"}, "not-a-moment", "/payload/completion_date"),
        ({"payload.completion_date": "0000-00-00 00:00:00"}, "not-a-moment", "/payload/completion_date"),
        ({"payload": []}, "ill-typed", "/payload"),
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_named_with_its_place(docebo, changes, code, pointer):
    problem = docebo.unreadable(message(**changes))

    assert (problem.code, problem.pointer) == (code, pointer)


@pytest.mark.parametrize("changes", [{"message_id": ...}, {"original_domain": None}, {"event": ...}, {"payload": ...}])
def test_a_message_that_lacks_what_all_its_payloads_need_is_refused_whole(docebo, changes):
    with pytest.raises(InvalidInput):
        docebo.parse(message(**changes))


def test_what_is_no_message_is_refused_whole(docebo):
    with pytest.raises(MalformedJson):
        docebo.parse(b"{")
    with pytest.raises(InvalidInput):
        docebo.parse([])
    with pytest.raises(InvalidInput):
        docebo.parse(GROUP | {"payloads": {}})
    with pytest.raises(TooLarge):
        replace(docebo, settings={"max_items": 1}).parse(GROUP | {"payloads": [PAYLOAD, PAYLOAD]})


def test_an_empty_object_is_a_test_of_the_connection(docebo):
    assert docebo.ping({})


def test_a_message_is_proved_by_user_and_password_and_known_by_its_id(docebo):
    body = json.dumps(MESSAGE).encode()
    good = {"authorization": "Basic bGFueWFyZDp0a180ZjliMmM3ZDhlMWE2MDUz"}

    proved = docebo.authenticate(good, body)

    assert (proved.method, proved.delivery_key) == ("basic", "wh-20260302-101501-f2a6")
    assert docebo.authenticate(good, b"[]").delivery_key.startswith("sha256:")
    for headers in ({}, {"authorization": "Basic bGFueWFyZDp0a180ZjliMmM3ZDhlMWE2MDU0"}):
        with pytest.raises(DeliveryNotAuthentic):
            docebo.authenticate(headers, body)


def test_good_settings_have_no_problems_and_each_wrong_one_has_a_sentence(docebo):
    assert replace(docebo, settings={"time_zone": "Europe/Vienna", "max_items": 25}).problems() == []
    for wrong in ({"time_zone": "CET+1"}, {"auth": "jwt_body"}, {"domain": "x"}, {"max_items": 0}):
        assert len(replace(docebo, settings=wrong).problems()) == 1
