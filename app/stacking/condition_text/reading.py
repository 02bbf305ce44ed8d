"""Reading a condition from a text, from the left to the right; what is wrong is told with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from app.errors import InvalidInput
from app.stacking import conditions
from app.stacking.condition_text.writing import KEYWORDS, NUMBER, Names, quoted
from app.stacking.conditions import (
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    MOST_AMOUNT,
    AllOf,
    AnyOf,
    Condition,
    HasCredential,
    HasNode,
    HasSkill,
    Measure,
    MinSum,
    NOf,
)

LONGEST = 20_000
MOST_BRACKETS = 20
_TOKEN = re.compile(r'\s*(?:(?P<mark>[(),])|["“”](?P<quoted>[^"“”]*)(?P<end>["“”]?)|(?P<word>[^\s(),"“”]+))')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_Found = TypeVar("_Found")
_MEASURES = {"hours": Measure.HOURS, "hour": Measure.HOURS}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in a text, from character `at` (0-based), `length` characters long; 0 = at the end."""

    at: int
    length: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says; None where it cannot be read. Unknown names are problems, and are read all the same."""

    condition: Condition | None
    problems: tuple[Problem, ...] = ()


def read(text: str, names: Names) -> Reading:
    """What a text says, and what is wrong with it: the first thing that cannot be read, and every unknown name."""
    reader = _Reader(names)
    try:
        found = reader.whole(text)
        conditions.read(conditions.write(found))  # how deep, and how many: as for conditions from anywhere else
    except _Stopped as stopped:
        return Reading(None, (*reader.problems, stopped.problem))
    except InvalidInput as error:
        said = str(error.facts["problems"][0]["sentence"])
        return Reading(None, (*reader.problems, Problem(0, len(text), said)))
    return Reading(found, tuple(reader.problems))


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a quoted name, a bracket or a comma; the last one is empty, at the end of the text."""

    text: str
    at: int
    length: int
    isquoted: bool = False
    is_mark: bool = False

    def says(self, *words: str) -> bool:
        """Whether it is one of these keywords."""
        return not self.isquoted and not self.is_mark and self.text.casefold() in words

    def is_number(self) -> bool:
        """Whether it is a number."""
        return not self.isquoted and NUMBER.fullmatch(self.text) is not None

    def marks(self, mark: str) -> bool:
        """Whether it is this bracket or comma."""
        return self.is_mark and self.text == mark


class _Stopped(Exception):
    """The text cannot be read on."""

    def __init__(self, token: _Token, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = Problem(token.at, token.length, sentence)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        assert match is not None  # noqa: S101 - every character is a blank, a mark, a quotation mark or of a word
        kind = match.lastgroup if match.lastgroup != "end" else "quoted"
        at = match.start("quoted") - 1 if kind == "quoted" else match.start(kind or 0)
        token = _Token(
            match[kind or 0].strip(), at, match.end() - at, isquoted=kind == "quoted", is_mark=kind == "mark"
        )
        if kind == "quoted" and not match["end"]:
            raise _Stopped(token, "This quotation mark is never closed.")
        yield token
        place = match.end()
    yield _Token("", end, 0, is_mark=True)


class _Reader:
    """One reading, from the left to the right."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.problems: list[Problem] = []
        self._tokens: list[_Token] = []
        self._place = 0
        self._open = 0

    def whole(self, text: str) -> Condition:
        if len(text) > LONGEST:
            raise _Stopped(_Token("", 0, 0), f"A condition has at most {LONGEST:,} characters.")
        self._tokens = list(_tokens(text))
        if len(self._tokens) == 1:
            raise _Stopped(self._now, "Say what it takes, such as: BLSS and 2 of (SPMO, ECGR, VBCO).")
        found = self._several()
        if self._now.marks(")"):
            raise _Stopped(self._now, "This bracket was never opened.")
        if self._now.marks(","):
            raise _Stopped(self._now, "A comma stands only in brackets. Write and, or: any of (…).")
        if self._now.length:
            raise _Stopped(self._now, f"Something is missing before {self._now.text}: and, or an opening bracket.")
        return found

    @property
    def _now(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._now
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _several(self) -> Condition:
        """Conditions with `and` or with `or` between them; one alone is itself."""
        found, joined = [self._one()], ""
        while self._now.says("and", "or"):
            token = self._take()
            word = token.text.casefold()
            if joined and word != joined:
                raise _Stopped(token, "Put brackets around what belongs together: and beside or has two meanings.")
            joined = word
            found.append(self._one())
        if not joined:
            return found[0]
        return AllOf(tuple(found)) if joined == "and" else AnyOf(tuple(found))

    def _one(self) -> Condition:
        token = self._now
        if token.marks("("):
            found = self._bracketed(lambda _token: self._several())
        elif token.says("any", "all"):
            found = self._of(self._take().text.casefold())
        elif token.says("node"):
            self._take()
            found = HasNode(self._named(self._names.nodes, "step"))
        elif token.says("skill"):
            found = self._skill()
        elif token.says("at") or token.is_number():
            found = self._counted()
        else:
            found = self._credential()
        return found

    def _credential(self) -> Condition:
        token = self._now
        if token.is_mark:
            raise _Stopped(token, "Something is missing here: a credential, or a condition.")
        if token.says("not"):
            raise _Stopped(token, "There is no not: earning one badge never takes another away.")
        is_ever = token.says("ever")
        if is_ever:
            self._take()
        elif token.says(*KEYWORDS):
            raise _Stopped(token, f"Something is missing before {token.text}. If it is a name, put it into quotes.")
        return HasCredential(self._named(self._names.credentials, "credential"), ever=is_ever)

    def _of(self, word: str) -> Condition:
        self._expect("of", f"After {word} comes of, and a list in brackets: {word} of (A, B).")
        parts = self._listed()
        return AllOf(parts) if word == "all" else AnyOf(parts)

    def _skill(self) -> Condition:
        self._take()
        skill = self._named(self._names.skills, "skill")
        self._expect("at", f"Say at which level: skill {skill} at 3.")
        while self._now.says("least", "level"):
            self._take()
        token = self._take()
        if not token.is_number() or not LOWEST_LEVEL <= Decimal(token.text) <= HIGHEST_LEVEL or "." in token.text:
            raise _Stopped(token, f"A level is a whole number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}.")
        return HasSkill(skill, int(token.text))

    def _counted(self) -> Condition:
        """A number of conditions, or an amount of something."""
        if self._now.says("at"):
            self._take()
            self._expect("least", "After at comes least, and a number: at least 2 of (A, B, C).")
        token = self._take()
        if not token.is_number():
            raise _Stopped(token, "Here stands a number.")
        if self._now.says("of"):
            self._take()
            if "." in token.text or not 1 <= int(token.text) <= MOST_AMOUNT:
                raise _Stopped(token, "How many of them is a whole number from 1 on.")
            return NOf(int(token.text), self._listed())
        return self._sum(token)

    def _sum(self, number: _Token) -> Condition:
        amount = Decimal(number.text)
        if amount > MOST_AMOUNT:
            raise _Stopped(number, f"An amount is at most {MOST_AMOUNT:,}.")
        unit: str | None = None
        if self._now.says(*_MEASURES):
            measure = _MEASURES[self._take().text.casefold()]
        elif self._now.says("academic"):
            self._take()
            self._expect("credits", "After academic comes credits.")
            measure = Measure.ACADEMIC_CREDITS
        else:
            if self._now.is_mark:
                raise _Stopped(number, f"Say of what: {number.text} of (A, B), or {number.text} hours from (A, B).")
            measure, unit = Measure.CE, self._named(self._names.units, "unit of continuing education")
        self._expect("from", "Say from what it is summed: from (A, B).")
        return MinSum(measure, amount, self._summed(), unit)

    def _summed(self) -> tuple[str, ...]:
        found: list[str] = []

        def take(token: _Token) -> None:
            name = self._named(self._names.credentials, "credential")
            if name in found:
                raise _Stopped(token, f"Each credential is counted once: {token.text} stands here twice.")
            found.append(name)

        self._in_brackets(take)
        return tuple(found)

    def _listed(self) -> tuple[Condition, ...]:
        found: list[Condition] = []
        self._in_brackets(lambda _token: found.append(self._several()))
        return tuple(found)

    def _in_brackets(self, take: Callable[[_Token], None]) -> None:
        """A list with commas; it may be empty."""

        def every(_token: _Token) -> None:
            while not self._now.marks(")"):
                take(self._now)
                if self._now.marks(","):
                    self._take()
                    if self._now.marks(")"):
                        raise _Stopped(self._now, "Something is missing after the comma.")
                elif not self._now.marks(")"):
                    self._refuse_end()
                    raise _Stopped(self._now, f"A comma is missing before {self._now.text}.")

        self._bracketed(every)

    def _bracketed(self, inner: Callable[[_Token], _Found]) -> _Found:
        opened = self._take()
        if not opened.marks("("):
            raise _Stopped(opened, "Here begins a list in brackets: (A, B).")
        if self._open == MOST_BRACKETS:
            raise _Stopped(opened, "There are too many brackets in one another.")
        self._open += 1
        self._opened = opened
        found = inner(opened)
        if not self._now.marks(")"):
            self._refuse_end(opened)
            raise _Stopped(self._now, "The bracket is not closed before this.")
        self._take()
        self._open -= 1
        return found

    def _refuse_end(self, opened: _Token | None = None) -> None:
        if self._now.is_mark and not self._now.length:
            raise _Stopped(opened or self._opened, "This bracket is never closed.")

    def _expect(self, word: str, sentence: str) -> None:
        if not self._now.says(word):
            raise _Stopped(self._now, sentence)
        self._take()

    def _named(self, known: Mapping[str, str], what: str) -> str:
        token = self._take()
        if token.is_mark or (token.says(*KEYWORDS) and token.text.casefold() not in known):
            raise _Stopped(token, f"Here stands the name of a {what}.")
        found = known.get(token.text) or known.get(token.text.casefold())
        if found is not None:
            return found
        near = difflib.get_close_matches(token.text.casefold(), known, n=1, cutoff=0.6)
        hint = f" Did you mean {self._shown(known[near[0]])}?" if near else ""
        problem = Problem(token.at, token.length, f"There is no {what} called {token.text}.{hint}")
        if not _NAME.fullmatch(token.text):
            raise _Stopped(token, problem.sentence)
        self.problems.append(problem)
        return token.text

    def _shown(self, slug: str) -> str:
        return quoted(self._names.labels.get(slug, slug))
