"""One act on many awards: revoke, suspend or reinstate. Chosen, asked for with a reason, and carried out a while later.

Until its moment anybody who may award can cancel it, and then nothing was done. From a number on another member has to
agree first, and what one member asked for within a day counts together, so that small portions are no way around it.
The worker carries it out in slices; what came of each award is stored in the transaction that did it, so nothing is
done twice after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import InvalidInput, NotAllowed, NotFound, WrongState
from app.issuing import actors, audit, issuers
from app.issuing.accounts import Capability, members
from app.issuing.awards import Award
from app.issuing.issuers import Issuer

MOST_AWARDS = 10_000
LONGEST_REASON = 500
COUNTED_FOR = timedelta(days=1)
DRAFTS_KEPT = timedelta(days=1)
UNCONFIRMED_KEPT = timedelta(days=7)
DONE = "done"
_AT_ONCE = 500


class BulkKind(StrEnum):
    """What is done to each award."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"

    @property
    def takes_away(self) -> bool:
        """Whether holders lose something by it: then it has a reason, and a second person above the threshold."""
        return self is not BulkKind.REINSTATE


class BulkState(StrEnum):
    """`draft`: chosen, nothing asked yet; `unconfirmed`: another member has to agree; `pending`: due at `due_at`."""

    DRAFT = "draft"
    UNCONFIRMED = "unconfirmed"
    PENDING = "pending"
    DONE = "done"
    CANCELLED = "cancelled"


class BulkAct(Base):
    """One act. `count` is how many awards were chosen, `done_count` how many of them the worker has dealt with."""

    __tablename__ = "bulk_acts"
    __table_args__ = (
        Index("ix_bulk_acts_due", "state", "due_at"),
        Index("ix_bulk_acts_issuer_id", "issuer_id", "created_at", "id"),
        Index("ix_bulk_acts_asked_by", "asked_by", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(Text)
    count: Mapped[int]
    done_count: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime | None]
    needs_second: Mapped[bool] = mapped_column(default=False)
    settled_by: Mapped[str | None] = mapped_column(String(80))  # who agreed to it, or cancelled it
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BulkActAward(Base):
    """One award of an act. `outcome` None = not dealt with yet; `done`, or the code of the reason why not."""

    __tablename__ = "bulk_act_awards"

    act_id: Mapped[str] = mapped_column(ForeignKey("bulk_acts.id"), primary_key=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True, index=True)
    outcome: Mapped[str | None] = mapped_column(String(40))


def choose(session: Session, issuer: Issuer, kind: BulkKind, award_ids: Sequence[str], *, actor: str) -> BulkAct:
    """Note which awards it would be about; nothing is asked for yet. Raises InvalidInput for none and for too many."""
    wanted = sorted(set(award_ids))
    if len(wanted) > MOST_AWARDS:
        raise InvalidInput(f"One act is about {MOST_AWARDS} awards at most; choose fewer", pointer="/award")
    known: list[str] = []
    for first in range(0, len(wanted), _AT_ONCE):
        part = Award.id.in_(wanted[first : first + _AT_ONCE])
        known += session.scalars(select(Award.id).where(part, Award.issuer_id == issuer.id)).all()
    if not known:
        raise InvalidInput("Tick at least one award first", pointer="/award")
    act = BulkAct(
        id=clock.new_id(),
        issuer_id=issuer.id,
        kind=kind,
        state=BulkState.DRAFT,
        count=len(known),
        asked_by=actor,
        created_at=clock.now(),
    )
    session.add(act)
    session.flush()
    session.execute(insert(BulkActAward), [{"act_id": act.id, "award_id": each} for each in known])
    return act


def ask(
    session: Session, act: BulkAct, *, reason: str | None, undo_minutes: int, second_person_from: int, actor: str
) -> None:
    """Ask for it: due after the minutes in which it can be cancelled, or once another member has agreed.

    Raises InvalidInput without a reason where one is told to holders, NotAllowed for another's draft, WrongState.
    """
    issuers.take_turn(session, act.issuer_id)  # of two at once, the second sees what the first asked for
    _lock(session, act, BulkState.DRAFT)
    kind = BulkKind(act.kind)
    if act.asked_by != actor:
        raise NotAllowed("Somebody else chose these awards; choose them yourself")
    if kind.takes_away and not reason:
        raise InvalidInput("Say why; whoever looks at one of the badges reads it", pointer="/reason")
    if reason and len(reason) > LONGEST_REASON:
        raise InvalidInput(f"A reason has at most {LONGEST_REASON} characters", pointer="/reason")
    act.reason, act.asked_at = reason, clock.now()
    act.needs_second = kind.takes_away and act.count + _asked_for_lately(session, act) >= second_person_from
    if act.needs_second:
        act.state = BulkState.UNCONFIRMED
    else:
        _set_due(act, undo_minutes)
    _record(session, act, "asked", actor)


def confirm(session: Session, act: BulkAct, *, undo_minutes: int, actor: str) -> None:
    """Agree to it, as another member than who asked. Raises NotAllowed for the same, and WrongState."""
    _lock(session, act, BulkState.UNCONFIRMED)
    if act.asked_by == actor:
        raise NotAllowed("Another member has to agree: two people look at an act on so many badges")
    act.settled_by = actor
    _set_due(act, undo_minutes)
    _record(session, act, "confirmed", actor)


def cancel(session: Session, act: BulkAct, *, actor: str) -> None:
    """Do no more of it; what was done stays. Raises WrongState once it is over."""
    _lock(session, act, BulkState.DRAFT, BulkState.UNCONFIRMED, BulkState.PENDING)
    is_draft = act.state == BulkState.DRAFT
    act.state, act.settled_by, act.finished_at = BulkState.CANCELLED, actor, clock.now()
    if not is_draft:
        _record(session, act, "cancelled", actor)
    session.flush()


def by_id(session: Session, act_id: str, *, issuer: Issuer) -> BulkAct:
    """The issuer's act with this id. Raises NotFound."""
    found = session.get(BulkAct, act_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such act")
    return found


def awards_of(session: Session, act: BulkAct, *, limit: int) -> Sequence[Award]:
    """Some of its awards, to look at."""
    query = select(Award).join(BulkActAward, BulkActAward.award_id == Award.id).where(BulkActAward.act_id == act.id)
    return session.scalars(query.order_by(Award.id).limit(limit)).all()


def award_ids(session: Session, act: BulkAct, *, outcome: str | None = None) -> Sequence[str]:
    """The ids of all its awards, or of those with an outcome."""
    query = select(BulkActAward.award_id).where(BulkActAward.act_id == act.id)
    return session.scalars(query if outcome is None else query.where(BulkActAward.outcome == outcome)).all()


def outcomes(session: Session, act: BulkAct) -> dict[str, int]:
    """How many awards had each outcome so far."""
    query = select(BulkActAward.outcome, func.count()).where(BulkActAward.act_id == act.id)
    found = session.execute(query.group_by(BulkActAward.outcome))
    return {outcome: count for outcome, count in found if outcome is not None}


def open_of(session: Session, issuer_id: str) -> Sequence[BulkAct]:
    """What waits for a second person or for its moment, the newest first."""
    query = select(BulkAct).where(
        BulkAct.issuer_id == issuer_id, BulkAct.state.in_([BulkState.UNCONFIRMED, BulkState.PENDING])
    )
    return session.scalars(query.order_by(BulkAct.created_at.desc(), BulkAct.id).limit(20)).all()


def may_still(session: Session, act: BulkAct) -> bool:
    """Whether whoever asked, and whoever agreed, may do that at this moment: an account that was let go does not."""
    accounts = [
        actors.account_of(each) for each in (act.asked_by, act.settled_by if act.needs_second else None) if each
    ]
    roles = [members.role_of(session, act.issuer_id, each) for each in accounts if each is not None]
    return all(role is not None and members.may(role, Capability.AWARD) for role in roles)


def forget_old(session: Session) -> None:
    """Delete drafts that nobody asked for in a day, and cancel what nobody agreed to in a week."""
    now = clock.now()
    old = select(BulkAct.id).where(BulkAct.state == BulkState.DRAFT, BulkAct.created_at < now - DRAFTS_KEPT)
    ids = session.scalars(old).all()
    session.execute(delete(BulkActAward).where(BulkActAward.act_id.in_(ids)))
    session.execute(delete(BulkAct).where(BulkAct.id.in_(ids)))
    waiting = select(BulkAct).where(BulkAct.state == BulkState.UNCONFIRMED, BulkAct.asked_at < now - UNCONFIRMED_KEPT)
    for act in session.scalars(waiting).all():
        cancel(session, act, actor="worker")


def forget_reasons(session: Session, erased_awards: Sequence[str]) -> None:
    """Empty the reasons of acts that are over and were about these awards: they may name whoever was erased."""
    about = select(BulkActAward.act_id).where(BulkActAward.award_id.in_(erased_awards))
    over = BulkAct.state.in_([BulkState.DONE, BulkState.CANCELLED])
    session.execute(update(BulkAct).where(BulkAct.id.in_(about), over).values(reason=None))


def _asked_for_lately(session: Session, act: BulkAct) -> int:
    """How many awards the same member asked to take away within a day, without anybody else agreeing to it."""
    query = select(func.coalesce(func.sum(BulkAct.count), 0)).where(
        BulkAct.issuer_id == act.issuer_id,
        BulkAct.asked_by == act.asked_by,
        BulkAct.asked_at > clock.now() - COUNTED_FOR,
        BulkAct.state.in_([BulkState.PENDING, BulkState.DONE]),
        BulkAct.kind != BulkKind.REINSTATE,
        ~BulkAct.needs_second,
        BulkAct.id != act.id,
    )
    return int(session.scalar(query) or 0)


def _set_due(act: BulkAct, undo_minutes: int) -> None:
    act.state, act.due_at = BulkState.PENDING, clock.now() + timedelta(minutes=undo_minutes)


def _lock(session: Session, act: BulkAct, *states: BulkState) -> None:
    session.refresh(act, with_for_update=True)
    if act.state not in states:
        raise WrongState("Somebody was quicker: this act stands otherwise by now", state=act.state)


def _record(session: Session, act: BulkAct, what: str, actor: str) -> None:
    facts = {"kind": act.kind, "count": act.count, "done": act.done_count}
    audit.record(session, act.issuer_id, actor=actor, action=f"bulk.{what}", object_id=act.id, **facts)
    session.flush()
