"""What platforms are asked for, in a thread of its own: whoever does not answer holds up no delivery and no mail."""

from __future__ import annotations

import threading

from app.outbound.network import Network
from app.outbound.reconcile import RECONCILERS
from app.service import Service
from app.worker.finding import Finding
from app.worker.lti import AskingLti
from app.worker.reconciling import AskedPeople, Reconciling


class Asking:
    """Asks for lost pushes, for people whom a source only named, and LTI platforms. `network` None = the internet."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self._reconciling = Reconciling(service, network)
        people = AskedPeople(service, network)
        self._finding = Finding(service, dict.fromkeys(RECONCILERS, people))
        self._lti = AskingLti(service, network)

    def work_through(self, stop: threading.Event) -> int:
        """Ask everything that is due; how much."""
        asked = self._reconciling.work_through(stop) + self._finding.work_through(stop)
        return asked + self._lti.ask_due(stop)
