"""Sentences of rooms that know no languages, in the language of the reader: errors, reports, findings, clauses.

They are raised, stored and sent to programs in English; a page looks them up here. A file of translations knows each
either as it stands, or as a template: `There is no event type {1}`. Values are put into the translation as they are.
What is not known stays English. Decision 0031 says why the page does this, and not whoever raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from babel.messages import pofile

from app.web import languages, words

HERE = languages.HERE / "raised"
LONGEST = 4_000  # characters that are looked at; no sentence of ours is longer, and what is stays as it is
DEEPEST = 4  # sentences within sentences
MOST_TRIED = 2_000  # templates that one sentence is held against, with all that is in it; then it stays as it is
_PLACE = re.compile(r"\{(\d)(?::(said|day))?\}")
_JOINTS = (". ", "; ", ": ")  # between two sentences that were put together
_MOST_JOINTS = 6
_WRITTEN_DAY = re.compile(r"[0-9]{1,2} [A-Z][a-z]{2,8} [0-9]{4}")
_DAY = re.compile(rf"{_WRITTEN_DAY.pattern}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}")


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with values in it. `pieces` stand around the values; `kinds` says what each is ("" = as it is).

    `filled` is the translation: its texts, and the numbers of values, from 0.
    """

    pieces: tuple[str, ...]
    kinds: tuple[str, ...]
    filled: tuple[str | int, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """The more of it is fixed, and the fewer values it has, the better it says what a sentence is."""
        return -sum(map(len, self.pieces)), len(self.kinds)

    def values(self, sentence: str) -> tuple[str, ...] | None:
        """The values in a sentence of this kind; None for any other. Looks at each character once, and never back."""
        first, *inner, last = self.pieces
        at, end = len(first), len(sentence) - len(last)
        if at > end or not sentence.startswith(first) or not sentence.endswith(last):
            return None
        found = []
        for piece in inner:
            begins = sentence.find(piece, at, end)
            if begins < 0:
                return None
            found.append(sentence[at:begins])
            at = begins + len(piece)
        found.append(sentence[at:end])
        days = (value for value, kind in zip(found, self.kinds, strict=True) if kind == "day")
        return tuple(found) if all(map(_DAY.fullmatch, days)) else None

    def swallows(self, values: tuple[str, ...]) -> bool:
        """Whether a value seems to hold more than a value, as where another sentence stands beside this one."""
        if not self.pieces[0] and ": " in values[0]:
            return True
        return any(
            not kind and (". " in value or "; " in value or (before.endswith("`") and "`" in value))
            for before, value, kind in zip(self.pieces, values, self.kinds, strict=False)
        )


class Told:
    """What is known in one language. Templates are found by the word that they begin with, or else end with."""

    def __init__(self, known: dict[str, str]) -> None:
        self.exact = {text: said for text, said in known.items() if not _PLACE.search(text)}
        self.templates = sorted((template(*pair) for pair in known.items() if _PLACE.search(pair[0])),
                                key=lambda each: each.rank)  # fmt: skip
        self._by_first: dict[str, list[Template]] = {}
        self._by_last: dict[str, list[Template]] = {}
        self._open: list[Template] = []
        for each in self.templates:
            first, last = each.pieces[0].partition(" "), each.pieces[-1].rpartition(" ")
            if first[0] and first[1]:
                self._by_first.setdefault(first[0], []).append(each)
            elif last[2] and last[1]:
                self._by_last.setdefault(last[2], []).append(each)
            else:
                self._open.append(each)

    def candidates(self, sentence: str) -> list[Template]:
        """The templates that a sentence is held against, the best first."""
        first, last = sentence.partition(" ")[0], sentence.rpartition(" ")[2]
        found = [*self._by_first.get(first, ()), *self._by_last.get(last, ()), *self._open]
        return sorted(found, key=lambda each: each.rank)

    def find(self, sentence: str) -> str | None:
        """The sentence in this language; None when nobody translated it."""
        return Search(self).find(sentence)


class Search:
    """The way to one sentence, which ends when it was long enough, whatever stands in the sentence."""

    def __init__(self, known: Told) -> None:
        self.known, self.tried = known, 0

    def find(self, sentence: str, deep: int = 0) -> str | None:
        """As `Told.find`; `deep` says within how many others the sentence stands."""
        if not sentence or len(sentence) > LONGEST or deep > DEEPEST or self.tried >= MOST_TRIED:
            return None
        if (exact := self.known.exact.get(sentence)) is not None:
            return exact
        perhaps = None
        for each in self.known.candidates(sentence):
            if self.tried >= MOST_TRIED:
                return None
            self.tried += 1
            if (values := each.values(sentence)) is not None:
                if not each.swallows(values):
                    return self._filled(each, values, deep)
                perhaps = perhaps or (each, values)
        if perhaps is None and sentence.endswith(".") and (found := self.find(sentence[:-1], deep + 1)) is not None:
            return f"{found}."
        apart = self._apart(sentence, deep, needs_both=perhaps is not None)
        return apart if apart is not None or perhaps is None else self._filled(*perhaps, deep)

    def _filled(self, found: Template, values: tuple[str, ...], deep: int) -> str:
        shown = [self._value(value, kind, deep) for value, kind in zip(values, found.kinds, strict=True)]
        return "".join(part if isinstance(part, str) else shown[part] for part in found.filled)

    def _value(self, value: str, kind: str, deep: int) -> str:
        if not kind:
            return value
        return _day(value) or (self.find(value, deep + 1) if kind == "said" else None) or value

    def _apart(self, sentence: str, deep: int, *, needs_both: bool) -> str | None:
        """Two sentences that were put together, when each is known; before a colon there may stand anything."""
        for joint, at in _joints(sentence):
            if (after := self.find(sentence[at + len(joint) :], deep + 1)) is None:
                continue
            stop = joint == ". "  # belongs to what stands before it
            before = self.find(sentence[: at + stop], deep + 1)
            if before is not None or (joint == ": " and not needs_both):
                return f"{sentence[:at] if before is None else before}{joint[stop:]}{after}"
        return None


def told(sentence: str) -> str:
    """A sentence of ours in the language of this request; as it is where it is not known, and in English."""
    tag = languages.current().tag
    if tag == "en" or hasattr(sentence, "__html__"):
        return sentence
    return known(tag).find(sentence) or languages.current().texts.get(sentence) or sentence


def left_english(sentence: str) -> str:
    """`en` for a sentence that stays English on a page in another language; else nothing."""
    return "en" if sentence and languages.current().tag != "en" and told(sentence) == sentence else ""


def template(text: str, said: str) -> Template:
    """A template and its translation, as a file of translations has them."""
    parts = _PLACE.split(text)
    numbers = {number: at for at, number in enumerate(parts[1::3])}
    others = _PLACE.split(said)
    filled: list[str | int] = [others[0]]
    for number, piece in zip(others[1::3], others[3::3], strict=True):
        filled += [numbers[number], piece]
    return Template(tuple(parts[0::3]), tuple(kind or "" for kind in parts[2::3]), tuple(filled))


@cache
def known(tag: str) -> Told:
    """What is known in a language, read once."""
    return Told(dict(_read(tag)))


def _read(tag: str) -> Iterator[tuple[str, str]]:
    file = HERE / f"{tag}.po"
    if not file.exists():
        return
    with file.open("rb") as opened:
        for message in pofile.read_po(opened, locale=tag):
            if isinstance(message.id, str) and message.id and message.string:
                yield message.id, str(message.string)


def _joints(sentence: str) -> Iterator[tuple[str, int]]:
    for joint in _JOINTS:
        at = -1
        for _ in range(_MOST_JOINTS):
            at = sentence.find(joint, at + 1)
            if at < 0:
                break
            yield joint, at


def _day(value: str) -> str:
    """A date as reports write it, as this language does; nothing when it is none."""
    if not _WRITTEN_DAY.fullmatch(value):
        return ""
    try:
        return words.day_of(datetime.strptime(value, "%d %B %Y").replace(tzinfo=UTC).date())
    except ValueError:
        return ""
