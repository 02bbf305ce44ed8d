"""Who did something, as people know them: the audit log says `account:ID`, a page says `Olga Owner`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.issuing.access import ApiKey
from app.issuing.accounts import Account
from app.issuing.badge_connect.tables import ConnectClient
from app.issuing.health_records.tables import RecordClient
from app.issuing.sources import Source


class ActorKind(StrEnum):
    """What somebody is who does something. `other` is what the log calls by a plain word, as `worker` and `cli`."""

    ACCOUNT = "account"
    SOURCE = "source"
    API_KEY = "api-key"
    CLAIM_LINK = "claim-link"
    RECORD_CLIENT = "record-client"
    APP = "app"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or something. `name` None = they have none, or are not here any more."""

    kind: ActorKind
    name: str | None


def of_account(account_id: str) -> str:
    """How the audit log names an account."""
    return f"{ActorKind.ACCOUNT}:{account_id}"


def account_of(actor: str) -> str | None:
    """The id of the account that an actor is; None for whoever is none."""
    kind, _, account_id = actor.partition(":")
    return account_id if kind == ActorKind.ACCOUNT and account_id else None


def named(session: Session, actors: Iterable[str | None]) -> Mapping[str, Actor]:
    """Each of these actors with the name that it has now. Five queries at most."""
    wanted = {actor for actor in actors if actor}
    by_kind: dict[ActorKind, dict[str, str]] = {}
    for actor in wanted:
        kind, _, object_id = actor.partition(":")
        if object_id and kind in set(ActorKind):
            by_kind.setdefault(ActorKind(kind), {})[object_id] = actor
    found = {actor: Actor(ActorKind.OTHER, actor) for actor in wanted}
    for kind, ids in by_kind.items():
        names = _names(session, kind, list(ids))
        found |= {actor: Actor(kind, names.get(object_id)) for object_id, actor in ids.items()}
    return found


def _names(session: Session, kind: ActorKind, ids: list[str]) -> dict[str, str | None]:
    query: Select[str, str | None]
    match kind:
        case ActorKind.ACCOUNT:
            query = select(Account.id, Account.display_name).where(Account.id.in_(ids))
        case ActorKind.SOURCE:
            query = select(Source.id, Source.name).where(Source.id.in_(ids))
        case ActorKind.API_KEY:
            query = select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(ids))
        case ActorKind.RECORD_CLIENT:
            query = select(RecordClient.id, RecordClient.name).where(RecordClient.id.in_(ids))
        case ActorKind.APP:  # by its host: a name anybody can claim
            query = select(ConnectClient.id, ConnectClient.host).where(ConnectClient.id.in_(ids))
        case ActorKind.CLAIM_LINK | ActorKind.OTHER:
            return {}
    return {row[0]: row[1] for row in session.execute(query)}
