"""The outbox: what is sent after the commit. At least once, with the same message id; one bad message delays nobody."""

from __future__ import annotations

import math
import threading
import time
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import structlog

from app.errors import MailRefused
from app.issuing import outbox
from app.issuing.announcements import EMAIL
from app.issuing.outbox import OutboxMessage
from app.outbound import email
from app.outbound.email import Mailer
from app.projections.messages import MailContent
from app.service import Service

log = structlog.get_logger()

AT_ONCE = 4  # a server that does not answer holds up one of these, not the others
STOP_SECONDS = 10
TICK_SECONDS = 0.5  # how soon a stop, and a new message beside one that hangs, are noticed


_Result = tuple[OutboxMessage, Exception | None]


class _Deadline:
    """A moment after which something is due; without seconds, one that is not set yet."""

    def __init__(self, seconds: float | None = None) -> None:
        self._at = math.inf if seconds is None else time.monotonic() + seconds

    def start(self, seconds: float) -> None:
        """Set it, unless it is set."""
        self._at = min(self._at, time.monotonic() + seconds)

    def has_passed(self) -> bool:
        """Whether the moment is over."""
        return time.monotonic() >= self._at


class Sending:
    """Sends what is due, a few messages at once, each outside of any transaction.

    A message is leased when a sender is free for it, and its lease renewed while it is on its way: as long as a
    worker lives, no other sends the same message.
    """

    def __init__(self, service: Service, mailer: Mailer) -> None:
        self._database = service.database
        self._settings = service.settings
        self._mailer = mailer

    def send(self, stop: threading.Event) -> int:
        """Send everything that is due; how many messages were tried.

        When `stop` is set nothing new is taken, and what is on its way is waited for, for some seconds.
        """
        count = 0
        results: SimpleQueue[_Result] = SimpleQueue()
        on_the_way: dict[str, OutboxMessage] = {}
        stopping = _Deadline()
        renewing = _Deadline(self._settings.lease_seconds / 3)
        while True:
            if stop.is_set():
                stopping.start(STOP_SECONDS)
            else:
                taken = self._take(AT_ONCE - len(on_the_way))
                on_the_way |= {message.id: message for message in taken}
                count += len(taken)
                for message in taken:
                    self._start(message, results)
            if not on_the_way:
                return count
            try:
                message, error = results.get(timeout=TICK_SECONDS)
                self._record(on_the_way.pop(message.id), error)
            except Empty:
                pass
            if renewing.has_passed():
                renewing = _Deadline(self._settings.lease_seconds / 3)
                self._renew(on_the_way)
            if on_the_way and stopping.has_passed():
                log.warning("messages left on their way", message_ids=sorted(on_the_way))
                return count

    def _start(self, message: OutboxMessage, results: SimpleQueue[_Result]) -> None:
        """Deliver in a thread of its own, which does not keep the process alive: the message would come again."""

        def run() -> None:
            try:
                self._deliver(message)
            except Exception as error:  # noqa: BLE001 - it is recorded, and logged there
                results.put((message, error))
            else:
                results.put((message, None))

        threading.Thread(target=run, name="lanyard-mail", daemon=True).start()

    def _take(self, limit: int) -> list[OutboxMessage]:
        if limit == 0:
            return []
        with self._database.write() as session:
            return outbox.lease(session, limit=limit, lease_seconds=self._settings.lease_seconds)

    def _renew(self, messages: dict[str, OutboxMessage]) -> None:
        attempts = {message.id: message.attempts for message in messages.values()}
        with self._database.write() as session:
            outbox.renew(session, attempts, lease_seconds=self._settings.lease_seconds)

    def _deliver(self, message: OutboxMessage) -> None:
        if message.channel != EMAIL:
            raise MailRefused(f"This version does not know the channel {message.channel}", permanent=False)
        if not message.payload:
            raise MailRefused("What was to be sent has been erased", permanent=True)
        stated = message.payload
        content = MailContent(
            subject=stated["subject"], text=stated["text"], html=stated["html"], language=stated["language"]
        )
        letter = email.build(
            content,
            sender=self._settings.mail_sender,
            recipient=stated["to"],
            message_id=self._message_id(message),
            date=message.created_at,
            language=content.language,
        )
        self._mailer.deliver(letter)

    def _message_id(self, message: OutboxMessage) -> str:
        """The same at every attempt, so that a mailbox can tell a repetition."""
        return f"<{message.id}@{urlsplit(self._settings.public_base_url).hostname}>"

    def _record(self, message: OutboxMessage, error: Exception | None) -> None:
        facts = {"message_id": message.id, "channel": message.channel, "attempt": message.attempts}
        if error is None:
            with self._database.write() as session:
                outbox.mark_sent(session, message.id)
            log.info("message sent", **facts)
            return
        permanent = isinstance(error, MailRefused) and error.permanent
        reason = error.detail if isinstance(error, MailRefused) else type(error).__name__
        with self._database.write() as session:
            outbox.mark_failed(session, message.id, error=reason, permanent=permanent, attempt=message.attempts)
        if isinstance(error, MailRefused):
            log.warning("message not sent", reason=reason, permanent=permanent, **facts)
        else:
            log.error("message not sent", exc_info=error, **facts)
