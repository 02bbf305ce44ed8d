"""What Moodle's own events become: whole events, as local_webhooks and the log have them."""

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
from app.lms.base import ActivityFacts, ActivityType, Completion, CompletionKind, MomentSource, ScoreUnit, TestPing
from tests.beside import beside

# -- course_completed ----------------------------------------------------------------------------------------


def test_a_finished_course_is_a_completion_of_the_learner_whom_it_is_about(moodle, completed):
    fact = moodle.completion(completed())

    assert (fact.kind, fact.completed, fact.passed, fact.score) == (CompletionKind.COMPLETED, True, None, None)
    assert (fact.learner.namespace, fact.learner.source_id) == ("lms.hospital.test", "57")
    assert fact.activity == ActivityFacts("lms.hospital.test", "12", ActivityType.COURSE)
    assert (fact.occurred_at, fact.occurred_at_source) == (
        datetime(2026, 3, 2, 10, 15, 1, tzinfo=UTC),
        MomentSource.PAYLOAD,
    )
    assert (fact.dedupe_key, fact.attempt_id) == ("md:lms.hospital.test:cc:881", "881")
    assert fact.learner.email is None
    assert fact.notes == ()


def test_whoever_caused_the_event_is_never_taken_for_the_learner(moodle, completed):
    for nobody in (None, 0, "0", ""):
        assert moodle.unreadable(completed(userid="3", relateduserid=nobody)).pointer == "/relateduserid"
    assert moodle.unreadable(completed(relateduserid=...)).code == "missing"


def test_numbers_as_numbers_and_as_text_are_the_same_fact(moodle, completed):
    as_text = completed(objectid="881", relateduserid="57", courseid="12", timecreated="1772446501")
    as_numbers = completed(objectid=881, relateduserid=57, courseid=12)

    assert moodle.completion(as_text) == moodle.completion(as_numbers)


def test_a_second_pass_after_a_reset_is_another_fact_and_a_redelivery_is_not(moodle, completed):
    first, again = moodle.completion(completed()), moodle.completion(completed(extra="again"))
    second = moodle.completion(completed(objectid=902))

    assert first.dedupe_key == again.dedupe_key != second.dedupe_key
    assert (first.attempt_id, second.attempt_id) == ("881", "902")


def test_two_sites_with_the_same_ids_are_two_people_and_two_courses(moodle, completed):
    box = replace(moodle, settings={})
    ours, theirs = box.completion(completed()), box.completion(completed(host="other.test"))

    assert ours.learner.namespace != theirs.learner.namespace
    assert ours.activity.namespace != theirs.activity.namespace
    assert ours.dedupe_key != theirs.dedupe_key


def test_an_event_of_a_copy_of_the_site_is_ignored(moodle, completed):
    assert moodle.ignored(completed(host="staging.hospital.test")).code == "another-site"
    assert moodle.completion(completed(host="LMS.Hospital.Test"))


def test_a_site_that_nobody_names_is_a_complaint_that_says_where_to_name_it(moodle, completed):
    item = replace(moodle, settings={}).unreadable(completed(host=...))

    assert (item.code, item.pointer) == ("missing", "/host")
    assert "settings" in item.detail


def test_the_guest_of_the_site_is_marked_as_no_real_person(moodle, completed):
    box = replace(moodle, settings={"host": "lms.hospital.test", "guest_user_id": "5"})

    assert moodle.completion(completed(relateduserid=1)).learner.is_test_user
    assert not moodle.completion(completed(relateduserid=5)).learner.is_test_user
    assert box.completion(completed(relateduserid=5)).learner.is_test_user


def test_an_event_that_may_name_nobody_is_ignored(moodle, completed):
    assert moodle.ignored(completed(anonymous=1)).code == "anonymous"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (0, "moment-out-of-range"),
        (1772446501000, "not-a-moment"),
        (4102444800, "moment-out-of-range"),
        ("yesterday", "not-a-moment"),
        (None, "missing"),
    ],
)
def test_a_time_that_cannot_be_is_named_and_never_guessed(moodle, completed, at, code):
    assert (
        moodle.unreadable(completed(timecreated=at)).code,
        moodle.unreadable(completed(timecreated=at)).pointer,
    ) == (
        code,
        "/timecreated",
    )


# -- user_graded ---------------------------------------------------------------------------------------------


def test_a_grade_is_scaled_by_the_points_that_the_settings_name(moodle, graded):
    fact = replace(moodle, settings={**moodle.settings, "grade_maximums": {"41": 50}}).completion(graded())

    assert (fact.kind, fact.completed, fact.passed) == (CompletionKind.PROGRESS, None, None)
    assert (fact.score.scaled, fact.score.raw, fact.score.unit) == (
        Decimal("0.88"),
        Decimal("44.00000"),
        ScoreUnit.POINTS,
    )
    assert fact.activity == ActivityFacts(
        "lms.hospital.test", "grade-item:41", ActivityType.ASSESSMENT, parent_source_id="12"
    )
    assert fact.dedupe_key == "md:lms.hospital.test:ug:4021:1772446501:44.00000"
    assert fact.learner.source_id == "57"
    assert fact.notes == ()


def test_without_the_maximum_the_points_are_kept_and_nothing_is_made_up(moodle, graded):
    fact = moodle.completion(graded())

    assert (fact.score.scaled, fact.score.raw) == (None, Decimal("44.00000"))
    assert "grade_maximums" in fact.notes[0]


def test_zero_points_are_a_score_and_no_points_are_none(moodle, graded):
    assert moodle.completion(graded(**{"other.finalgrade": "0.00000"})).score.raw == 0
    assert moodle.ignored(graded(**{"other.finalgrade": None})).code == "no-score"


def test_two_grades_within_one_second_are_two_facts(moodle, graded):
    first, final = moodle.completion(graded()), moodle.completion(graded(**{"other.finalgrade": "45.00000"}))

    assert first.dedupe_key != final.dedupe_key


def test_a_grade_item_a_module_and_a_course_with_one_number_are_three_activities(moodle, completed, graded, module):
    """A rule names an activity by its id alone: a quiz must not earn a course's badge."""
    facts = [
        moodle.completion(completed(courseid=12)),
        moodle.completion(graded(**{"other.itemid": 12})),
        moodle.completion(module(contextinstanceid=12)),
    ]

    assert len({fact.activity.source_id for fact in facts}) == 3


# -- course_module_completion_updated ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (0, (CompletionKind.PROGRESS, False, None)),
        (1, (CompletionKind.COMPLETED, True, None)),
        ("2", (CompletionKind.PASSED, True, True)),
        (3, (CompletionKind.FAILED, True, False)),
        (4, (CompletionKind.FAILED, True, False)),
    ],
    ids=["0", "1", "2", "3", "4"],
)
def test_the_state_of_a_module_says_whether_it_was_completed_passed_or_failed(moodle, module, state, expected):
    fact = moodle.completion(module(**{"other.completionstate": state}))

    assert (fact.kind, fact.completed, fact.passed) == expected
    assert fact.activity == ActivityFacts("lms.hospital.test", "module:77", ActivityType.MODULE, parent_source_id="12")


def test_a_look_and_the_completion_that_it_causes_are_in_order_within_their_second(moodle, module):
    looked, done = (moodle.completion(module(**{"other.completionstate": state})) for state in (0, 1))

    assert looked.occurred_at == done.occurred_at
    assert looked.sequence < done.sequence
    assert looked.dedupe_key != done.dedupe_key


@pytest.mark.parametrize("state", [None, 5, -1, "complete", True])
def test_a_state_that_does_not_exist_is_named(moodle, module, state):
    assert moodle.unreadable(module(**{"other.completionstate": state})).pointer == "/other/completionstate"


# -- what is not read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["badge_awarded", "badge_revoked"])
def test_badges_of_moodle_itself_are_ignored_with_the_reason(moodle, completed, name):
    item = moodle.ignored(completed(eventname=f"\\core\\event\\{name}"))

    assert (item.code, item.event_type) == ("platform-badge", name)


@pytest.mark.parametrize(
    "name",
    [
        "\\core\\event\\user_loggedin",
        "\\mod_evil\\event\\course_completed",
        "\\core\\event\\course_completed2",
        "x" * 200,
    ],
)
def test_every_other_event_is_ignored_and_another_plug_in_s_of_the_same_name_too(moodle, completed, name):
    assert moodle.ignored(completed(eventname=name)).code == "unknown-event"


def test_nothing_but_the_proof_is_a_test_of_the_connection(moodle):
    assert isinstance(moodle.one({}), TestPing)


# -- rows of the log -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        'a:3:{s:6:"itemid";i:41;s:10:"overridden";b:0;s:10:"finalgrade";s:8:"44.00000";}',
        'a:2:{s:6:"itemid";s:2:"41";s:10:"finalgrade";d:44;}',
        '{"itemid": 41, "overridden": false, "finalgrade": "44.00000"}',
    ],
    ids=["PHP", "PHP with a number", "JSON"],
)
def test_details_in_writing_are_read_as_the_log_has_them(moodle, graded, other):
    fact = moodle.completion(graded(other=other))

    assert fact.score.raw == 44
    assert fact.activity.source_id == "grade-item:41"


@pytest.mark.parametrize(
    "other",
    [
        'O:8:"stdClass":1:{s:6:"itemid";i:41;}',
        'a:1:{s:6:"itemid";i:41;',
        'a:1:{s:60:"itemid";i:41;}',
        'a:2:{s:6:"itemid";a:1:{i:0;i:1;}s:1:"x";i:1;}',
        "a:999:{}",
        "41",
        "[1]",
        "nonsense",
        '"' * 5_000,
    ],
)
def test_details_that_are_no_flat_list_are_named_and_nothing_is_executed(moodle, graded, other):
    assert moodle.unreadable(graded(other=other)).pointer.startswith("/other")


def test_text_within_a_value_is_no_structure(moodle, graded):
    inside = '";s:6:"itemid";i:99;s:1:"'
    other = f'a:3:{{s:4:"name";s:{len(inside)}:"{inside}";s:6:"itemid";i:41;s:10:"finalgrade";i:5;}}'

    assert moodle.completion(graded(other=other)).activity.source_id == "grade-item:41"


def test_an_array_is_many_events_and_a_bad_one_fails_alone(moodle, completed):
    events = [completed(objectid=place + 1) for place in range(100)]
    events[17] = {"eventname": {}}
    items = moodle.parse(events)

    assert [item.index for item in items if not isinstance(item, Completion)] == [17]
    assert items[17].pointer == "/17/eventname"
    assert moodle.parse([]) == ()
    with pytest.raises(TooLarge):
        replace(moodle, settings={"host": "x", "max_items": 99}).parse(events)


@pytest.mark.parametrize("payload", [b"", b"null", b"7", b"[", b'{"a":1,"a":2}', b"eventname", b"\xff\xfe"])
def test_what_is_no_event_at_all_raises_our_own_error(moodle, payload):
    with pytest.raises((InvalidInput, TooLarge)):
        moodle.parse(payload)


# -- what Moodle's own xAPI plug-in makes of the same events -------------------------------------------------


@pytest.fixture
def pair():
    folder = beside("conformance", "lms", "moodle", "course_completed", "completing_existing_course")
    return [json.loads((folder / f"{name}.json").read_bytes()) for name in ("event", "data", "statements")]


def test_learner_and_course_are_those_of_the_statement_that_moodle_s_plug_in_makes(moodle, pair):
    event, data, (statement,) = pair
    fact = replace(moodle, settings={"host": "www.example.org"}).completion(event)

    account = statement["actor"]["account"]
    assert (f"http://{fact.learner.namespace}", fact.learner.source_id) == (account["homePage"], account["name"])
    assert statement["object"]["id"].endswith(f"?id={fact.activity.source_id}")
    assert fact.learner.source_id == str(data["user"][0]["id"])
    assert fact.completed


@pytest.mark.parametrize("name", ["badge_awarded/user_achieved_badge", "badge_revoked/user_forfeited_badge"])
def test_the_badges_of_these_pairs_are_ignored(moodle, name):
    path = beside("conformance", "lms", "moodle", name, "event.json")

    assert moodle.ignored(json.loads(path.read_bytes())).code == "platform-badge"


# -- settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({"colour": 1}, "colour"),
        ({"host": "https://lms.hospital.test"}, "host"),
        ({"host": 7}, "host"),
        ({"grade_maximums": [100]}, "grade_maximums"),
        ({"grade_maximums": {"41": 0}}, "41"),
        ({"grade_maximums": {"41": "many"}}, "41"),
        ({"grade_maximums": {"41": True}}, "41"),
        ({"auth": "stripe"}, "auth"),
        ({"auth_options": {"path": "a b"}}, "path"),
        ({"max_items": 0}, "max_items"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_settings_that_cannot_work_are_named(moodle, stated, named):
    assert any(named in problem for problem in replace(moodle, settings=stated).problems())
    replace(moodle, settings=stated).parse({})


def test_good_settings_have_no_problem(moodle):
    assert moodle.problems() == []
    assert replace(moodle, settings={}).problems() == []


# -- anything at all -----------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@pytest.fixture
def examples(completed, graded, module, template):
    return [completed(), graded(), module(), template()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(data=st.data())
def test_an_event_with_any_one_member_replaced_gives_one_storable_item_or_our_own_error(moodle, examples, data):
    document = copy.deepcopy(data.draw(st.sampled_from(examples)))
    place = document
    if isinstance(document.get("other"), dict) and data.draw(st.booleans()):
        place = document["other"]
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(anything)

    try:
        (one,) = ADAPTERS["moodle"].parse(json.dumps(document).encode(), moodle.config, received_at=moodle.now)
    except ServiceError:
        return
    if isinstance(one, Completion):
        assert Completion.from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert 0 < len(one.dedupe_key) <= 255
