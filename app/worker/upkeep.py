"""What a worker does every so often: lives, seals the audit log, opens status lists in time, makes its daily round."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from app.issuing import (
    access,
    accounts,
    audit_chain,
    badge_connect,
    brake,
    bulk_acts,
    bulk_checks,
    endorsement_requests,
    expiry,
    health_records,
    heartbeat,
    hosts,
    inbox,
    issuers,
    lti,
    outbox_keeping,
    renewals,
    stacks,
    status_lists,
    wallets,
    watched_keys,
    watches,
)
from app.issuing.audit import AuditCheckpoint
from app.outbound.network import Network
from app.service import Service
from app.worker import reporting
from app.worker.key_sets import refresh_one

log = structlog.get_logger()

NAME = "worker"
SEAL_ENTRIES = 500
BEAT_SECONDS = 10
SEAL_SECONDS = 5
CHECKPOINT_SECONDS = 60
LISTS_SECONDS = 30
KEY_SETS_SECONDS = 10
EXPIRY_SECONDS = 60
REPORTS_SECONDS = 60
RENEWALS_SECONDS = 3600
PROGRAMS_SECONDS = 3600
ROUND_SECONDS = 24 * 3600


@dataclass(slots=True)
class _Chore:
    """Something to do every so often; `due_at` is on the clock that never jumps."""

    name: str
    step: Callable[[], None]
    every_seconds: float
    due_at: float = 0.0


class Upkeep:
    """The chores of one worker. Several workers may do them at once."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        """`network` None = the internet."""
        self._network = network
        self._service = service
        self._database = service.database
        self._office = service.office
        self._news_days = service.settings.news_days
        self._checks_kept_days = service.settings.checks_kept_days
        self._chores = [
            _Chore("heartbeat", self.beat, BEAT_SECONDS),
            _Chore("seal", self.seal, SEAL_SECONDS),
            _Chore("checkpoint", self.checkpoint, CHECKPOINT_SECONDS),
            _Chore("status lists", self.open_lists, LISTS_SECONDS),
            _Chore("key sets", self.refresh_keys, KEY_SETS_SECONDS),
            _Chore("expiry", self.tell_of_expiry, EXPIRY_SECONDS),
            _Chore("renewals", self.remind, RENEWALS_SECONDS),
            _Chore("watches", self.tell_watches, RENEWALS_SECONDS),
            _Chore("reports", self.send_reports, REPORTS_SECONDS),
            _Chore("programs", self.forget_programs, PROGRAMS_SECONDS),
            _Chore("daily round", self.make_round, ROUND_SECONDS),
        ]

    def do_what_is_due(self) -> None:
        """Do each chore whose time has come. One that fails is logged and comes again; the others are done."""
        for chore in self._chores:
            if time.monotonic() >= chore.due_at:
                chore.due_at = time.monotonic() + chore.every_seconds
                self._try(chore.name, chore.step)

    def do_everything(self) -> None:
        """Do each chore now."""
        for chore in self._chores:
            self._try(chore.name, chore.step)

    def beat(self) -> None:
        """Say that a worker is alive."""
        with self._database.write() as session:
            heartbeat.beat(session, NAME)

    def seal(self) -> None:
        """Link every audit entry that waits into its issuer's chain, in batches."""
        with self._database.read() as session:
            waiting = audit_chain.unsealed(session)
        for issuer_id in waiting:
            self._try("seal", partial(self._seal, issuer_id))

    def checkpoint(self) -> None:
        """Sign where each chain stands, where that is due. It also goes to the log, which is kept elsewhere."""
        with self._database.read() as session:
            due = [issuer.id for issuer in issuers.every(session) if audit_chain.is_checkpoint_due(session, issuer)]
        for issuer_id in due:
            self._try("checkpoint", partial(self._sign, issuer_id))

    def open_lists(self) -> None:
        """Open the next status list where one is nearly full, so that no award has to wait for that."""
        with self._database.read() as session:
            due = sorted({issuer_id for issuer_id, _ in status_lists.nearly_full(session, self._office)})
        for issuer_id in due:
            self._try("status lists", partial(self._open_lists, issuer_id))

    def refresh_keys(self) -> None:
        """Ask one platform for its keys, where that is due."""
        refresh_one(self._database, self._network)

    def tell_of_expiry(self) -> None:
        """Tell endpoints of the awards that ended by themselves."""
        count = expiry.AT_ONCE
        while count == expiry.AT_ONCE:
            with self._database.write() as session:
                count = expiry.tell(session, self._office)

    def tell_watches(self) -> None:
        """Tell whoever watches badges of those that end soon."""
        count = 1
        while count:
            with self._database.write() as session:
                count = watches.tell_of_ends(session, self._office)

    def remind(self) -> None:
        """Tell holders, issuers and endpoints of badges that end soon or have lapsed, each of them once."""
        with self._database.read() as session:
            every = [issuer.id for issuer in issuers.every(session)]
        for issuer_id in every:
            self._try("renewals", partial(self._remind, issuer_id))

    def send_reports(self) -> None:
        """Hand the reports that are due to the outbox."""
        reporting.send_due(self._service)

    def forget_programs(self) -> None:
        """Forget what strangers asked that nobody answered, and programs that nobody let in."""
        with self._database.write() as session:
            badge_connect.tokens.forget_old(session)
        count = badge_connect.clients.AT_ONCE
        while count == badge_connect.clients.AT_ONCE:
            with self._database.write() as session:
                count = badge_connect.clients.forget_unused(session)

    def make_round(self) -> None:
        """What is to be done once a day: forget what may be forgotten."""
        with self._database.write() as session:
            count = access.forget_old_requests(session)
            issuers_forgotten = watched_keys.forget(session)
            lti.launches.forget(session)
            health_records.tokens.forget_old(session)
            hosts.connecting.forget_old(session)
            accounts.sessions.forget_ended(session)
            accounts.people.forget_old_links(session)
            brake.forget_old_hours(session)
            bulk_acts.forget_old(session)
            endorsement_requests.forget_old(session)
            watches.forget_old(session)
            wallets.forget_old(session)
            stacks.jobs.ask_for_the_day(session)
        log.info("daily round", forgotten_requests=count, forgotten_issuers=issuers_forgotten)
        log.info("raw bytes forgotten", deliveries=self._forget_raw())
        log.info("messages forgotten", messages=self._forget_messages())
        log.info("bulk checks emptied", checks=self._empty_checks())

    def _forget_raw(self) -> int:
        """Empty the raw bytes of deliveries that were kept long enough, some hundreds in each transaction; how many."""
        total, count = 0, inbox.FORGET_AT_ONCE
        while count == inbox.FORGET_AT_ONCE:
            with self._database.write() as session:
                count = inbox.forget_old(session, self._office)
            total += count
        return total

    def _forget_messages(self) -> int:
        """Forget messages that were kept long enough, some hundreds in each transaction; how many."""
        total, count = 0, outbox_keeping.AT_ONCE
        while count == outbox_keeping.AT_ONCE:
            with self._database.write() as session:
                count = outbox_keeping.forget_old(session, days=self._news_days)
            total += count
        return total

    def _empty_checks(self) -> int:
        """Empty what was handed in for bulk checks long enough ago; how many checks."""
        total, count = 0, bulk_checks.FORGET_AT_ONCE
        while count == bulk_checks.FORGET_AT_ONCE:
            with self._database.write() as session:
                count = bulk_checks.forget_old(session, days=self._checks_kept_days)
            total += count
        return total

    def _remind(self, issuer_id: str) -> None:
        count = 1
        while count:
            with self._database.write() as session:
                count = renewals.remind(session, self._office, issuer_id)
        with self._database.write() as session:
            renewals.digest(session, self._office, issuers.by_id(session, issuer_id))

    def _seal(self, issuer_id: str) -> None:
        count = SEAL_ENTRIES
        while count == SEAL_ENTRIES:
            with self._database.write() as session:
                count = audit_chain.seal(session, issuers.by_id(session, issuer_id), limit=SEAL_ENTRIES)
            self._sign(issuer_id)

    def _sign(self, issuer_id: str) -> None:
        with self._database.write() as session:
            made = audit_chain.checkpoint(session, self._office, issuers.by_id(session, issuer_id))
        if made is not None:
            _publish(made)

    def _open_lists(self, issuer_id: str) -> None:
        with self._database.write() as session:
            opened = status_lists.open_next(session, self._office, issuers.by_id(session, issuer_id))
            numbers = [(each.purpose, each.number) for each in opened]
        if numbers:
            log.info("status lists opened", issuer_id=issuer_id, lists=numbers)

    def _try(self, name: str, step: Callable[[], None]) -> None:
        """Do a step whose failure must not keep the next one from being done."""
        try:
            step()
        except Exception:
            log.exception("chore failed", chore=name)


def _publish(made: AuditCheckpoint) -> None:
    log.info("audit checkpoint", issuer_id=made.issuer_id, sequence=made.sequence, chain_hash=made.hash, kid=made.kid)
