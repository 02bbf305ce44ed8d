"""The documented JSON body: what it means, and what a sender can get wrong."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.credentials.model import Evidence
from app.errors import MalformedJson, ServiceError
from app.lms.base import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    LearnerFacts,
    LearningKind,
    MomentSource,
)

NAMESPACE = "lms.example.org"


def test_a_whole_item_is_read_member_by_member(source, item):
    completion = source.completion(item(attempt=2, learning_kind="workshop", comment="Ward 4", passed=True))

    assert completion.kind is CompletionKind.COMPLETED
    assert completion.learning_kind is LearningKind.WORKSHOP
    assert completion.learner == LearnerFacts(NAMESPACE, "57", "mira.holm@hospital.test", display_name="Mira Holm")
    assert completion.activity == ActivityFacts(NAMESPACE, "bls-2026", ActivityType.COURSE, "Basic Life Support", "BLS")
    assert (completion.completed, completion.passed, completion.attempt_id) == (True, True, "2")
    assert (completion.event_id, completion.dedupe_key, completion.comment) == ("evt-1", "evt-1", "Ward 4")
    assert completion.occurred_at.isoformat() == "2026-03-02T10:15:00+00:00"
    assert completion.occurred_at_source is MomentSource.PAYLOAD
    assert completion.notes == ()


@pytest.mark.parametrize("kind", ["completed", "passed", "failed", "progress", "revoked", "expired", "voided"])
def test_every_event_has_its_kind(source, item, kind):
    assert source.completion(item(event=kind)).kind is CompletionKind(kind)
    assert source.completion(item(event=f" Completion.{kind.upper()} ")).kind is CompletionKind(kind)


def test_an_unknown_event_is_ignored_and_never_a_completion(source, item):
    for name in ("course.viewed", "unknown", "completed!", "not completed"):
        ignored = source.ignored(item(event=name))

        assert (ignored.code, ignored.event_type) == ("unknown-event", name)


def test_a_senders_own_name_counts_once_the_settings_say_what_it_means(source, item):
    box = replace(source, settings=source.settings | {"event_names": {"Kurs.Abgeschlossen": "completed"}})

    assert box.completion(item(event="kurs.abgeschlossen")).kind is CompletionKind.COMPLETED
    assert source.ignored(item(event="kurs.abgeschlossen"))


def test_members_that_nobody_knows_are_allowed(source, item):
    assert source.completion(item(tenant={"a": [1]}, zzz=None)) == source.completion(item())


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"event": ...}, "missing", "/event"),
        ({"event": 5}, "ill-typed", "/event"),
        ({"learner": ...}, "missing", "/learner"),
        ({"learner": "Mira"}, "ill-typed", "/learner"),
        ({"learner": {}}, "no-learner", "/learner"),
        ({"learner.id": 5.5}, "ill-typed", "/learner/id"),
        ({"learner.id": True}, "ill-typed", "/learner/id"),
        ({"learner.id": "5\u0000"}, "ill-typed", "/learner/id"),
        ({"learner.id": "5" * 256}, "ill-typed", "/learner/id"),
        ({"learner.name": ["Mira"]}, "ill-typed", "/learner/name"),
        ({"activity": None}, "missing", "/activity"),
        ({"activity.id": ""}, "missing", "/activity/id"),
        ({"activity.type": "video"}, "not-a-choice", "/activity/type"),
        ({"learning_kind": "Course"}, "not-a-choice", "/learning_kind"),
        ({"passed": "true"}, "ill-typed", "/passed"),
        ({"completed": 1}, "ill-typed", "/completed"),
        ({"evidence": "https://x.test"}, "ill-typed", "/evidence"),
        ({"event": "failed", "passed": True}, "contradiction", "/passed"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_place(source, item, changes, code, pointer):
    problem = source.unreadable(item(**changes))

    assert (problem.code, problem.pointer) == (code, pointer)
    assert problem.detail


def test_not_passed_is_stronger_than_the_word_completed(source, item):
    completion = source.completion(item(passed=False))

    assert (completion.kind, completion.completed, completion.passed) == (CompletionKind.FAILED, True, False)
    assert "read as failed" in completion.notes[0]


def test_not_completed_is_stronger_than_the_word_passed(source, item):
    completion = source.completion(item(event="passed", completed=False))

    assert (completion.kind, completion.completed) == (CompletionKind.PROGRESS, False)


def test_passed_does_not_claim_completed_and_completed_does_not_claim_passed(source, item):
    passed, completed = source.completion(item(event="passed")), source.completion(item())

    assert (passed.completed, passed.passed) == (None, True)
    assert (completed.completed, completed.passed) == (True, None)


# -- learners ---------------------------------------------------------------------------------------------


def test_an_address_stays_as_it_was_sent_but_trimmed(source, item):
    sent = item(**{"learner.email": "  Mira.Holm+bls@Hospital.TEST "})

    assert source.completion(sent).learner.email == "Mira.Holm+bls@Hospital.TEST"


@pytest.mark.parametrize(
    "address", ["mira", "mira@localhost", "a@b.invalid", "noemail@hospital.test", 5, {}, "a\u0000@b.org"]
)
def test_an_address_that_cannot_be_used_is_left_out_with_a_note(source, item, address):
    completion = source.completion(item(**{"learner.email": address}))

    assert completion.learner.email is None
    assert "e-mail" in completion.notes[0]


def test_an_unusable_address_without_an_id_is_nobody(source, item):
    assert source.unreadable(item(learner={"email": "mira", "name": "Mira Holm"})).code == "no-learner"


def test_a_person_with_an_address_alone_is_enough(source, item):
    learner = source.completion(item(learner={"email": "mira.holm@hospital.test"})).learner

    assert (learner.source_id, learner.email) == (None, "mira.holm@hospital.test")


def test_an_id_sent_as_a_number_is_the_same_as_text(source, item):
    assert source.completion(item(**{"learner.id": 57})) == source.completion(item())


def test_names_are_cleaned_of_characters_that_control_a_terminal_or_a_direction(source, item):
    sent = item(
        **{"learner.name": " Mi\u0000ra\u202e\nHolm ", "learner.given_name": "M" * 999, "learner.family_name": ""}
    )
    learner = source.completion(sent).learner

    assert (learner.display_name, len(learner.given_name), learner.family_name) == ("Mi ra Holm", 300, None)


def test_an_id_needs_a_namespace_from_the_item_or_from_the_settings(source, item):
    nameless = replace(source, settings={})
    own = item(**{"learner.namespace": "a.test", "activity.namespace": "b.test"})

    assert nameless.unreadable(item()).code == "no-namespace"
    assert nameless.completion(own).learner.namespace == "a.test"
    assert nameless.completion(own).activity.namespace == "b.test"


# -- keys -------------------------------------------------------------------------------------------------


def test_an_item_without_an_id_has_a_key_of_everything_that_makes_it_a_different_fact(source, item):
    def key(**changes: object) -> str:
        return source.completion(item(id=None, **changes)).dedupe_key

    variants = [
        {},
        {"event": "revoked"},
        {"attempt": 2},
        {"completed_at": "2026-03-02T10:15:01Z"},
        {"learner.id": "58"},
        {"activity.id": "als"},
        {"activity.namespace": "b.test"},
        {"score": {"value": 0, "unit": "percent"}},
    ]

    assert len({key(**variant) for variant in variants}) == len(variants)
    assert key() == key(**{"learner.name": "Mira H.", "comment": "x", "completed_at": "2026-03-02T11:15:00+01:00"})


def test_a_retry_has_the_same_key_although_it_arrives_later(source, item):
    """A clock ten minutes ahead is clamped to the time of receipt at first, and believed at the second attempt."""
    ahead = item(id=None, completed_at="2026-03-02T10:30:00Z")
    later = replace(source, now=source.now.replace(minute=40))

    first, second = source.completion(ahead), later.completion(ahead)

    assert first.occurred_at != second.occurred_at
    assert first.dedupe_key == second.dedupe_key


def test_a_long_id_is_hashed_into_the_key(source, item):
    assert source.completion(item(id="e" * 255)).dedupe_key == "e" * 255
    assert source.unreadable(item(id="e" * 256)).pointer == "/id"


# -- evidence ---------------------------------------------------------------------------------------------


def test_evidence_is_a_link_or_words(source, item):
    sent = item(evidence=["https://x.test/1", {"url": "urn:uuid:1", "name": "Log"}, {"narrative": "Ten shifts"}])

    assert source.completion(sent).evidence == (
        Evidence(id="https://x.test/1"),
        Evidence(id="urn:uuid:1", name="Log"),
        Evidence(narrative="Ten shifts"),
    )


def test_evidence_that_cannot_be_published_is_left_out_with_a_note(source, item):
    bad = ["data:text/html,x", "javascript:alert(1)", "https://x .test", {}, {"url": "file:///etc"}]
    completion = source.completion(item(evidence=[*bad, *["https://x.test"] * 6]))

    assert completion.evidence == (Evidence(id="https://x.test"),) * 5
    assert completion.notes == ("6 of 11 pieces of evidence were left out",)


# -- settings ---------------------------------------------------------------------------------------------


def test_good_settings_have_no_problems(source):
    full = {
        "auth": "bearer",
        "namespace": "lms.example.org",
        "time_zone": "Europe/Vienna",
        "epoch_unit": "seconds",
        "score_unit": "percent",
        "learning_kind": "on_the_job",
        "event_names": {"done": "completed"},
        "max_items": 5000,
    }

    assert source.problems() == replace(source, settings=full).problems() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth": "smoke_signals"},
        {"auth": ["bearer"]},
        {"namespace": None},
        {"namespace": " "},
        {"namespace": 5},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "Europe"},
        {"epoch_unit": "minutes"},
        {"score_unit": "points"},
        {"score_unit": {}},
        {"learning_kind": "video"},
        {"event_names": ["done"]},
        {"event_names": {"done": "test"}},
        {"event_names": {"done": {}}},
        {"max_items": 0},
        {"max_items": True},
        {"max_items": 5001},
        {"namspace": "x"},
    ],
)
def test_each_wrong_setting_gets_one_sentence(source, wrong):
    problems = replace(source, settings=source.settings | wrong).problems()

    assert len(problems) == 1
    assert problems[0].endswith(".")


# -- anything at all --------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
MEMBERS = ["id", "event", "type", "data", "items", "learner", "activity", "score", "completed_at", "evidence", "email"]
names = st.sampled_from([*MEMBERS, "value", "unit", "maximum", "url", "namespace", "timestamp"]) | st.text(max_size=5)
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(document=documents)
def test_no_json_raises_anything_but_our_own_errors(source, document):
    payload = json.dumps(document).encode()
    try:
        items = source.parse(payload)
    except ServiceError:
        return
    assert not any(isinstance(one, Completion) for one in items) or "learner" in payload.decode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    member=st.sampled_from(["id", "event", "learner", "activity", "completed_at", "score", "evidence", "attempt"]),
    value=documents,
)
def test_a_good_item_with_any_one_member_replaced_still_gives_one_storable_item(source, item, member, value):
    try:
        (one,) = source.parse(json.dumps(item(**{member: value})).encode())
    except MalformedJson:
        return
    if isinstance(one, Completion):
        assert Completion.from_dict(json.loads(json.dumps(one.to_dict()))) == one
        assert 0 < len(one.dedupe_key) <= 255
        assert "\x00" not in json.dumps(one.to_dict(), ensure_ascii=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(payload=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_our_own_errors(source, payload):
    try:
        source.parse(payload)
    except ServiceError:
        return
