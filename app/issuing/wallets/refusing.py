"""Which badges a wallet may be given: those that count now, and that their holder did not decline."""

from __future__ import annotations

from enum import StrEnum

from app import clock
from app.errors import AlreadyRevoked, AlreadySuperseded, AlreadySuspended, Gone, ServiceError, WrongState
from app.issuing.awards import ERASED, Award, AwardState


class Refusal(StrEnum):
    """Why a code is not exchanged, in words for whoever makes the wallet."""

    UNKNOWN = "There is no such offer"
    ENDED = "The offer has ended, or was used; its holder can make another"
    CODE_MISSING = "The offer asks for a transaction code: send it as tx_code"
    CODE_UNEXPECTED = "The offer asks for no transaction code"
    CODE_WRONG = "The transaction code is not the one that belongs to this offer"
    NO_BADGE = "The badge does not count now, so that no wallet is given it"


def reason(award: Award) -> ServiceError | None:
    """Why no wallet may be given this badge now; None = one may."""
    if award.erased_at is not None:
        return Gone(ERASED)
    if award.state != AwardState.ISSUED:
        return _of_state(award)
    if award.valid_until is not None and award.valid_until <= clock.now():
        ended = award.valid_until.isoformat()
        return WrongState("This badge has ended, so that no wallet is given it", state="expired", valid_until=ended)
    if award.declined_at is not None:
        return WrongState("This badge was declined; accept it before a wallet is given it", state="declined")
    return None


def _of_state(award: Award) -> ServiceError:
    match award.state:
        case AwardState.SUSPENDED:
            since = award.suspended_at and award.suspended_at.isoformat()
            return AlreadySuspended("This badge is suspended, so that no wallet is given it", suspended_at=since)
        case AwardState.REVOKED:
            since = award.revoked_at and award.revoked_at.isoformat()
            return AlreadyRevoked("This badge was revoked, so that no wallet is given it", revoked_at=since)
        case AwardState.SUPERSEDED:
            by = award.superseded_by_id
            return AlreadySuperseded("Another badge took this one's place; offer that one", superseded_by=by)
        case _:
            return WrongState("This badge was not issued yet", state=award.state)


def refuse(award: Award) -> None:
    """Raise why no wallet may be given this badge now: Gone, WrongState, AlreadySuspended, -Revoked or -Superseded."""
    error = reason(award)
    if error is not None:
        raise error
