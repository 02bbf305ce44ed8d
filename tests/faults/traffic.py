"""A steady stream of deliveries, and what was answered to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Thread
from typing import Any

from .processes import PATIENCE_SECONDS, Sender

LANES = 6
PAUSE_SECONDS = 0.05


@dataclass
class Traffic:
    """Senders that deliver without a pause, remember what was answered 200, and send the rest again, as senders do."""

    sender: Sender
    ports: list[int]
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: dict[str, Any] = field(default_factory=dict)
    stop: Event = field(default_factory=Event)
    threads: list[Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Let the lanes run."""
        self.threads = [Thread(target=self._lane, args=(number,)) for number in range(LANES)]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Stop the lanes, then send again what was not answered until it is."""
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)
        for delivery_id, body in self.unanswered.items():
            answer = self.sender.deliver_until_answered(self.ports[0], body, delivery_id)
            self.acknowledged[delivery_id] = answer.award_ids

    def next_delivery(self) -> tuple[str, Any]:
        """The id and the body of what a lane sends next: a completion of a new person."""
        body = self.sender.completion()
        return f"msg-{body['id']}", body

    def _lane(self, lane: int) -> None:
        port = self.ports[lane % len(self.ports)]
        while not self.stop.is_set():
            delivery_id, body = self.next_delivery()
            while not self._deliver(port, body, delivery_id):
                if self.stop.wait(PAUSE_SECONDS):
                    self.unanswered[delivery_id] = body
                    return

    def _deliver(self, port: int, body: Any, delivery_id: str) -> bool:
        try:
            answer = self.sender.deliver(port, body, delivery_id)
        except (OSError, HTTPException):
            return False
        self.statuses[answer.status] += 1
        if answer.status == 200:
            self.acknowledged[delivery_id] = answer.award_ids
        return answer.status == 200
