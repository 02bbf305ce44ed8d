"""Who began to work for an organisation when, and who left when: a list that staff hand in, for reports of groups.

Nothing here says who somebody is: a person is a keyed hash of the address, and the learner's id where there is one.
The newest list takes the place of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ForeignKey, Index, String, delete, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import InvalidInput, TooLarge
from app.issuing import audit, issuers, learners
from app.issuing.issuers import Issuer
from app.issuing.learners import LearnerEmail
from app.issuing.office import Office
from app.lms.csv import text_file, workbook
from app.lms.csv.cells import Cell, Formula, is_empty, text_of
from app.lms.csv.settings import CsvSettings

MOST_ROWS = 50_000
_AT_ONCE = 500
_HEADINGS = {
    "person": {"e-mail", "email", "mail", "e-mail address", "email address", "correo", "correo electrónico"},
    "started": {"started", "start", "start date", "hired", "hire date", "inicio", "fecha de inicio"},
    "left": {"left", "end", "end date", "leaving date", "fin", "fecha de fin", "baja"},
}


class Employment(Base):
    """One stay of somebody. `left_on` is the first day on which they did not work here; None = they still do."""

    __tablename__ = "employments"
    __table_args__ = (Index("ix_employments_issuer_id", "issuer_id", "started_on"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    person: Mapped[str] = mapped_column(String(64), index=True)
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("learners.id"), index=True)
    started_on: Mapped[date]
    left_on: Mapped[date | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """How many stays a list had, and of how many people who are learners here."""

    stays: int
    known: int


@dataclass(frozen=True, slots=True)
class Stay:
    """One row of a list: a normalised address, the first day, and the first day after; None = they still work here."""

    address: str
    started_on: date
    left_on: date | None


def read(data: bytes) -> list[Stay]:
    """The stays of a list: CSV or .xlsx with the headings e-mail, started and left. Slow for a large workbook.

    Raises InvalidInput, naming the row, and TooLarge.
    """
    return list(_rows(data))


def take(session: Session, office: Office, issuer: Issuer, stays: Sequence[Stay], *, actor: str) -> Taken:
    """Put a list in the place of the one before."""
    issuers.take_turn(session, issuer.id)
    session.execute(delete(Employment).where(Employment.issuer_id == issuer.id))
    known = 0
    for first in range(0, len(stays), _AT_ONCE):
        part = stays[first : first + _AT_ONCE]
        found = _learners(session, issuer, [each.address for each in part])
        known += sum(each.address in found for each in part)
        values = [
            {
                "id": clock.new_id(),
                "issuer_id": issuer.id,
                "person": _mark(office, issuer.id, each.address),
                "learner_id": found.get(each.address),
                "started_on": each.started_on,
                "left_on": each.left_on,
            }
            for each in part
        ]
        session.execute(insert(Employment), values)
    audit.record(session, issuer.id, actor=actor, action="employments.taken", object_id=issuer.id, stays=len(stays))
    session.flush()
    return Taken(len(stays), known)


def forget(session: Session, issuer: Issuer, *, actor: str) -> None:
    """Forget the list."""
    session.execute(delete(Employment).where(Employment.issuer_id == issuer.id))
    audit.record(session, issuer.id, actor=actor, action="employments.forgotten", object_id=issuer.id)


def forget_people(session: Session, office: Office, issuer_id: str, learner_ids: Sequence[str]) -> None:
    """Forget the stays of people who are about to be erased; call it while their addresses are there.

    Whoever became a learner after the list was handed in is known in it by the mark of the address alone.
    """
    query = select(LearnerEmail.normalised).where(LearnerEmail.learner_id.in_(learner_ids))
    marks = [_mark(office, issuer_id, each) for each in session.scalars(query)]
    is_theirs = or_(Employment.learner_id.in_(learner_ids), Employment.person.in_(marks))
    session.execute(delete(Employment).where(Employment.issuer_id == issuer_id, is_theirs))


def counted(session: Session, issuer: Issuer) -> Taken:
    """What the list that is there holds."""
    query = select(func.count(), func.count(Employment.learner_id)).where(Employment.issuer_id == issuer.id)
    stays, known = session.execute(query).one()
    return Taken(stays, known)


def _mark(office: Office, issuer_id: str, address: str) -> str:
    return office.sealer.mark("employment", issuer_id, address)


def _learners(session: Session, issuer: Issuer, addresses: Sequence[str]) -> dict[str, str]:
    """Normalised address -> learner id, of those who are learners here."""
    query = select(LearnerEmail.normalised, LearnerEmail.learner_id).where(
        LearnerEmail.issuer_id == issuer.id, LearnerEmail.normalised.in_(addresses)
    )
    return {address: learner_id for address, learner_id in session.execute(query)}  # noqa: C416 - rows, not pairs


def _rows(data: bytes) -> Iterator[Stay]:
    is_book = data.startswith(workbook.MAGIC)
    source = workbook.read(data, None) if is_book else text_file.read(data, CsvSettings.read({}, []))
    rows = ((number, cells) for number, cells in source.rows() if not all(map(is_empty, cells)))
    _number, headings = next(rows, (0, ()))
    places = _places([_text(each) for each in headings])
    for count, (number, cells) in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise TooLarge("The list has more rows than are taken", limit_items=MOST_ROWS)
        said = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        address, started = learners.address_of(_text(said["person"])), _day(said["started"], number)
        if address is None or started is None:
            raise InvalidInput(f"Row {number} needs an e-mail address and a first day", pointer="/file", row=number)
        left = _day(said["left"], number)
        if left is not None and left < started:
            raise InvalidInput(f"Row {number} ends before it begins", pointer="/file", row=number)
        yield Stay(address, started, left)


def _places(headings: Sequence[str]) -> dict[str, int]:
    said = [each.strip().casefold() for each in headings]
    places = {name: next((n for n, each in enumerate(said) if each in known), -1) for name, known in _HEADINGS.items()}
    if -1 in places.values():
        raise InvalidInput("The list needs a first row with the headings e-mail, started and left", pointer="/file")
    return places


def _day(cell: Cell, number: int) -> date | None:
    text = _text(cell)[:10]
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        sentence = f"Row {number}: write days as 2026-07-01"
        raise InvalidInput(sentence, pointer="/file", row=number) from error


def _text(cell: Cell) -> str:
    return "" if isinstance(cell, Formula) else text_of(cell).strip()
