"""How people stand on their pathways on any day: looked at, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing.pathways import PathwayRow, PathwayState, worlds
from app.issuing.pathways.worlds import Known
from app.issuing.stacks import held, versions
from app.issuing.stacks.cases import pathway_of
from app.issuing.stacks.tables import Enrolment
from app.stacking.evaluate import Evaluation, evaluate, settle
from app.stacking.holdings import Holding
from app.stacking.world import Pathway


@dataclass(frozen=True, slots=True)
class OnPathway:
    """A learner on one pathway, as evaluated on a day."""

    enrolment: Enrolment
    row: PathwayRow
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Stood:
    """A learner on all of theirs, and everything that they hold, with the stacks that are complete on the day."""

    known: Known
    holdings: tuple[Holding, ...]
    pathways: tuple[OnPathway, ...]

    @property
    def versions(self) -> tuple[Pathway, ...]:
        """The pathways, in the versions that count."""
        return tuple(each.evaluation.pathway for each in self.pathways)


def of_nobody(session: Session, issuer_id: str) -> Stood:
    """How somebody stands who holds nothing and is on no pathway: whoever asks before they are known."""
    return Stood(worlds.of(session, issuer_id), (), ())


def of_learner(session: Session, issuer_id: str, learner_id: str, as_of: date) -> Stood:
    """Evaluate a learner's pathways as of a day, each in the version that counts then.

    Stacks that would be complete on that day are counted as held, as if everybody had been judged on it.
    """
    known = worlds.of(session, issuer_id)
    holdings = held.of(session, known, learner_id)
    found = _on(session, known, learner_id, as_of)
    _earned, settled = settle(known.world, [each for _enrolment, _row, each in found], holdings, as_of)
    return Stood(
        known,
        settled,
        tuple(
            OnPathway(enrolment, row, evaluate(known.world, pathway, settled, as_of))
            for enrolment, row, pathway in found
        ),
    )


def of_enrolments(session: Session, row: PathwayRow, enrolments: Iterable[Enrolment], as_of: date) -> list[OnPathway]:
    """Evaluate many people on one pathway as of a day, each in the version that counts for them then."""
    among = list(enrolments)
    known = worlds.of(session, row.issuer_id)
    holdings = held.of_many(session, known, [each.learner_id for each in among])
    published = versions.published(session, row)
    found = []
    for each in among:
        pathway = pathway_of(session, known, row, versions.judged_by(each.version, published, as_of))
        _earned, settled = settle(known.world, [pathway], holdings[each.learner_id], as_of)
        found.append(OnPathway(each, row, evaluate(known.world, pathway, settled, as_of)))
    return found


def _on(session: Session, known: Known, learner_id: str, as_of: date) -> list[tuple[Enrolment, PathwayRow, Pathway]]:
    query = (
        select(Enrolment, PathwayRow)
        .join(PathwayRow, PathwayRow.id == Enrolment.pathway_id)
        .where(
            Enrolment.learner_id == learner_id,
            Enrolment.ended_at.is_(None),
            PathwayRow.state == PathwayState.PUBLISHED,
        )
        .order_by(PathwayRow.slug)
    )
    found = []
    for enrolment, row in session.execute(query).all():
        number = enrolment.version
        if row.current_version is not None and number < row.current_version:
            number = versions.judged_by(number, versions.published(session, row), as_of)
        found.append((enrolment, row, pathway_of(session, known, row, number)))
    return found
