"""Verification at this desk: the workshop judges, and finds what it asks for among our own keys, lists and awards.

What belongs to other hosts is asked of a Resolver that a door hands in (`OwnFirst`). Each look-up has a short session
of its own, so that no transaction is open while somebody on the network takes his time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.credentials.model import Algorithm
from app.credentials.report import Report
from app.credentials.verify import verify
from app.credentials.verify.recipient import Names
from app.credentials.verify.resolver import DocumentFound, KeyFound, ListFound, Missing, Resolver, Unreachable
from app.errors import NotFound
from app.issuing import open_badges_2_desk, signing_keys, status_lists
from app.issuing.awards import SIGNED_PURPOSE, Award, AwardState, Visibility, credential_of
from app.issuing.endorsements import Endorsement
from app.issuing.issuers import Issuer
from app.issuing.office import Office

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
HOSTED = re.compile(r"/ob2/assertions/[A-Za-z0-9_-]{22}")  # a path of ours that is judged by what stands there
_BADGE_SUFFIX = re.compile(r"(\.(json|jwt|png|svg|pdf)|/refresh)$")

Reading = Callable[[], AbstractContextManager[Session]]  # opens a session to read in, as `Database.read` does


class OwnHost:
    """Finds the keys, lists and newer badges of this service's own issuers. Implements the workshop's Resolver."""

    def __init__(self, reading: Reading, office: Office) -> None:
        self._reading = reading
        self._office = office

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """One of our issuers' published keys; `Unreachable` for an issuer that is not ours."""
        with self._reading() as session:
            issuer, office = self._issuer(session, issuer_id)
            if issuer is None:
                return Unreachable()
            for key in signing_keys.of_issuer(session, issuer):
                if verification_method in _names(office, issuer, key):
                    return KeyFound(key.public_jwk, controller=issuer_id, revoked_at=key.revoked_at)
        return Missing()

    def status_list(self, url: str) -> ListFound | Unreachable:
        """One of our own lists, as it is published at this moment."""
        list_id = self._office.renamed(url).removeprefix(self._office.addresses.status_list(""))
        if not _ID.fullmatch(list_id):
            return Unreachable()
        with self._reading() as session:
            found = session.get(status_lists.StatusList, list_id)
            return ListFound(found.json) if found is not None and found.json is not None else Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        """The signed form of one of our own badges, or what stands at one of our Open Badges 2.0 addresses."""
        own = own_place(self._office, url)
        with self._reading() as session:
            if own is not None and own.path.startswith("ob2/"):
                return open_badges_2_desk.document_at(session, self._office.at(own.era), own.path)
            found = badge_document(session, self._office, url)
        return Unreachable() if found is None else DocumentFound(found, "application/vc")

    def superseded_by(self, credential_id: str) -> str | None:
        """The address of the award that took this one's place; "" when its holder keeps it private."""
        award_id = _award_id(self._office, credential_id)
        if not _ID.fullmatch(award_id):
            return None
        with self._reading() as session:
            award = session.get(Award, award_id)
            if award is None or award.state != AwardState.SUPERSEDED or award.superseded_by_id is None:
                return None
            newer = session.get_one(Award, award.superseded_by_id)
            return "" if newer.visibility == Visibility.PRIVATE else self._office.addresses.badge(newer.id)

    def further_entries(self, credential_id: str) -> tuple[model.StatusEntry, ...]:
        """The award's entries beside the one that is signed into it: its place in the suspension list."""
        award_id = _award_id(self._office, credential_id)
        if not _ID.fullmatch(award_id):
            return ()
        with self._reading() as session:
            entries = status_lists.entries_of(session, self._office, award_id)
            return tuple(entry for entry in entries if entry.purpose != SIGNED_PURPOSE)

    def is_own_issuer(self, issuer_id: str) -> bool:
        """Whether an issuer lives at this service's address, whether or not it is there (any more)."""
        return is_own_issuer(self._office, issuer_id)

    def _issuer(self, session: Session, issuer_id: str) -> tuple[Issuer | None, Office]:
        """The issuer with this DID, and an office of the era in which that was its DID."""
        # The last part of our did:web is the slug; the whole id is compared, so no other host's issuer passes.
        slug = issuer_id.rsplit(":", 1)[-1]
        office = next((self._office.at(each.era) for each in self._office.every if each.did(slug) == issuer_id), None)
        if office is None:
            return None, self._office
        return session.scalars(select(Issuer).where(Issuer.slug == slug)).one_or_none(), office


def _names(office: Office, issuer: Issuer, key: signing_keys.SigningKey) -> set[str]:
    names = {signing_keys.verification_method(office, issuer, key), office.addresses.key(issuer.slug, key.kid)}
    if key.algorithm != Algorithm.ED25519:  # whose kid is no thumbprint
        names.add(f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{key.kid}")
    return names


class OwnFirst:
    """A Resolver that finds what is ours at this desk, and asks the world for everything else."""

    def __init__(self, own: OwnHost, elsewhere: Resolver, office: Office) -> None:
        self._own = own
        self._elsewhere = elsewhere
        self._office = office

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """A key of one of our issuers, or of another."""
        asked = self._own if self._own.is_own_issuer(issuer_id) else self._elsewhere
        return asked.key(verification_method, issuer_id=issuer_id)

    def status_list(self, url: str) -> ListFound | Unreachable:
        """A list of ours, or another; ours is never fetched."""
        return (self._own if is_own_address(self._office, url) else self._elsewhere).status_list(url)

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        """A document of ours, or another; ours is never fetched, so that nobody sends this service round in circles."""
        return (self._elsewhere if own_place(self._office, url) is None else self._own).document(url)

    def superseded_by(self, credential_id: str) -> str | None:
        """Known of our own badges only."""
        return self._own.superseded_by(credential_id)

    def further_entries(self, credential_id: str) -> tuple[model.StatusEntry, ...]:
        """Known of our own badges only."""
        return self._own.further_entries(credential_id)


def resolver(reading: Reading, office: Office, elsewhere: Resolver | None = None) -> Resolver:
    """What a verification asks: this desk, then `elsewhere` (None = nobody else is asked)."""
    own = OwnHost(reading, office)
    return own if elsewhere is None else OwnFirst(own, elsewhere, office)


def judge(session: Session, office: Office, document: bytes, *, recipient: Names | None = None) -> Report:
    """Judge a badge in any form by what is known at this desk, inside a transaction that is open already.

    Never raises for a bad badge; the report says what is wrong. Badges of issuers elsewhere: `cannot tell`.
    """
    own = resolver(lambda: nullcontext(session), office)
    return verify(document, now=clock.now(), resolve=own, recipient=recipient)


def badge_document(session: Session, office: Office, address: str) -> bytes | None:
    """The stored JSON of the badge or endorsement at one of our own addresses, any suffix; None: nothing to be seen."""
    address = office.renamed(address)
    if address.startswith(office.addresses.endorsement("")):
        name = _BADGE_SUFFIX.sub("", address.removeprefix(office.addresses.endorsement("")))
        endorsement = session.get(Endorsement, name) if _ID.fullmatch(name) else None
        return (endorsement.json or None) if endorsement is not None else None
    prefix = office.addresses.badge("")
    if not address.startswith(prefix):
        return None
    award_id = _BADGE_SUFFIX.sub("", address.removeprefix(prefix))
    award = session.get(Award, award_id) if _ID.fullmatch(award_id) else None
    if award is None or award.visibility == Visibility.PRIVATE or award.state == AwardState.PENDING:
        return None
    if award.erased_at is not None:
        return None
    return credential_of(session, award).json


def own_award(session: Session, office: Office, address: str) -> Award:
    """The award whose badge is at an address of ours, any suffix. Raises NotFound, also for an erased one."""
    name = _BADGE_SUFFIX.sub("", _award_id(office, address.strip().partition("#")[0]))
    award = session.get(Award, name) if _ID.fullmatch(name) else None
    if award is None or award.erased_at is not None:
        raise NotFound("There is no badge at this address, or its holder keeps it private")
    return award


def is_own_issuer(office: Office, issuer_id: str) -> bool:
    """Whether an issuer lives at this service's address, whether or not it is there (any more)."""
    is_did = any(issuer_id.startswith(each.did("")) for each in office.every)
    return is_did or is_own_address(office, issuer_id)


def is_own_address(office: Office, address: str) -> bool:
    """Whether an address belongs to this service, however its host and port are written."""
    return _origin(address) in {_origin(each.base_url) for each in office.every}


def _award_id(office: Office, badge: str) -> str:
    """What follows the beginning of a badge's address; the whole of any other."""
    return office.renamed(badge).removeprefix(office.addresses.badge(""))


def _origin(address: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # a port that is none
        return "", None, None


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """What follows our base address in an address of ours, and the era of that base address."""

    path: str
    era: int


def own_place(office: Office, address: str) -> OwnPlace | None:
    """Where an address of ours leads to, asked over http or https; None for any other.

    A verification asks over https for whatever an older badge keeps at an http address.
    """
    scheme, _, place = address.partition("://")
    for each in office.every if scheme in ("http", "https") else ():
        base = each.base_url.partition("://")[2] + "/"
        if place.startswith(base):
            return OwnPlace(place.removeprefix(base), each.era)
    return None
