"""Keeping a badge of another issuer for the account whose it is: once, byte for byte, and only when it is proven.

What a verification says is handed in by a door, which asked the network before any transaction was open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import baking, pdf, png, svg
from app.credentials.report import Outcome as Found
from app.credentials.report import Report, Verdict, VerifiedFacts
from app.credentials.verify.conclusion import apart_from_the_person
from app.credentials.verify.finding import RECIPIENT
from app.credentials.verify.standards import Standard
from app.db import claim
from app.errors import InvalidInput, NotFound, NotKept, TooLarge, UnreadableCredential
from app.issuing import verification
from app.issuing.accounts import Account, people
from app.issuing.kept_badges.tables import LONGEST_NAME, LONGEST_SENTENCE, KeptBadge, Match, Origin
from app.issuing.office import Office

MOST = 500  # of one account
MOST_BYTES_OF_ONE = 5_242_880
MOST_BYTES = 52_428_800  # of one account
JSON, TOKEN = "application/json", "application/vc+jwt"
_PNG, _SVG, _PDF = "image/png", "image/svg+xml", "application/pdf"
_LONGEST_ID = 2_000
_LONGEST_TEXT = 10_000


class Outcome(StrEnum):
    """What came of keeping a badge: it is new, took the place of an older form of itself, or was there already."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Kept:
    """The badge as it is kept now, and what came of it."""

    badge: KeptBadge
    outcome: Outcome


def names_of(session: Session, account_id: str) -> tuple[str, ...]:
    """By what a badge may name the account's person: its confirmed addresses."""
    addresses = people.addresses_of(session, account_id)
    return tuple(each.normalised for each in addresses if each.confirmed_at is not None)


def keep(
    session: Session,
    office: Office,
    account_id: str,
    document: bytes,
    report: Report,
    *,
    origin: Origin,
    source: str | None = None,
) -> Kept:
    """Keep a badge; the same one again changes nothing, and a later form of it takes the earlier one's place.

    `report` is what `Desk.judge` said of `document`, asked with the account's names as `recipient`.
    Raises UnreadableCredential, NotKept with a `reason`, TooLarge, InvalidInput above the bounds of an account, and
    NotFound.
    """
    refuse_large(document)
    facts = _proven(office, report)
    account = session.get(Account, account_id, with_for_update=True)  # so that two at once cannot pass the bounds
    if account is None:
        raise NotFound("There is no such account")
    now = clock.now()
    key = key_of(facts)
    stated = {
        "document": document,
        "sha256": hashlib.sha256(document).hexdigest(),
        "media_type": media_type_of(document),
        "size_bytes": len(document),
        "origin": origin.value,
        "source": source and source[:2_000],
        "received_at": now,
        **said_by(facts),
        **found_in(report),
    }
    earlier = session.scalars(_of_account(account_id).where(KeptBadge.badge_key == key)).one_or_none()
    if earlier is not None:
        if earlier.sha256 == stated["sha256"] or facts.valid_from <= earlier.valid_from:
            return Kept(earlier, Outcome.UNCHANGED)
        _refuse_too_much(session, account_id, len(document) - earlier.size_bytes, more=0)
        for name, value in stated.items():
            setattr(earlier, name, value)
        session.flush()
        return Kept(earlier, Outcome.REPLACED)
    _refuse_too_much(session, account_id, len(document), more=1)
    made = claim(session, KeptBadge, id=clock.new_id(), account_id=account_id, badge_key=key, **stated)
    if made is None:  # somebody was quicker with the same badge
        made = session.scalars(_of_account(account_id).where(KeptBadge.badge_key == key)).one()
        return Kept(made, Outcome.UNCHANGED)
    return Kept(made, Outcome.ADDED)


def refuse_large(document: bytes) -> None:
    """Raise TooLarge for bytes that are more than one badge may have here."""
    if len(document) > MOST_BYTES_OF_ONE:
        raise TooLarge("A badge that is kept here is smaller than this", limit_bytes=MOST_BYTES_OF_ONE)


def key_of(facts: VerifiedFacts) -> str:
    """What is the same for every form of one badge."""
    return hashlib.sha256(f"{facts.issuer_id}\n{facts.credential_id}".encode("utf-8", "surrogatepass")).hexdigest()


def said_by(facts: VerifiedFacts) -> dict[str, Any]:
    """The columns of what a proven badge says."""
    return {
        "standard": facts.standard[:60],
        "credential_id": facts.credential_id,
        "issuer_id": facts.issuer_id,
        "issuer_name": facts.issuer_name and facts.issuer_name[:LONGEST_NAME],
        "signed_by": facts.signed_by,
        "title": facts.title and facts.title[:LONGEST_NAME],
        "description": facts.achievement_description and facts.achievement_description[:_LONGEST_TEXT],
        "criteria_url": facts.criteria_url and facts.criteria_url[:_LONGEST_ID],
        "valid_from": facts.valid_from,
        "valid_until": facts.valid_until,
        "awarded_at": facts.awarded_date,
    }


def found_in(report: Report) -> dict[str, Any]:
    """The columns of what a verification that reached the badge's words found, whoever it was asked about."""
    now, apart = clock.now(), apart_from_the_person(report)
    is_told = apart.verdict is not Verdict.CANNOT_TELL
    return {
        "match": match_of(report),
        "verdict": apart.verdict.value,
        "sentence": apart.sentence[:LONGEST_SENTENCE],
        "checked_at": now,
        "tried_at": now,
        "told": apart.verdict.value if is_told else None,
        "told_at": now if is_told else None,
    }


def match_of(report: Report) -> Match:
    """Whether the badge is of whom the verification was asked about."""
    outcome = next((check.outcome for check in report.checks if check.name == RECIPIENT), Found.UNKNOWN)
    return {Found.PASSED: Match.SAME, Found.UNKNOWN: Match.UNKNOWN, Found.FAILED: Match.OTHER}[outcome]


def media_type_of(document: bytes) -> str:
    """The media type of a badge in one of the forms that can be checked, told from its first bytes."""
    if document.startswith(png.SIGNATURE):
        return _PNG
    if pdf.looks_like(document):
        return _PDF
    if svg.looks_like(document):
        return _SVG
    return JSON if document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else TOKEN


def signed_form(badge: KeptBadge) -> bytes:
    """The signed JSON or token of a badge, out of the picture or PDF where it came in one."""
    match badge.media_type:
        case "image/png" | "image/svg+xml":
            return baking.extract(badge.document)
        case "application/pdf":
            return pdf.extract(badge.document)
        case _:
            return badge.document.removeprefix(b"\xef\xbb\xbf").strip()


def _proven(office: Office, report: Report) -> VerifiedFacts:
    """What the badge says, if its proof holds and it is a badge from elsewhere of this person. Raises as `keep`."""
    facts = report.credential
    if report.verdict is Verdict.UNREADABLE:
        raise UnreadableCredential(report.sentence, verdict=report.verdict.value)
    if facts is None:
        broken = report.verdict in (Verdict.BROKEN, Verdict.REVOKED)
        raise NotKept(f"This badge cannot be kept. {report.sentence}", reason="broken" if broken else "not-proven")
    if facts.standard == Standard.ENDORSEMENT:
        raise NotKept("This is an endorsement, and no badge of yours", reason="not-a-badge")
    if verification.is_own_issuer(office, facts.issuer_id):
        raise NotKept(
            "This badge was issued here. It is among your badges as soon as you have added the address to which it "
            "was awarded",
            reason="issued-here",
        )
    if match_of(report) is Match.OTHER:
        raise NotKept(
            "This badge was not awarded to an address of yours. If it is yours, add that address under “My account”, "
            "confirm it, and come back",
            reason="wrong-person",
        )
    if max(len(facts.credential_id), len(facts.issuer_id)) > _LONGEST_ID:
        raise NotKept("The badge's id, or its issuer's, is longer than any that is kept here", reason="broken")
    return facts


def _refuse_too_much(session: Session, account_id: str, size: int, *, more: int) -> None:
    query = select(func.count(), func.coalesce(func.sum(KeptBadge.size_bytes), 0))
    count, total = session.execute(query.where(KeptBadge.account_id == account_id)).one()
    if count + more > MOST:
        raise InvalidInput(f"At most {MOST} badges from elsewhere are kept for one person; remove one first")
    if total + size > MOST_BYTES:
        raise InvalidInput(
            "Your badges from elsewhere are larger than is kept for one person; remove one, or hand it in as JSON",
            limit_bytes=MOST_BYTES,
        )


def _of_account(account_id: str) -> Any:
    return select(KeptBadge).where(KeptBadge.account_id == account_id)
