"""The audit log as people read it: which entries, and the names of those who acted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.issuing.access import ApiKey
from app.issuing.accounts import Account, Member
from app.issuing.audit import AuditEntry
from app.issuing.issuers import Issuer
from app.issuing.sources import Source


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None = any. `kind` is how the action begins, such as `award`; `until` is not included."""

    actor: str | None = None
    kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries_of(issuer_id: str, wanted: Wanted) -> Select[AuditEntry]:
    """The query of the entries that are wanted."""
    query = select(AuditEntry).where(AuditEntry.issuer_id == issuer_id)
    if wanted.actor is not None:
        query = query.where(AuditEntry.actor == wanted.actor)
    if wanted.kind is not None:
        query = query.where(AuditEntry.action.startswith(f"{wanted.kind}.", autoescape=True))
    if wanted.object_id is not None:
        query = query.where(AuditEntry.object_id == wanted.object_id)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query


def possible_actors(session: Session, issuer: Issuer) -> list[str]:
    """Who may stand in the log of an issuer: its members, API keys and sources of now."""
    accounts = session.scalars(select(Member.account_id).where(Member.issuer_id == issuer.id))
    keys = session.scalars(select(ApiKey.id).where(ApiKey.issuer_id == issuer.id))
    sources = session.scalars(select(Source.id).where(Source.issuer_id == issuer.id))
    return [
        *(f"account:{each}" for each in accounts),
        *(f"api-key:{each}" for each in keys),
        *(f"source:{each}" for each in sources),
    ]


def names_of(session: Session, issuer: Issuer, actors: Collection[str]) -> dict[str, str]:
    """The names of those among these actors who have one: people, API keys and sources of this issuer."""
    ids: dict[str, list[str]] = {}
    for actor in actors:
        kind, _, plain = actor.partition(":")
        ids.setdefault(kind, []).append(plain)
    people = select(Account.id, Account.display_name).where(Account.id.in_(ids.get("account", [])))
    keys = select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(ids.get("api-key", [])), ApiKey.issuer_id == issuer.id)
    sources = select(Source.id, Source.name).where(Source.id.in_(ids.get("source", [])), Source.issuer_id == issuer.id)
    named: dict[str, str] = {}
    for kind, query in (("account", people), ("api-key", keys), ("source", sources)):
        named |= {f"{kind}:{plain}": name for plain, name in session.execute(query) if name}
    return named
