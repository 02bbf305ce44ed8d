"""The worker's loops, in a thread of the web process or in a process of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import structlog

from app import doctor, logs
from app.outbound import email
from app.outbound.email import Mailer
from app.outbound.network import Network
from app.service import Service
from app.worker.acting import Acting
from app.worker.asking import Asking
from app.worker.checking import Checking
from app.worker.checking_kept import CheckingKept
from app.worker.deciding import Deciding
from app.worker.deliveries import Deliveries
from app.worker.enrolling import Enrolling
from app.worker.imports import Imports
from app.worker.judging_again import JudgingAgain
from app.worker.reissuing import Reissuing
from app.worker.sending import Sending
from app.worker.stacking import Stacking
from app.worker.upkeep import Upkeep

log = structlog.get_logger()

STOP_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30.0


class Worker:
    """One worker. `mailer` is the way in which mails go out; `network` None = the internet."""

    def __init__(self, service: Service, mailer: Mailer, network: Network | None = None) -> None:
        self._poll_seconds = service.settings.worker_poll_seconds
        self._upkeep = Upkeep(service, network)
        self._deliveries = Deliveries(service, between=self._upkeep.do_what_is_due)
        self._sending = Sending(service, mailer, network)
        self._stop = threading.Event()
        self._reissuing = Reissuing(service, between=lambda: self._upkeep_and_deliveries(self._stop))
        self._imports = Imports(service, between=lambda: self._upkeep_and_deliveries(self._stop))
        self._asking = Asking(service, network)
        self._checking = Checking(service, network)
        self._judging_again = JudgingAgain(service, network)
        self._checking_kept = CheckingKept(service, network)
        self._deciding = Deciding(service, between=lambda: self._upkeep_and_deliveries(self._stop))
        self._acting = Acting(service, between=lambda: self._upkeep_and_deliveries(self._stop))
        self._enrolling = Enrolling(service, between=lambda: self._upkeep_and_deliveries(self._stop))
        self._stacking = Stacking(service, between=lambda: self._upkeep_and_deliveries(self._stop))

    def run_once(self) -> int:
        """Do everything that there is to do now; how many deliveries and messages were dealt with."""
        go_on = threading.Event()
        done = self._deliveries.work_through(go_on) + self._sending.send(go_on)
        self._reissuing.work_through(go_on)
        done += self._imports.work_through(go_on)
        self._asking.work_through(go_on)
        self._checking.work_through(go_on)
        self._judging_again.work_through(go_on)
        self._checking_kept.work_through(go_on)
        self._deciding.work_through(go_on)
        self._acting.work_through(go_on)
        self._enrolling.work_through(go_on)
        self._stacking.work_through(go_on)
        self._upkeep.do_everything()
        return done

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish or give back the piece in hand; returns within some seconds.

        The outbox has a thread of its own, so that a mail server or an endpoint that hangs holds up nothing else; so
        have the platforms that are asked, and the badges and endorsements of others that are checked.
        """
        self._stop = stop
        steps = {
            "lanyard-send": self._sending.send,
            "lanyard-ask": self._asking.work_through,
            "lanyard-check": self._checking.work_through,
            "lanyard-judge": self._judging_again.work_through,
            "lanyard-keep": self._checking_kept.work_through,
        }
        beside = [
            threading.Thread(target=self._repeat, args=(stop, step), name=name, daemon=True)
            for name, step in steps.items()
        ]
        for each in beside:
            each.start()
        self._repeat(stop, self._work)
        for each in beside:
            each.join(STOP_SECONDS)

    def _work(self, stop: threading.Event) -> int:
        done = self._upkeep_and_deliveries(stop) + self._reissuing.work_through(stop)
        done += self._imports.work_through(stop) + self._deciding.work_through(stop)
        done += self._acting.work_through(stop) + self._enrolling.work_through(stop)
        return done + self._stacking.work_through(stop)

    def _upkeep_and_deliveries(self, stop: threading.Event) -> int:
        self._upkeep.do_what_is_due()
        return self._deliveries.work_through(stop)

    def _repeat(self, stop: threading.Event, step: Callable[[threading.Event], int]) -> None:
        pause = self._poll_seconds
        while not stop.is_set():
            try:
                step(stop)
                pause = self._poll_seconds
            except Exception:
                log.exception("worker failed, and tries again", pause_seconds=pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            stop.wait(pause)


@dataclass(frozen=True, slots=True)
class Background:
    """A worker that runs in a thread of this process."""

    thread: threading.Thread
    stopping: threading.Event

    def stop(self) -> None:
        """Let it finish the piece in hand, for some seconds at most."""
        self.stopping.set()
        self.thread.join(STOP_SECONDS)


def start_in_background(service: Service) -> Background:
    """Start a worker in a thread beside the web service: the way of one machine."""
    stop = threading.Event()
    worker = Worker(service, email.mailer(service.settings))
    thread = threading.Thread(target=worker.run, args=(stop,), name="lanyard-worker", daemon=True)
    thread.start()
    return Background(thread, stop)


def main_loop(service: Service) -> None:
    """Work until SIGTERM or SIGINT, then finish or give back the piece in hand; a second signal ends at once.

    Raises UnsafeConfiguration in production mode when demo keys could sign.
    """
    logs.configure(service.settings)
    doctor.refuse_demo_keys(service)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise SystemExit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    log.info("worker started")
    Worker(service, email.mailer(service.settings)).run(stop)
    log.info("worker stopped")
