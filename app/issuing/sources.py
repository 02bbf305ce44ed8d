"""Sources: configured connections from which completions arrive, and the achievements each may cause."""

from __future__ import annotations

import json
import secrets as random_secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import InvalidInput, NotFound
from app.issuing import achievements, audit
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.lms import ADAPTERS
from app.lms.auth import secret_problems
from app.lms.base import Secret, SourceConfig

MAX_SECRETS = 2


class SourceState(StrEnum):
    """A disabled source is answered 410, so that the sender stops."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Source(Base):
    """One connection. Its id is 128 random bits and part of the address it posts to."""

    __tablename__ = "sources"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]]
    sealed_secrets: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    accepted_count: Mapped[int] = mapped_column(default=0)
    ignored_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    last_accepted_at: Mapped[datetime | None]
    last_rejected_at: Mapped[datetime | None]


class SourceAllowance(Base):
    """An achievement that this source may cause. What is not listed it cannot cause (T28)."""

    __tablename__ = "source_allowances"

    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source with its secret, which is told once and never again."""

    source: Source
    secret: str


def create(
    session: Session,
    office: Office,
    issuer: Issuer,
    *,
    name: str,
    source_type: str,
    settings: dict[str, Any],
    actor: str,
    secret: str | None = None,
) -> NewSource:
    """Add a source with one secret, made here unless given. Raises InvalidInput naming what is wrong."""
    _check(source_type, settings)
    chosen = _checked_secret(source_type, settings, secret or new_secret())
    source_id = clock.new_id()
    source = Source(
        id=source_id,
        issuer_id=issuer.id,
        name=name,
        type=source_type,
        settings=settings,
        sealed_secrets=_seal(office, source_id, [chosen]),
        state=SourceState.ACTIVE,
        created_at=clock.now(),
        accepted_count=0,
        ignored_count=0,
        rejected_count=0,
    )
    session.add(source)
    audit.record(session, issuer.id, actor=actor, action="source.created", object_id=source.id, type=source_type)
    session.flush()
    return NewSource(source, chosen)


def rotate_secret(
    session: Session, office: Office, source: Source, *, actor: str, secret: str | None = None
) -> NewSource:
    """Add a second secret; the older one of two goes. Both are valid until the next rotation or `drop_old_secret`."""
    session.refresh(source, with_for_update=True)  # two at once would each tell a secret, and one would be lost
    chosen = _checked_secret(source.type, source.settings, secret or new_secret())
    source.sealed_secrets = _seal(office, source.id, [chosen, *_unseal(office, source)][:MAX_SECRETS])
    audit.record(session, source.issuer_id, actor=actor, action="source.secret-added", object_id=source.id)
    return NewSource(source, chosen)


def drop_old_secret(session: Session, office: Office, source: Source, *, actor: str) -> None:
    """Keep the newest secret only."""
    session.refresh(source, with_for_update=True)
    source.sealed_secrets = _seal(office, source.id, _unseal(office, source)[:1])
    audit.record(session, source.issuer_id, actor=actor, action="source.secret-dropped", object_id=source.id)


def allow(session: Session, source: Source, achievement: achievements.Achievement, *, actor: str) -> None:
    """Let the source cause this achievement. Raises NotFound for another issuer's achievement."""
    if achievement.issuer_id != source.issuer_id:
        raise NotFound("There is no such achievement")
    if claim(session, SourceAllowance, source_id=source.id, achievement_id=achievement.id) is not None:
        audit.record(
            session,
            source.issuer_id,
            actor=actor,
            action="source.allowed",
            object_id=source.id,
            achievement_id=achievement.id,
        )


def disallow(session: Session, source: Source, achievement: achievements.Achievement, *, actor: str) -> None:
    """Take the permission back; awards already made stay."""
    allowance = session.get(SourceAllowance, (source.id, achievement.id))
    if allowance is not None:
        session.delete(allowance)
        audit.record(
            session,
            source.issuer_id,
            actor=actor,
            action="source.disallowed",
            object_id=source.id,
            achievement_id=achievement.id,
        )


def may_cause(session: Session, source: Source, achievement_id: str) -> bool:
    """Whether the source may cause awards of this achievement."""
    return session.get(SourceAllowance, (source.id, achievement_id)) is not None


def set_state(session: Session, source: Source, state: SourceState, *, actor: str) -> None:
    """Switch a source on or off."""
    if source.state != state:
        source.state = state
        audit.record(session, source.issuer_id, actor=actor, action=f"source.{state}", object_id=source.id)


def by_id(session: Session, source_id: str, *, issuer: Issuer | None = None) -> Source:
    """The source with this id, of this issuer if one is named. Raises NotFound."""
    source = session.get(Source, source_id)
    if source is None or (issuer is not None and source.issuer_id != issuer.id):
        raise NotFound("There is no such source")
    return source


def of_issuer(session: Session, issuer: Issuer) -> list[Source]:
    """The issuer's sources, by name."""
    return list(session.scalars(select(Source).where(Source.issuer_id == issuer.id).order_by(Source.name, Source.id)))


def config(office: Office, source: Source) -> SourceConfig:
    """What the adapter needs to authenticate and read this source's deliveries."""
    values = _unseal(office, source)
    return SourceConfig(
        type=source.type,
        settings=source.settings,
        secrets=tuple(Secret(id=str(index), value=value) for index, value in enumerate(values)),
        jwks=source.settings.get("jwks"),
        tolerance_seconds=office.webhook_tolerance_seconds,
    )


def count_rejected(session: Session, source_id: str) -> None:
    """Note that a delivery failed authentication: a counter and a time, nothing of what was sent."""
    session.execute(
        update(Source)
        .where(Source.id == source_id)
        .values(rejected_count=Source.rejected_count + 1, last_rejected_at=clock.now()),
    )


def count_accepted(session: Session, source_id: str, *, ignored: int) -> None:
    """Note an accepted delivery and how many of its items were of no concern here."""
    session.execute(
        update(Source)
        .where(Source.id == source_id)
        .values(
            accepted_count=Source.accepted_count + 1,
            ignored_count=Source.ignored_count + ignored,
            last_accepted_at=clock.now(),
        ),
    )


def new_secret() -> str:
    """A fresh secret of 32 random bytes in the Standard Webhooks form, `whsec_…`."""
    return "whsec_" + b64encode(random_secrets.token_bytes(32)).decode()


def _check(source_type: str, settings: dict[str, Any]) -> None:
    adapter = ADAPTERS.get(source_type)
    if adapter is None:
        raise InvalidInput(f"There is no source type {source_type}; known: {', '.join(sorted(ADAPTERS))}")
    if found := adapter.check_settings(settings):
        raise InvalidInput(" ".join(found), pointer="/settings", problems=found)


def _checked_secret(source_type: str, settings: dict[str, Any], secret: str) -> str:
    scheme = settings.get("auth", ADAPTERS[source_type].auth_schemes[0])
    if found := secret_problems(scheme, Secret(id="0", value=secret)):
        raise InvalidInput(" ".join(found), pointer="/secret", problems=found)
    return secret


def _seal(office: Office, source_id: str, values: list[str]) -> str:
    return office.sealer.seal(json.dumps(values), place=f"source:{source_id}")


def _unseal(office: Office, source: Source) -> list[str]:
    values: list[str] = json.loads(office.sealer.unseal(source.sealed_secrets, place=f"source:{source.id}"))
    return values
