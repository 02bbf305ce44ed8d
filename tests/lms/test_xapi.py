"""What a statement says, in our words: verb and result together, who, what, when, how well. The section is §1.6."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.lms.base import ActivityType, CompletionKind, Ignored, MomentSource, Unreadable, Voiding
from tests.lms.conftest import changed
from tests.lms.xapi_statements import COURSE, MOODLE, STATEMENT, STATEMENT_ID, basic, letterbox, statement, verb

COMPLETED, PASSED, FAILED, PROGRESS = (
    CompletionKind.COMPLETED,
    CompletionKind.PASSED,
    CompletionKind.FAILED,
    CompletionKind.PROGRESS,
)
CMI5_COURSE = "https://w3id.org/xapi/cmi5/activitytype/course"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/extensions/moveon"


def test_a_completed_course_is_a_completion_with_all_that_was_said():
    completion = letterbox().completion(statement(context={"registration": STATEMENT_ID.upper()}))

    assert completion.kind is COMPLETED
    assert (completion.dedupe_key, completion.event_id, completion.attempt_id) == (STATEMENT_ID,) * 3
    assert completion.learner.email == "mira.holm@hospital.test"
    assert completion.learner.display_name == "Mira Holm"
    assert completion.activity.source_id == COURSE
    assert (completion.activity.type, completion.activity.name) == (ActivityType.COURSE, "Basic Life Support")
    assert (completion.completed, completion.passed) == (True, True)
    assert completion.score is not None
    assert completion.score.scaled == Decimal("0.95")
    assert completion.occurred_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    assert completion.notes == ()


def test_moodles_logstore_completes_a_course_without_a_result():
    completion = letterbox().completion([MOODLE])

    assert (completion.kind, completion.completed, completion.passed) == (COMPLETED, True, None)
    assert (completion.learner.namespace, completion.learner.source_id) == ("https://lms.hospital.test", "57")
    assert completion.activity.type is ActivityType.COURSE
    assert completion.occurred_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


# -- verb and result ----------------------------------------------------------------------------------------

OUTCOMES: dict[str, tuple[str, dict[str, bool], tuple[CompletionKind, bool | None, bool | None]]] = {
    "completed": ("completed", {}, (COMPLETED, True, None)),
    "completed and succeeded": ("completed", {"success": True}, (COMPLETED, True, True)),
    "completed without success": ("completed", {"success": False}, (FAILED, True, False)),
    "completed with completion false": ("completed", {"completion": False}, (PROGRESS, False, None)),
    "passed without a result": ("passed", {}, (PASSED, None, True)),
    "passed and completed": ("passed", {"success": True, "completion": True}, (PASSED, True, True)),
    "passed without success": ("passed", {"success": False}, (FAILED, None, False)),
    "mastered": ("mastered", {}, (PASSED, None, True)),
    "failed": ("failed", {}, (FAILED, None, False)),
    "failed but completed": ("failed", {"success": False, "completion": True}, (FAILED, True, False)),
    "satisfied": ("satisfied", {}, (COMPLETED, True, None)),
}


@pytest.mark.parametrize(("name", "result", "expected"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_the_result_is_stronger_than_the_verb(
    name: str, result: dict[str, bool], expected: tuple[CompletionKind, bool | None, bool | None]
):
    completion = letterbox().completion(statement(result=result, **verb(name)))

    assert (completion.kind, completion.completed, completion.passed) == expected


def test_a_failure_that_succeeded_cannot_be_read():
    unreadable = letterbox().unreadable(statement(result={"success": True}, **verb("failed")))

    assert (unreadable.code, unreadable.pointer) == ("contradiction", "/result/success")


@pytest.mark.parametrize("name", ["progressed", "attempted", "launched", "terminated", "interacted", "abandoned"])
def test_other_verbs_are_ignored_and_named(name: str):
    ignored = letterbox().ignored(statement(**verb(name)))

    assert ignored.event_type.endswith(f"/{name}")
    assert ignored.code == ("abandoned" if name == "abandoned" else "unknown-verb")


def test_a_source_can_teach_its_own_verbs_and_types():
    box = letterbox(
        verbs={"http://adlnet.gov/expapi/verbs/scored": "progress"}, activity_types={"https://x.test/unit": "course"}
    )

    completion = box.completion(statement(**verb("scored"), **{"object.definition.type": "https://x.test/unit"}))

    assert (completion.kind, completion.activity.type) == (PROGRESS, ActivityType.COURSE)


# -- what, and who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://adlnet.gov/expapi/activities/course", ActivityType.COURSE),
        (CMI5_COURSE, ActivityType.COURSE),
        ("https://w3id.org/xapi/cmi5/activitytype/block", ActivityType.BLOCK),
        ("http://adlnet.gov/expapi/activities/module", ActivityType.MODULE),
        ("http://adlnet.gov/expapi/activities/assessment", ActivityType.ASSESSMENT),
        ("https://w3id.org/xapi/video/activity-type/video", ActivityType.OTHER),
    ],
    ids=["course", "cmi5 course", "cmi5 block", "module", "assessment", "video"],
)
def test_only_a_course_is_a_course(iri: str, expected: ActivityType):
    assert letterbox().completion(statement(**{"object.definition.type": iri})).activity.type is expected


def test_an_activity_without_a_definition_is_not_taken_for_a_course():
    assert letterbox().completion(statement(object={"id": COURSE})).activity.type is ActivityType.OTHER


def test_an_activity_is_part_of_its_one_parent():
    parent = {"contextActivities": {"parent": {"id": "course-v1:Org+C+1"}}}

    assert letterbox().completion(statement(context=parent)).activity.parent_source_id == "course-v1:Org+C+1"


SHA1 = "cd9b00a5611f94eaa7b1661edab976068e364975"
ACTORS: dict[str, tuple[dict[str, Any], tuple[str, str | None, str | None, str | None]]] = {
    "an address": ({"mbox": "mailto:Mira@Hospital.test"}, ("email", None, "Mira@Hospital.test", None)),
    "an address with escapes": ({"mbox": "mailto:mira%2Bbls@x.test"}, ("email", None, "mira+bls@x.test", None)),
    "a hashed address": ({"mbox_sha1sum": SHA1.upper()}, ("mbox_sha1sum", None, None, SHA1)),
    "an OpenID": ({"openid": "https://id.test/57"}, ("openid", "https://id.test/57", None, None)),
    "an account": ({"account": {"homePage": "https://lms.test", "name": "57"}}, ("https://lms.test", "57", None, None)),
}


@pytest.mark.parametrize(("actor", "expected"), ACTORS.values(), ids=ACTORS.keys())
def test_the_one_identifier_names_the_learner(
    actor: dict[str, Any], expected: tuple[str, str | None, str | None, str | None]
):
    learner = letterbox().completion(statement(actor=actor)).learner

    assert (learner.namespace, learner.source_id, learner.email, learner.mbox_sha1sum) == expected


@pytest.mark.parametrize(
    "actor",
    [{}, {"mbox": "mailto:a@b.test", "openid": "https://id.test/1"}, {"mbox": "a@b.test"}, {"mbox_sha1sum": "abc"}],
    ids=["no identifier", "two identifiers", "an address without mailto", "a hash of three digits"],
)
def test_an_actor_has_exactly_one_identifier_that_is_one(actor: dict[str, Any]):
    assert letterbox().unreadable(statement(actor=actor)).pointer.startswith("/actor")


def test_a_placeholder_address_names_nobody():
    unreadable = letterbox().unreadable(statement(actor={"mbox": "mailto:noemail@lms.test"}))

    assert (unreadable.code, unreadable.pointer) == ("no-learner", "/actor/mbox")


def test_a_group_earns_no_badge():
    group = {"objectType": "Group", "account": {"homePage": "https://lms.test", "name": "ward-3"}}

    assert letterbox().ignored(statement(actor=group)).code == "group"


# -- when ---------------------------------------------------------------------------------------------------


def test_stored_stands_in_for_a_missing_timestamp_and_the_receipt_for_both():
    box = letterbox()

    stored = box.completion(statement(timestamp=..., stored="2026-03-01T09:00:00Z"))
    nothing = box.completion(statement(timestamp=...))

    assert (stored.occurred_at, stored.sent_at) == (datetime(2026, 3, 1, 9, tzinfo=UTC),) * 2
    assert (nothing.occurred_at, nothing.occurred_at_source) == (box.now, MomentSource.RECEIVED)
    assert "`timestamp`" in stored.notes[0]
    assert "`timestamp`" in nothing.notes[0]


def test_statements_of_one_second_keep_their_order():
    times = ["2026-03-02T10:15:00Z", "2026-03-02T10:15:00.04Z", "2026-03-02T10:15:00.4Z", "2026-03-02T11:15:00.41+01"]
    found = [letterbox().completion(statement(timestamp=time)) for time in times]

    assert len({each.occurred_at for each in found}) == 1
    assert [each.sequence for each in found] == ["000000000", "040000000", "400000000", "410000000"]


@pytest.mark.parametrize(
    "time", ["2026-03-02T10:15:00-00:00", "2026-03-02T10:15:00-00", "2026-03-02", "now", 1772446500]
)
def test_a_time_is_written_as_the_standard_says(time: Any):
    assert letterbox().unreadable(statement(timestamp=time)).pointer == "/timestamp"


def test_a_time_without_a_zone_needs_the_settings_to_say_which():
    without = statement(timestamp="2026-03-02T10:15:00")

    assert letterbox().unreadable(without).code == "no-time-zone"
    assert letterbox(time_zone="Europe/Vienna").completion(without).occurred_at.hour == 9


# -- how well -----------------------------------------------------------------------------------------------

SCORES: dict[str, tuple[dict[str, Any], str | None]] = {
    "scaled": ({"scaled": 0.1234567}, "0.1234567"),
    "scaled beside a raw one that disagrees": ({"scaled": 0.9, "raw": 50, "min": 0, "max": 100}, "0.9"),
    "scaled below zero": ({"scaled": -0.5}, "-0.5"),
    "zero": ({"scaled": 0}, "0"),
    "raw between minimum and maximum": ({"raw": 75, "min": 50, "max": 100}, "0.5"),
    "raw to seven digits": ({"raw": 1234567, "min": 0, "max": 10000000}, "0.1234567"),
    "raw with a maximum": ({"raw": 8, "max": 10}, "0.8"),
    "raw alone": ({"raw": 8}, None),
    "a maximum that is the minimum": ({"raw": 5, "min": 5, "max": 5}, None),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("score", "expected"), SCORES.values(), ids=SCORES.keys())
def test_a_score_is_scaled_exactly_or_not_at_all(score: dict[str, Any], expected: str | None):
    found = letterbox().completion(statement(result={"score": score})).score
    scaled = None if found is None else found.scaled

    assert scaled == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    "score",
    [
        {"scaled": 1.1},
        {"scaled": -1.1},
        {"scaled": "0.9"},
        {"raw": 11, "max": 10},
        {"raw": 1, "min": 2},
        {"min": 2, "max": 1},
    ],
    ids=["above 1", "below -1", "text", "raw above max", "raw below min", "min above max"],
)
def test_a_score_that_cannot_be_makes_the_statement_unreadable(score: dict[str, Any]):
    assert letterbox().unreadable(statement(result={"score": score})).pointer.startswith("/result/score/")


def test_how_far_somebody_has_come_is_no_score():
    progress = {"extensions": {"https://w3id.org/xapi/cmi5/result/extensions/progress": 100}}

    assert letterbox().completion(statement(result=progress)).score is None


# -- taking back --------------------------------------------------------------------------------------------


def test_a_voiding_statement_takes_back_another_by_its_id():
    target = {"objectType": "StatementRef", "id": "8F87CCDE-BB56-4C2E-AB83-44982EF22DF0"}
    voiding = letterbox().one(statement(object=target, result=..., **verb("voided")))

    assert isinstance(voiding, Voiding)
    assert (voiding.dedupe_key, voiding.voids) == (STATEMENT_ID, "8f87ccde-bb56-4c2e-ab83-44982ef22df0")


def test_voiding_something_that_is_no_statement_cannot_be_read():
    assert letterbox().unreadable(statement(**verb("voided"))).pointer == "/object/objectType"


# -- cmi5 ---------------------------------------------------------------------------------------------------


def test_a_waiver_counts_only_when_the_settings_say_so():
    reason = {"https://w3id.org/xapi/cmi5/result/extensions/reason": "Tested Out"}
    waived = statement(result={"extensions": reason}, **verb("waived"))

    assert letterbox().ignored(waived).code == "waived"
    accepted = letterbox(waivers="accept").completion(waived)
    assert (accepted.kind, accepted.notes) == (COMPLETED, ("The requirement was waived: Tested Out",))


def test_a_course_that_asks_for_nothing_counts_only_when_the_settings_say_so():
    satisfied = statement(context={"extensions": {MOVE_ON: "NotApplicable"}}, **verb("satisfied"))
    asked = statement(context={"extensions": {MOVE_ON: "CompletedAndPassed"}}, **verb("satisfied"))

    assert letterbox().ignored(satisfied).code == "nothing-asked"
    assert letterbox(not_applicable="accept").completion(satisfied).kind is COMPLETED
    assert letterbox().completion(asked).kind is COMPLETED


# -- Learning Locker ----------------------------------------------------------------------------------------


def test_learning_lockers_full_record_is_read_like_the_statement_within():
    record = {"_id": "5", "organisation": "6", "statement": statement(), "voided": False, "hash": "abc"}

    assert letterbox().completion(record) == letterbox().completion(statement())
    assert letterbox().ignored({**record, "voided": True}).code == "voided"


def test_what_is_wrong_in_a_record_is_named_by_its_place():
    record = {"_id": "5", "statement": statement(**{"verb.id": "completed"})}

    assert letterbox().unreadable([record]).pointer == "/0/statement/verb/id"


# -- many ---------------------------------------------------------------------------------------------------


def test_one_bad_statement_of_a_hundred_fails_alone():
    batch = [statement(id=f"00000000-0000-4000-8000-{number:012}") for number in range(100)]
    batch[41]["actor"] = {}

    items = letterbox().parse(batch)

    assert [item.index for item in items if isinstance(item, Unreadable)] == [41]
    assert len({item.dedupe_key for item in items if not isinstance(item, Unreadable)}) == 99


def test_a_source_can_ask_that_a_bad_statement_spoils_its_batch():
    with pytest.raises(Exception, match="Statement 1: "):
        letterbox(batches="all_or_none").parse([statement(), statement(actor={})])


def test_an_empty_batch_holds_nothing_and_an_empty_object_is_a_test():
    assert letterbox().parse([]) == ()
    assert letterbox().ping({}).detail


def test_a_batch_above_the_limit_is_refused_whole():
    with pytest.raises(Exception, match="more statements than"):
        letterbox(max_items=2).parse([statement()] * 3)


@pytest.mark.parametrize("value", [1, None, "x", [], True], ids=["a number", "null", "text", "an array", "true"])
def test_what_is_no_statement_is_unreadable_in_its_place(value: Any):
    (first, second) = letterbox().parse([value, statement()])

    assert isinstance(first, Unreadable)
    assert not isinstance(second, Unreadable | Ignored)


def test_a_statement_without_an_id_has_the_same_one_whenever_it_comes():
    box = letterbox()
    spaced = json.dumps(MOODLE, indent=3, sort_keys=True).encode()
    stored = {
        **MOODLE,
        "stored": "2026-03-02T12:00:00Z",
        "authority": {"mbox": "mailto:lrs@x.test"},
        "version": "1.0.3",
    }
    another = {**MOODLE, "timestamp": "2026-03-02T11:15:01+01:00"}
    keys = [box.completion(each).dedupe_key for each in (MOODLE, spaced, stored, another)]

    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert box.completion(MOODLE).event_id is None


ODD = [None, 0, -1, 10**15, 0.5, True, "", " ", "x" * 10_000, "\x00", "\u202e", [], [[]], {}, {"": {}}, {"id": []}]


def places(value: Any, place: str = "") -> Iterator[str]:
    """The path of every member of an object, however deep."""
    for name, member in value.items():
        if "." not in name:
            yield f"{place}{name}"
            if isinstance(member, dict):
                yield from places(member, f"{place}{name}.")


@pytest.mark.parametrize("place", sorted({*places(STATEMENT), *places(MOODLE)}))
@pytest.mark.parametrize("odd", ODD, ids=[f"odd {number}" for number in range(len(ODD))])
def test_whatever_stands_anywhere_in_a_statement_it_is_read_as_one_item(place: str, odd: Any):
    original = STATEMENT if place in set(places(STATEMENT)) else MOODLE
    document = json.dumps(changed(original, {place: odd})).encode()

    assert letterbox().one(document).index == 0
    assert letterbox(batches="each", waivers="accept").authenticate(basic(), document).delivery_key


# -- the page for administrators ----------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs/integrations/xapi.md").read_text()


@pytest.mark.parametrize("text", re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
def test_every_example_of_the_page_is_read_without_a_remark(text: str):
    assert letterbox().completion(text.encode()).notes == ()


def test_every_setting_that_is_known_is_explained_on_the_page():
    (problem,) = letterbox(zzz=1).problems()
    known = problem.removesuffix(".").split("known are ")[1].split(", ")

    assert [setting for setting in known if f"`{setting}`" not in PAGE] == []
