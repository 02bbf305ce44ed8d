"""Verification at this desk: the workshop judges, and finds what it asks for among our own keys, lists and awards.

Issuers elsewhere are out of reach for now and are answered `cannot tell`; a resolver over the network joins here.
"""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.credentials.model import Algorithm
from app.credentials.report import Report
from app.credentials.verify import verify
from app.credentials.verify.resolver import KeyFound, ListFound, Missing, Unreachable
from app.issuing import signing_keys, status_lists
from app.issuing.awards import SIGNED_PURPOSE, Award, AwardState, Visibility, credential_of
from app.issuing.issuers import Issuer
from app.issuing.office import Office

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_BADGE_SUFFIX = re.compile(r"\.(json|jwt|png|svg|pdf)$")


class OwnHost:
    """Finds the keys, lists and newer badges of this service's own issuers. Implements the workshop's Resolver."""

    def __init__(self, session: Session, office: Office) -> None:
        self._session = session
        self._office = office

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """One of our issuers' published keys; `Unreachable` for an issuer that is not ours."""
        issuer = self._issuer(issuer_id)
        if issuer is None:
            return Unreachable()
        for key in signing_keys.of_issuer(self._session, issuer):
            if verification_method in self._names(issuer, key):
                return KeyFound(key.public_jwk, controller=issuer_id, revoked_at=key.revoked_at)
        return Missing()

    def status_list(self, url: str) -> ListFound | Unreachable:
        """One of our own lists, as it is published at this moment."""
        list_id = url.removeprefix(self._office.addresses.status_list(""))
        found = self._session.get(status_lists.StatusList, list_id) if _ID.fullmatch(list_id) else None
        return ListFound(found.json) if found is not None and found.json is not None else Unreachable()

    def superseded_by(self, credential_id: str) -> str | None:
        """The address of the award that took this one's place."""
        award_id = credential_id.removeprefix(self._office.addresses.badge(""))
        award = self._session.get(Award, award_id) if _ID.fullmatch(award_id) else None
        if award is None or award.state != AwardState.SUPERSEDED or award.superseded_by_id is None:
            return None
        return self._office.addresses.badge(award.superseded_by_id)

    def further_entries(self, credential_id: str) -> tuple[model.StatusEntry, ...]:
        """The award's entries beside the one that is signed into it: its place in the suspension list."""
        award_id = credential_id.removeprefix(self._office.addresses.badge(""))
        if not _ID.fullmatch(award_id):
            return ()
        entries = status_lists.entries_of(self._session, self._office, award_id)
        return tuple(entry for entry in entries if entry.purpose != SIGNED_PURPOSE)

    def _issuer(self, issuer_id: str) -> Issuer | None:
        # The last part of our did:web is the slug; the whole id is compared, so no other host's issuer passes.
        slug = issuer_id.rsplit(":", 1)[-1]
        issuer = self._session.scalars(select(Issuer).where(Issuer.slug == slug)).one_or_none()
        return issuer if issuer is not None and self._office.addresses.did(issuer.slug) == issuer_id else None

    def _names(self, issuer: Issuer, key: signing_keys.SigningKey) -> set[str]:
        addresses = self._office.addresses
        names = {signing_keys.verification_method(self._office, issuer, key), addresses.key(issuer.slug, key.kid)}
        if key.algorithm == Algorithm.RS256:  # whose kid is its thumbprint
            names.add(f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{key.kid}")
        return names


def judge(session: Session, office: Office, document: bytes, *, recipient: str | None = None) -> Report:
    """Judge a badge in any form (JSON, token, PNG). Never raises for a bad badge; the report says what is wrong."""
    return verify(document, now=clock.now(), resolve=OwnHost(session, office), recipient=recipient)


def badge_document(session: Session, office: Office, address: str) -> bytes | None:
    """The stored JSON of the badge at one of our own addresses, any suffix; None when there is none to be seen."""
    prefix = office.addresses.badge("")
    if not address.startswith(prefix):
        return None
    award_id = _BADGE_SUFFIX.sub("", address.removeprefix(prefix))
    award = session.get(Award, award_id) if _ID.fullmatch(award_id) else None
    if award is None or award.visibility == Visibility.PRIVATE or award.state == AwardState.PENDING:
        return None
    return credential_of(session, award).json


def is_own_address(office: Office, address: str) -> bool:
    """Whether an address belongs to this service."""
    return address.startswith(office.addresses.base_url + "/")
