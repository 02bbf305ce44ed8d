"""Who began to work for an organisation when, and who left when: a list that staff hand in, for reports of groups.

Nothing here says who somebody is: a person is a keyed hash of the address, and the learner's id where there is one.
The newest list takes the place of the one before. What became of somebody's work (another role, a pay band and never
a sum) is kept of those alone who agreed to it, as the list says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, delete, false, func, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import InvalidInput, TooLarge
from app.issuing import audit, issuers, learners
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerEmail
from app.issuing.office import Office
from app.lms.csv import text_file, workbook
from app.lms.csv.cells import Cell, Formula, is_empty, text_of
from app.lms.csv.settings import CsvSettings

MOST_ROWS = 50_000
_AT_ONCE = 500
MOST_PAY_BAND = 30
_YES = {"yes", "y", "true", "1", "x", "sí", "si"}
_NO = {"", "no", "n", "false", "0"}
_HEADINGS = {
    "person": {"e-mail", "email", "mail", "e-mail address", "email address", "correo", "correo electrónico"},
    "started": {"started", "start", "start date", "hired", "hire date", "inicio", "fecha de inicio"},
    "left": {"left", "end", "end date", "leaving date", "fin", "fecha de fin", "baja"},
}
_HEADINGS_OF_OUTCOMES = {
    "agreed": {"agreed", "outcomes agreed", "de acuerdo"},
    "role_changed": {"role changed", "cambio de puesto"},
    "pay_band_first": {"pay band", "first pay band", "banda salarial"},
    "pay_band_after_year": {"pay band after a year", "banda salarial tras un año"},
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
    outcomes_agreed: Mapped[bool] = mapped_column(server_default=false())
    role_changed_on: Mapped[date | None]
    pay_band_first: Mapped[int | None]
    pay_band_after_year: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the work of somebody who agreed. None = no other role, or the list does not say the band.

    Bands are whole numbers from 1 to MOST_PAY_BAND, a higher one is more pay; the employer's table says what each is.
    """

    role_changed_on: date | None = None
    pay_band_first: int | None = None
    pay_band_after_year: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """How many stays a list had, and of how many people who are learners here."""

    stays: int
    known: int


@dataclass(frozen=True, slots=True)
class Stay:
    """One row of a list: a normalised address, the first day, and the first day after; None = they still work here.

    `outcomes` None = they did not agree that these are kept.
    """

    address: str
    started_on: date
    left_on: date | None
    outcomes: Outcomes | None = None


def read(data: bytes) -> list[Stay]:
    """The stays of a list: CSV or .xlsx with the headings e-mail, started and left. Slow for a large workbook.

    It may have those of outcomes, which are read in rows that say that the person agreed, and in no other. Raises
    InvalidInput, naming the row, and TooLarge.
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
                "outcomes_agreed": each.outcomes is not None,
                **asdict(each.outcomes or Outcomes()),
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
    session.execute(delete(Employment).where(_is_theirs(session, office, issuer_id, learner_ids)))


def of_learner(session: Session, office: Office, learner: Learner) -> Sequence[Employment]:
    """The stays that are kept of somebody, the first one first, also those known by the mark of an address alone."""
    query = select(Employment).where(_is_theirs(session, office, learner.issuer_id, [learner.id]))
    return session.scalars(query.order_by(Employment.started_on, Employment.id)).all()


def counted(session: Session, issuer: Issuer) -> Taken:
    """What the list that is there holds."""
    query = select(func.count(), func.count(Employment.learner_id)).where(Employment.issuer_id == issuer.id)
    stays, known = session.execute(query).one()
    return Taken(stays, known)


def _is_theirs(session: Session, office: Office, issuer_id: str, learner_ids: Sequence[str]) -> ColumnElement[bool]:
    query = select(LearnerEmail.normalised).where(LearnerEmail.learner_id.in_(learner_ids))
    marks = [_mark(office, issuer_id, each) for each in session.scalars(query)]
    is_theirs = or_(Employment.learner_id.in_(learner_ids), Employment.person.in_(marks))
    return and_(Employment.issuer_id == issuer_id, is_theirs)


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
        yield Stay(address, started, left, _outcomes(said, number))


def _outcomes(said: Mapping[str, Cell], number: int) -> Outcomes | None:
    agreed = _text(said.get("agreed")).casefold()
    if agreed not in _YES | _NO:
        raise InvalidInput(f"Row {number}: say under “agreed” yes or no", pointer="/file", row=number)
    if agreed in _NO:
        return None
    bands = (_pay_band(said.get(each), number) for each in ("pay_band_first", "pay_band_after_year"))
    return Outcomes(_day(said.get("role_changed"), number), *bands)


def _pay_band(cell: Cell, number: int) -> int | None:
    text = _text(cell).removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_PAY_BAND):
        sentence = f"Row {number}: a pay band is a number from 1 to {MOST_PAY_BAND}, never a sum of money"
        raise InvalidInput(sentence, pointer="/file", row=number)
    return int(text)


def _places(headings: Sequence[str]) -> dict[str, int]:
    said = [each.strip().casefold() for each in headings]
    places = {name: next((n for n, each in enumerate(said) if each in known), -1) for name, known in _HEADINGS.items()}
    if -1 in places.values():
        raise InvalidInput("The list needs a first row with the headings e-mail, started and left", pointer="/file")
    more = {
        name: next((n for n, each in enumerate(said) if each in known), -1)
        for name, known in _HEADINGS_OF_OUTCOMES.items()
    }
    return places | {name: place for name, place in more.items() if place != -1}


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
