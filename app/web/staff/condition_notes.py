"""What stands below a field into which somebody writes a condition: what was understood, and what is wrong where."""

from __future__ import annotations

from dataclasses import dataclass

from app.stacking import condition_text
from app.stacking.condition_text import Names, Reading
from app.stacking.world import Pathway, World
from app.web import condition_words

_AROUND = 60  # characters that are shown before and after a mistake


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, with the text around its place; `at` is "" where something is missing at the end."""

    sentence: str
    before: str
    at: str
    after: str


@dataclass(frozen=True, slots=True)
class Note:
    """`told` is what was understood, in words; "" = nothing could be."""

    told: str = ""
    mistakes: tuple[Mistake, ...] = ()


def read(text: str, names: Names) -> Reading:
    """What a text says; a text of nothing says nothing, and nothing is wrong with it."""
    return condition_text.read(text, names) if text.strip() else Reading(None)


def note(world: World, text: str, reading: Reading, pathway: Pathway | None = None) -> Note:
    """What is said below a field in which this text stands."""
    told = condition_words.said(world, reading.condition, pathway) if reading.condition is not None else ""
    mistakes = [
        Mistake(
            sentence=each.sentence,
            before=_end(text[: each.at]),
            at=text[each.at : each.at + each.length],
            after=_beginning(text[each.at + each.length :]),
        )
        for each in reading.problems
    ]
    return Note(told, tuple(mistakes))


def _end(text: str) -> str:
    return text if len(text) <= _AROUND else f"…{text[-_AROUND:]}"


def _beginning(text: str) -> str:
    return text if len(text) <= _AROUND else f"{text[:_AROUND]}…"
