"""How awards of one learner relate: what a stack rests on, all the way down, and what comes before what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials.model import Association, AssociationType
from app.issuing import achievements, awards
from app.issuing.awards import Award
from app.issuing.office import Office
from app.issuing.pathways import PathwayVersion
from app.issuing.stacks.tables import StackAward, StackComponent
from app.stacking.world import Mode


def parts_of(session: Session, award_id: str) -> frozenset[str]:
    """Everything that a stack rests on now, and what that rests on in turn, as ids of awards and recognitions."""
    found: set[str] = set()
    last = [award_id]
    while last:
        query = select(StackComponent.holding_id).where(
            StackComponent.award_id.in_(last), StackComponent.unbound_at.is_(None)
        )
        last = [each for each in session.scalars(query) if each not in found]
        found.update(last)
    return frozenset(found)


def stacks_on(session: Session, award_id: str) -> list[Award]:
    """The stacks that rest on an award directly, newest first."""
    query = (
        select(Award)
        .join(StackComponent, StackComponent.award_id == Award.id)
        .where(StackComponent.holding_id == award_id, StackComponent.unbound_at.is_(None))
    )
    return list(session.scalars(query.order_by(Award.awarded_at.desc(), Award.id)))


def associations(session: Session, office: Office, among: Iterable[Award]) -> tuple[Association, ...]:
    """How badges of one record relate.

    A stack is the parent of what it rests on; of two stacks of one progressive pathway, the lower comes first; the
    version of a badge that was renewed is replaced by the one of the badge that follows it, if that is another one.
    """
    held = {each.id: each for each in among}
    addresses = {each.id: _address(session, office, each) for each in held.values()}
    query = select(StackComponent).where(
        StackComponent.award_id.in_(held), StackComponent.holding_id.in_(held), StackComponent.unbound_at.is_(None)
    )
    found = [
        Association(addresses[each.award_id], addresses[each.holding_id], AssociationType.IS_PARENT_OF)
        for each in session.scalars(query.order_by(StackComponent.award_id, StackComponent.holding_id))
    ]
    return (*found, *_renewed(held, addresses), *_in_order(session, held, addresses))


def _renewed(held: dict[str, Award], addresses: dict[str, str]) -> Iterator[Association]:
    """Associations relate achievements, so a renewal under the same version of one has nothing to relate."""
    for each in held.values():
        before = addresses.get(each.follows_id or "")
        if before is not None and before != addresses[each.id]:
            yield Association(before, addresses[each.id], AssociationType.REPLACED_BY)


def _in_order(session: Session, held: dict[str, Award], addresses: dict[str, str]) -> list[Association]:
    rows = session.execute(
        select(StackAward, PathwayVersion.facts)
        .join(PathwayVersion, PathwayVersion.pathway_id == StackAward.pathway_id)
        .where(StackAward.award_id.in_(held), PathwayVersion.number == StackAward.version)
    ).all()
    placed = sorted(
        (stack.pathway_id, _level(facts, stack.node), stack.award_id)
        for stack, facts in rows
        if facts.get("mode") == Mode.PROGRESSIVE
    )
    return [
        Association(addresses[lower], addresses[upper], AssociationType.PRECEDES)
        for (one, level, lower), (other, higher, upper) in pairwise(placed)
        if one == other and level < higher
    ]


def _level(facts: dict[str, object], node: str) -> int:
    nodes = facts.get("nodes")
    found = nodes if isinstance(nodes, list) else []
    return next((int(each.get("level", 1)) for each in found if each.get("id") == node), 1)


def _address(session: Session, office: Office, award: Award) -> str:
    return achievements.id_of(office, awards.version_of(session, award))
