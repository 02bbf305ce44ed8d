"""Back door: what is done after the commit and between requests, by one worker or by several at once.

It works through deliveries that wait, sends what lies in the outbox, signs badges anew whose key was revoked, seals the
audit log and makes the daily round.
Every piece of work is leased, done and recorded in transactions of its own, so a worker may be killed at any moment:
another takes over when the lease has run out. Nothing is sent inside a transaction.
"""

from app.worker.loop import Background, Worker, main_loop, start_in_background

__all__ = ["Background", "Worker", "main_loop", "start_in_background"]
