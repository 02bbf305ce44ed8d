"""Moving what one learner has to another, and back: identities, addresses, completions, awards, whatever names them.

Ids of awards do not change, so no link to a badge ever breaks. Two awards of one achievement both stay valid: the
slot of the one that came over gets a name of its own. What was moved is written down row by row, ids only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, exists, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import Base
from app.errors import LearnerUnclear, MergeNotUndoable
from app.issuing.learners.sharing import SharedRecord
from app.issuing.learners.tables import ClaimLink, Learner, LearnerEmail, LearnerGroup, LearnerMerge, LearnerState

AWARDS = "awards"
COMPLETIONS = "completions"
GROUPS = LearnerGroup.__tablename__
_CAME_OVER = "learners.came_over"
# Consent stays with the learner who gave it: what counts is that of the one who is kept.
_LEFT = {each.__tablename__ for each in (LearnerMerge, Learner, ClaimLink, SharedRecord)}


def move(session: Session, *, gone: Learner, kept: Learner) -> LearnerMerge:
    """Give `kept` everything that `gone` has. Both are locked by the caller, or held by its turn.

    Raises LearnerUnclear for one learner: nobody takes their own place.
    """
    if gone.id == kept.id:
        raise LearnerUnclear("These are not two learners", learner_id=kept.id)
    session.flush()
    moved: dict[str, Any] = {}
    for table, column in _naming_learners():
        ids = _move_rows(session, table, column, gone=gone, kept=kept)
        if ids:
            moved[table.name] = ids
    if names := _move_groups(session, gone=gone, kept=kept):
        moved[GROUPS] = names
    merge = LearnerMerge(
        id=clock.new_id(),
        issuer_id=kept.issuer_id,
        kept_id=kept.id,
        gone_id=gone.id,
        kept_state=kept.state,
        gone_state=gone.state,
        moved=moved,
        created_at=clock.now(),
    )
    gone.state, gone.merged_into_id = LearnerState.MERGED, kept.id
    session.info.setdefault(_CAME_OVER, {}).setdefault(kept.id, set()).update(moved.get(COMPLETIONS, []))
    session.add(merge)
    session.flush()
    session.expire_all()
    return merge


def move_back(session: Session, merge: LearnerMerge, *, gone: Learner, kept: Learner) -> None:
    """Undo a merge: every row that was moved and is still there goes back, with the slot that it had.

    What `kept` got since then stays with `kept`. Raises MergeNotUndoable when a later merge has to be undone first.
    """
    if merge.undone_at is not None:
        raise MergeNotUndoable("This merge was undone already", undone_at=merge.undone_at.isoformat())
    if gone.state != LearnerState.MERGED or gone.merged_into_id != kept.id or kept.state == LearnerState.MERGED:
        raise MergeNotUndoable("A later merge moved these people on; undo that one first", merge=merge.id)
    session.flush()
    for table, column in _naming_learners():
        for key, slot in _as_pairs(merge.moved.get(table.name, [])):
            values = {column.name: gone.id}
            row = update(table).where(_key(table) == key, column == kept.id)
            if slot is not None:  # unless the award ended meanwhile, and gave its place back
                session.execute(row.where(table.c.slot == _own_slot(key)).values(slot=slot, **values))
            session.execute(row.values(**values))
    named = LearnerGroup.name.in_(merge.moved.get(GROUPS, []))
    session.execute(update(LearnerGroup).where(LearnerGroup.learner_id == kept.id, named).values(learner_id=gone.id))
    gone.state, gone.merged_into_id = merge.gone_state, None
    session.info.setdefault(_CAME_OVER, {}).setdefault(gone.id, set()).update(merge.moved.get(COMPLETIONS, []))
    has_address = session.scalar(select(LearnerEmail.id).where(LearnerEmail.learner_id == kept.id).limit(1))
    if has_address is None:
        kept.state = merge.kept_state
    merge.undone_at = clock.now()
    session.flush()
    session.expire_all()


def came_over(session: Session) -> dict[str, set[str]]:
    """Learners to whom completions came in this transaction and was not told before: the completions' ids of each.

    The door has them decided anew.
    """
    found: dict[str, set[str]] = session.info.pop(_CAME_OVER, {})
    return found


def _move_rows(session: Session, table: Table, column: Column[Any], *, gone: Learner, kept: Learner) -> list[Any]:
    if table.name == AWARDS:
        return _move_awards(session, table, gone=gone, kept=kept)
    movable = select(_key(table)).where(column == gone.id, *_no_clash(table, column, kept)).order_by(_key(table))
    ids = list(session.scalars(movable))
    if ids:
        session.execute(update(table).where(_key(table).in_(ids)).values({column.name: kept.id}))
    return ids


def _no_clash(table: Table, column: Column[Any], kept: Learner) -> list[ColumnElement[bool]]:
    """For each rule that a row be there once per learner: `kept` has none that says the same. Both keep theirs then."""
    found: list[ColumnElement[bool]] = []
    for rule in (each for each in table.constraints if isinstance(each, UniqueConstraint)):
        if column.name in rule.columns:
            theirs = table.alias()
            same = [theirs.c[each.name] == each for each in rule.columns if each.name != column.name]
            found.append(~exists().where(theirs.c[column.name] == kept.id, *same))
    return found


def _move_awards(session: Session, table: Table, *, gone: Learner, kept: Learner) -> list[Any]:
    """Ids, or pairs of an id and the slot that the award had."""
    c = table.c
    taken = {
        (row.achievement_id, row.slot)
        for row in session.execute(select(c.achievement_id, c.slot).where(c.learner_id == kept.id))
    }
    moved: list[Any] = []
    rows = session.execute(select(c.id, c.achievement_id, c.slot).where(c.learner_id == gone.id).order_by(c.id))
    for row in rows.all():
        values = {"learner_id": kept.id}
        if (row.achievement_id, row.slot) in taken:
            values["slot"] = _own_slot(row.id)
            moved.append([row.id, row.slot])
        else:
            moved.append(row.id)
        session.execute(update(table).where(c.id == row.id).values(**values))
    return moved


def _move_groups(session: Session, *, gone: Learner, kept: Learner) -> list[str]:
    """The names of the groups in which `kept` now is in the place of `gone`. Where both were, both stay."""
    theirs = select(LearnerGroup.name).where(LearnerGroup.learner_id == kept.id)
    of_gone = LearnerGroup.learner_id == gone.id
    query = select(LearnerGroup.name).where(of_gone, LearnerGroup.name.not_in(theirs)).order_by(LearnerGroup.name)
    names = list(session.scalars(query))
    moved = update(LearnerGroup).where(of_gone, LearnerGroup.name.in_(names))
    session.execute(moved.values(learner_id=kept.id))
    return names


def _own_slot(award_id: str) -> str:
    return f"merged:{award_id}"


def _as_pairs(moved: list[Any]) -> Iterator[tuple[Any, str | None]]:
    for each in moved:
        yield (each[0], each[1]) if isinstance(each, list) else (each, None)


def _naming_learners() -> list[tuple[Table, Column[Any]]]:
    """Every column that names a learner, of whatever room of the house, except the book-keeping of this one.

    Rows that a learner is part of the key of are left: groups are moved above, and decisions that are written down for
    later stay as they are, since whoever decides asks `rulings.whom` who it is by then.
    """
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        if table.name not in _LEFT
        if len(table.primary_key.columns) == 1
        for column in table.columns
        if any(key.column.table.name == Learner.__tablename__ for key in column.foreign_keys)
    ]


def _key(table: Table) -> Column[Any]:
    (key,) = table.primary_key.columns
    return key
