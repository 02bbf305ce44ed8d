"""Requests for an endorsement: of an achievement's version, of the issuer, or of one award, and what became of them.

An issuer of this service finds it among its staff pages and signs there. An organisation elsewhere gets a link by
mail, which works once, ends, and is kept as SHA-256 only; looking at it changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets as random_secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, literal, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import model
from app.credentials.endorsement import endorsement_document
from app.credentials.identity import clean_email, normalise_email
from app.db import Base, claim
from app.errors import AlreadyDecided, AlreadyExists, Gone, InvalidInput, NotFound
from app.issuing import audit, endorsement_letters, endorsements, issuers, pins, received_endorsements
from app.issuing.endorsement_letters import Letter
from app.issuing.endorsements import Endorsement, Statement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.received_endorsements import Judged, ReceivedEndorsement

DAYS = 60
MOST_DAYS = 180
DAYS_OF_A_TERM = 3 * 365  # what the document to endorse suggests
MOST_OPEN = 50  # of one issuer: whoever may ask cannot fill the mailboxes of strangers
MOST_ASKED_OF_ONE = 3  # open requests of one issuer to one address elsewhere
WORDS_KEPT = timedelta(days=90)  # of a request that is over, and whom outside it went to
OPEN = "open"
NOTHING_HERE = "There is no such request; ask whoever sent it to you for a new one"


class RequestState(StrEnum):
    """What became of a request. *Expired* is computed from its end, never stored."""

    REQUESTED = "requested"
    SIGNED = "signed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class EndorsementRequest(Base):
    """One request. `about` is the id of the thing as signed documents have it, `label` what people call it.

    `sha256` is the digest of the version that is meant, None for an issuer or an award. Either `endorser_id` names an
    issuer of this service, or `recipient_email` whoever has the link. `slot` is `open`, or gives the place back, so
    that nobody is asked the same thing twice at once.
    """

    __tablename__ = "endorsement_requests"
    __table_args__ = (UniqueConstraint("issuer_id", "about", "recipient", "slot"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    about: Mapped[str] = mapped_column(String(500))
    label: Mapped[str] = mapped_column(String(220))
    sha256: Mapped[str | None] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(String(320))
    endorser_id: Mapped[str | None] = mapped_column(ForeignKey("issuers.id"), index=True)
    recipient_name: Mapped[str] = mapped_column(String(200))
    recipient_email: Mapped[str | None] = mapped_column(String(320))
    message: Mapped[str] = mapped_column(Text)
    slot: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    endorsement_id: Mapped[str | None] = mapped_column(ForeignKey("endorsements.id"))
    received_id: Mapped[str | None] = mapped_column(ForeignKey("received_endorsements.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whom: either `endorser`, an issuer of this service, or a name with an address elsewhere."""

    about: str
    message: str
    endorser: Issuer | None = None
    name: str = ""
    email: str = ""
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request with the address of its page for whoever is elsewhere, which is told once; None for an issuer here."""

    request: EndorsementRequest
    url: str | None


def ask(session: Session, office: Office, issuer: Issuer, asked: Asked, *, actor: str) -> NewRequest:
    """Ask for an endorsement, and send the mail.

    Raises InvalidInput for what is not the issuer's own, for nobody to ask and for too many open requests,
    AlreadyExists while the same is asked of the same.
    """
    if not 1 <= asked.days <= MOST_DAYS:
        raise InvalidInput(f"A request is open for 1 to {MOST_DAYS} days", pointer="/days")
    if endorsements.whose(session, office, asked.about) != issuer.id:
        raise InvalidInput("Ask for your own achievements, your awards or yourself only", pointer="/about")
    if asked.endorser is not None and asked.endorser.id == issuer.id:
        raise InvalidInput("An issuer cannot endorse what is its own", pointer="/to")
    recipient = asked.endorser.id if asked.endorser is not None else _address(asked)
    issuers.take_turn(session, issuer.id)
    now = clock.now()
    _give_back_ended(session, issuer, now)
    _refuse_too_many(session, issuer, asked, recipient, now)
    token = None if asked.endorser is not None else random_secrets.token_urlsafe(32)
    thing = _thing(session, office, issuer, asked.about)
    request = claim(session, EndorsementRequest, **_columns(issuer, asked, recipient, token, now), **thing)
    if request is None:
        raise AlreadyExists("This is asked of them already; withdraw that request first", about=asked.about)
    audit.record(session, issuer.id, actor=actor, action="endorsement-request.made", object_id=request.id)
    url = None if token is None else office.addresses.asked_endorsement(token)
    letter = Letter(request.id, issuer, request.label, asked.message, request.expires_at)
    if asked.endorser is not None:
        endorsement_letters.to_members(session, office, asked.endorser, letter)
    elif url is not None:
        endorsement_letters.to_elsewhere(session, office, letter, email=asked.email, url=url)
    return NewRequest(request, url)


def withdraw(session: Session, request: EndorsementRequest, *, actor: str) -> None:
    """Ask no more. Raises AlreadyDecided when it was answered, withdrawn or has expired."""
    _end(session, request, RequestState.WITHDRAWN)
    audit.record(session, request.issuer_id, actor=actor, action="endorsement-request.withdrawn", object_id=request.id)


def decline(session: Session, request: EndorsementRequest, *, reason: str, actor: str) -> None:
    """Say no, with a reason for who asked. Raises as `withdraw` does. Both sides have an entry when both are here."""
    _end(session, request, RequestState.DECLINED)
    request.reason = reason
    if request.endorser_id is not None:
        audit.record(
            session, request.endorser_id, actor=actor, action="endorsement-request.declined", object_id=request.id
        )
    _record_answer(session, request, "endorsement-request.declined")


def sign(
    session: Session, office: Office, endorser: Issuer, request: EndorsementRequest, said: Statement, *, actor: str
) -> Endorsement:
    """Endorse what was asked, with the endorser's own key. Raises as `withdraw` and `endorsements.endorse` do."""
    for issuer_id in sorted({request.issuer_id, endorser.id}):  # two that ask each other must not wait for each other
        issuers.take_turn(session, issuer_id)
    _end(session, request, RequestState.SIGNED)
    made = endorsements.endorse(session, office, endorser, said, actor=actor)
    request.endorsement_id = made.id
    _record_answer(session, request, "endorsement-request.signed")
    return made


def hand_in(session: Session, office: Office, request: EndorsementRequest, judged: Judged) -> ReceivedEndorsement:
    """Take what was signed elsewhere as the answer. Raises as `withdraw` and `received_endorsements.take` do."""
    _end(session, request, RequestState.SIGNED)
    issuer = issuers.by_id(session, request.issuer_id)
    received = received_endorsements.take(session, office, issuer, request.about, judged, actor=_answerer(request))
    request.received_id = received.id
    _record_answer(session, request, "endorsement-request.signed")
    return received


def forget(session: Session, abouts: Collection[str]) -> None:
    """End requests about awards whose holder is erased, and empty their words, which may name the person."""
    query = select(EndorsementRequest).where(EndorsementRequest.about.in_(abouts)).with_for_update()
    for each in session.scalars(query):
        each.message, each.reason = "", None
        if each.state == RequestState.REQUESTED:
            each.state, each.slot, each.ended_at = RequestState.WITHDRAWN, f"ended:{each.id}", clock.now()
    session.flush()


def forget_old(session: Session) -> None:
    """Empty the words of requests that were over long enough ago, and whom outside they went to; the rest stays."""
    before = clock.now() - WORDS_KEPT
    is_over = or_(EndorsementRequest.ended_at < before, EndorsementRequest.expires_at < before)
    has_words = or_(EndorsementRequest.message != "", EndorsementRequest.reason.is_not(None))
    session.execute(update(EndorsementRequest).where(is_over, has_words).values(message="", reason=None))
    gone = {"recipient": "", "recipient_name": "", "recipient_email": None}
    slot = literal("ended:") + EndorsementRequest.id  # its own: no two may have the same place
    outside = EndorsementRequest.endorser_id.is_(None), EndorsementRequest.recipient != ""
    session.execute(update(EndorsementRequest).where(is_over, *outside).values(slot=slot, **gone))


def state_of(request: EndorsementRequest, *, now: datetime) -> RequestState:
    """What became of it by now."""
    if request.state == RequestState.REQUESTED and request.expires_at <= now:
        return RequestState.EXPIRED
    return RequestState(request.state)


def by_id(session: Session, request_id: str, *, issuer: Issuer) -> EndorsementRequest:
    """The issuer's own request with this id. Raises NotFound."""
    found = session.get(EndorsementRequest, request_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such request")
    return found


def asked_by_id(session: Session, request_id: str, *, endorser: Issuer) -> EndorsementRequest:
    """The request with this id, if this issuer is asked. Raises NotFound."""
    found = session.get(EndorsementRequest, request_id)
    if found is None or found.endorser_id != endorser.id:
        raise NotFound("There is no such request")
    return found


def by_token(session: Session, token: str) -> EndorsementRequest:
    """The open request of this link. Raises NotFound, and Gone for one that is over."""
    query = select(EndorsementRequest).where(EndorsementRequest.token_sha256 == _digest(token))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(NOTHING_HERE)
    match state_of(found, now=clock.now()):
        case RequestState.REQUESTED:
            return found
        case RequestState.SIGNED:
            raise Gone("This was endorsed already, with thanks; the link works once")
        case RequestState.DECLINED:
            raise Gone("This request was declined; whoever asked may send a new one")
        case RequestState.WITHDRAWN:
            raise Gone("Whoever asked has withdrawn this request")
        case RequestState.EXPIRED:
            raise Gone("This request has ended; ask whoever sent it to you for a new one")


def document_to_endorse(session: Session, office: Office, request: EndorsementRequest) -> dict[str, Any]:
    """The EndorsementCredential that is asked for, unsigned: the endorser puts in who it is, and its own words."""
    now = clock.now()
    asked = model.Endorsement(
        id=clock.new_urn(),
        issuer=model.Issuer("https://your-organisation.example", request.recipient_name),
        name=f"Endorsement by {request.recipient_name}",
        about=request.about,
        comment=f"We endorse {request.label}.",
        valid_from=now,
        valid_until=now + timedelta(days=DAYS_OF_A_TERM),
        pin=pins.pin_of(session, office, request.about),
    )
    return endorsement_document(asked)


def made_by(session: Session, issuer_id: str) -> list[EndorsementRequest]:
    """The issuer's own requests, the newest first."""
    query = select(EndorsementRequest).where(EndorsementRequest.issuer_id == issuer_id)
    return list(session.scalars(query.order_by(EndorsementRequest.created_at.desc(), EndorsementRequest.id)))


def asked_of(session: Session, issuer_id: str) -> list[EndorsementRequest]:
    """What the issuer is asked, the newest first."""
    query = select(EndorsementRequest).where(EndorsementRequest.endorser_id == issuer_id)
    return list(session.scalars(query.order_by(EndorsementRequest.created_at.desc(), EndorsementRequest.id)))


def count_waiting(session: Session, issuer_id: str) -> int:
    """How many open requests wait for the issuer's answer."""
    query = select(func.count()).select_from(EndorsementRequest)
    waiting = EndorsementRequest.state == RequestState.REQUESTED, EndorsementRequest.expires_at > clock.now()
    return session.scalar(query.where(EndorsementRequest.endorser_id == issuer_id, *waiting)) or 0


def _thing(session: Session, office: Office, issuer: Issuer, about: str) -> dict[str, str | None]:
    """What is asked about, as it stands now."""
    pin = pins.pin_of(session, office, about)
    label = endorsement_letters.label_of(session, office, issuer, about)
    return {"about": about, "label": label, "sha256": None if pin is None else pins.hex_of(pin)}


def _columns(issuer: Issuer, asked: Asked, recipient: str, token: str | None, now: datetime) -> dict[str, Any]:
    to = asked.endorser
    return {
        "id": clock.new_id(),
        "issuer_id": issuer.id,
        "recipient": recipient,
        "endorser_id": None if to is None else to.id,
        "recipient_name": asked.name if to is None else to.name,
        "recipient_email": clean_email(asked.email) if to is None else None,
        "message": asked.message,
        "slot": OPEN,
        "state": RequestState.REQUESTED,
        "token_sha256": None if token is None else _digest(token),
        "created_at": now,
        "expires_at": now + timedelta(days=asked.days),
    }


def _address(asked: Asked) -> str:
    if not asked.name.strip():
        raise InvalidInput("Say which organisation you ask", pointer="/name")
    try:
        return normalise_email(asked.email)
    except InvalidInput as error:
        raise InvalidInput("Say whom to ask: an issuer here, or an e-mail address", pointer="/email") from error


def _refuse_too_many(session: Session, issuer: Issuer, asked: Asked, recipient: str, now: datetime) -> None:
    """Those that were withdrawn today count as well: each sent a mail."""
    query = select(EndorsementRequest.recipient).where(
        EndorsementRequest.issuer_id == issuer.id,
        or_(EndorsementRequest.slot == OPEN, EndorsementRequest.created_at > now - timedelta(days=1)),
    )
    held = list(session.scalars(query))
    if len(held) >= MOST_OPEN:
        raise InvalidInput(f"At most {MOST_OPEN} requests are open, or made in a day; withdraw one, or wait")
    if asked.endorser is None and held.count(recipient) >= MOST_ASKED_OF_ONE:
        raise InvalidInput(
            f"At most {MOST_ASKED_OF_ONE} requests to one address are open, or made in a day; wait for an answer",
            pointer="/email",
        )


def _give_back_ended(session: Session, issuer: Issuer, now: datetime) -> None:
    """Free the places of requests whose time is over."""
    query = select(EndorsementRequest).where(
        EndorsementRequest.issuer_id == issuer.id, EndorsementRequest.slot == OPEN, EndorsementRequest.expires_at <= now
    )
    for ended in session.scalars(query):
        ended.slot = f"ended:{ended.id}"
    session.flush()


def _end(session: Session, request: EndorsementRequest, state: RequestState) -> None:
    issuers.take_turn(session, request.issuer_id)
    session.refresh(request, with_for_update=True)
    now = clock.now()
    found = state_of(request, now=now)
    if found is not RequestState.REQUESTED:
        raise AlreadyDecided(f"This request is over: it is {found}", state=found.value)
    request.state, request.slot, request.ended_at = state, f"ended:{request.id}", now
    session.flush()


def _record_answer(session: Session, request: EndorsementRequest, action: str) -> None:
    """The entry of who asked. Whoever answered is not of that tenant: its log names the request, and no account."""
    audit.record(session, request.issuer_id, actor=_answerer(request), action=action, object_id=request.id)
    session.flush()


def _answerer(request: EndorsementRequest) -> str:
    return f"request:{request.id}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
