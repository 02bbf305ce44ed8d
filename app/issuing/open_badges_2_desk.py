"""What stands at our own `/ob2/` addresses, for a verification at this desk, which asks as a stranger would.

An answer here says what the door says there: gone, paused, private or switched off alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.credentials.verify.resolver import DocumentFound, Missing
from app.errors import Gone, NotFound
from app.issuing import achievements, issuers, open_badges_2
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.office import Office
from app.issuing.open_badges_2 import Counts

_NAME = r"([A-Za-z0-9_-]{1,64})"
Found = DocumentFound | Missing


def document_at(session: Session, office: Office, path: str) -> Found:
    """The answer at a path below the base address, as `ob2/issuers/st-anna`; Missing for every other path."""
    for pattern, read in _ADDRESSES:
        match = pattern.fullmatch(path)
        if match is not None:
            try:
                return read(session, office, *match.groups())
            except NotFound:
                return Missing()
            except Gone:
                return DocumentFound(b"", is_gone=True)
    return Missing()


def _assertion(session: Session, office: Office, award_id: str) -> Found:
    award = session.get(Award, award_id)
    if award is None or award.visibility == Visibility.PRIVATE or award.state == AwardState.PENDING:
        return Missing()
    if award.erased_at is not None:
        return DocumentFound(b"", is_gone=True)
    found = open_badges_2.hosted_assertion(session, office, award)
    # A paused badge says so in its body, which a stranger does not see behind the 404 of the door; here it is seen.
    return _found(found.document, is_gone=found.counts is Counts.NEVER)


def _badge_class(session: Session, office: Office, achievement_id: str, number: str, kid: str | None = None) -> Found:
    achievement = achievements.by_id(session, achievement_id)
    version = achievements.version_of(session, achievement, int(number))
    return _found(open_badges_2.badge_class(session, office, achievement, version, kid=kid))


def _issuer(session: Session, office: Office, slug: str, kid: str | None = None) -> Found:
    return _found(open_badges_2.issuer_profile(session, office, issuers.by_slug(session, slug), kid=kid))


def _key(session: Session, office: Office, slug: str, kid: str) -> Found:
    return _found(open_badges_2.cryptographic_key(session, office, issuers.by_slug(session, slug), kid=kid))


def _revocations(session: Session, office: Office, slug: str) -> Found:
    return _found(open_badges_2.revocation_list(session, office, issuers.by_slug(session, slug)))


def _found(document: dict[str, Any], *, is_gone: bool = False) -> DocumentFound:
    return DocumentFound(strict_json.dumps(document), "application/ld+json", is_gone=is_gone)


_ADDRESSES: tuple[tuple[re.Pattern[str], Callable[..., Found]], ...] = (
    (re.compile(rf"ob2/assertions/{_NAME}", re.ASCII), _assertion),
    (re.compile(rf"ob2/achievements/{_NAME}/v([1-9][0-9]{{0,5}})(?:/keys/{_NAME})?", re.ASCII), _badge_class),
    (re.compile(rf"ob2/issuers/{_NAME}(?:/keys/{_NAME}/issuer)?", re.ASCII), _issuer),
    (re.compile(rf"ob2/issuers/{_NAME}/keys/{_NAME}", re.ASCII), _key),
    (re.compile(rf"ob2/issuers/{_NAME}/revocations", re.ASCII), _revocations),
)
