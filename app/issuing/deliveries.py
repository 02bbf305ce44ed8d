"""The table of deliveries, and how each of them stands for the people who look after a source.

A delivery's `state` is the machine's: does it wait, was it worked through. Its `standing` is for people: the most
urgent thing that came of its items, kept in the row so that thousands can be searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    column,
    or_,
    select,
    table,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, UTCDateTime


class DeliveryState(StrEnum):
    """What is known of a delivery.

    `received`: waits for the worker; `replaying`: waits for it once more; `processed`: has its answer; `unreadable`:
    kept, for a person to look at.
    """

    RECEIVED = "received"
    REPLAYING = "replaying"
    PROCESSED = "processed"
    UNREADABLE = "unreadable"


WAITING = (DeliveryState.RECEIVED, DeliveryState.REPLAYING)


class Standing(StrEnum):
    """How a delivery stands, most urgent first: the first that holds for any of its items is the delivery's.

    `failed`: an error of ours, tried again by the worker or by a replay; `unparseable`: an item that cannot be read;
    `needs-review`, `unknown-person`, `unmapped`: an item that waits for a member of staff; `waiting`: for the worker;
    `processed`: decided; `duplicate`: it said only what an earlier one had said; `test` and `ignored`: nothing to do.
    """

    FAILED = "failed"
    UNPARSEABLE = "unparseable"
    NEEDS_REVIEW = "needs-review"
    UNKNOWN_PERSON = "unknown-person"
    UNMAPPED = "unmapped"
    WAITING = "waiting"
    PROCESSED = "processed"
    DUPLICATE = "duplicate"
    TEST = "test"
    IGNORED = "ignored"


OF_IMPORT = "import"
"""The method of a delivery that is an uploaded file: a member of staff or a key of the issuer handed it in."""

_URGENCY = {standing: place for place, standing in enumerate(Standing)}
_OF_REASON = {"unknown-person": Standing.UNKNOWN_PERSON, "unmapped-activity": Standing.UNMAPPED}
_OURS = frozenset(
    {
        "no-signing-key",
        "key-unavailable",
        "lint-failed",
        "self-verification-failed",
        "status-list-full",
        "status-list-regression",
        "busy",
    }
)
_OF_OUTCOME = {
    "failed": Standing.FAILED,
    "unreadable": Standing.UNPARSEABLE,
    "test": Standing.TEST,
    "ignored": Standing.IGNORED,
    "erased": Standing.IGNORED,
}


class Delivery(Base):
    """One authenticated request. `body` is what came, `payload` what was authenticated (a token's claims).

    Both are sealed (`is_sealed`; rows of older versions are not), a payload that is the body is not stored twice, and
    both are empty once `raw_forgotten_at` says so. `forget_raw`: to be emptied as soon as the delivery has its answer.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source_id", "delivery_key"),
        Index("ix_deliveries_due", "state", "next_attempt_at"),
        Index("ix_deliveries_issuer_id", "issuer_id", "received_at", "id"),
        Index("ix_deliveries_standing", "issuer_id", "standing", "received_at", "id"),
        Index("ix_deliveries_raw", "source_id", "raw_forgotten_at", "received_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    delivery_key: Mapped[str] = mapped_column(String(255))
    body_sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(40))
    key_id: Mapped[str] = mapped_column(String(80))
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(deferred=True)
    payload: Mapped[bytes] = mapped_column(deferred=True)
    is_sealed: Mapped[bool] = mapped_column(default=False)
    raw_forgotten_at: Mapped[datetime | None]
    forget_raw: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    standing: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[dict[str, Any]]
    repeat_count: Mapped[int] = mapped_column(default=0)
    conflict_count: Mapped[int] = mapped_column(default=0)
    last_repeat_at: Mapped[datetime | None]

    @property
    def is_decided_from_facts(self) -> bool:
        """Whether its bytes are not read any more: they were forgotten, or are a file, whose rows an import reads."""
        return self.raw_forgotten_at is not None or self.method == OF_IMPORT


# The tables of `imports` and `completions`, which are built on this file.
_imports = table("imports", column("delivery_id"), column("state"), column("created_at", UTCDateTime()))
_FILE_IS_READ = ("checking", "running")
_FILE_IS_ASKED_ABOUT = ("unclear", "checked")
WAITS_FOR_PEOPLE = timedelta(days=30)
"""How long a file is kept for somebody to answer or confirm, though it should be forgotten."""
_completions = table("completions", column("delivery_id"), column("state"), column("reason"))


def standing_of(items: Iterable[Mapping[str, Any]]) -> Standing:
    """How a delivery stands by what came of its items; one without items is `ignored`."""
    found = {_of_item(item) for item in items}
    return min(found, key=_URGENCY.__getitem__, default=Standing.IGNORED)


def needs_raw() -> ColumnElement[bool]:
    """Whether a delivery is still to be read: it waits for the worker, or is the file of an import that goes on."""
    is_asked_about = and_(
        _imports.c.state.in_(_FILE_IS_ASKED_ABOUT), _imports.c.created_at > clock.now() - WAITS_FOR_PEOPLE
    )
    files = select(_imports.c.delivery_id).where(or_(_imports.c.state.in_(_FILE_IS_READ), is_asked_about))
    return or_(Delivery.state.in_(WAITING), and_(Delivery.method == OF_IMPORT, Delivery.id.in_(files)))


def settle(session: Session, delivery: Delivery) -> Standing:
    """Find anew how a delivery stands, after completions of it were decided outside of it. Returns the standing."""
    if delivery.state == DeliveryState.RECEIVED:
        return Standing(delivery.standing)
    session.flush()
    query = select(_completions.c.state, _completions.c.reason).where(_completions.c.delivery_id == delivery.id)
    own = [{"outcome": row.state, "reason": row.reason} for row in session.execute(query.distinct())]
    others = [item for item in delivery.answer.get("items", []) if "completion" not in item or item.get("repeated")]
    delivery.standing = standing_of([*own, *others])
    return Standing(delivery.standing)


def settle_by_id(session: Session, delivery_ids: Iterable[str]) -> None:
    """`settle`, for each of these deliveries."""
    for delivery_id in sorted(set(delivery_ids)):
        settle(session, session.get_one(Delivery, delivery_id))


def _of_item(item: Mapping[str, Any]) -> Standing:
    outcome, reason = str(item["outcome"]), str(item.get("reason", ""))
    if item.get("repeated"):
        return Standing.DUPLICATE
    if outcome == "parked":
        return Standing.FAILED if reason in _OURS else _OF_REASON.get(reason, Standing.NEEDS_REVIEW)
    if reason == "test-user":
        return Standing.TEST
    return _OF_OUTCOME.get(outcome, Standing.PROCESSED)
