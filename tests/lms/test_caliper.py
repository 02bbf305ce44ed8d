"""Envelopes of Caliper sensors: what is read of them, what is passed over, and what is refused (§1.7)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.errors import DeliveryNotAuthentic, InvalidInput, MalformedJson, TooLarge
from app.lms.base import ActivityType, CompletionKind, Ignored, Unreadable
from tests.lms.caliper_events import ATTEMPT, COURSE, GRADE, LEARNER, QUIZ, envelope, grade, letterbox


def test_a_grade_is_news_of_the_learner_and_not_of_who_graded():
    completion = letterbox().completion(envelope(grade()))

    assert completion.kind is CompletionKind.PROGRESS
    assert (completion.learner.namespace, completion.learner.source_id) == ("https://lms.hospital.test/", LEARNER)
    assert completion.learner.display_name == "Mira Holm"
    assert (completion.activity.source_id, completion.activity.parent_source_id) == (QUIZ, COURSE)
    assert (completion.activity.type, completion.activity.name) == (ActivityType.ASSESSMENT, "BLS final test")
    assert completion.dedupe_key == GRADE["id"]
    assert completion.attempt_id == ATTEMPT
    assert completion.score is not None
    assert completion.score.scaled == Decimal("0.9")
    assert (completion.completed, completion.passed) == (None, None)
    assert completion.occurred_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    assert completion.sent_at == datetime(2026, 3, 2, 10, 15, 5, tzinfo=UTC)
    assert completion.sequence == "250000000"
    assert completion.notes == ()


def test_version_1_2_is_read_with_its_profile_and_its_other_identifiers():
    identifiers = [
        {"type": "SystemIdentifier", "identifierType": "EmailAddress", "identifier": "mira.holm@hospital.test"},
        {"type": "SystemIdentifier", "identifierType": "SisSourcedId", "identifier": "S-9"},
        {"type": "SystemIdentifier", "identifierType": "LtiUserId", "identifier": "abc"},
    ]
    event = grade(profile="GradingProfile", **{"object.assignee.otherIdentifiers": identifiers})

    learner = letterbox().completion(envelope(event, version="v1p2")).learner

    assert (learner.email, learner.sis_id, learner.source_id) == ("mira.holm@hospital.test", "S-9", LEARNER)


def test_canvas_and_blackboard_name_the_sis_id_in_their_extensions():
    canvas = {"com.instructure.canvas": {"entity_id": "21070000000000098", "sis_id": "S-9", "user_login": "mholm"}}
    blackboard = {"bb:user.id": "_12345_1", "bb:user.externalId": "S-9"}
    found = [
        letterbox().completion(envelope(grade(**{"object.assignee.extensions": each}))).learner
        for each in (canvas, blackboard)
    ]

    assert [(each.sis_id, each.username, each.email) for each in found] == [("S-9", "mholm", None), ("S-9", None, None)]


def test_entities_may_be_named_by_their_iri_alone():
    event = grade(actor="https://lms.hospital.test/users/1", group=COURSE)
    event["object"] |= {"assignee": LEARNER, "assignable": QUIZ}

    completion = letterbox().completion(envelope(event))

    assert (completion.learner.source_id, completion.activity.source_id) == (LEARNER, QUIZ)
    assert (completion.activity.parent_source_id, completion.activity.type) == (COURSE, ActivityType.ASSESSMENT)


def test_an_iri_is_looked_up_among_the_descriptions_of_the_envelope():
    described = [dict(GRADE["object"]), {"id": LEARNER, "type": "Person", "name": "Mira Holm"}]
    described[0]["assignee"] = LEARNER

    found, *others = letterbox().parse(envelope(grade(object=ATTEMPT), *described))

    assert (found.learner.source_id, found.learner.display_name) == (LEARNER, "Mira Holm")
    assert [other.code for other in others] == ["description", "description"]


def test_an_attempt_is_also_found_at_its_score():
    event = grade(object=ATTEMPT, **{"generated.attempt": GRADE["object"]})

    assert letterbox().completion(envelope(event)).learner.source_id == LEARNER


def test_a_grade_of_an_attempt_that_nobody_describes_cannot_be_read():
    unreadable = letterbox().unreadable(envelope(grade(object=ATTEMPT)))

    assert (unreadable.code, unreadable.pointer) == ("missing", "/data/0/object/assignee")


@pytest.mark.parametrize("action", ["Started", "Submitted", "Completed"])
def test_handing_in_an_assessment_is_not_passing_it(action: str):
    event = grade(type="AssessmentEvent", action=action, object={"id": QUIZ, "type": "Assessment"})

    assert letterbox().ignored(envelope(event)).code == "no-result"


def test_events_and_descriptions_of_an_envelope_are_told_apart():
    session = grade(id="urn:uuid:2", type="SessionEvent", action="LoggedIn")
    items = letterbox().parse(envelope({"id": QUIZ, "type": "Assessment"}, session, grade()))

    assert [item.code if isinstance(item, Ignored) else item.kind for item in items] == [
        "description",
        "unknown-event",
        CompletionKind.PROGRESS,
    ]


SCORES: dict[str, tuple[dict[str, Any], str | None]] = {
    "zero": ({"scoreGiven": 0, "maxScore": 20}, "0"),
    "above the maximum": ({"scoreGiven": 22, "maxScore": 20}, "1.1"),
    "a maximum of zero": ({"scoreGiven": 39.45205, "maxScore": 0}, None),
    "no maximum": ({"scoreGiven": 18}, None),
}


@pytest.mark.parametrize(("generated", "expected"), SCORES.values(), ids=SCORES.keys())
def test_a_score_is_given_of_the_maximum_or_not_scaled(generated: dict[str, Any], expected: str | None):
    completion = letterbox().completion(envelope(grade(generated=generated)))

    assert completion.score is not None
    assert completion.score.scaled == (None if expected is None else Decimal(expected))
    assert bool(completion.notes) == (expected is None)


@pytest.mark.parametrize("generated", [..., {"maxScore": 20}], ids=["no score", "a score without points"])
def test_a_grade_that_was_taken_away_is_passed_over(generated: Any):
    assert letterbox().ignored(envelope(grade(generated=generated))).code == "no-score"


BAD_EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"id": ...}, "/data/0/id"),
    "no time": ({"eventTime": ...}, "/data/0/eventTime"),
    "no type": ({"type": ...}, "/data/0/type"),
    "another action": ({"action": "Skipped"}, "/data/0/action"),
    "no object": ({"object": ...}, "/data/0/object"),
    "no assignee": ({"object.assignee": ...}, "/data/0/object/assignee"),
    "no assignable": ({"object.assignable": ...}, "/data/0/object/assignable"),
    "points in words": ({"generated.scoreGiven": "many"}, "/data/0/generated/scoreGiven"),
}


@pytest.mark.parametrize(("changes", "pointer"), BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
def test_what_an_event_lacks_is_named_by_its_place(changes: dict[str, Any], pointer: str):
    assert letterbox().unreadable(envelope(grade(**changes))).pointer == pointer


def test_one_bad_event_of_a_hundred_fails_alone():
    events = [grade(id=f"urn:uuid:{number}") for number in range(100)]
    events[7]["object"] = 5

    items = letterbox().parse(envelope(*events))

    assert [item.index for item in items if isinstance(item, Unreadable)] == [7]


def test_what_is_no_object_is_unreadable_in_its_place():
    assert letterbox().unreadable(envelope(5)).pointer == "/data/0"


BAD_ENVELOPES: dict[str, tuple[dict[str, Any], str]] = {
    "no sensor": ({"sensor": None}, "/sensor"),
    "no time": ({"sendTime": None}, "/sendTime"),
    "a time in words": ({"sendTime": "noon"}, "/sendTime"),
    "no data": ({"data": None}, "/data"),
    "data that are no array": ({"data": {}}, "/data"),
    "no version": ({"dataVersion": None}, "/dataVersion"),
    "version 1.0": ({"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1"}, "/dataVersion"),
    "another version": ({"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v2p0"}, "/dataVersion"),
}


@pytest.mark.parametrize(("changes", "pointer"), BAD_ENVELOPES.values(), ids=BAD_ENVELOPES.keys())
def test_an_envelope_that_is_none_is_refused_whole(changes: dict[str, Any], pointer: str):
    with pytest.raises(InvalidInput) as caught:
        letterbox().parse({**envelope(grade()), **changes})

    assert caught.value.facts["pointer"] == pointer
    is_other_version = changes.get("dataVersion") is not None
    assert (caught.value.facts["code"] == "unsupported-version") == is_other_version


@pytest.mark.parametrize("raw", [b"[]", b"5", b"null"], ids=["an array", "a number", "null"])
def test_a_body_that_is_no_object_is_no_envelope(raw: bytes):
    with pytest.raises(InvalidInput):
        letterbox().parse(raw)


def test_half_an_envelope_is_no_json():
    with pytest.raises(MalformedJson):
        letterbox().parse(json.dumps(envelope(grade())).encode()[:-9])


def test_an_empty_envelope_holds_nothing_and_an_empty_object_is_a_test():
    assert letterbox().parse(envelope()) == ()
    assert letterbox().ping({}).detail


def test_an_envelope_above_the_limit_is_refused_whole():
    with pytest.raises(TooLarge):
        letterbox(max_items=2).parse(envelope(grade(), grade(), grade()))


def test_the_settings_may_say_whose_ids_a_sensor_sends():
    assert letterbox(namespace="bb").completion(envelope(grade())).learner.namespace == "bb"


def test_a_sensor_proves_itself_by_its_secret_and_an_envelope_is_known_by_its_bytes():
    raw = json.dumps(envelope(grade())).encode()
    box = letterbox()
    headers = {"authorization": f"Bearer {box.secrets[0].value}"}

    proved = box.authenticate(headers, raw)

    assert (proved.method, proved.payload) == ("bearer", raw)
    assert proved.delivery_key != box.authenticate(headers, raw + b" ").delivery_key
    with pytest.raises(DeliveryNotAuthentic):
        box.authenticate({"authorization": "Bearer another-secret-of-length"}, raw)


def test_settings_that_cannot_be_used_are_named():
    assert letterbox().problems() == []
    assert letterbox(sensor="x").problems() == [
        "There is no setting “sensor” here; known are auth, auth_options, namespace, learning_kind, max_items."
    ]


ODD = [None, 0, -1, 10**15, 0.5, True, "", " ", "x" * 10_000, "\x00", "\u202e", [], [[]], {}, {"": {}}, {"id": []}]
PLACES = [
    *GRADE,
    *(f"object.{name}" for name in GRADE["object"]),
    *(f"generated.{name}" for name in GRADE["generated"]),
]
PLACES += ["object.assignee.id", "object.assignee.extensions", "object.assignee.otherIdentifiers", "group.id"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("odd", ODD, ids=[f"odd {number}" for number in range(len(ODD))])
def test_whatever_stands_anywhere_in_an_event_it_is_read_as_one_item(place: str, odd: Any):
    assert letterbox().one(envelope(grade(**{place: odd}))).index == 0


# -- the page for administrators ----------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs/integrations/caliper.md").read_text()


@pytest.mark.parametrize("text", re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
def test_every_example_of_the_page_is_read_without_a_remark(text: str):
    assert letterbox().completion(text.encode()).notes == ()


def test_every_setting_that_is_known_is_explained_on_the_page():
    (problem,) = letterbox(zzz=1).problems()
    known = problem.removesuffix(".").split("known are ")[1].split(", ")

    assert [setting for setting in known if f"`{setting}`" not in PAGE] == []
