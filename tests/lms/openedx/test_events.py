"""What the events of an Open edX become."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput, ServiceError, TooLarge
from app.lms import ADAPTERS
from app.lms.base import ActivityFacts, ActivityType, Completion, CompletionKind, LearnerFacts, MomentSource, ScoreUnit
from tests.lms.openedx.conftest import DATA

HOST = "courses.hospital.test"
COURSE = ActivityFacts(HOST, "course-v1:StAnna+BLS+2026", ActivityType.COURSE, "Basic Life Support")

# -- certificates --------------------------------------------------------------------------------------------


def test_a_certificate_that_can_be_downloaded_says_passed(openedx, event):
    fact = openedx.completion(event("certificate"))

    assert (fact.kind, fact.completed, fact.passed) == (CompletionKind.PASSED, True, True)
    assert fact.learner == LearnerFacts(HOST, "4", "mira.holm@hospital.test", "mholm", display_name="Mira Holm")
    assert fact.activity == COURSE
    assert (fact.score.scaled, fact.score.unit) == (Decimal("0.92"), ScoreUnit.FRACTION)
    assert (fact.occurred_at, fact.occurred_at_source) == (
        datetime(2026, 3, 2, 10, 15, 26, tzinfo=UTC),
        MomentSource.PAYLOAD,
    )
    assert fact.dedupe_key == fact.event_id == "457f0c26-a1a5-11ed-afe6-0242ac140007"
    assert fact.notes == ()


@pytest.mark.parametrize("status", ["unavailable", "notpassing", "generating", "audit_passing", "unverified"])
def test_a_certificate_that_is_not_ready_says_nothing_yet(openedx, event, status):
    assert openedx.ignored(event("certificate", current_status=status)).code == "not-ready"


@pytest.mark.parametrize(
    ("before", "now", "becomes"),
    [
        ("unavailable", "downloadable", CompletionKind.PASSED),
        ("notpassing", "downloadable", CompletionKind.PASSED),
        ("downloadable", "notpassing", CompletionKind.REVOKED),
        ("downloadable", "unavailable", CompletionKind.REVOKED),
        ("downloadable", "downloadable", "status-unchanged"),
        ("notpassing", "unavailable", "not-ready"),
    ],
)
def test_a_changed_certificate_is_judged_by_what_it_was_before(openedx, event, before, now, becomes):
    changed = event("certificate", "certificate.changed.v1", current_status=now, previous_status=before)
    item = openedx.one(changed)

    assert (item.kind if isinstance(item, Completion) else item.code) == becomes


def test_a_revoked_certificate_takes_the_completion_back(openedx, event):
    fact = openedx.completion(event("certificate", "certificate.revoked.v1", current_status="unavailable"))

    assert (fact.kind, fact.passed) == (CompletionKind.REVOKED, False)
    assert fact.activity == COURSE


def test_only_the_modes_of_the_settings_count_and_a_revocation_counts_in_any(openedx, event):
    box = replace(openedx, settings={"host": HOST, "certificate_modes": ["Verified"]})

    assert box.completion(event("certificate"))
    assert box.ignored(event("certificate", mode="honor")).code == "other-mode"
    assert box.completion(event("certificate", "certificate.revoked.v1", mode="honor")).kind is CompletionKind.REVOKED


@pytest.mark.parametrize(
    ("grade", "scaled", "letter"),
    [("0.92", Decimal("0.92"), None), ("1.0", 1, None), ("0", 0, None), ("", None, None), ("Pass", None, "Pass"),
     (0.5, Decimal("0.5"), None), ("NaN", None, "NaN")],
)  # fmt: skip
def test_the_grade_of_a_certificate_is_a_fraction_a_letter_or_nothing(openedx, event, grade, scaled, letter):
    score = openedx.completion(event("certificate", grade=grade)).score

    assert (score and score.scaled, score and score.letter) == (scaled, letter)


# -- people --------------------------------------------------------------------------------------------------


def test_the_address_of_an_account_that_was_never_activated_is_left_out(openedx, event):
    """Anybody can register with somebody else's address; only the mail to it proves whose it is."""
    fact = openedx.completion(event("certificate", **{"user.is_active": False}))

    assert (fact.learner.source_id, fact.learner.email) == ("4", None)
    assert "not activated" in fact.notes[0]


def test_a_retired_account_earns_nothing(openedx, event):
    retired = event("certificate", **{"user.pii.username": "retired__user_0a1b", "user.pii.email": "x@retired.invalid"})

    assert openedx.ignored(retired).code == "retired-user"


def test_people_of_two_sites_are_two_people_although_the_containers_have_one_name(openedx, event):
    other = replace(openedx, settings={"host": "Other.test"})

    assert openedx.completion(event("passing")).learner.namespace == HOST
    assert other.completion(event("passing")).learner.namespace == "other.test"


def test_two_people_with_one_address_stay_two_identities(openedx, event):
    ids = {openedx.completion(event("passing", **{"user.id": one})).learner.source_id for one in (4, 5)}

    assert ids == {"4", "5"}


# -- passing, grades and programmes --------------------------------------------------------------------------


@pytest.mark.parametrize(("is_passing", "kind"), [(True, CompletionKind.PASSED), (False, CompletionKind.FAILED)])
def test_the_passing_status_turns_either_way_and_has_no_score(openedx, event, is_passing, kind):
    fact = openedx.completion(event("passing", is_passing=is_passing))

    assert (fact.kind, fact.passed, fact.completed, fact.score) == (kind, is_passing, None, None)


def test_two_turns_within_a_second_are_in_order(openedx, event):
    failed = openedx.completion(event("passing", time="2026-03-02 10:15:26.000200+00:00", is_passing=False))
    passed = openedx.completion(event("passing", time="2026-03-02 10:15:26.615+00:00"))

    assert failed.occurred_at == passed.occurred_at
    assert failed.sequence < passed.sequence


def test_a_coach_s_own_run_is_an_activity_within_its_master_course(openedx, event):
    fact = openedx.completion(event("ccx"))

    assert fact.activity == ActivityFacts(
        HOST, "ccx-v1:StAnna+BLS+2026+ccx@1", name="BLS, group 1", parent_source_id="course-v1:StAnna+BLS+2026"
    )
    assert fact.kind is CompletionKind.PASSED


def test_a_grade_is_news_only_with_its_fraction_and_its_letter_and_without_a_person_s_data(openedx, event):
    fact = openedx.completion(event("grade"))

    assert (fact.kind, fact.passed, fact.score.scaled, fact.score.letter) == (
        CompletionKind.PROGRESS,
        None,
        Decimal("0.87"),
        "Pass",
    )
    assert fact.learner == LearnerFacts(HOST, "4")


def test_a_grade_of_zero_is_a_grade(openedx, event):
    assert openedx.completion(event("grade", percent_grade=0.0)).score.scaled == 0
    assert openedx.ignored(event("grade", percent_grade=None)).code == "no-score"


def test_a_programme_s_certificate_says_passed_and_its_revocation_takes_that_back(openedx, event):
    fact = openedx.completion(event("program"))
    gone = openedx.completion(event("program", "program.certificate.revoked.v1", status="revoked"))

    assert fact.activity == ActivityFacts(
        HOST, "6f1c2f4e-3c5b-4f5e-9c56-2b0c9a1d7e11", ActivityType.PROGRAMME, "Emergency care"
    )
    assert (fact.kind, fact.completed, gone.kind) == (CompletionKind.PASSED, True, CompletionKind.REVOKED)
    assert fact.activity == gone.activity
    assert fact.attempt_id == "0d9f8a3e-0000-4000-8000-000000000001"
    assert openedx.ignored(event("program", status="revoked")).code == "not-ready"


# -- what is not read, and what is wrong ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["badge.awarded.v1", "badge.revoked.v1"])
def test_badges_of_open_edx_itself_are_ignored_with_the_reason(openedx, event, name):
    assert openedx.ignored(event("certificate", name)).code == "platform-badge"


@pytest.mark.parametrize(
    "name", ["course.enrollment.created.v1", "certificate.created.v2", "auth.session.login.completed.v1"]
)
def test_every_other_event_is_ignored_whatever_its_shape(openedx, event, name):
    document = event("certificate", name)
    odd = {"event_metadata": document["event_metadata"], "a": 1, "b": 2}

    assert openedx.ignored(document).code == "unknown-event"
    assert openedx.ignored(odd).code == "unknown-event"


def test_an_event_with_the_name_of_ours_and_another_organisation_is_not_ours(openedx, event):
    document = event("certificate")
    document["event_metadata"]["event_type"] = "com.evil.learning.certificate.created.v1"

    assert openedx.ignored(document).code == "unknown-event"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"user.id": None}, "/id"),
        ({"course.course_key": ""}, "/course_key"),
        ({"course": None}, "/course"),
        ({"current_status": None}, "/current_status"),
        ({"user": "mholm"}, "/user"),
    ],
)
def test_what_a_completion_lacks_is_named_with_its_place(openedx, event, changes, pointer):
    assert openedx.unreadable(event("certificate", **changes)).pointer.endswith(pointer)


def test_the_passing_status_is_never_guessed(openedx, event):
    for odd in (None, 1, "yes", "None"):
        assert openedx.unreadable(event("passing", is_passing=odd)).pointer.endswith("/is_passing")


@pytest.mark.parametrize("time", [None, "", "soon", "1999-01-01 00:00:00", "2031-01-01 00:00:00+00:00"])
def test_a_time_that_cannot_be_is_named(openedx, event, time):
    assert openedx.unreadable(event("passing", time=time)).pointer == "/event_metadata/time"


def test_a_time_without_a_zone_is_open_edx_s_own_utc_and_marked(openedx, event):
    fact = openedx.completion(event("passing", time="2026-03-02 10:15:26.598387"))

    assert (fact.occurred_at, fact.occurred_at_source) == (
        datetime(2026, 3, 2, 10, 15, 26, tzinfo=UTC),
        MomentSource.ASSUMED_ZONE,
    )


def test_an_array_is_many_events_and_a_bad_one_fails_alone(openedx, event):
    items = openedx.parse([event("passing"), 7, event("grade")])

    assert [type(item).__name__ for item in items] == ["Completion", "Unreadable", "Completion"]
    assert (items[1].pointer, items[2].index) == ("/1", 2)
    with pytest.raises(TooLarge):
        replace(openedx, settings={"host": HOST, "max_items": 1}).parse([event("passing")] * 2)


@pytest.mark.parametrize("payload", [b"", b"null", b"[", b"\xff=1", b'{"a":1,"a":2}'])
def test_what_is_no_event_at_all_raises_our_own_error(openedx, payload):
    with pytest.raises((InvalidInput, TooLarge)):
        openedx.parse(payload)


def test_an_empty_object_is_a_test_of_the_connection(openedx):
    assert openedx.ping({})


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({}, "host"),
        ({"host": "https://x.test/"}, "host"),
        ({"host": "x", "certificate_modes": "verified"}, "certificate_modes"),
        ({"host": "x", "certificate_modes": [""]}, "certificate_modes"),
        ({"host": "x", "auth": "github"}, "auth"),
        ({"host": "x", "colour": 1}, "colour"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_settings_that_cannot_work_are_named(openedx, stated, named):
    assert any(named in problem for problem in replace(openedx, settings=stated).problems())
    replace(openedx, settings=stated).parse({})


# -- anything at all -----------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def paths(document, before=()):
    for name, value in document.items():
        yield (*before, name)
        if isinstance(value, dict):
            yield from paths(value, (*before, name))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(data=st.data())
def test_an_event_with_any_one_member_replaced_gives_one_storable_item_or_our_own_error(
    openedx, event, cloud_event, data
):
    make = data.draw(st.sampled_from([event, cloud_event]))
    document = copy.deepcopy(make(data.draw(st.sampled_from(sorted(DATA)))))
    *parents, name = data.draw(st.sampled_from(list(paths(document))))
    place = document
    for parent in parents:
        place = place[parent]
    place[name] = data.draw(anything)

    try:
        (one,) = ADAPTERS["openedx"].parse(json.dumps(document).encode(), openedx.config, received_at=openedx.now)
    except ServiceError:
        return
    if isinstance(one, Completion):
        assert Completion.from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert 0 < len(one.dedupe_key) <= 255
