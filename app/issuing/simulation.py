"""Simulation: what a rule would make of everybody's stored past, before it is switched on. It only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing.achievements import Achievement
from app.issuing.learners import Learner
from app.issuing.rules.books import Book
from app.issuing.rulings import earlier, histories, pages
from app.issuing.rulings.histories import Past
from app.issuing.rulings.verdicts import Bench, Ruling, bench, judge
from app.stacking.rules import Action, Earning

PAGE_LEARNERS = 200  # whose pasts are in memory together
MOST_LEARNERS = 10_000  # looked at in one call


class Fate(StrEnum):
    """What would become of a learner. One learner may have several."""

    GAIN = "gain"  # an award, at once
    WAIT = "wait"  # an award, when the delay is over
    APPROVE = "approve"  # an award, when somebody approves it
    SUPERSEDE = "supersede"  # a better one in place of the old one
    REVIEW = "review"  # somebody decides whether the award stays
    LOSE = "lose"  # the award, now or when the grace is over
    UNSUPPORTED = "unsupported"  # keeps an award that this rule would not have made
    HOLD = "hold"  # has it already, and keeps it


@dataclass(frozen=True, slots=True)
class Person:
    """One learner of a simulation."""

    learner_id: str
    name: str | None
    fates: tuple[Fate, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was found among the learners looked at. `after` is where to go on; None = these were all.

    `people` are the first so many of the fate that was asked for.
    """

    looked_at: int
    counts: dict[Fate, int]
    people: tuple[Person, ...]
    after: str | None


def simulate(
    session: Session,
    achievement: Achievement,
    book: Book,
    *,
    after: str = "",
    limit: int = MOST_LEARNERS,
    show: Fate | None = None,
    most_shown: int = 50,
) -> Simulation:
    """Look at the next `limit` learners. Memory is bounded by a page of them, whatever the limit is."""
    at, now = bench(session, achievement), clock.now()
    counts: Counter[Fate] = Counter()
    people: list[tuple[str, tuple[Fate, ...]]] = []
    looked_at = 0
    while looked_at < limit:
        wanted = min(PAGE_LEARNERS, limit - looked_at)
        ids = pages.next_learners(session, achievement.issuer_id, book, after=after, limit=wanted)
        for learner_id, past in histories.of_learners(session, ids, book).items():
            fates = tuple(dict.fromkeys(_fates(at, book, past, now=now)))
            counts.update(fates)
            if show in fates and len(people) < most_shown:
                people.append((learner_id, fates))
        session.expunge_all()
        looked_at += len(ids)
        after = ids[-1] if ids else after
        if len(ids) < wanted:
            return Simulation(looked_at, dict(counts), _named(session, people), None)
    return Simulation(looked_at, dict(counts), _named(session, people), after)


def _fates(at: Bench, book: Book, past: Past, *, now: datetime) -> Iterator[Fate]:
    judged = judge(at, book, past, now=now)
    yield from (_of_earning(earning, now) for _, earning in judged.earnings)
    ruling = Ruling(judged, past)
    if not judged.earnings and any(each.earnings for each, _ in earlier.steps(at, book, ruling)):
        yield Fate.GAIN
    yield from _of_standings(at, book, ruling)


def _of_earning(earning: Earning, now: datetime) -> Fate:
    if earning.approval.needed:
        return Fate.APPROVE
    return Fate.WAIT if earning.not_before > now else Fate.GAIN


def _of_standings(at: Bench, book: Book, ruling: Ruling) -> Iterator[Fate]:
    for rule, standing in ruling.judged.standings:
        if standing.action == Action.REVOKE or earlier.was_never_earned(at, book, ruling, rule, standing):
            yield Fate.LOSE
        elif standing.action == Action.REVIEW:
            yield Fate.REVIEW
        elif standing.action == Action.SUPERSEDE:
            yield Fate.SUPERSEDE
        else:
            yield Fate.UNSUPPORTED if standing.supported is False else Fate.HOLD


def _named(session: Session, people: list[tuple[str, tuple[Fate, ...]]]) -> tuple[Person, ...]:
    query = select(Learner.id, Learner.display_name).where(Learner.id.in_([learner_id for learner_id, _ in people]))
    names = {row.id: row.display_name for row in session.execute(query)}
    return tuple(Person(learner_id, names.get(learner_id), fates) for learner_id, fates in people)
