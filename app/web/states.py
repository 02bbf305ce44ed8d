"""What a page says about a badge first: one of five tones (icon and colour), a word, and a sentence that explains it.

The page of our own badge computes it from rows; the verify page from a report. Both end here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.credentials.report import Report, Verdict
from app.issuing.awards import Award, AwardState
from app.issuing.signing_keys import SigningKey
from app.web.words import date_of

SOON_DAYS = 60


class Tone(StrEnum):
    """The five states of the design; the value is the name of icon and colour."""

    GOOD = "good"  # green, tick in a circle
    SOON = "soon"  # amber, clock
    ENDED = "ended"  # slate, hourglass
    STOPPED = "stopped"  # red-brown, bar in a circle
    UNKNOWN = "unknown"  # violet-grey, question mark


_VERDICTS = {
    Verdict.GOOD: (Tone.GOOD, "Good", ""),
    Verdict.EXPIRED: (Tone.ENDED, "Ended", ""),
    Verdict.SUPERSEDED: (Tone.ENDED, "Replaced by a newer badge", ""),
    Verdict.REVOKED: (Tone.STOPPED, "Withdrawn", ""),
    Verdict.SUSPENDED: (Tone.STOPPED, "Paused", ""),
    Verdict.BROKEN: (Tone.STOPPED, "Altered or not signed", "Ask for the file or link as the issuer sent it."),
    Verdict.WRONG_PERSON: (Tone.STOPPED, "Somebody else’s badge", ""),
    Verdict.NOT_YET_VALID: (Tone.SOON, "Not good yet", ""),
    Verdict.UNKNOWN_ISSUER: (Tone.UNKNOWN, "Cannot tell who signed it", ""),
    Verdict.CANNOT_TELL: (Tone.UNKNOWN, "Cannot tell", ""),
    Verdict.UNREADABLE: (Tone.UNKNOWN, "No badge found", ""),
}

_OVER = {Verdict.EXPIRED, Verdict.SUPERSEDED, Verdict.REVOKED, Verdict.SUSPENDED}


@dataclass(frozen=True, slots=True)
class State:
    """`word` alone must be enough on a projector; `sentence` says it in full, `advice` what to do, if anything.

    `is_over`: the badge does not count at present, so its image is dimmed; it is never removed.
    """

    tone: Tone
    word: str
    sentence: str
    advice: str = ""
    newer_url: str | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What an award's state follows from, beside its row."""

    issuer_name: str
    valid_from: datetime
    signed_with: tuple[SigningKey | None, ...]
    newer_url: str | None  # None also when the newer badge is private


def of_award(award: Award, standing: Standing, *, now: datetime) -> State:
    """The state of an issued award at this moment."""
    match AwardState(award.state):
        case AwardState.REVOKED:
            return _withdrawn(award, standing)
        case AwardState.SUPERSEDED:
            return _replaced(award, standing)
        case AwardState.SUSPENDED:
            return _paused(award, standing)
        case AwardState.ISSUED | AwardState.PENDING:
            return _by_keys(standing) or _by_dates(standing.valid_from, award.valid_until, now=now)


def of_report(report: Report, *, now: datetime) -> State:
    """The state that a verification found; a good badge that ends soon says so."""
    tone, word, advice = _VERDICTS[report.verdict]
    if report.is_good and report.credential is not None:
        by_date = _by_dates(None, report.credential.valid_until, now=now)
        tone, word = by_date.tone, by_date.word
    is_over = report.verdict in _OVER
    return State(tone, word, report.sentence, advice, newer_url=report.superseded_by, is_over=is_over)


def _withdrawn(award: Award, standing: Standing) -> State:
    when = f" on {date_of(award.revoked_at)}" if award.revoked_at else ""
    sentence = f"This badge was withdrawn by {standing.issuer_name}{when}{_because(award.reason)}"
    return State(Tone.STOPPED, "Withdrawn", sentence, "It does not count any more.", is_over=True)


def _paused(award: Award, standing: Standing) -> State:
    when = f" since {date_of(award.suspended_at)}" if award.suspended_at else ""
    sentence = f"This badge is paused by {standing.issuer_name}{when}{_because(award.reason)}"
    return State(Tone.STOPPED, "Paused", sentence, "It may count again later; ask the issuer.", is_over=True)


def _replaced(award: Award, standing: Standing) -> State:
    when = f" on {date_of(award.revoked_at)}" if award.revoked_at else ""
    sentence = f"{standing.issuer_name} replaced this badge with a newer one{when}."
    advice = "" if standing.newer_url else "The newer badge is not public; ask the holder for it."
    return State(Tone.ENDED, "Replaced by a newer badge", sentence, advice, newer_url=standing.newer_url, is_over=True)


def _by_keys(standing: Standing) -> State | None:
    if all(key is not None and key.revoked_at is None for key in standing.signed_with):
        return None
    sentence = "The key that signed this badge was withdrawn, so we cannot say whether it is genuine."
    return State(Tone.UNKNOWN, "Cannot tell", sentence, f"Ask {standing.issuer_name} to sign it anew.")


def _by_dates(valid_from: datetime | None, valid_until: datetime | None, *, now: datetime) -> State:
    if valid_until is not None and valid_until <= now:
        ended = f"on {date_of(valid_until)}"
        sentence = f"This badge was good until {date_of(valid_until)}."
        return State(Tone.ENDED, f"Ended {ended}", sentence, is_over=True)
    if valid_from is not None and now < valid_from:
        begins = date_of(valid_from)
        return State(Tone.SOON, f"Good from {begins}", f"This badge is not good yet. It will be from {begins}.")
    if valid_until is None:
        return State(Tone.GOOD, "Good, no end date", "This badge is good and has no end date.")
    end = date_of(valid_until)
    days = (valid_until.date() - now.date()).days
    if days <= SOON_DAYS:
        sentence = f"This badge is good until {end}. {_left(days)}"
        return State(Tone.SOON, f"Ends soon: {end}", sentence)
    return State(Tone.GOOD, f"Good until {end}", f"This badge is good until {end}.")


def _left(days: int) -> str:
    if days == 0:
        return "Today is its last day."
    return f"That is in {days} days." if days > 1 else "That is tomorrow."


def _because(reason: str | None) -> str:
    text = (reason or "").strip().rstrip(".")
    return f": {text}." if text else "."
