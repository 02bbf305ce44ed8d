"""Status lists: one signed Bitstring Status List per issuer, purpose and number.

An index is reserved for one award or endorsement, for ever. A published list is rebuilt from rows, never edited, so
that no two changes can undo each other; it is signed in the transaction of the change and served as stored. Of several
lists of one purpose the oldest with room is used; the worker opens the next before the last is full.
"""

from __future__ import annotations

import secrets as random_secrets
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    bindparam,
    column,
    func,
    select,
    table,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from app import clock
from app.credentials import bitstring, sign, strict_json
from app.credentials.model import StatusEntry as SignedEntry
from app.credentials.model import StatusListFacts, StatusPurpose
from app.db import Base, claim
from app.errors import NotFound, StatusListFull, StatusListRegression
from app.issuing import issuers, signing_keys
from app.issuing.issuers import Issuer
from app.issuing.office import Office

_endorsements = table("endorsements", *(column(name) for name in ("list_id", "status_index", "withdrawn_at")))
_listed = table("listed_credentials", *(column(name) for name in ("list_id", "index", "withdrawn_at")))
TTL_MILLISECONDS = 60_000  # stated inside the list; our own doors always revalidate
NEARLY_FULL = 8  # the next list is opened when less than one in so many places is left


class StatusList(Base):
    """`next_counter` counts reservations; the index is a keyed permutation of it. `json` and `jwt` are published.

    A list keeps the address and the issuer's DID of its era, as the badges that point at it do.
    """

    __tablename__ = "status_lists"
    __table_args__ = (UniqueConstraint("issuer_id", "purpose", "number"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    era: Mapped[int] = mapped_column(default=1, server_default="1")
    size_bits: Mapped[int]
    next_counter: Mapped[int] = mapped_column(default=0)
    permutation_key: Mapped[bytes]
    revision: Mapped[int] = mapped_column(default=0)
    json: Mapped[bytes | None]
    jwt: Mapped[bytes | None]
    published_at: Mapped[datetime | None]


class StatusEntry(Base):
    """One reserved index. The primary key is the net under the permutation: no index is ever given twice (I3)."""

    __tablename__ = "status_entries"
    __table_args__ = (
        UniqueConstraint("award_id", "purpose"),
        # A list is published from the entries that are set; without this, every entry of a long list would be read.
        Index(
            "ix_status_entries_set",
            "list_id",
            "index",
            sqlite_where=text("is_set = 1"),
            postgresql_where=text("is_set"),
        ),
    )

    list_id: Mapped[str] = mapped_column(ForeignKey("status_lists.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    is_set: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime | None]


def open_lists(session: Session, office: Office, issuer: Issuer) -> None:
    """See that the issuer has a published list with room of each purpose, before anything points at one."""
    for purpose in StatusPurpose:
        _with_room(session, office, issuer, purpose)


def nearly_full(session: Session, office: Office) -> list[tuple[str, str]]:
    """Of whom (issuer id) the lists of which purpose have little room left, all of this era taken together."""
    query = (
        select(StatusList.issuer_id, StatusList.purpose)
        .where(StatusList.era == office.era)
        .group_by(StatusList.issuer_id, StatusList.purpose)
        .having(func.sum(StatusList.size_bits - StatusList.next_counter) * NEARLY_FULL < func.max(StatusList.size_bits))
        .order_by(StatusList.issuer_id, StatusList.purpose)
    )
    return [(issuer_id, purpose) for issuer_id, purpose in session.execute(query)]


def open_next(session: Session, office: Office, issuer: Issuer) -> list[StatusList]:
    """Open and publish the next list of each purpose that has little room left; those that were opened, often none.

    Who takes the last index of a list then finds the next one ready. Raises NoSigningKey, KeyUnavailable.
    """
    issuers.take_turn(session, issuer.id)  # else a list could appear that a key signed which is compromised by now
    due = [purpose for issuer_id, purpose in nearly_full(session, office) if issuer_id == issuer.id]
    opened = [_open(session, office, issuer, StatusPurpose(purpose)) for purpose in due]
    return [each for each in opened if each is not None]


def reserve_for(session: Session, office: Office, issuer: Issuer, award_id: str) -> tuple[SignedEntry, ...]:
    """An entry of each purpose for one award, as they go into its credential."""
    oldest = _oldest_with_room(session, office, issuer)
    places = {}
    for purpose in StatusPurpose:  # one after the other: two that lock both lists do it in the same order
        try:
            places[purpose] = (oldest[purpose], reserve(session, oldest[purpose]))
        except (KeyError, StatusListFull):  # there is none, or others took its last indexes since we looked
            places[purpose] = reserve_without_award(session, office, issuer, purpose)
    entries = [
        StatusEntry(list_id=listed.id, index=index, award_id=award_id, purpose=purpose, is_set=False)
        for purpose, (listed, index) in places.items()
    ]
    session.add_all(entries)
    return tuple(_signed(office, entry) for entry in entries)


def entries_of(session: Session, office: Office, award_id: str) -> tuple[SignedEntry, ...]:
    """The award's entries, for a re-issue under the same id."""
    query = (
        select(StatusEntry, StatusList.era)
        .join(StatusList, StatusList.id == StatusEntry.list_id)
        .where(StatusEntry.award_id == award_id)
        .order_by(StatusEntry.purpose)
    )
    return tuple(_signed(office.at(era), entry) for entry, era in session.execute(query))


_LISTS: Any = StatusList.__table__
_NEXT = (
    update(_LISTS)
    .where(_LISTS.c.id == bindparam("list_id"), _LISTS.c.next_counter < _LISTS.c.size_bits)
    .values(next_counter=_LISTS.c.next_counter + 1)
    .returning(_LISTS.c.next_counter)
)


def reserve(session: Session, status_list: StatusList) -> int:
    """Take the list's next index, random-looking and unique, for one credential, for ever.

    Returns a bit position, 0-based, below `status_list.size_bits`. Raises StatusListFull when none is left; the
    caller opens a new list. Source: Bitstring Status List v1.0, "statusListIndex".
    """
    taken = session.scalar(_NEXT, {"list_id": status_list.id})
    if taken is None:
        raise StatusListFull("The status list has no index left", list_id=status_list.id)
    return bitstring.permute(taken - 1, size=status_list.size_bits, key=status_list.permutation_key)


def set_bits(
    session: Session, office: Office, issuer: Issuer, changes: dict[str, bool], *, purpose: StatusPurpose
) -> None:
    """Set or clear the bit of each award (`changes`: award id → bit) and publish every list that it touches."""
    query = select(StatusEntry).where(StatusEntry.award_id.in_(changes), StatusEntry.purpose == purpose)
    touched = set()
    for entry in session.scalars(query):
        if entry.is_set != changes[entry.award_id]:
            entry.is_set, entry.changed_at = changes[entry.award_id], clock.now()
            touched.add(entry.list_id)
    session.flush()
    for list_id in sorted(touched):
        publish(session, office, issuer, list_id)


def publish(session: Session, office: Office, issuer: Issuer, list_id: str) -> StatusList:
    """Rebuild a list from its rows, sign it and store the bytes that are served from the commit on.

    Raises StatusListRegression when a published revocation would disappear (I4).
    """
    # Taking the row's lock first makes concurrent changes queue here: each then sees the rows of those before it.
    session.execute(
        update(StatusList)
        .where(StatusList.id == list_id)
        .values(revision=StatusList.revision + 1)
        .execution_options(synchronize_session=False),
    )
    status_list = session.get_one(StatusList, list_id, populate_existing=True)
    set_indexes = _set_indexes(session, list_id)
    bits = bitstring.pack(set_indexes, status_list.size_bits)
    if status_list.purpose == StatusPurpose.REVOCATION and status_list.json is not None:
        _refuse_regression(status_list, bits)
    now = clock.now()
    office = office.at(status_list.era)
    facts = StatusListFacts(
        id=office.addresses.status_list(list_id),
        issuer_id=office.addresses.did(issuer.slug),
        purpose=StatusPurpose(status_list.purpose),
        size_bits=status_list.size_bits,
        set_indexes=set_indexes,
        valid_from=now,
        ttl_milliseconds=TTL_MILLISECONDS,
    )
    prepared = sign.prepare_status_list(facts, bitstring.encode_packed(bits))
    pair = signing_keys.active(session, office, issuer)
    signed = sign.sign(prepared, embedded=pair.embedded, token=pair.token, created=now)
    status_list.json, status_list.jwt, status_list.published_at = signed.json, signed.jwt, now
    session.flush()
    return status_list


def _set_indexes(session: Session, list_id: str) -> frozenset[int]:
    """Which bits the rows say are set: of awards, and of endorsements and the VC-API's, which hold their own place."""
    of_awards = select(StatusEntry.index).where(StatusEntry.list_id == list_id, StatusEntry.is_set)
    is_withdrawn = _endorsements.c.withdrawn_at.is_not(None)
    of_endorsements = select(_endorsements.c.status_index).where(_endorsements.c.list_id == list_id, is_withdrawn)
    is_ended = _listed.c.withdrawn_at.is_not(None)
    of_others = select(_listed.c.index).where(_listed.c.list_id == list_id, is_ended)
    return frozenset(session.scalars(union_all(of_awards, of_endorsements, of_others)).all())


def by_id(session: Session, list_id: str) -> StatusList:
    """The published list with this id. Raises NotFound."""
    status_list = session.get(StatusList, list_id)
    if status_list is None or status_list.json is None:
        raise NotFound("There is no such status list")
    return status_list


def reserve_without_award(
    session: Session, office: Office, issuer: Issuer, purpose: StatusPurpose
) -> tuple[StatusList, int]:
    """A list and an index in it for something signed that is no award; its bit is set only by a row of its own."""
    while True:
        status_list = _with_room(session, office, issuer, purpose)
        try:
            return status_list, reserve(session, status_list)
        except StatusListFull:
            continue  # others took its last indexes since we looked; the next list has room, or is opened


_WITH_ROOM = (
    select(StatusList)
    .where(StatusList.issuer_id == bindparam("issuer_id"), StatusList.era == bindparam("era"))
    .where(StatusList.next_counter < StatusList.size_bits)
    .order_by(StatusList.number.desc())
    # The published forms of a long list are hundreds of kilobytes, and no award looks at them.
    .options(defer(StatusList.json), defer(StatusList.jwt))
)


def _oldest_with_room(session: Session, office: Office, issuer: Issuer) -> dict[str, StatusList]:
    """By purpose the oldest list that has an index left, as it looks from here."""
    asked = {"issuer_id": issuer.id, "era": office.era}
    return {found.purpose: found for found in session.scalars(_WITH_ROOM, asked)}


def _with_room(session: Session, office: Office, issuer: Issuer, purpose: StatusPurpose) -> StatusList:
    """The oldest list that has an index left; a new one when there is none."""
    query = (
        select(StatusList)
        .where(StatusList.issuer_id == issuer.id, StatusList.purpose == purpose, StatusList.era == office.era)
        .where(StatusList.next_counter < StatusList.size_bits)
        .order_by(StatusList.number)
        .limit(1)
        # The published forms of a long list are hundreds of kilobytes, and no award looks at them.
        .options(defer(StatusList.json), defer(StatusList.jwt))
    )
    while True:
        found = session.scalars(query).one_or_none() or _open(session, office, issuer, purpose)
        if found is not None:
            return found


def _open(session: Session, office: Office, issuer: Issuer, purpose: StatusPurpose) -> StatusList | None:
    """A new list, empty and published; None when another transaction, which has committed by now, opened it."""
    query = select(func.max(StatusList.number)).where(StatusList.issuer_id == issuer.id, StatusList.purpose == purpose)
    opened = claim(
        session,
        StatusList,
        id=clock.new_id(),
        issuer_id=issuer.id,
        purpose=purpose,
        number=(session.scalar(query) or 0) + 1,
        era=office.era,
        size_bits=office.status_list_size_bits,
        next_counter=0,
        permutation_key=random_secrets.token_bytes(32),
        revision=0,
    )
    return None if opened is None else publish(session, office, issuer, opened.id)


def _refuse_regression(status_list: StatusList, bits: bytes) -> None:
    published = strict_json.loads(status_list.json or b"")["credentialSubject"]["encodedList"]
    # Every bit that is published must be set in the new list as well; the new list may have more.
    before = int.from_bytes(bitstring.decode(published), "big")
    after = int.from_bytes(bits, "big")
    if before & ~after:
        raise StatusListRegression(
            "A revocation that is published is missing from the rows; nothing was published",
            list_id=status_list.id,
            count=(before & ~after).bit_count(),
        )


def _signed(office: Office, entry: StatusEntry) -> SignedEntry:
    return SignedEntry(
        list_url=office.addresses.status_list(entry.list_id),
        index=entry.index,
        purpose=StatusPurpose(entry.purpose),
    )
