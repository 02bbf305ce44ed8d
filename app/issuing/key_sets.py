"""Key sets of platforms by address: what was fetched last, when to ask again, and who may ask now.

Nothing here knows the network: a door takes a turn, fetches between two transactions and hands in what came. The row
is shared by all sources with the same address and by all machines, so that one fetch serves everybody and a stranger
who names unknown keys makes us ask no more than once a minute. A key is good for as long as the platform publishes
it; when a fetch fails, the set that is here stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.issuing.sources import Source, SourceState
from app.lms.base import SourceConfig
from app.lms.jwt_body import MAX_URL_CHARACTERS

REFRESH_SECONDS = 3_600
RETRY_SECONDS = 300
ASK_AGAIN_SECONDS = 60


class KeySet(Base):
    """The JSON Web Key Set at one address; `document` None = none has come yet.

    `refresh_at` is when a worker asks next, `asked_at` when somebody last asked because of a key that was unknown.
    """

    __tablename__ = "key_sets"

    url: Mapped[str] = mapped_column(String(MAX_URL_CHARACTERS), primary_key=True)
    document: Mapped[dict[str, Any] | None]
    fetched_at: Mapped[datetime | None]
    refresh_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


def with_keys(session: Session, config: SourceConfig) -> SourceConfig:
    """The configuration with the key set of its `jwks_url`; with its own `jwks` until one has been fetched."""
    url = config.settings.get("jwks_url")
    if not isinstance(url, str):
        return config
    kept = session.get(KeySet, url)
    return config if kept is None or kept.document is None else replace(config, jwks=kept.document)


def of_source(session: Session, source: Source) -> KeySet | None:
    """What is known of the key set at the source's `jwks_url`; None where it names none, or none was asked for yet."""
    url = source.settings.get("jwks_url")
    return session.get(KeySet, url) if isinstance(url, str) else None


def take_turn(session: Session, url: str) -> bool:
    """Whether the caller may fetch this set now because of an unknown key; nobody else may for the next minute."""
    now = clock.now()
    if claim(session, KeySet, url=url, refresh_at=now, asked_at=now) is not None:
        return True
    rested = or_(KeySet.asked_at.is_(None), KeySet.asked_at <= now - timedelta(seconds=ASK_AGAIN_SECONDS))
    taken = update(KeySet).where(KeySet.url == url, rested).values(asked_at=now).returning(KeySet.url)
    return session.execute(taken).one_or_none() is not None


def wanted(session: Session) -> list[str]:
    """The addresses of key sets that active sources name, in order."""
    settings = session.scalars(select(Source.settings).where(Source.state == SourceState.ACTIVE))
    urls = {each.get("jwks_url") for each in settings}
    return sorted(url for url in urls if isinstance(url, str) and len(url) <= MAX_URL_CHARACTERS)


def lease_due(session: Session, urls: Collection[str]) -> str | None:
    """One of these addresses whose set is due; no other worker gets it for the next minutes. None = nothing is due."""
    now = clock.now()
    for url in sorted(set(urls) - set(session.scalars(select(KeySet.url).where(KeySet.url.in_(urls))))):
        claim(session, KeySet, url=url, refresh_at=now)
    query = select(KeySet).where(KeySet.url.in_(urls), KeySet.refresh_at <= now).order_by(KeySet.refresh_at, KeySet.url)
    due = session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if due is None:
        return None
    due.refresh_at = now + timedelta(seconds=RETRY_SECONDS)
    return due.url


def keep(session: Session, url: str, document: Mapping[str, Any]) -> None:
    """Store the set that was fetched, in place of the one before."""
    now = clock.now()
    kept = session.get_one(KeySet, url, with_for_update=True)
    kept.document, kept.fetched_at, kept.last_error = dict(document), now, None
    kept.refresh_at = now + timedelta(seconds=REFRESH_SECONDS)


def keep_failure(session: Session, url: str, reason: str) -> None:
    """Note that fetching failed; the set that is here stays, and a worker asks again in some minutes."""
    kept = session.get_one(KeySet, url, with_for_update=True)
    kept.last_error = reason[:1000]
    kept.refresh_at = clock.now() + timedelta(seconds=RETRY_SECONDS)
