"""A badge that a program adds for its holder: judged first, by whoever has to be asked, and then kept as it came."""

from __future__ import annotations

from functools import partial

from app.credentials.report import Report, Verdict
from app.issuing import collection, kept_badges, verification
from app.issuing.kept_badges import Origin, Outcome
from app.judging.desk import Desk
from app.service import Service
from app.web.badge_connect.callers import Caller
from app.web.lanes import Lane


async def take(service: Service, desk: Desk, lane: Lane, caller: Caller, document: bytes) -> bool:
    """Keep the badge; whether it is new, or else equal to one that was there (OB 3.0, "Credential equality").

    Raises UnreadableCredential, NotKept with a reason, TooLarge, InvalidInput above what is kept for one person, Busy.
    """
    return await lane.run(partial(_take, service, desk, caller, document))


def _take(service: Service, desk: Desk, caller: Caller, document: bytes) -> bool:
    with service.database.read() as session:
        names = kept_badges.names_of(session, caller.account_id)
    report = desk.judge(document, recipient=names or None)
    with service.database.write() as session:
        if report.credential is not None and _is_own(service, report):
            held = collection.is_held(session, service.office, caller.account_id, report.credential.credential_id)
            if held:  # it is among the holder's badges, in its newest form
                return False
        kept = kept_badges.keep(
            session,
            service.office,
            caller.account_id,
            document,
            report,
            origin=Origin.PUSH,
            source=f"https://{caller.client_host}",
        )
        return kept.outcome is Outcome.ADDED


def _is_own(service: Service, report: Report) -> bool:
    """Whether an issuer here signed it. Equal badges are of one issuer: another's may carry an id of ours."""
    if report.credential is None or report.verdict is Verdict.BROKEN:
        return False
    return verification.is_own_issuer(service.office, report.credential.issuer_id)
