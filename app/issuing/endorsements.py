"""Endorsements: what one of our issuers says of somebody else's badge, achievement or organisation, signed by it.

An endorsement is a document of its own, with an address and a place in its issuer's revocation list. Where it is about
something of another issuer of this service, that issuer decides whether its new badges carry it: nobody else's words
get into a badge, or onto a page, unasked.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import model, sign
from app.credentials.model import StatusPurpose
from app.db import Base, claim
from app.errors import AlreadyExists, AlreadyRevoked, Gone, InvalidInput, NotFound
from app.issuing import audit, issuers, pins, signing_keys, status_lists
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import KeyState, SigningKey

MOST_SHOWN = 10  # on one page
MOST_CHARACTERS_OF_ABOUT = 500
STANDING = "standing"
_ABOUT = re.compile(r"(?:https?://|did:|urn:)[!#-;=?-\[\]_a-z~]+")  # the letters of an absolute URI
# Awards attach endorsements and so import this file.
_awards = table("awards", *(column(name) for name in ("id", "issuer_id", "visibility", "state", "erased_at", "era")))


class Endorsement(Base):
    """One endorsement with its signed forms. Stored bytes; served as they are, never rebuilt.

    `about` is the id of the endorsed thing as signed documents have it, and `about_issuer_id` whose it is, None when
    it is nobody's of this service. `accepted_at`: since when that issuer's new badges carry it. `slot` is `standing`,
    or gives the place back, so that an issuer has one standing endorsement of a thing. Both forms are empty once the
    holder of the award that it is about is erased.
    """

    __tablename__ = "endorsements"
    __table_args__ = (UniqueConstraint("issuer_id", "about", "slot"), UniqueConstraint("list_id", "status_index"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    about: Mapped[str] = mapped_column(String(MOST_CHARACTERS_OF_ABOUT), index=True)
    about_issuer_id: Mapped[str | None] = mapped_column(ForeignKey("issuers.id"), index=True)
    slot: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(220))
    comment: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime | None]
    list_id: Mapped[str] = mapped_column(ForeignKey("status_lists.id"))
    status_index: Mapped[int]
    json: Mapped[bytes]
    jwt: Mapped[bytes]
    embedded_kid: Mapped[str] = mapped_column(ForeignKey("signing_keys.kid"))
    token_kid: Mapped[str] = mapped_column(ForeignKey("signing_keys.kid"))
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Statement:
    """What an issuer wants to say; `comment` is Markdown, `valid_until` None means until it is withdrawn.

    `valid_from` None means from now on; an earlier moment is for what was said before it was signed here.
    """

    about: str
    comment: str
    valid_until: datetime | None = None
    valid_from: datetime | None = None


def endorse(session: Session, office: Office, issuer: Issuer, said: Statement, *, actor: str) -> Endorsement:
    """Sign and store an endorsement in the issuer's name; both forms are verified before.

    Raises InvalidInput for a thing that is the issuer's own or no id at all, NotFound for an address of this service
    where nothing is to be seen, AlreadyExists while one stands, and what signing raises; nothing is stored then.
    """
    now = clock.now()
    about_issuer_id = whose(session, office, said.about)
    if about_issuer_id == issuer.id:
        raise InvalidInput("An issuer cannot endorse what is its own", pointer="/about")
    if said.valid_until is not None and said.valid_until <= now:
        raise InvalidInput("The endorsement would end before it begins", pointer="/valid_until")
    if said.valid_from is not None and said.valid_from > now:
        raise InvalidInput("The endorsement would begin later than now", pointer="/valid_from")
    issuers.take_turn(session, issuer.id)  # before the status list, as awards do
    made = _signed(session, office, issuer, said, now) | {"about_issuer_id": about_issuer_id}
    endorsement = claim(session, Endorsement, **made)
    if endorsement is None:
        raise AlreadyExists("This is endorsed already; withdraw that endorsement first", about=said.about)
    audit.record(session, issuer.id, actor=actor, action="endorsement.made", object_id=endorsement.id)
    return endorsement


def withdraw(session: Session, office: Office, endorsement: Endorsement, *, reason: str, actor: str) -> None:
    """Take the word back, for good. The status list says so at once, also of badges that carry it.

    Raises AlreadyRevoked.
    """
    issuers.take_turn(session, endorsement.issuer_id)
    session.refresh(endorsement, with_for_update=True)
    if endorsement.withdrawn_at is not None:
        raise AlreadyRevoked("This endorsement was withdrawn earlier", revoked_at=endorsement.withdrawn_at.isoformat())
    endorsement.withdrawn_at, endorsement.reason = clock.now(), reason
    endorsement.slot = f"ended:{endorsement.id}"
    session.flush()
    issuer = issuers.by_id(session, endorsement.issuer_id)
    status_lists.publish(session, office, issuer, endorsement.list_id)
    audit.record(session, issuer.id, actor=actor, action="endorsement.withdrawn", object_id=endorsement.id)


def accept(session: Session, issuer: Issuer, endorsement: Endorsement, *, accepted: bool, actor: str) -> None:
    """Have the issuer's new badges carry what was said of it or its things, or not (any more)."""
    session.refresh(endorsement, with_for_update=True)
    if (endorsement.accepted_at is not None) == accepted:
        return
    endorsement.accepted_at = clock.now() if accepted else None
    action = "endorsement.accepted" if accepted else "endorsement.declined"
    audit.record(session, issuer.id, actor=actor, action=action, object_id=endorsement.id)
    session.flush()


def by_id(session: Session, endorsement_id: str, *, issuer: Issuer | None = None) -> Endorsement:
    """The endorsement with this id, made by this issuer if one is named. Raises NotFound."""
    found = session.get(Endorsement, endorsement_id)
    if found is None or (issuer is not None and found.issuer_id != issuer.id):
        raise NotFound("There is no such endorsement")
    return found


def signed_by_id(session: Session, endorsement_id: str) -> Endorsement:
    """The endorsement with this id, with its signed forms. Raises NotFound, and Gone for one that was emptied."""
    found = by_id(session, endorsement_id)
    if not found.json:
        raise Gone("This endorsement was about a badge that was erased together with everything that said who held it")
    return found


def forget(session: Session, abouts: Collection[str]) -> None:
    """Empty what was said of awards whose holder is erased: the words may name the person."""
    query = update(Endorsement).where(Endorsement.about.in_(abouts))
    gone = query.values(json=b"", jwt=b"", comment="", reason=None)
    session.execute(gone.execution_options(synchronize_session=False))


def received_by_id(session: Session, endorsement_id: str, *, issuer: Issuer) -> Endorsement:
    """The endorsement with this id, if it is about this issuer or something of it. Raises NotFound."""
    found = session.get(Endorsement, endorsement_id)
    if found is None or found.about_issuer_id != issuer.id:
        raise NotFound("There is no such endorsement")
    return found


def standing_about(session: Session, issuer: Issuer, about: str) -> Endorsement | None:
    """What an issuer says of a thing at present; None = nothing."""
    query = select(Endorsement).where(Endorsement.issuer_id == issuer.id, Endorsement.about == about)
    return session.scalars(query.where(Endorsement.slot == STANDING)).one_or_none()


_ACCEPTED = (
    select(Endorsement, Issuer)
    .join(SigningKey, SigningKey.kid == Endorsement.embedded_kid)
    .join(Issuer, Issuer.id == Endorsement.issuer_id)
    .where(
        Endorsement.about.in_(bindparam("abouts", expanding=True)),
        Endorsement.accepted_at.is_not(None),
        Endorsement.json != b"",
        Endorsement.withdrawn_at.is_(None),
        or_(Endorsement.valid_until.is_(None), Endorsement.valid_until > bindparam("now")),
        SigningKey.state != KeyState.REVOKED,
    )
    .order_by(Endorsement.created_at.desc(), Endorsement.id)
    .limit(bindparam("at_most", type_=Integer))
)


def accepted(session: Session, abouts: Collection[str], *, at_most: int) -> list[tuple[Endorsement, Issuer]]:
    """What stands of things with these ids and was accepted by whose they are, with who said it; the newest first."""
    asked = {"abouts": list(abouts), "now": clock.now(), "at_most": at_most}
    return [(said, by) for said, by in session.execute(_ACCEPTED, asked)]


def count_unseen(session: Session, issuer_id: str) -> int:
    """How many stand of an issuer and its things and were not accepted."""
    waiting = Endorsement.accepted_at.is_(None), Endorsement.withdrawn_at.is_(None), Endorsement.json != b""
    query = select(func.count()).select_from(Endorsement).where(Endorsement.about_issuer_id == issuer_id, *waiting)
    return session.scalar(query) or 0


def shown(session: Session, abouts: Collection[str]) -> list[Endorsement]:
    """What a page shows of things with these ids: all that their issuer accepted, also what ended or was withdrawn.

    The newest MOST_SHOWN, the newest first.
    """
    query = (
        select(Endorsement)
        .where(Endorsement.about.in_(abouts), Endorsement.accepted_at.is_not(None), Endorsement.json != b"")
        .order_by(Endorsement.created_at.desc(), Endorsement.id)
        .limit(MOST_SHOWN)
    )
    return list(session.scalars(query))


def _signed(session: Session, office: Office, issuer: Issuer, said: Statement, now: datetime) -> dict[str, Any]:
    """The columns of an endorsement that is signed now."""
    purpose = StatusPurpose.REVOCATION
    status_list, index = status_lists.reserve_without_award(session, office, issuer, purpose)
    endorsement_id, name = clock.new_id(), f"Endorsement by {issuer.name}"
    facts = model.Endorsement(
        id=office.addresses.endorsement(endorsement_id),
        issuer=issuers.facts(office, issuer),
        name=name,
        about=said.about,
        comment=said.comment,
        valid_from=said.valid_from or now,
        valid_until=said.valid_until,
        pin=pins.pin_of(session, office, said.about),
        status=model.StatusEntry(office.addresses.status_list(status_list.id), index, purpose),
    )
    pair = signing_keys.active(session, office, issuer)
    signed = sign.sign(sign.prepare_endorsement(facts), embedded=pair.embedded, token=pair.token, created=now)
    return {
        "id": endorsement_id,
        "issuer_id": issuer.id,
        "about": said.about,
        "slot": STANDING,
        "name": name,
        "comment": said.comment,
        "valid_until": said.valid_until,
        "list_id": status_list.id,
        "status_index": index,
        "json": signed.json,
        "jwt": signed.jwt,
        "embedded_kid": pair.embedded.kid,
        "token_kid": pair.token.kid,
        "created_at": now,
    }


def whose(session: Session, office: Office, about: str) -> str | None:
    """The id of the issuer of this service whose thing it is; None when it is somebody's elsewhere.

    Raises InvalidInput for what is no id, also for the address that a thing has since a move: signed documents go on
    naming it as it was. NotFound for an address of this service where there is nothing to endorse.
    """
    if len(about) > MOST_CHARACTERS_OF_ABOUT or not _ABOUT.fullmatch(about):
        raise InvalidInput("Name what you endorse by its id: a web address or a DID", pointer="/about")
    addresses, today = office.addresses, office.renamed(about)
    whose_id, its_id = None, about
    if today.startswith(addresses.did("")):
        whose_id = session.scalar(select(Issuer.id).where(Issuer.slug == today.removeprefix(addresses.did(""))))
    elif (version := pins.version_at(session, office, about)) is not None:
        whose_id = session.get_one(Achievement, version.achievement_id).issuer_id
        its_id = office.at(version.era).addresses.achievement_version(version.achievement_id, version.number)
    elif today.startswith(addresses.badge("")):
        seen = _awards.c.visibility != "private", _awards.c.state != "pending", _awards.c.erased_at.is_(None)
        query = select(_awards).where(_awards.c.id == today.removeprefix(addresses.badge("")), *seen)
        if (award := session.execute(query).one_or_none()) is not None:
            whose_id, its_id = award.issuer_id, office.at(award.era).addresses.badge(award.id)
    elif not today.startswith(f"{addresses.base_url}/"):
        return None
    if whose_id is None:
        raise NotFound("There is nothing to endorse here: name a badge, a version of an achievement or an issuer's DID")
    if its_id != about:
        raise InvalidInput(f"Signed documents name this {its_id}; endorse it by that name", pointer="/about")
    return whose_id
