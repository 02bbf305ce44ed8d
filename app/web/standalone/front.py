"""The pages of a copy that the service does not have: the first one, and one for folders.

Neither names a badge: badges are found by whoever has the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, issuers
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.issuers import Issuer
from app.web import pages


@dataclass(frozen=True, slots=True)
class _Offered:
    name: str
    abbreviation: str
    language: str
    path: str


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    path: str
    achievements: tuple[_Offered, ...]


def front(session: Session, *, base_url: str, day: date) -> bytes:
    """The page, with every achievement that was ever published, in the words of its newest version."""
    listed = [_listed(session, issuer) for issuer in issuers.every(session)]
    with pages.as_copy(day):
        return pages.written(
            "copy_home.html", indexed=False, alternates=(), host=urlsplit(base_url).netloc, issuers=listed
        )


def nothing_listed(*, day: date) -> bytes:
    """The page of a folder without one of its own. Servers of files would list its files there."""
    with pages.as_copy(day):
        return pages.written("copy_nothing.html", indexed=False, alternates=())


def _listed(session: Session, issuer: Issuer) -> _Listed:
    newest = (
        select(AchievementVersion)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.issuer_id == issuer.id, AchievementVersion.number == Achievement.current_version)
    )
    offered = [_offered(version) for version in session.scalars(newest)]
    offered.sort(key=lambda each: (each.name.casefold(), each.path))
    return _Listed(issuer.name, f"/issuers/{issuer.slug}", tuple(offered))


def _offered(version: AchievementVersion) -> _Offered:
    facts = achievement_facts.parse(version.facts)
    return _Offered(facts.name, facts.abbreviation, facts.language, f"/achievements/{version.achievement_id}")
