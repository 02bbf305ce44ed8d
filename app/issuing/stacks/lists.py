"""Who is on a pathway, as lists and counts: found by name, by what is not complete yet, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app.issuing import people_search
from app.issuing.learners import Learner
from app.issuing.people_search import PersonLine
from app.issuing.stacks.tables import Enrolment

AT_ONCE = 500


class Standing(StrEnum):
    """How far somebody is."""

    UNDER_WAY = "under_way"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentsWanted:
    """Which. `text` is a part of a name or an address, `without` a step that is not complete yet."""

    text: str = ""
    without: str = ""
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are on a pathway, and how many of them have completed it once."""

    on: int = 0
    completed: int = 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many are on a pathway, how many of them have each step complete, and how many completed it once."""

    on: int
    nodes: Mapping[str, int]
    completed: int


def counts(session: Session, issuer_id: str) -> dict[str, Counts]:
    """Id of a pathway -> its counts; pathways that nobody is on are not in it."""
    query = (
        select(Enrolment.pathway_id, func.count(), func.count(Enrolment.completed_at))
        .where(Enrolment.issuer_id == issuer_id, Enrolment.ended_at.is_(None))
        .group_by(Enrolment.pathway_id)
    )
    return {id_: Counts(on, completed) for id_, on, completed in session.execute(query)}


def funnel(session: Session, pathway_id: str, nodes: Iterable[str]) -> Funnel:
    """Count who is on a pathway by what they have complete, as it was last judged. One pass over the enrolments."""
    among = list(nodes)
    sums = [func.sum(case((_has(node), 1), else_=0)) for node in among]
    query = select(func.count(), func.count(Enrolment.completed_at), *sums).where(
        Enrolment.pathway_id == pathway_id, Enrolment.ended_at.is_(None)
    )
    on, completed, *found = session.execute(query).one()
    return Funnel(on, {node: number or 0 for node, number in zip(among, found, strict=True)}, completed)


def query(issuer_id: str, pathway_id: str, wanted: EnrolmentsWanted) -> Select[Enrolment]:
    """Who is on a pathway and wanted, in no order."""
    found = select(Enrolment).where(Enrolment.pathway_id == pathway_id, Enrolment.ended_at.is_(None))
    if wanted.text:
        named = people_search.named_like(issuer_id, wanted.text)
        found = found.where(or_(Enrolment.learner_id.in_(named), Enrolment.learner_id == wanted.text))
    if wanted.without:
        found = found.where(~_has(wanted.without))
    if wanted.standing is not None:
        has_completed = Enrolment.completed_at.is_not(None)
        found = found.where(has_completed if wanted.standing is Standing.COMPLETED else ~has_completed)
    return found


def count(session: Session, wanted: Select[Enrolment], *, most: int) -> int:
    """How many a query finds; counting stops at `most`."""
    some = wanted.with_only_columns(Enrolment.id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def every(session: Session, wanted: Select[Enrolment], *, most: int) -> Iterator[Sequence[Enrolment]]:
    """All of them, newest first, at most so many; some hundreds at a time."""
    last: tuple[datetime, str] | None = None
    left = most
    while left > 0:
        page = wanted
        if last is not None:
            place = tuple_(literal(last[0], Enrolment.enrolled_at.type), literal(last[1]))
            page = wanted.where(tuple_(Enrolment.enrolled_at, Enrolment.id) < place)
        ordered = page.order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc()).limit(min(AT_ONCE, left))
        rows = session.scalars(ordered).all()
        yield rows
        if len(rows) < AT_ONCE:
            return
        left -= len(rows)
        last = (rows[-1].enrolled_at, rows[-1].id)


def people(session: Session, learner_ids: Iterable[str]) -> dict[str, PersonLine]:
    """Learners by their ids, with what lists show of them."""
    rows = session.scalars(select(Learner).where(Learner.id.in_(list(learner_ids)))).all()
    return {line.learner.id: line for line in people_search.lines(session, rows)}


def among(session: Session, pathway_id: str, learner_ids: Iterable[str]) -> frozenset[str]:
    """Which of these learners are on a pathway."""
    query = select(Enrolment.learner_id).where(
        Enrolment.pathway_id == pathway_id, Enrolment.ended_at.is_(None), Enrolment.learner_id.in_(list(learner_ids))
    )
    return frozenset(session.scalars(query))


def _has(node: str) -> ColumnElement[bool]:
    # Ids of steps are of a-z, 0-9 and hyphens, so that in quotes they are found in the list as a whole and only there.
    return cast(Enrolment.complete_nodes, Text).contains(f'"{node}"', autoescape=True)
