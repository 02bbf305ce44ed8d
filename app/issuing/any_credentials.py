"""Credentials of any kind in an issuer's name, for the VC-API: signed as did:key, listed, and not stored.

Of a credential only its place in a status list is kept, so that it can be withdrawn.
The issuer's badges are in the name of its did:web. What is signed here is in the name of the key itself (`did:key:…`),
so nothing that a caller makes up can pass for a badge of the issuer, and no lint of badges is gone around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import strict_json
from app.credentials.dids import DID_KEY
from app.credentials.keys import SigningKey
from app.credentials.model import Algorithm, StatusEntry, StatusPurpose
from app.credentials.vc import issue
from app.credentials.verify.resolver import DocumentFound, KeyFound, ListFound, Missing, Resolver, Unreachable
from app.db import Base
from app.errors import NotFound
from app.issuing import audit, issuers, signing_keys, status_lists
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import KeyState
from app.issuing.verification import Reading

PURPOSE = StatusPurpose.REVOCATION
_PLACE = re.compile(r"/credentials/status/([A-Za-z0-9_-]{22})/(z6Mk[1-9A-HJ-NP-Za-km-z]{40,60})")


class ListedCredential(Base):
    """The place of one credential in a status list, for ever; `withdrawn_at` says whether its bit is set."""

    __tablename__ = "listed_credentials"

    list_id: Mapped[str] = mapped_column(ForeignKey("status_lists.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kid: Mapped[str] = mapped_column(String(80), ForeignKey("signing_keys.kid"))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the DID that is a key, and that key."""

    did: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which list the status of a credential is."""

    list_url: str
    index: int


def signer(session: Session, office: Office, issuer: Issuer) -> Signer:
    """The issuer's active Ed25519 key under its own name. Raises NoSigningKey."""
    return _signer(signing_keys.active(session, office, issuer).embedded)


def _signer_named(session: Session, office: Office, issuer: Issuer, kid: str) -> Signer:
    stored = signing_keys.by_kid(session, issuer, kid)
    if stored.algorithm != Algorithm.ED25519 or stored.state not in (KeyState.ACTIVE, KeyState.RETIRED):
        raise NotFound("There is no such status list")
    return _signer(signing_keys.signer(office, issuer, stored))


def _signer(key: SigningKey) -> Signer:
    did = f"{DID_KEY}{key.kid}"
    return Signer(did, replace(key, verification_method=f"{did}#{key.kid}"))


def reserve(session: Session, office: Office, issuer: Issuer, by: Signer) -> Place:
    """A place in one of the issuer's revocation lists, for one credential, for ever."""
    status_list, index = status_lists.reserve_without_award(session, office, issuer, PURPOSE)
    row = ListedCredential(list_id=status_list.id, index=index, kid=by.key.kid, created_at=clock.now())
    session.add(row)
    session.flush()
    return Place(list_address(office, status_list.id, by.key.kid), index)


def is_active(session: Session, issuer: Issuer, by: Signer) -> bool:
    """Whether this key may still sign; the caller has the issuer's turn, so that it stays so until the commit."""
    return signing_keys.by_kid(session, issuer, by.key.kid).state == KeyState.ACTIVE


def withdraw(session: Session, office: Office, issuer: Issuer, place: Place, *, actor: str) -> None:
    """Set the bit of a credential that was signed here, for good; once more changes nothing. Raises NotFound."""
    issuers.take_turn(session, issuer.id)
    found = _place_at(office, place.list_url)
    row = session.get(ListedCredential, (found[1], place.index), with_for_update=True) if found else None
    is_its = row is not None and found is not None and row.kid == found[2]
    if row is None or not is_its or status_lists.by_id(session, row.list_id).issuer_id != issuer.id:
        raise NotFound("No credential that was signed here has this status entry")
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = clock.now()
    session.flush()
    status_lists.publish(session, office, issuer, row.list_id)
    facts = {"status": f"{place.list_url}#{place.index}"}
    audit.record(session, issuer.id, actor=actor, action="credential.withdrawn", object_id=row.kid, **facts)


def list_address(office: Office, list_id: str, kid: str) -> str:
    """Where a list is published in the name of a key; as part of badges it has another address."""
    return f"{office.addresses.base_url}/credentials/status/{list_id}/{kid}"


def _place_at(office: Office, url: str) -> re.Match[str] | None:
    return _PLACE.fullmatch(office.renamed(url).removeprefix(office.addresses.base_url))


def signed_list(session: Session, office: Office, list_id: str, kid: str) -> dict[str, Any]:
    """The bits that are published in a list at this moment, signed with the key that signed what names this address.

    The key goes on signing for this when it is retired, since the credential's issuer is the key. Raises NotFound,
    also for a key that was revoked: nothing that it signs is believed any more. Signed when it is asked for; the same
    bits and key give the same document.
    """
    found = status_lists.by_id(session, list_id)
    if found.purpose != PURPOSE or found.json is None or found.published_at is None:
        raise NotFound("There is no such status list")
    by = _signer_named(session, office, issuers.by_id(session, found.issuer_id), kid)
    return issue.status_list(
        list_url=list_address(office.at(found.era), list_id, kid),
        encoded_list=strict_json.loads(found.json)["credentialSubject"]["encodedList"],
        purpose=found.purpose,
        published_at=found.published_at,
        key=by.key,
        issuer_id=by.did,
    )


class KnowingOwnLists:
    """A Resolver that finds the lists of this file by itself, and asks another for everything else."""

    def __init__(self, reading: Reading, office: Office, other: Resolver) -> None:
        self._reading = reading
        self._office = office
        self._other = other

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """As the other knows it; of our own keys that describe themselves, whether they were revoked."""
        if issuer_id.startswith(DID_KEY):
            with self._reading() as session:
                stored = session.get(signing_keys.SigningKey, issuer_id.removeprefix(DID_KEY))
                if stored is not None:
                    return KeyFound(stored.public_jwk, controller=issuer_id, revoked_at=stored.revoked_at)
        return self._other.key(verification_method, issuer_id=issuer_id)

    def status_list(self, url: str) -> ListFound | Unreachable:
        """A list of this file, or one that the other knows."""
        place = _place_at(self._office, url)
        if place is None:
            return self._other.status_list(url)
        try:
            with self._reading() as session:
                return ListFound(strict_json.dumps(signed_list(session, self._office, *place.groups())))
        except NotFound:
            return Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        """As the other knows it."""
        return self._other.document(url)

    def superseded_by(self, credential_id: str) -> str | None:
        """As the other knows it."""
        return self._other.superseded_by(credential_id)

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        """As the other knows it."""
        return self._other.further_entries(credential_id)
