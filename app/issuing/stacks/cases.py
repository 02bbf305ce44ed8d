"""One learner whose stacks are settled: what is known of them, and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, PathwayVersion, worlds
from app.issuing.pathways.worlds import Known
from app.issuing.stacks.tables import Enrolment
from app.stacking.world import Pathway


@dataclass(slots=True)
class Settled:
    """What was done for one learner, as award ids."""

    awarded: list[str] = field(default_factory=list)
    suspended: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    reinstated: list[str] = field(default_factory=list)
    rebound: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was."""
        return bool(self.awarded or self.suspended or self.revoked or self.reinstated or self.rebound)


@dataclass(slots=True)
class Case:
    """One learner at one moment, and what was done for them so far."""

    session: Session
    office: Office
    learner: Learner
    at: datetime
    known: Known
    enrolments: list[tuple[Enrolment, Pathway]]
    done: Settled = field(default_factory=Settled)

    @property
    def as_of(self) -> date:
        """The issuer's day at the moment."""
        return self.known.day_of(self.at)


def pathway_of(session: Session, known: Known, row: PathwayRow, number: int) -> Pathway:
    """One published version of a pathway."""
    newest = known.world.pathways.get(row.slug)
    if newest is not None and newest.number == number:
        return newest
    query = select(PathwayVersion.id).where(PathwayVersion.pathway_id == row.id, PathwayVersion.number == number)
    return worlds.version(session, row.slug, number, session.scalars(query).one())


def actor_of(pathway: Pathway) -> str:
    """Who did it, in the audit log: the pathway itself."""
    return f"pathway:{pathway.id}"[:80]
