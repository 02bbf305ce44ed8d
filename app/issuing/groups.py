"""Groups of learners, as rules ask for them with `learner_in`: a name of one issuer, and who is in it now.

A group is there as long as somebody is in it. It keeps no dates for rules: who is in it counts, who was does not. A
change has the rules that name the group decide the learner once more, so that what was done before joining counts.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import achievements, audit, issuers, rulings
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerGroup, LearnerState
from app.issuing.office import Office
from app.issuing.rules import books
from app.issuing.rulings import schedule

LONGEST = 100
_SEPARATORS = "/;|"  # of addresses, and of names in a directory
_LIVING = (LearnerState.KNOWN, LearnerState.PENDING)
_LATER = timedelta(minutes=10)


def name_of(text: str) -> str:
    """The name of a group, without blanks around it. Raises InvalidInput for what is none."""
    name = text.strip()
    if not name or len(name) > LONGEST or not name.isprintable() or any(each in name for each in _SEPARATORS):
        raise InvalidInput(
            f"The name of a group has 1 to {LONGEST} printable characters, and none of {' '.join(_SEPARATORS)}",
            pointer="/name",
        )
    return name


def id_of(issuer_id: str, name: str) -> str:
    """The id by which the audit log calls a group: 22 characters, the same for the same name, and no way back to it."""
    digest = hashlib.sha256(f"{issuer_id}\n{name}".encode()).digest()
    return urlsafe_b64encode(digest)[:22].decode()


def add(session: Session, office: Office, learner: Learner, name: str, *, actor: str, is_bulk: bool = False) -> bool:
    """Put a learner into a group; False when they were in it. What that earns is made at once.

    With `is_bulk` the worker decides that soon. Raises InvalidInput for a name that is none, and for somebody who was
    merged or erased.
    """
    name = name_of(name)
    _lock(session, learner)
    if learner.state not in _LIVING:
        raise InvalidInput("Only learners who are neither merged nor erased can be in groups", pointer="/learner")
    key = {"issuer_id": learner.issuer_id, "name": name, "learner_id": learner.id}
    if claim(session, LearnerGroup, **key, added_at=clock.now()) is None:
        return False
    _follow(session, office, learner, name, action="group.learner-added", actor=actor, is_bulk=is_bulk)
    return True


def remove(session: Session, office: Office, learner: Learner, name: str, *, actor: str) -> bool:
    """Take a learner out of a group; False when they were not in it. No award is taken back by that."""
    name = name.strip()
    _lock(session, learner)
    key = (LearnerGroup.issuer_id == learner.issuer_id, LearnerGroup.name == name)
    gone = delete(LearnerGroup).where(*key, LearnerGroup.learner_id == learner.id).returning(LearnerGroup.learner_id)
    if session.execute(gone).first() is None:
        return False
    _follow(session, office, learner, name, action="group.learner-removed", actor=actor, is_bulk=False)
    return True


def of_learner(session: Session, learner: Learner) -> Sequence[str]:
    """The names of the groups that a learner is in, in their order."""
    query = select(LearnerGroup.name).where(LearnerGroup.learner_id == learner.id)
    return session.scalars(query.order_by(LearnerGroup.name)).all()


def members(session: Session, issuer: Issuer, name: str) -> Select[LearnerGroup]:
    """A query for who is in a group. Raises NotFound when nobody is."""
    query = select(LearnerGroup).where(LearnerGroup.issuer_id == issuer.id, LearnerGroup.name == name.strip())
    if session.scalars(query.limit(1)).first() is None:
        raise NotFound("There is nobody in a group of this name")
    return query


def counts(session: Session, issuer_id: str, *, after: str = "", limit: int = 200) -> list[tuple[str, int]]:
    """The names of the issuer's groups in their order, after one, and how many learners are in each."""
    query = (
        select(LearnerGroup.name, func.count())
        .where(LearnerGroup.issuer_id == issuer_id, LearnerGroup.name > after)
        .group_by(LearnerGroup.name)
        .order_by(LearnerGroup.name)
        .limit(limit)
    )
    return [(name, count) for name, count in session.execute(query)]


def _follow(
    session: Session, office: Office, learner: Learner, name: str, *, action: str, actor: str, is_bulk: bool
) -> None:
    """Write the change down, and have decided what depends on it."""
    group_id = id_of(learner.issuer_id, name)
    audit.record(session, learner.issuer_id, actor=actor, action=action, object_id=learner.id, group_id=group_id)
    session.flush()
    if learner.state != LearnerState.KNOWN:  # what they did waits until somebody knows who it is
        return
    for achievement_id in books.that_name_group(session, learner.issuer_id, name):
        if is_bulk:
            _put(session, learner, achievement_id, after=timedelta())
            continue
        achievement = achievements.by_id(session, achievement_id)
        try:
            with session.begin_nested():
                rulings.rule_on(session, office, learner, achievement, actor=actor)
        except ServiceError:  # who is in which group holds all the same; the worker tries again
            _put(session, learner, achievement_id, after=_LATER)
    session.flush()


def _put(session: Session, learner: Learner, achievement_id: str, *, after: timedelta) -> None:
    schedule.put(
        session,
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        achievement_id=achievement_id,
        due_at=clock.now() + after,
        reason="group",
    )


def _lock(session: Session, learner: Learner) -> None:
    # The turn comes first, as wherever awards may follow.
    issuers.take_turn(session, learner.issuer_id)
    session.refresh(learner, with_for_update=True)
