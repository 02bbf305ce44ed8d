"""Sources: configured connections from which completions arrive, and the achievements each may cause."""

from __future__ import annotations

import json
import re
import secrets as random_secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import InvalidInput, NotFound
from app.issuing import achievements, audit
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.lms import ADAPTERS
from app.lms.auth import SecretForm, secret_form, secret_problems
from app.lms.base import Secret, SourceConfig

MAX_SECRETS = 2
MOST_REASONS = 20  # of refusals that are counted apart; what comes after them is counted together
OTHER_REASONS = "other reasons"
MOST_KEPT_DAYS = 3_660
LONGEST_REASON = 200
_NUMBER = re.compile(r"[0-9]+")


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
    last_rejected_reason: Mapped[str | None] = mapped_column(String(200))
    rejected_reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    raw_kept_days: Mapped[int | None]


class SourceAllowance(Base):
    """An achievement that this source may cause. What is not listed it cannot cause (T28)."""

    __tablename__ = "source_allowances"

    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source with its secret, which is told once and never again; None where its scheme shares none."""

    source: Source
    secret: str | None


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
    """Add a source with one secret, made here unless given. Raises InvalidInput naming what is wrong.

    Some platforms make the secret themselves (an API key, a signing key); that one is then given.
    """
    _check(source_type, settings)
    chosen = _chosen_secret(source_type, settings, secret)
    source_id = clock.new_id()
    source = Source(
        id=source_id,
        issuer_id=issuer.id,
        name=name,
        type=source_type,
        settings=settings,
        sealed_secrets=_seal(office, source_id, [] if chosen is None else [chosen]),
        state=SourceState.ACTIVE,
        created_at=clock.now(),
        accepted_count=0,
        ignored_count=0,
        rejected_count=0,
        rejected_reasons={},
    )
    session.add(source)
    audit.record(session, issuer.id, actor=actor, action="source.created", object_id=source.id, type=source_type)
    session.flush()
    return NewSource(source, chosen)


def change(
    session: Session,
    office: Office,
    source: Source,
    *,
    name: str,
    settings: dict[str, Any],
    actor: str,
    secret: str | None = None,
) -> NewSource:
    """Rename a source, and set how it is read and how it proves itself. Raises InvalidInput naming what is wrong.

    Secrets that the chosen scheme can use stay. Where it can use none of them, a new one takes their place, made here
    unless given, and is told once; otherwise `secret` of the answer is None.
    """
    _check(source.type, settings)
    session.flush()  # a change of this very transaction would be lost in the next line
    session.refresh(source, with_for_update=True)
    kept = [value for value in _unseal(office, source) if not _problems_of_secret(source.type, settings, value)]
    chosen = None if kept and secret is None else _chosen_secret(source.type, settings, secret)
    sealed = ([] if chosen is None else [chosen]) + kept
    names = [key for key in {*settings, *source.settings} if settings.get(key) != source.settings.get(key)]
    if source.name != name:
        names.append("name")
    source.name, source.settings = name, settings
    source.sealed_secrets = _seal(office, source.id, sealed[:MAX_SECRETS])
    if names or chosen is not None:
        facts = {"changed": sorted(names), "new_secret": chosen is not None}
        audit.record(session, source.issuer_id, actor=actor, action="source.changed", object_id=source.id, **facts)
    session.flush()
    return NewSource(source, chosen)


def rotate_secret(
    session: Session, office: Office, source: Source, *, actor: str, secret: str | None = None
) -> NewSource:
    """Add a second secret; the older one of two goes. Both are valid until the next rotation or `drop_old_secret`.

    Raises InvalidInput for a source whose scheme shares no secret.
    """
    session.refresh(source, with_for_update=True)  # two at once would each tell a secret, and one would be lost
    chosen = _chosen_secret(source.type, source.settings, secret)
    if chosen is None:
        raise InvalidInput("This source proves itself without a shared secret; there is none to change")
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


def allowed(session: Session, source: Source) -> list[str]:
    """The ids of the achievements that the source may cause."""
    query = select(SourceAllowance.achievement_id).where(SourceAllowance.source_id == source.id)
    return list(session.scalars(query.order_by(SourceAllowance.achievement_id)))


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
        source_id=source.id,
    )


def set_raw_kept_days(session: Session, source: Source, days: int | None, *, actor: str) -> None:
    """Say how long the raw bytes of this source's deliveries are kept; None = as the service does.

    Raises InvalidInput for less than nothing, or more than ten years.
    """
    if days is not None and not 0 <= days <= MOST_KEPT_DAYS:
        raise InvalidInput(f"Raw bytes are kept for 0 to {MOST_KEPT_DAYS} days", pointer="/raw_kept_days")
    if source.raw_kept_days != days:
        source.raw_kept_days = days
        audit.record(session, source.issuer_id, actor=actor, action="source.changed", object_id=source.id, days=days)


def count_rejected(session: Session, source_id: str, *, reason: str | None = None) -> None:
    """Note that a delivery failed authentication: counters, a time and a reason of ours, nothing of what was sent.

    Numbers in a reason (an age in seconds) are left out, so that each kind of failure has one counter.
    """
    source = session.get(Source, source_id, with_for_update=True, populate_existing=True)
    if source is None:
        return
    told = _NUMBER.sub("…", reason or "no reason given")[:LONGEST_REASON]
    counted = dict(source.rejected_reasons)
    name = told if told in counted or len(counted) < MOST_REASONS else OTHER_REASONS
    source.rejected_reasons = {**counted, name: counted.get(name, 0) + 1}
    source.rejected_count += 1
    source.last_rejected_at, source.last_rejected_reason = clock.now(), told


_SOURCES: Any = Source.__table__
_ACCEPTED = (
    update(_SOURCES)
    .where(_SOURCES.c.id == bindparam("of"))
    .values(
        accepted_count=_SOURCES.c.accepted_count + 1,
        ignored_count=_SOURCES.c.ignored_count + bindparam("ignored"),
        last_accepted_at=bindparam("now"),
    )
)


def count_accepted(session: Session, source_id: str, *, ignored: int) -> None:
    """Note an accepted delivery and how many of its items were of no concern here."""
    session.execute(_ACCEPTED, {"of": source_id, "ignored": ignored, "now": clock.now()})


def new_secret(form: SecretForm = SecretForm.WEBHOOK_KEY) -> str | None:
    """A fresh secret of 32 random bytes in the form that a scheme needs; None for one that shares none."""
    random = random_secrets.token_bytes(32)
    text = urlsafe_b64encode(random).decode().rstrip("=")
    match form:
        case SecretForm.WEBHOOK_KEY:
            return "whsec_" + b64encode(random).decode()
        case SecretForm.TEXT:
            return text
        case SecretForm.PAIR:
            return f"lanyard:{text}"
        case SecretForm.NOTHING:
            return None


def _check(source_type: str, settings: dict[str, Any]) -> None:
    adapter = ADAPTERS.get(source_type)
    if adapter is None:
        raise InvalidInput(f"There is no source type {source_type}; known: {', '.join(sorted(ADAPTERS))}")
    if found := adapter.check_settings(settings):
        raise InvalidInput(" ".join(found), pointer="/settings", problems=found)


def _chosen_secret(source_type: str, settings: dict[str, Any], given: str | None) -> str | None:
    scheme = settings.get("auth", ADAPTERS[source_type].auth_schemes[0])
    secret = new_secret(secret_form(scheme, settings)) if given is None else given
    if secret is not None and (found := _problems_of_secret(source_type, settings, secret)):
        raise InvalidInput(" ".join(found), pointer="/secret", problems=found)
    return secret


def _problems_of_secret(source_type: str, settings: dict[str, Any], secret: str) -> list[str]:
    scheme = settings.get("auth", ADAPTERS[source_type].auth_schemes[0])
    return secret_problems(scheme, Secret(id="0", value=secret), settings)


def _seal(office: Office, source_id: str, values: list[str]) -> str:
    return office.sealer.seal(json.dumps(values), place=f"source:{source_id}")


def _unseal(office: Office, source: Source) -> list[str]:
    values: list[str] = json.loads(office.sealer.unseal(source.sealed_secrets, place=f"source:{source.id}"))
    return values
