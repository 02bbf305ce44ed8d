"""Hosts and connections: registered once for this service, agreed to by each holder, ended by the holder alone."""

from __future__ import annotations

import json
import secrets as random_secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import NotFound
from app.issuing import audit
from app.issuing.accounts import people, tokens
from app.issuing.hosting.tables import Host, HostConnection, HostPush, HostQuestion
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage

QUESTION_MINUTES = 30
NOTHING_HERE = "There is nothing at this address"
OVER = "This answer of the host is over. Connect once more"


@dataclass(frozen=True, slots=True)
class Described:
    """What a host's description says, once every address in it is https."""

    discovery_url: str
    name: str
    api_url: str
    registration_url: str
    authorization_url: str
    token_url: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens a host for one holder. `refresh` None = there is no way to another access token."""

    access: str
    refresh: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a holder takes to a host."""

    state: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection with its host."""

    connection: HostConnection
    host: Host


def find(session: Session, discovery_url: str) -> Host | None:
    """The host with this description, if this service is registered there."""
    return session.scalars(select(Host).where(Host.discovery_url == discovery_url)).one_or_none()


def by_id(session: Session, host_id: str) -> Host:
    """The host. Raises NotFound."""
    found = session.get(Host, host_id)
    if found is None:
        raise NotFound(NOTHING_HERE)
    return found


def keep(session: Session, office: Office, about: Described, *, host_id: str, client_id: str, secret: str) -> Host:
    """Keep a host at which this service has registered; the one that is there when somebody was quicker."""
    facts: dict[str, Any] = {
        "id": host_id,
        "name": about.name[:200],
        "api_url": about.api_url,
        "authorization_url": about.authorization_url,
        "token_url": about.token_url,
        "client_id": client_id,
        "sealed_secret": office.sealer.seal(secret, place=f"host:{host_id}"),
        "created_at": clock.now(),
    }
    made = claim(session, Host, discovery_url=about.discovery_url, **facts)
    return made or session.scalars(select(Host).where(Host.discovery_url == about.discovery_url)).one()


def renew(
    session: Session, office: Office, host_id: str, about: Described, *, given: tuple[str, str] | None = None
) -> Host:
    """Keep what a host's description says now; and `given`, its id for this service and the secret, if they are new."""
    host = session.get_one(Host, host_id, with_for_update=True, populate_existing=True)
    host.api_url, host.authorization_url, host.token_url = about.api_url, about.authorization_url, about.token_url
    if given is not None:
        host.client_id, host.sealed_secret = given[0], office.sealer.seal(given[1], place=f"host:{host_id}")
    session.flush()
    return host


def secret_of(office: Office, host: Host) -> str:
    """The secret of this service at the host. Raises KeyUnavailable."""
    return office.sealer.unseal(host.sealed_secret, place=f"host:{host.id}")


def ask(session: Session, office: Office, account_id: str, host: Host) -> Asked:
    """Begin a question; the answer has to bring the state back, soon and to the same account."""
    asked = Asked(tokens.new(), random_secrets.token_urlsafe(48))
    digest = tokens.digest(asked.state)
    session.add(
        HostQuestion(
            state_sha256=digest,
            host_id=host.id,
            account_id=account_id,
            sealed_verifier=office.sealer.seal(asked.verifier, place=f"host-question:{digest}"),
            expires_at=clock.now() + timedelta(minutes=QUESTION_MINUTES),
        )
    )
    session.flush()
    return asked


def take(session: Session, office: Office, state: str, *, account_id: str, host_id: str) -> str:
    """The verifier of the question that this state answers; once. Raises NotFound for every other state."""
    digest = tokens.digest(state)
    found = session.get(HostQuestion, digest, with_for_update=True)
    if found is None or found.account_id != account_id or found.host_id != host_id:
        raise NotFound(OVER)
    session.delete(found)
    session.flush()
    if found.expires_at <= clock.now():
        raise NotFound(OVER)
    return office.sealer.unseal(found.sealed_verifier, place=f"host-question:{digest}")


def connect(
    session: Session, office: Office, account_id: str, host: Host, given: Tokens, *, seconds: int | None
) -> HostConnection:
    """Keep the tokens that a holder agreed to; an earlier connection to the same host goes on with them."""
    now = clock.now()
    facts: dict[str, Any] = {"sealed_tokens": "", "connected_at": now, "access_ends_at": None, "last_error": None}
    made = claim(session, HostConnection, id=clock.new_id(), account_id=account_id, host_id=host.id, **facts)
    if made is None:
        mine = HostConnection.account_id == account_id, HostConnection.host_id == host.id
        made = session.scalars(select(HostConnection).where(*mine).with_for_update()).one()
        made.connected_at = now
    store(office, made, given, seconds=seconds)
    session.flush()
    _note(session, account_id, host, "host.connected")
    return made


def store(office: Office, connection: HostConnection, given: Tokens, *, seconds: int | None) -> None:
    """Put fresh tokens in the place of the old ones."""
    text = json.dumps({"access": given.access, "refresh": given.refresh})
    connection.sealed_tokens = office.sealer.seal(text, place=f"host-connection:{connection.id}")
    connection.access_ends_at = None if seconds is None else clock.now() + timedelta(seconds=seconds)
    connection.last_error = None


def tokens_of(office: Office, connection: HostConnection) -> Tokens:
    """The tokens. Raises KeyUnavailable."""
    stated: Mapping[str, Any] = json.loads(
        office.sealer.unseal(connection.sealed_tokens, place=f"host-connection:{connection.id}")
    )
    return Tokens(stated["access"], stated["refresh"])


def is_ended(connection: HostConnection, now: datetime) -> bool:
    """Whether the access token is, or will be in a minute, good for nothing, as far as the host said."""
    return connection.access_ends_at is not None and connection.access_ends_at <= now + timedelta(minutes=1)


def of_account(session: Session, account_id: str) -> list[Connected]:
    """The account's connections, the newest first."""
    query = (
        select(HostConnection, Host)
        .join(Host, Host.id == HostConnection.host_id)
        .where(HostConnection.account_id == account_id)
        .order_by(HostConnection.connected_at.desc(), HostConnection.id)
    )
    return [Connected(connection, host) for connection, host in session.execute(query)]


def mine(session: Session, account_id: str, connection_id: str) -> Connected:
    """The account's connection. Raises the same NotFound for another's as for none."""
    found = session.get(HostConnection, connection_id)
    if found is None or found.account_id != account_id:
        raise NotFound(NOTHING_HERE)
    return Connected(found, session.get_one(Host, found.host_id))


def lock(session: Session, connection_id: str) -> None:
    """Wait until nobody else sends badges there, ends it or writes down what came of a try. Raises NotFound once ended.

    Everybody takes this lock before those of messages and pushes: so a badge is not sent on while the connection ends,
    which would leave a message that nobody records, and nobody waits in a circle.
    """
    query = select(HostConnection.id).where(HostConnection.id == connection_id).with_for_update()
    if session.scalars(query).one_or_none() is None:
        raise NotFound(NOTHING_HERE)


def end(session: Session, connected: Connected) -> None:
    """Send nothing there any more, and forget the tokens; what waits is not sent, what was sent the host has."""
    connection = connected.connection
    _forget(session, [connection.id])
    _note(session, connection.account_id, connected.host, "host.ended")


def forget_account(session: Session, account_id: str) -> None:
    """Delete an account's connections, before the account is deleted."""
    _forget(session, list(session.scalars(select(HostConnection.id).where(HostConnection.account_id == account_id))))
    session.execute(delete(HostQuestion).where(HostQuestion.account_id == account_id))


def forget_old(session: Session) -> int:
    """Delete questions that nobody answered; how many."""
    query = delete(HostQuestion).where(HostQuestion.expires_at < clock.now()).returning(HostQuestion.state_sha256)
    return len(session.scalars(query).all())


def _forget(session: Session, connection_ids: list[str]) -> None:
    mine = select(HostConnection.id).where(HostConnection.id.in_(connection_ids)).order_by(HostConnection.id)
    session.scalars(mine.with_for_update()).all()  # before anything of theirs, as `lock` has it
    pushes = select(HostPush.id).where(HostPush.connection_id.in_(connection_ids))
    session.execute(delete(OutboxMessage).where(OutboxMessage.subject_id.in_(pushes)))
    session.execute(delete(HostPush).where(HostPush.connection_id.in_(connection_ids)))
    session.execute(delete(HostConnection).where(HostConnection.id.in_(connection_ids)))


def _note(session: Session, account_id: str, host: Host, action: str) -> None:
    """One entry for each issuer whose badges may go there."""
    for learner in people.learners_of(session, account_id):
        actor = f"account:{account_id}"
        audit.record(session, learner.issuer_id, actor=actor, action=action, object_id=learner.id, host_id=host.id)
