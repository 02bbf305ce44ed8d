"""The lane of webhooks: a few at once, never many to one endpoint, so that a dead one delays nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from app import clock
from app.issuing import announcements, endpoints, outbox, outbox_queues
from app.issuing.endpoints.records import WEBHOOK, Endpoint, EndpointAttempt, EndpointState
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.outbox_queues import OutboxQueue
from app.outbound import webhooks
from app.outbound.network import Network
from app.outbound.webhooks import Answer, Webhook
from app.service import Service
from app.settings import Mode

log = structlog.get_logger()

AT_ONCE = 12
AT_ONCE_FOR_ONE = 2
LONGEST_HOLD_SECONDS = 3_600  # a Retry-After holds the whole queue, but not for longer than this
ACTOR = "worker"


@dataclass(frozen=True, slots=True)
class _Nothing:
    """A message that cannot be sent to anybody; `why` says so."""

    why: str


class WebhookLane:
    """Takes, sends and records messages to endpoints."""

    at_once = AT_ONCE

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self._office = service.office
        self._settings = service.settings
        self._network = network
        self._ready: dict[str, Webhook | _Nothing] = {}

    def take(self, session: Session, limit: int) -> list[OutboxMessage]:
        """Lease what is due, and prepare it: secrets are opened here, where the database is at hand."""
        taken = outbox.lease(
            session,
            limit=limit,
            lease_seconds=self._settings.lease_seconds,
            channel=WEBHOOK,
            most_of_a_queue=AT_ONCE_FOR_ONE,
        )
        for message in taken:
            self._ready[message.id] = self._prepared(session, message)
        return taken

    def deliver(self, message: OutboxMessage) -> Answer | _Nothing:
        """Send one message, outside of any transaction."""
        webhook = self._ready[message.id]
        if isinstance(webhook, _Nothing):
            return webhook
        return webhooks.send(
            webhook,
            at=clock.now(),
            timeout_seconds=self._settings.webhook_timeout_seconds,
            is_local_allowed=self._settings.mode is not Mode.PRODUCTION,
            network=self._network,
        )

    def record(self, session: Session, message: OutboxMessage, outcome: object) -> None:
        """Write down what came of it; `outcome` is what `deliver` returned, or the exception that it ended with."""
        self._ready.pop(message.id, None)
        kept = session.get(OutboxMessage, message.id, with_for_update=True, populate_existing=True)
        if kept is None:  # its endpoint was deleted meanwhile
            return
        match outcome:
            case Answer():
                self._record_answer(session, kept, outcome, message.attempts)
            case _Nothing():
                outbox.mark_failed(session, kept.id, error=outcome.why, permanent=True, attempt=message.attempts)
            case _:
                # An error of ours: what a receiver or the network does wrong is an Answer.
                error = type(outcome).__name__
                thrown = outcome if isinstance(outcome, BaseException) else None
                log.error("message not sent", message_id=kept.id, channel=WEBHOOK, reason=error, exc_info=thrown)
                outbox.mark_failed(session, kept.id, error=error, permanent=False, attempt=message.attempts)

    def _prepared(self, session: Session, message: OutboxMessage) -> Webhook | _Nothing:
        if not message.payload:
            return _Nothing("What was to be sent has been erased")
        endpoint = session.get(Endpoint, message.payload["endpoint_id"])
        if endpoint is None:
            return _Nothing("The endpoint is not there any more")
        return Webhook(
            url=endpoint.url,
            id=f"msg_{message.id}",
            content_type=message.payload["content_type"],
            body=message.payload["body"].encode(),
            secrets=endpoints.secrets_at(self._office, endpoint, clock.now()),
        )

    def _record_answer(self, session: Session, message: OutboxMessage, answer: Answer, attempt: int) -> None:
        endpoint = session.get(Endpoint, message.payload.get("endpoint_id", ""))
        if endpoint is None or message.state != OutboxState.PENDING or message.attempts != attempt:
            return  # another worker took it over, and records what came of that
        _write_down(session, endpoint, message, answer)
        facts = {"endpoint_id": endpoint.id, "message_id": message.id, "attempt": attempt, "status": answer.status}
        if answer.is_success:
            outbox.mark_sent(session, message.id)
            outbox_queues.note_success(session, message.queue)
            log.info("webhook sent", **facts)
            return
        self._record_failure(session, endpoint, message, answer)
        log.warning("webhook not sent", reason=answer.error, **facts)

    def _record_failure(self, session: Session, endpoint: Endpoint, message: OutboxMessage, answer: Answer) -> None:
        asked = answer.retry_after_seconds
        wait_until = None if asked is None else clock.now() + timedelta(seconds=asked)
        outbox.mark_failed(
            session,
            message.id,
            error=answer.error or "no answer",
            permanent=answer.is_gone,
            not_before=wait_until,
        )
        if reason := self._reason_to_disable(session, message.queue, answer):
            self._disable(session, endpoint, reason)
            return
        outbox_queues.note_failure(session, message.queue)
        if asked is not None:
            longest = clock.now() + timedelta(seconds=min(asked, LONGEST_HOLD_SECONDS))
            outbox_queues.hold(session, message.queue, longest)

    def _reason_to_disable(self, session: Session, queue: str, answer: Answer) -> str | None:
        if answer.is_gone:
            return "The receiver answered 410 Gone"
        since = session.get_one(OutboxQueue, queue, populate_existing=True).failing_since
        days = self._settings.webhook_disable_days
        if since is not None and clock.now() - since >= timedelta(days=days):
            return f"Nothing got through for {days} days"
        return None

    def _disable(self, session: Session, endpoint: Endpoint, reason: str) -> None:
        if endpoint.state == EndpointState.DISABLED:
            return
        endpoints.disable(session, endpoint, reason=reason, actor=ACTOR)
        announcements.endpoint_disabled(session, self._office, endpoint, reason=reason)


def _write_down(session: Session, endpoint: Endpoint, message: OutboxMessage, answer: Answer) -> None:
    session.add(
        EndpointAttempt(
            id=clock.new_id(),
            endpoint_id=endpoint.id,
            message_id=message.id,
            event_type=message.payload["type"],
            number=message.attempts,
            at=clock.now(),
            duration_ms=answer.duration_ms,
            status=answer.status,
            error=answer.error,
            response=answer.response,
        )
    )
