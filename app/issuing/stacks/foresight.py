"""What a new version of a pathway would come to, before anything is published or signed (B79)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing.pathways import PathwayFacts, PathwayRow, worlds
from app.issuing.stacks import held
from app.issuing.stacks.cases import pathway_of
from app.issuing.stacks.tables import Enrolment
from app.stacking.evaluate import evaluate, settle
from app.stacking.holdings import Holding
from app.stacking.publishing import Verdict, check
from app.stacking.versions import Change, changes, difference
from app.stacking.world import OnNewVersion, Pathway, World

AT_ONCE = 500
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Gain:
    """Somebody who would be awarded stacks under the new version that they do not have."""

    learner_id: str
    stacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """What publishing would do. Nobody loses what was awarded, so nothing is said of that.

    `at_once`: whoever is taken along by the new version; otherwise they gain only if they ask to move. `gains` names
    the first hundred; `further` = people whose progress would be less under it.
    """

    verdict: Verdict
    differences: tuple[str, ...]
    changes: tuple[Change, ...]  # the same, to be said in any language
    enrolled: int
    at_once: bool
    gaining: int
    gains: tuple[Gain, ...]
    further: int


def of(session: Session, row: PathwayRow, facts: PathwayFacts, *, as_of: date | None = None) -> Foresight:
    """Look at a draft: what is wrong with it, how it differs, and who would gain."""
    known = worlds.of(session, row.issuer_id)
    world, day = known.world, as_of or known.day_of(clock.now())
    drafted = facts.pathway(row.slug, (row.current_version or 0) + 1)
    verdict = check(world, drafted)
    before = world.pathways.get(row.slug)
    differs = changes(world, before, drafted) if before else ()
    differences = difference(world, before, drafted) if before else ()
    gains: list[Gain] = []
    enrolled = gaining = further = 0
    after = ""
    while not verdict.problems and (among := _next(session, row, after)):
        after = among[-1].learner_id
        holdings = held.of_many(session, known, [each.learner_id for each in among])
        for each in among:
            enrolled += 1
            now = pathway_of(session, known, row, each.version)
            gained, is_less = _compared(world, now, drafted, holdings[each.learner_id], day)
            further += is_less
            gaining += bool(gained)
            if gained and len(gains) < MOST_NAMED:
                gains.append(Gain(each.learner_id, gained))
    at_once = facts.on_new_version is OnNewVersion.MIGRATE or facts.grandfather_months == 0
    return Foresight(verdict, differences, differs, enrolled, at_once, gaining, tuple(gains), further)


def _next(session: Session, row: PathwayRow, after: str) -> list[Enrolment]:
    query = select(Enrolment).where(
        Enrolment.pathway_id == row.id, Enrolment.ended_at.is_(None), Enrolment.learner_id > after
    )
    return list(session.scalars(query.order_by(Enrolment.learner_id).limit(AT_ONCE)))


def _compared(
    world: World, now: Pathway, drafted: Pathway, holdings: list[Holding], day: date
) -> tuple[tuple[str, ...], bool]:
    """The stacks that only the drafted version would bring, and whether it would show less progress."""
    before, had = settle(world, [now], holdings, day)
    after, has = settle(world, [drafted], holdings, day)
    stacks = {each.stack for each in before}
    gained = tuple(each.stack for each in after if each.stack not in stacks)
    return gained, evaluate(world, drafted, has, day).progress < evaluate(world, now, had, day).progress
