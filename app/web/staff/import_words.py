"""How the pages say what would come of a row, what came of it, and what has to be decided before a file can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.issuing.imports import Import, ImportRow, ImportState, Verdict
from app.lms.csv.settings import DELIMITERS, ENCODINGS
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.staff.awards.words import Pill
from app.web.states import Tone

SHOWN = ("name", "given_name", "family_name", "email", "external_id")
"""The columns that say whom a row is about."""

_STATES = {
    ImportState.CHECKING: (Tone.SOON, marked("Being checked")),
    ImportState.UNCLEAR: (Tone.UNKNOWN, marked("Has a question")),
    ImportState.UNREADABLE: (Tone.STOPPED, marked("Cannot be read")),
    ImportState.CHECKED: (Tone.SOON, marked("Waits for your yes")),
    ImportState.RUNNING: (Tone.SOON, marked("Being worked through")),
    ImportState.DONE: (Tone.GOOD, marked("Done")),
    ImportState.CANCELLED: (Tone.ENDED, marked("Cancelled")),
}
_WOULD = {
    Verdict.AWARD: (Tone.GOOD, marked("would be awarded")),
    Verdict.HISTORY: (Tone.GOOD, marked("would be kept as history")),
    Verdict.ALREADY_HELD: (Tone.ENDED, marked("held already")),
    Verdict.NOT_EARNED: (Tone.ENDED, marked("earns nothing")),
    Verdict.REPEAT: (Tone.ENDED, marked("came before")),
    Verdict.SAME_PERSON: (Tone.ENDED, marked("same person as a row above")),
    Verdict.UNMAPPED: (Tone.UNKNOWN, marked("nothing says what this course earns")),
    Verdict.UNKNOWN_PERSON: (Tone.UNKNOWN, marked("no address that mail can be sent to")),
    Verdict.NEEDS_REVIEW: (Tone.UNKNOWN, marked("somebody has to decide")),
    Verdict.IGNORED: (Tone.ENDED, marked("left aside")),
    Verdict.UNREADABLE: (Tone.STOPPED, marked("cannot be read")),
    Verdict.FAILED: (Tone.STOPPED, marked("failed for a reason of ours")),
}
_DONE = {
    **_WOULD,
    Verdict.AWARD: (Tone.GOOD, marked("awarded")),
    Verdict.HISTORY: (Tone.GOOD, marked("kept as history")),
}
_REASONS = {
    "learner-unclear": marked("two people may be meant"),
    "erased": marked("this person asked to be erased"),
    "test-user": marked("a test user"),
    "not-published": marked("the achievement is not published any more"),
    "in-the-future": marked("the day has not come yet"),
    "needs-approval": marked("the rule asks for a person's word"),
    "no-email": marked("this is no e-mail address"),
    "no-learner": marked("neither an address nor an id"),
    "too-many-cells": marked("more cells than headings"),
    "missing": marked("something is missing"),
    "not-a-moment": marked("this is no day"),
    "no-day": marked("it does not say on which day it was issued"),
}
_CHOICES: Mapping[str, tuple[str, ...]] = {"encoding": ENCODINGS, "delimiter": tuple(DELIMITERS)}


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of a row: in a pill, and why."""

    pill: Pill
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something to decide before the file can be read."""

    setting: str
    sentence: str
    choices: tuple[tuple[str, str], ...]
    row: int | None


def state(found: Import) -> Pill:
    """How an import stands."""
    tone, word = _STATES[ImportState(found.state)]
    return Pill(tone, _(word))


def verdict(row: ImportRow) -> Word:
    """What would come of a row, or what came of it."""
    words = _DONE if row.outcome else _WOULD
    tone, word = words[Verdict(row.outcome or row.verdict)]
    why = _(_REASONS[row.reason]) if row.reason in _REASONS else ""
    return Word(Pill(tone, _(word)), f"{row.column}: {why or row.reason}" if row.column else why)


def counted(name: str, count: int, *, is_done: bool) -> str:
    """`118 would be awarded`."""
    words = _DONE if is_done else _WOULD
    return f"{count} {_(words[Verdict(name)][1])}"


def questions(found: Import) -> list[Question]:
    """What is asked, each with what can be chosen; () = whatever is typed."""
    asked: list[dict[str, Any]] = found.about.get("questions") or []
    return [
        Question(
            setting=each["setting"],
            sentence=each["sentence"],
            choices=tuple((choice, choice) for choice in each.get("choices") or _CHOICES.get(each["setting"], ())),
            row=each.get("row"),
        )
        for each in asked
    ]
