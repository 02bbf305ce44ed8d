r"""One Moodle event into one item. A new event is one function and one line in `_READERS`.

Source: `completion-sources` §1.3 and §2.3; Moodle, `lib/completionlib.php` and `\core\event`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import scores
from app.lms.base import ActivityFacts, ActivityType, Completion, CompletionKind, Ignored, Item
from app.lms.moodle.event import Event, opened
from app.lms.moodle.settings import MoodleSettings
from app.lms.reading import bounded_key, unreadable, wrong


def read_event(value: Any, pointer: str, index: int, *, settings: MoodleSettings, received_at: datetime) -> Item:
    """The event as what it is; whatever it holds, this raises nothing."""
    try:
        event = opened(value, pointer, index, settings=settings, received_at=received_at)
        reader = _READERS.get(event.name)
        return _none_of_ours(event) or (_unknown(event) if reader is None else reader(event))
    except InvalidInput as error:
        return unreadable(error, index)
    except TooLarge as error:
        return unreadable(wrong(error.detail, code="too-large", pointer=pointer), index)


def _none_of_ours(event: Event) -> Item | None:
    expected = event.settings.host
    if expected is not None and event.host != expected:  # a copy of the site, made for trying things out
        return _ignored(event, "another-site", f"The event is of the site {event.host}, not of {expected}")
    if event.is_anonymous():
        return _ignored(event, "anonymous", "Moodle says that this event may name nobody")
    if event.is_deleted_user():
        return _ignored(event, "deleted-user", "The account was deleted in Moodle")
    return None


def _unknown(event: Event) -> Item:
    if event.name in {"badge_awarded", "badge_revoked"}:
        detail = "Moodle's own badge; this source is read for completions, which earn badges here"
        return _ignored(event, "platform-badge", detail)
    return _ignored(event, "unknown-event", "This event says nothing about a completion")


def _course_completed(event: Event) -> Item:
    """All criteria of a course are met. `objectid` is that completion's row: after a reset there is a new one."""
    row = event.id("objectid")
    return _completion(
        event,
        kind=CompletionKind.COMPLETED,
        dedupe_key=f"md:{event.host}:cc:{row}",
        activity=event.course(),
        attempt_id=row,
        completed=True,
    )


def _user_graded(event: Event) -> Item:
    """A grade was given or changed, in the points of its grade item; how many points are everything, no event says."""
    other = event.other()
    raw = other.number("finalgrade")
    if raw is None:
        return _ignored(event, "no-score", "The grade was taken away, or has no points")
    item, course = other.id("itemid"), event.course()
    maximum = other.number("grademax") or event.settings.grade_maximums.get(item)
    row, at = event.id("objectid"), event.moment()
    notes = () if maximum else (f"`grade_maximums` has no points for grade item {item}: the grade cannot be compared",)
    return _completion(
        event,
        kind=CompletionKind.PROGRESS,
        # With the points, because Moodle may write one grade twice within a second, the second being the final one.
        dedupe_key=f"md:{event.host}:ug:{row}:{int((at.stated_at or at.at).timestamp())}:{raw}",
        # Ids of courses, grade items and modules overlap, and a rule names an activity by its id alone.
        activity=ActivityFacts(
            event.host, f"grade-item:{item}", ActivityType.ASSESSMENT, parent_source_id=course.source_id
        ),
        score=scores.points(raw, maximum=maximum),
        notes=notes,
    )


def _course_module_completion_updated(event: Event) -> Item:
    """One activity of a course: 0 is incomplete, 1 complete, 2 complete and passed, 3 (and hidden, 4) failed.

    Moodle writes state 0 also when a page is merely looked at, so it takes nothing back: it is news only.
    """
    state = event.other().optional("completionstate")
    if state not in _STATES:
        raise wrong(
            "The completion state must be 0, 1, 2 or 3",
            code="not-a-choice",
            pointer=event.other().at("completionstate"),
        )
    kind, completed, passed = _STATES[state]
    row, at = event.id("objectid"), event.moment()
    return _completion(
        event,
        kind=kind,
        dedupe_key=f"md:{event.host}:cmc:{row}:{int((at.stated_at or at.at).timestamp())}:{state}",
        activity=ActivityFacts(
            event.host,
            f"module:{event.id('contextinstanceid')}",
            ActivityType.MODULE,
            parent_source_id=event.course().source_id,
        ),
        completed=completed,
        passed=passed,
        # One look at a page can be two events of one second: 0 and then 1.
        sequence=state,
    )


_STATES: Mapping[str | None, tuple[CompletionKind, bool, bool | None]] = {
    "0": (CompletionKind.PROGRESS, False, None),
    "1": (CompletionKind.COMPLETED, True, None),
    "2": (CompletionKind.PASSED, True, True),
    "3": (CompletionKind.FAILED, True, False),
    "4": (CompletionKind.FAILED, True, False),
}
_READERS: Mapping[str, Callable[[Event], Item]] = {
    "course_completed": _course_completed,
    "user_graded": _user_graded,
    "course_module_completion_updated": _course_module_completion_updated,
}


def _completion(event: Event, *, kind: CompletionKind, dedupe_key: str, activity: ActivityFacts, **facts: Any) -> Item:
    learner, notes = event.learner()
    occurred = event.moment()
    remarks = (*facts.pop("notes", ()), *event.notes, *notes, *occurred.notes)
    return Completion(
        kind=kind,
        dedupe_key=bounded_key(dedupe_key),
        learner=learner,
        activity=activity,
        learning_kind=event.settings.learning_kind,
        occurred_at=occurred.at,
        occurred_at_source=occurred.source,
        notes=remarks,
        index=event.index,
        **facts,
    )


def _ignored(event: Event, code: str, detail: str) -> Item:
    return Ignored(code, detail, event.name, event.index)
