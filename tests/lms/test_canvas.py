"""Canvas Live Events: which of them say that somebody finished something, and who (completion-sources §1.2, §2.3)."""

import copy
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput, MalformedJson, ServiceError
from app.lms.base import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    LearnerFacts,
    LearningKind,
    Score,
    ScoreUnit,
)
from tests.beside import beside

ACCOUNT = "RootAccountOfStAnna"


# -- course_completed -------------------------------------------------------------------------------------


def test_a_completed_course_is_read_member_by_member(canvas, event):
    completion = canvas.completion(event())

    assert completion.kind is CompletionKind.COMPLETED
    assert completion.dedupe_key == f"cc:{ACCOUNT}:123:565:2026-03-02T10:15:00.218Z"
    assert completion.learner == LearnerFacts(
        ACCOUNT, "123", "mira.holm@hospital.test", "mholm", "S-9", display_name="Mira Holm"
    )
    assert completion.activity == ActivityFacts(ACCOUNT, "565", ActivityType.COURSE, "Basic Life Support", "BLS.2026")
    assert (completion.completed, completion.passed, completion.score) == (True, None, None)
    assert completion.occurred_at.isoformat() == "2026-03-02T10:15:00+00:00"
    assert completion.sent_at.isoformat() == "2026-03-02T10:15:26+00:00"


def test_a_repeat_has_the_same_key_and_a_corrected_time_another(canvas, event):
    first = canvas.completion(event())
    repeat = canvas.completion(event(**{"metadata.event_time": "2026-03-02T10:19:00Z"}))
    corrected = canvas.completion(event(**{"body.progress.completed_at": "2026-03-02T10:16:00Z"}))

    assert first.dedupe_key == repeat.dedupe_key != corrected.dedupe_key


def test_two_accounts_with_the_same_local_ids_are_different_people(canvas, event):
    other = canvas.completion(event(**{"metadata.root_account_uuid": "AnotherHospital"}))

    assert other.learner.source_id == canvas.completion(event()).learner.source_id
    assert other.learner.namespace != canvas.completion(event()).learner.namespace
    assert other.dedupe_key != canvas.completion(event()).dedupe_key


def test_global_and_local_ids_are_the_same_person(canvas, event):
    sent = event(**{"body.user.id": "21070000000000123", "body.course.id": "21070000000000565"})

    assert canvas.completion(sent) == canvas.completion(event())


def test_a_person_of_another_shard_is_not_taken_for_the_local_one_with_the_same_short_id(canvas, event):
    visitor = canvas.completion(event(**{"body.user.id": "21080000000000123"}))

    assert visitor.learner.source_id == "21080000000000123"
    assert visitor.learner.username is None


def test_without_the_accounts_own_id_a_global_id_is_shortened(canvas, event):
    sent = event(**{"body.user.id": "21080000000000123", "metadata.root_account_id": ...})

    assert canvas.completion(sent).learner.source_id == "123"


def test_login_and_sis_id_are_taken_only_when_the_actor_is_the_learner(canvas, event):
    """A teacher may cause the event, and an event of a background job has no actor at all."""
    for changes in ({"metadata.user_id": "21070000000000987"}, {"metadata.user_id": ...}, {"metadata.user_id": "x"}):
        learner = canvas.completion(event(**changes)).learner

        assert (learner.source_id, learner.username, learner.sis_id) == ("123", None, None)


@pytest.mark.parametrize("address", [None, "", "mira", "noemail@hospital.test"])
def test_a_learner_without_a_usable_address_is_known_by_id(canvas, event, address):
    learner = canvas.completion(event(**{"body.user.email": address})).learner

    assert (learner.source_id, learner.email) == ("123", None)


def test_the_test_student_earns_nothing(canvas, event):
    for changes in ({"body.user.name": "Test Student"}, {"metadata.context_role": "StudentViewEnrollment"}):
        assert canvas.ignored(event(**changes)).code == "test-student"


def test_the_settings_say_what_kind_of_learning_a_source_is(canvas, event):
    box = replace(canvas, settings=canvas.settings | {"learning_kind": "self_study"})

    assert box.completion(event()).learning_kind is LearningKind.SELF_STUDY


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"metadata": ...}, "missing", "/metadata"),
        ({"metadata": []}, "ill-typed", "/metadata"),
        ({"metadata.event_name": None}, "missing", "/metadata/event_name"),
        ({"metadata.event_name": {}}, "ill-typed", "/metadata/event_name"),
        ({"metadata.root_account_uuid": ...}, "missing", "/metadata/root_account_uuid"),
        ({"body": ...}, "missing", "/body"),
        ({"body.user": "123"}, "ill-typed", "/body/user"),
        ({"body.user.id": ...}, "missing", "/body/user/id"),
        ({"body.user.id": "abc"}, "ill-typed", "/body/user/id"),
        ({"body.user.id": "-5"}, "ill-typed", "/body/user/id"),
        ({"body.user.id": "٥"}, "ill-typed", "/body/user/id"),
        ({"body.user.id": "9" * 21}, "ill-typed", "/body/user/id"),
        ({"body.user.name": 5}, "ill-typed", "/body/user/name"),
        ({"body.course.id": None}, "missing", "/body/course/id"),
        ({"body.progress": None}, "missing", "/body/progress"),
        ({"body.progress.completed_at": None}, "missing", "/body/progress/completed_at"),
        ({"body.progress.completed_at": 1772446501}, "no-epoch-unit", "/body/progress/completed_at"),
        ({"body.progress.completed_at": "2026-03-02"}, "no-time-zone", "/body/progress/completed_at"),
        ({"body.progress.completed_at": "1999-01-01T00:00:00Z"}, "moment-out-of-range", "/body/progress/completed_at"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_place(canvas, event, changes, code, pointer):
    problem = canvas.unreadable(event(**changes))

    assert (problem.code, problem.pointer) == (code, pointer)


# -- grades -----------------------------------------------------------------------------------------------


def test_a_course_grade_is_progress_with_the_final_score_in_percent(canvas, course_grade):
    completion = canvas.completion(course_grade())

    assert (completion.kind, completion.completed, completion.passed) == (CompletionKind.PROGRESS, None, None)
    assert completion.dedupe_key == f"cgc:{ACCOUNT}:123:565:2026-03-02T10:14:00Z:84.5"
    assert completion.score == Score(
        Decimal("0.845"), Decimal("84.5"), Decimal(0), Decimal(100), None, ScoreUnit.PERCENT
    )
    assert completion.learner == LearnerFacts(ACCOUNT, "123")


@pytest.mark.parametrize("final", [None, ...])
def test_a_missing_final_score_is_no_score_and_current_score_does_not_take_its_place(canvas, course_grade, final):
    completion = canvas.completion(course_grade(**{"body.final_score": final}))

    assert completion.score is None
    assert completion.dedupe_key.endswith(":2026-03-02T10:14:00Z:")


def test_zero_is_a_score_and_extra_credit_may_pass_the_whole(canvas, course_grade):
    zero, extra = (canvas.completion(course_grade(**{"body.final_score": final})) for final in (0, 104.2))

    assert (zero.score.scaled, extra.score.scaled) == (Decimal(0), Decimal("1.042"))


def test_a_course_grade_that_went_down_is_progress_and_the_rules_minimum_decides(canvas, course_grade):
    down = canvas.completion(course_grade(**{"body.final_score": 41, "body.old_final_score": 84.5}))

    assert (down.kind, down.score.scaled) == (CompletionKind.PROGRESS, Decimal("0.41"))


def test_the_grade_of_a_deleted_enrolment_takes_the_course_back(canvas, course_grade):
    deleted = canvas.completion(course_grade(**{"body.workflow_state": "deleted"}))

    assert (deleted.kind, deleted.notes) == (CompletionKind.REVOKED, ("The learner's enrolment was deleted",))
    assert deleted.dedupe_key != canvas.completion(course_grade()).dedupe_key


def test_a_course_grade_that_is_gone_takes_the_course_back(canvas, course_grade):
    gone = canvas.completion(course_grade(**{"body.final_score": None, "body.old_final_score": 84.5}))

    assert (gone.kind, gone.score) == (CompletionKind.REVOKED, None)


def test_the_grade_of_one_assignment_is_an_assessment_with_points(canvas, grade):
    completion = canvas.completion(grade())

    assert completion.kind is CompletionKind.PROGRESS
    assert completion.activity == ActivityFacts(
        ACCOUNT, "assignment:355", ActivityType.ASSESSMENT, parent_source_id="565"
    )
    assert completion.learner == LearnerFacts(ACCOUNT, "123", sis_id="S-9")
    assert completion.dedupe_key == "gc:21070000000011086:2026-03-02T10:15:26.615Z:18"
    assert completion.score == Score(Decimal("0.9"), Decimal(18), Decimal(0), Decimal(20), "B+", ScoreUnit.POINTS)


@pytest.mark.parametrize("possible", [0, None, -5, ...])
def test_points_out_of_nothing_cannot_be_scaled(canvas, grade, possible):
    score = canvas.completion(grade(**{"body.points_possible": possible})).score

    assert (score.scaled, score.raw) == (None, Decimal(18))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body.grading_complete": False}, "grade-not-final"),
        ({"body.grading_complete": ...}, "grade-not-final"),
        ({"body.muted": True}, "grade-not-final"),
        ({"body.score": None}, "no-score"),
    ],
)
def test_a_grade_that_is_not_final_or_not_there_is_ignored(canvas, grade, changes, code):
    assert canvas.ignored(grade(**changes)).code == code


@pytest.mark.parametrize("changes", [{}, {"body.grading_complete": False}, {"body.muted": True}], ids=str)
def test_a_grade_that_was_taken_away_takes_the_assessment_back(canvas, grade, changes):
    ungraded = canvas.completion(grade(**{"body.score": None, "body.old_score": 18, **changes}))

    assert (ungraded.kind, ungraded.score) == (CompletionKind.REVOKED, None)
    assert ungraded.dedupe_key == "gc:21070000000011086:2026-03-02T10:15:26.615Z:"


@pytest.mark.parametrize("changes", [{"metadata.context_type": "User"}, {"metadata.context_id": ...}], ids=str)
def test_a_grade_from_outside_of_a_course_has_no_course(canvas, grade, changes):
    assert canvas.completion(grade(**changes)).activity.parent_source_id is None


def test_an_event_of_a_background_job_is_read_without_an_actor(canvas, event, course_grade, grade):
    """Jobs name `job_id` and `job_tag` instead of a user and a request (completion-sources §1.2)."""
    of_a_job = {"metadata.user_id": ..., "metadata.user_login": ..., "metadata.user_sis_id": ...}
    of_a_job |= {"metadata.job_id": "1020020528469291", "metadata.job_tag": "Progress#update"}

    learners = [canvas.completion(make(**of_a_job)).learner for make in (event, course_grade, grade)]

    assert {learner.source_id for learner in learners} == {"123"}
    assert {learner.username for learner in learners} == {None}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"body.score": "18,5"}, "/body/score"),
        ({"body.grading_complete": "yes"}, "/body/grading_complete"),
        ({"body.student_id": ...}, "/body/student_id"),
        ({"body.assignment_id": []}, "/body/assignment_id"),
        ({"body.submission_id": None}, "/body/submission_id"),
        ({"body.points_possible": True}, "/body/points_possible"),
        ({"metadata.event_time": None}, "/metadata/event_time"),
    ],
)
def test_what_is_wrong_with_a_grade_is_named_with_its_place(canvas, grade, changes, pointer):
    assert canvas.unreadable(grade(**changes)).pointer == pointer


# -- everything else --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("course_progress", "progress-only"),
        ("submission_created", "unknown-event"),
        ("course_completed ", None),
        ("COURSE_COMPLETED", "unknown-event"),
    ],
)
def test_any_other_event_is_ignored_and_named(canvas, event, name, code):
    """T28. `course_progress` of 6 out of 6 requirements is not a completion either."""
    sent = event(**{"metadata.event_name": name})

    if code is None:
        assert canvas.completion(sent)
    else:
        ignored = canvas.ignored(sent)
        assert (ignored.code, ignored.event_type) == (code, name)


def test_the_caliper_format_is_recognised_and_explained(canvas):
    assert "Caliper" in canvas.unreadable({"sensor": "https://x.test", "data": []}).detail


@pytest.mark.parametrize("payload", [b"[]", b"5", b"null", b'"x"'])
def test_a_payload_that_is_no_object_is_refused_whole(canvas, payload):
    with pytest.raises(InvalidInput):
        canvas.parse(payload)


def test_a_payload_that_is_no_strict_json_is_refused_whole(canvas):
    for payload in (b"", b"{", b'{"metadata": 1, "metadata": 2}', b'{"a": NaN}', b"[" * 20_000):
        with pytest.raises(MalformedJson):
            canvas.parse(payload)


def test_an_empty_object_is_a_test_of_the_connection(canvas):
    assert canvas.ping({})


# -- anything at all --------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def paths(document, before=()):
    """Every place in a document, as the names that lead to it."""
    for name, value in document.items():
        yield (*before, name)
        if isinstance(value, dict):
            yield from paths(value, (*before, name))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(data=st.data())
def test_an_event_with_any_one_member_replaced_gives_one_storable_item_or_our_own_error(
    canvas, event, course_grade, grade, data
):
    document = copy.deepcopy(data.draw(st.sampled_from([event(), course_grade(), grade()])))
    *parents, name = data.draw(st.sampled_from(list(paths(document))))
    place = document
    for parent in parents:
        place = place[parent]
    place[name] = data.draw(anything)

    try:
        (one,) = canvas.parse(json.dumps(document).encode())
    except ServiceError:
        return
    if isinstance(one, Completion):
        assert Completion.from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert 0 < len(one.dedupe_key) <= 255


# -- what Canvas itself documents -------------------------------------------------------------------------


@pytest.fixture
def documented():
    folder = beside("conformance", "lms", "canvas")
    return lambda name: (folder / f"{name}.json").read_bytes()


def test_canvas_own_example_of_a_completed_course_is_a_completion(canvas, documented):
    completion = canvas.completion(documented("course_completed"))

    assert completion.kind is CompletionKind.COMPLETED
    assert (completion.learner.source_id, completion.activity.source_id) == ("123", "565")
    assert completion.learner.username == "inewton@example.com"
    assert completion.dedupe_key.endswith(":123:565:2019-11-05T13:38:00.218Z")
    assert completion.notes == ()


def test_canvas_own_example_of_a_step_in_a_course_is_ignored(canvas, documented):
    assert canvas.ignored(documented("course_progress")).code == "progress-only"


def test_canvas_own_example_of_a_course_grade_uses_the_final_score(canvas, documented):
    completion = canvas.completion(documented("course_grade_change"))

    assert completion.score.scaled == Decimal("0.125")
    assert (completion.learner.source_id, completion.learner.username) == ("2", None)


def test_canvas_own_example_of_a_grade_has_more_points_than_are_possible(canvas, documented):
    completion = canvas.completion(documented("grade_change"))

    assert (completion.score.scaled, completion.learner.source_id) == (Decimal(5), "48")
    assert completion.activity.source_id == "assignment:355"
    assert completion.score.letter is None
    assert completion.activity.parent_source_id == "565"


def test_canvas_own_example_holds_when_signed(canvas, documented, signed):
    document = json.loads(documented("course_completed"))
    account = document["metadata"]["root_account_uuid"]
    box = replace(canvas, settings=canvas.settings | {"root_account_uuid": account})

    proof = box.authenticate({}, signed(document))

    assert box.completion(proof.payload) == box.completion(document)
