"""Registration postbacks of SCORM Cloud: whole states, their order, and its two ways to prove itself."""

from __future__ import annotations

import base64
import copy
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import DeliveryNotAuthentic, InvalidInput, ServiceError
from app.lms import ADAPTERS
from app.lms.base import ActivityFacts, Completion, CompletionKind, LearnerFacts, Secret, TestPing
from tests.lms.conftest import Letterbox, changed

PAIR = "lanyard:pw_4f9b2c7d8e1a6053"
REGISTRATION = {
    "id": "reg-1",
    "instance": 0,
    "updated": "2026-03-02T10:12:37.250Z",
    "registrationCompletion": "COMPLETED",
    "registrationSuccess": "PASSED",
    "score": {"scaled": 93},
    "totalSecondsTracked": 812,
    "completedDate": "2026-03-02T10:12:00.000Z",
    "createdDate": "2026-03-02T09:00:00.000Z",
    "course": {"id": "bls", "version": 0, "title": "Basic Life Support"},
    "learner": {"id": "e77", "email": "mira.holm@hospital.test", "firstName": "Mira", "lastName": "Holm"},
}


@pytest.fixture
def box() -> Letterbox:
    return Letterbox("scormcloud", {"app_id": "ST-ANNA-APP"}, (Secret("p1", PAIR),))


@pytest.fixture
def state() -> Callable[..., dict[str, Any]]:
    """A registration with changes."""
    return lambda **changes: changed(REGISTRATION, changes)


# -- what a state becomes ------------------------------------------------------------------------------------


def test_a_passed_registration_is_a_completion_with_its_score_of_100(box, state):
    fact = box.completion(state())

    assert (fact.kind, fact.completed, fact.passed) == (CompletionKind.PASSED, True, True)
    assert (fact.score.scaled, fact.score.raw, fact.score.maximum) == (Decimal("0.93"), 93, 100)
    assert fact.learner == LearnerFacts(
        "ST-ANNA-APP", "e77", "mira.holm@hospital.test", display_name="Mira Holm", given_name="Mira", family_name="Holm"
    )
    assert fact.activity == ActivityFacts("ST-ANNA-APP", "bls", name="Basic Life Support")
    assert fact.occurred_at == datetime(2026, 3, 2, 10, 12, tzinfo=UTC)
    assert fact.dedupe_key == "reg-1:0:COMPLETED:PASSED:0.93"
    assert fact.attempt_id == "reg-1:0"
    assert fact.notes == ()


T, F, N = True, False, None
STATES = {
    ("COMPLETED", "PASSED"): (CompletionKind.PASSED, T, T),
    ("COMPLETED", "FAILED"): (CompletionKind.FAILED, T, F),
    ("COMPLETED", "UNKNOWN"): (CompletionKind.COMPLETED, T, N),
    ("INCOMPLETE", "PASSED"): (CompletionKind.PROGRESS, F, T),
    ("INCOMPLETE", "FAILED"): (CompletionKind.FAILED, F, F),
    ("INCOMPLETE", "UNKNOWN"): (CompletionKind.PROGRESS, F, N),
    ("UNKNOWN", "PASSED"): (CompletionKind.PASSED, N, T),
    ("UNKNOWN", "FAILED"): (CompletionKind.FAILED, N, F),
    ("UNKNOWN", "UNKNOWN"): (CompletionKind.PROGRESS, N, N),
}


@pytest.mark.parametrize("words", STATES, ids=" and ".join)
def test_unknown_is_neither_yes_nor_no_in_every_pair_of_states(box, state, words):
    fact = box.completion(state(registrationCompletion=words[0], registrationSuccess=words[1]))

    assert (fact.kind, fact.completed, fact.passed) == STATES[words]


def test_a_state_that_says_nothing_yet_is_ignored(box, state):
    for completion in ("INCOMPLETE", "UNKNOWN"):
        early = state(registrationCompletion=completion, registrationSuccess="UNKNOWN", score=None, completedDate=None)
        assert box.ignored(early).code == "not-finished"


def test_without_a_date_of_completion_the_state_s_own_time_is_taken(box, state):
    fact = box.completion(state(completedDate=None))

    assert fact.occurred_at == datetime(2026, 3, 2, 10, 12, 37, tzinfo=UTC)


@pytest.mark.parametrize(("scaled", "expected"), [(0, 0), (100, 1), ("87.5", Decimal("0.875")), (110, Decimal("1.1"))])
def test_zero_is_a_score_and_the_unit_is_never_guessed(box, state, scaled, expected):
    assert box.completion(state(**{"score.scaled": scaled})).score.scaled == expected


def test_a_learner_without_a_usable_address_keeps_the_id(box, state):
    for address in (None, "", "noemail@x.test", "learner", "a@localhost"):
        assert box.completion(state(**{"learner.email": address})).learner == LearnerFacts(
            "ST-ANNA-APP", "e77", display_name="Mira Holm", given_name="Mira", family_name="Holm"
        )
    assert box.unreadable(state(**{"learner.id": "", "learner.email": "x"})).pointer == "/learner/id"


# -- repeats and order ---------------------------------------------------------------------------------------


def test_a_snapshot_that_says_the_same_again_is_the_same_fact(box, state):
    first = box.completion(state())
    later = box.completion(
        state(updated="2026-03-02T10:15:00.000Z", totalSecondsTracked=999, score={"scaled": Decimal("93.0").__str__()})
    )

    assert first.dedupe_key == later.dedupe_key


def test_a_better_score_another_outcome_and_a_new_instance_are_other_facts(box, state):
    keys = {
        box.completion(each).dedupe_key
        for each in (state(), state(**{"score.scaled": 95}), state(registrationSuccess="FAILED"), state(instance=1))
    }

    assert len(keys) == 4


def test_states_are_ordered_by_instance_and_then_by_their_own_time_in_whatever_order_they_arrive(box, state):
    stamps = ["2026-03-02T10:12:37Z", "2026-03-02T10:12:37.1Z", "2026-03-02T10:12:37.250Z", "2026-03-02T10:13:00.000Z"]
    told = [
        box.completion(state(instance=instance, updated=updated)).sequence
        for instance, updated in itertools.product([0, 1, 10], stamps)
    ]

    assert told == sorted(told)
    assert len(set(told)) == len(told)


def test_a_reset_is_another_attempt(box, state):
    assert box.completion(state(instance=1)).attempt_id == "reg-1:1"
    assert box.completion(state(instance=...)).attempt_id == "reg-1:0"


# -- tests of the connection ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "TestRegistrationPostback"},
        {"id": "test-registration-1"},
        {"course.id": "TEST_POSTBACK"},
        {"id": "our-own-trial"},
        {"learner.id": "robot"},
    ],
    ids=lambda changes: str(next(iter(changes.values()))),
)
def test_an_example_is_a_test_and_never_a_completion(box, state, changes):
    trial = replace(box, settings={**box.settings, "test_ids": ["our-own-trial", "robot"]})

    assert isinstance(trial.one(state(**changes)), TestPing)


def test_an_empty_object_is_a_test_of_the_connection(box):
    assert box.ping({})


# -- what is wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": None}, "/id"),
        ({"registrationCompletion": "DONE"}, "/registrationCompletion"),
        ({"registrationSuccess": True}, "/registrationSuccess"),
        ({"course": None}, "/course"),
        ({"course.id": ""}, "/course/id"),
        ({"learner": []}, "/learner"),
        ({"updated": None}, "/updated"),
        ({"completedDate": "2026-03-02"}, "/completedDate"),
        ({"score": 93}, "/score"),
        ({"score.scaled": "NaN"}, "/score/scaled"),
        ({"score.scaled": "93,5"}, "/score/scaled"),
        ({"instance": "first"}, "/instance"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_a_completion_lacks_is_named_with_its_place(box, state, changes, pointer):
    assert box.unreadable(state(**changes)).pointer == pointer


def test_xml_of_the_first_version_is_named(box):
    with pytest.raises(InvalidInput, match="version 2"):
        box.parse(b'<?xml version="1.0"?><registrationreport/>')


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({}, "app_id"),
        ({"app_id": 7}, "app_id"),
        ({"app_id": "x", "test_ids": "a"}, "test_ids"),
        ({"app_id": "x", "auth": "bearer"}, "auth"),
        ({"app_id": "x", "auth_options": {"a": 1}}, "auth_options"),
        ({"app_id": "x", "colour": 1}, "colour"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_settings_that_cannot_work_are_named(box, stated, named):
    assert any(named in problem for problem in replace(box, settings=stated).problems())
    replace(box, settings=stated).parse({})


# -- proof ---------------------------------------------------------------------------------------------------


def test_basic_and_form_postbacks_are_the_same_delivery_content(box, state):
    body = json.dumps(state()).encode()
    headers = {"authorization": "Basic " + base64.b64encode(PAIR.encode()).decode()}
    by_basic = box.authenticate(headers, body)
    form_box = replace(box, settings={**box.settings, "auth": "form_fields"})
    user, _, password = PAIR.partition(":")
    form = urlencode({"data": body.decode(), "userName": user, "password": password}).encode()
    by_form = form_box.authenticate({"content-type": "application/x-www-form-urlencoded"}, form)

    assert by_basic.payload == by_form.payload == body
    assert (by_basic.body_holds_secret, by_form.body_holds_secret) == (False, True)
    assert by_basic.delivery_key == by_form.delivery_key
    with pytest.raises(DeliveryNotAuthentic):
        form_box.authenticate({}, form.replace(b"pw_4", b"pw_5"))
    with pytest.raises(DeliveryNotAuthentic):
        box.authenticate({}, form)


# -- anything at all -----------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(data=st.data())
def test_a_registration_with_any_one_member_replaced_gives_one_storable_item_or_our_own_error(box, state, data):
    document = copy.deepcopy(state())
    place = data.draw(st.sampled_from([document, document["course"], document["learner"], document["score"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(anything)

    try:
        (one,) = ADAPTERS["scormcloud"].parse(json.dumps(document).encode(), box.config, received_at=box.now)
    except ServiceError:
        return
    if isinstance(one, Completion):
        assert Completion.from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert 0 < len(one.dedupe_key) <= 255
