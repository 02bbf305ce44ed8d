"""The lane of hosts: badges that holders send elsewhere, one at a time for each connection, as tokens must not race."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from app import clock
from app.errors import FetchFailed, KeyUnavailable, NotFound
from app.issuing import hosts, outbox, outbox_queues
from app.issuing.hosts import Host, HostConnection, HostPush
from app.issuing.outbox import OutboxMessage, OutboxState
from app.outbound import hosts as outside
from app.outbound.hosts import Granted, Pushed
from app.outbound.network import Network
from app.service import Service
from app.worker.slices import LeaseLost, transaction

log = structlog.get_logger()

AT_ONCE = 6
ENDED = "The connection was ended"
AGREE_AGAIN = "The host does not accept this service any more; connect it once more"


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is needed to send one badge, with no transaction open.

    `sealed` is the tokens as they are kept: by it a connection is told that was made anew meanwhile.
    """

    connection_id: str
    sealed: str
    host: Host
    secret: str
    tokens: hosts.Tokens
    is_ended: bool
    document: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class _Nothing:
    """A badge that cannot be sent to anybody; `why` says so."""

    why: str


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of one try: the answer, the revision that was sent, and the tokens (sealed) that it was sent with."""

    answer: Pushed
    revision: int
    sealed: str
    must_agree: bool = False


class HostLane:
    """Takes, sends and records badges for hosts."""

    at_once = AT_ONCE

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self._database = service.database
        self._office = service.office
        self._lease_seconds = service.settings.lease_seconds
        self._network = network
        self._ready: dict[str, _Ready | _Nothing] = {}

    def take(self, session: Session, limit: int) -> list[OutboxMessage]:
        """Lease what is due, and prepare it: tokens are opened here, where the database is at hand."""
        taken = outbox.lease(
            session, limit=limit, lease_seconds=self._lease_seconds, channel=hosts.CHANNEL, most_of_a_queue=1
        )
        for message in taken:
            self._ready[message.id] = self._prepared(session, message)
        return taken

    def deliver(self, message: OutboxMessage) -> object:
        """Send one badge, outside of any transaction; with a fresh token where the old one has ended."""
        ready = self._ready[message.id]
        if isinstance(ready, _Nothing):
            return ready
        try:
            return self._sent(ready)
        except LeaseLost:
            return _Nothing(ENDED)
        except FetchFailed as error:  # no token at present; it comes again
            return _Came(Pushed(error.status, "the host gives no token at present"), ready.revision, ready.sealed)

    def _sent(self, ready: _Ready) -> _Came:
        must_refresh = ready.is_ended and ready.tokens.refresh is not None
        fresh = self._refreshed(ready) if must_refresh else ready
        if fresh is None:
            return self._without_token(ready)
        answer = outside.push(fresh.host, fresh.tokens.access, fresh.document, network=self._network)
        if answer.is_unauthorized and fresh is ready:
            fresh = self._refreshed(ready)
            if fresh is None:
                return self._without_token(ready)
            answer = outside.push(fresh.host, fresh.tokens.access, fresh.document, network=self._network)
        return _Came(answer, ready.revision, fresh.sealed, must_agree=answer.is_unauthorized)

    def record(self, session: Session, message: OutboxMessage, outcome: object) -> None:
        """Write down what came of it; `outcome` is what `deliver` returned, or the exception that it ended with."""
        self._ready.pop(message.id, None)
        push = _locked_push(session, message.subject_id)
        kept = session.get(OutboxMessage, message.id, with_for_update=True, populate_existing=True)
        if kept is None or kept.state != OutboxState.PENDING or kept.attempts != message.attempts:
            return  # the holder ended it, or another worker took it over
        if push is None:  # as of a version that did not wait for whoever ends a connection: nobody would record it
            session.delete(kept)
            return
        match outcome:
            case _Came():
                self._record(session, kept, push, outcome)
            case _Nothing():
                self._failed(session, kept, push, outcome.why, is_final=True)
            case _:
                error = type(outcome).__name__
                thrown = outcome if isinstance(outcome, BaseException) else None
                log.error("badge not sent to a host", message_id=kept.id, reason=error, exc_info=thrown)
                self._failed(session, kept, push, "an error of this service", is_final=False)

    def _prepared(self, session: Session, message: OutboxMessage) -> _Ready | _Nothing:
        push = session.get(HostPush, message.subject_id)
        connection = None if push is None else session.get(HostConnection, push.connection_id)
        if push is None or connection is None:
            return _Nothing(ENDED)
        found = hosts.pushing.document_of(session, push)
        if found is None:
            return _Nothing("The badge is not there any more")
        host = session.get_one(Host, connection.host_id)
        try:
            secret = hosts.connecting.secret_of(self._office, host)
            tokens = hosts.connecting.tokens_of(self._office, connection)
        except KeyUnavailable:
            return _Nothing(AGREE_AGAIN)
        session.expunge(host)
        is_ended = hosts.connecting.is_ended(connection, clock.now())
        return _Ready(connection.id, connection.sealed_tokens, host, secret, tokens, is_ended, *found)

    def _refreshed(self, ready: _Ready) -> _Ready | None:
        """The same with a fresh token, which is kept; None when the host refuses one for good.

        Raises FetchFailed when it does not answer, LeaseLost when the holder ended the connection meanwhile.
        """
        try:
            granted = outside.refresh(ready.host, ready.secret, ready.tokens, network=self._network)
        except FetchFailed as error:
            if error.status is None or error.status >= 500 or error.status == 429:  # noqa: PLR2004 - it may come again
                raise
            return None
        sealed = transaction(self._database, lambda session: self._kept(session, ready, granted))
        return replace(ready, tokens=granted.tokens, sealed=sealed)

    def _kept(self, session: Session, ready: _Ready, granted: Granted) -> str:
        """Keep fresh tokens before anything is sent with them, unless the holder connected anew meanwhile.

        Many hosts take a refresh token once: a worker that is killed during the sending would lose the only good one.
        """
        connection = session.get(HostConnection, ready.connection_id, with_for_update=True)
        if connection is None:
            raise LeaseLost(ENDED)
        if connection.sealed_tokens != ready.sealed:
            return ready.sealed
        hosts.connecting.store(self._office, connection, granted.tokens, seconds=granted.seconds)
        return connection.sealed_tokens

    def _without_token(self, ready: _Ready) -> _Came:
        return _Came(Pushed(401, AGREE_AGAIN), ready.revision, ready.sealed, must_agree=True)

    def _record(self, session: Session, message: OutboxMessage, push: HostPush, came: _Came) -> None:
        connection = session.get_one(HostConnection, push.connection_id, with_for_update=True)
        # What was said of tokens that were replaced since says nothing about those that are kept now.
        must_agree = came.must_agree and connection.sealed_tokens == came.sealed
        answer = came.answer
        facts = {"push_id": push.id, "host_id": connection.host_id, "status": answer.status}
        if answer.is_taken:
            outbox.mark_sent(session, message.id)
            outbox_queues.note_success(session, message.queue)
            hosts.pushing.note_sent(session, push, came.revision)
            log.info("badge sent to a host", **facts)
            return
        if must_agree:
            connection.last_error = AGREE_AGAIN
        self._failed(
            session,
            message,
            push,
            answer.error or "no answer",
            is_final=answer.is_final or must_agree,
            wait_seconds=answer.retry_after_seconds,
        )
        log.warning("badge not sent to a host", **facts)  # without the host's words, which could be anything

    def _failed(
        self,
        session: Session,
        message: OutboxMessage,
        push: HostPush,
        error: str,
        *,
        is_final: bool,
        wait_seconds: int | None = None,
    ) -> None:
        wait = None if wait_seconds is None else clock.now() + timedelta(seconds=wait_seconds)
        ended = outbox.mark_failed(session, message.id, error=error, permanent=is_final, not_before=wait)
        hosts.pushing.note_failure(push, error, is_final=ended)
        if not is_final:
            outbox_queues.note_failure(session, message.queue)


def _locked_push(session: Session, push_id: str) -> HostPush | None:
    """The push, once nobody else is at its connection; None = it is gone, with its connection."""
    found = session.get(HostPush, push_id, populate_existing=True)
    if found is None:
        return None
    try:
        hosts.connecting.lock(session, found.connection_id)
    except NotFound:
        return None
    return session.get(HostPush, push_id, with_for_update=True, populate_existing=True)
