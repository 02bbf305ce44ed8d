"""What every kind of list can say, in the same words."""

from __future__ import annotations

from app.credentials.model import StatusPurpose
from app.credentials.report import Check, domain_of
from app.credentials.verify.finding import STATUS, Stop, failed, passed, unknown

MESSAGE = "message"


def judged(purpose: StatusPurpose, issuer_id: str, *, is_set: bool) -> Check:
    """The check of a badge whose place in a list of this purpose was read."""
    domain = domain_of(issuer_id)
    match purpose, is_set:
        case StatusPurpose.REVOCATION, True:
            return failed(STATUS, "revoked", f"It was withdrawn by its issuer, {domain}.")
        case StatusPurpose.SUSPENSION, True:
            return failed(STATUS, "suspended", f"It is paused by its issuer, {domain}.")
        case _:
            return passed(STATUS, "in_force", "Its issuer has neither withdrawn nor paused it.")


def doubt(code: str, sentence: str) -> Stop:
    """The end of a check that cannot be decided."""
    return Stop(unknown(STATUS, code, f"{sentence}, so we cannot say whether it is still good."))
