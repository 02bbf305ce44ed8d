"""What a page says about a badge first: one of five tones (icon and colour), a word, and a sentence that explains it.

The page of our own badge computes it from rows; the verify page from a report. Both end here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.credentials.report import Report, Verdict
from app.days import day_in
from app.issuing.awards import Award, AwardState
from app.issuing.signing_keys import SigningKey
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.told import left_english, told
from app.web.words import UTC_ZONE, date_of, end_of

SOON_DAYS = 60


class Tone(StrEnum):
    """The five states of the design; the value is the name of icon and colour."""

    GOOD = "good"  # green, tick in a circle
    SOON = "soon"  # amber, clock
    ENDED = "ended"  # slate, hourglass
    STOPPED = "stopped"  # red-brown, bar in a circle
    UNKNOWN = "unknown"  # violet-grey, question mark


_AS_SENT = marked("Ask for the file or link as the issuer sent it.")
_VERDICTS = {
    Verdict.GOOD: (Tone.GOOD, marked("Good"), ""),
    Verdict.EXPIRED: (Tone.ENDED, marked("Ended"), ""),
    Verdict.SUPERSEDED: (Tone.ENDED, marked("Replaced by a newer badge"), ""),
    Verdict.REVOKED: (Tone.STOPPED, marked("Withdrawn"), ""),
    Verdict.SUSPENDED: (Tone.STOPPED, marked("Paused"), ""),
    Verdict.BROKEN: (Tone.STOPPED, marked("Altered or not signed"), _AS_SENT),
    Verdict.WRONG_PERSON: (Tone.STOPPED, marked("Somebody else’s badge"), ""),
    Verdict.NOT_YET_VALID: (Tone.SOON, marked("Not good yet"), ""),
    Verdict.UNKNOWN_ISSUER: (Tone.UNKNOWN, marked("Cannot tell who signed it"), ""),
    Verdict.CANNOT_TELL: (Tone.UNKNOWN, marked("Cannot tell"), ""),
    Verdict.UNREADABLE: (Tone.UNKNOWN, marked("No badge found"), ""),
}

_OVER = {Verdict.EXPIRED, Verdict.SUPERSEDED, Verdict.REVOKED, Verdict.SUSPENDED}


@dataclass(frozen=True, slots=True)
class State:
    """`word` alone must be enough on a projector; `sentence` says it in full, `advice` what to do, if anything.

    `is_over`: the badge does not count at present, so its image is dimmed; it is never removed. `sentence_language` is
    that of the sentence where it is not the page's: what a report says is a fact, and stays as it was found.
    """

    tone: Tone
    word: str
    sentence: str
    advice: str = ""
    newer_url: str | None = None
    is_over: bool = False
    sentence_language: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an award's state follows from, beside its row."""

    issuer_name: str
    valid_from: datetime
    signed_with: tuple[SigningKey | None, ...]
    newer_url: str | None  # None also when the newer badge is private
    zone: ZoneInfo  # the issuer's, in which its days are said
    grace_until: datetime | None = None  # None = it cannot be renewed once it has ended, or was renewed


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
            return (
                _by_keys(standing)
                or _in_grace(award.valid_until, standing, now=now)
                or _by_dates(standing.valid_from, award.valid_until, standing.zone, now=now)
            )


def of_report(report: Report, zone: ZoneInfo, *, now: datetime) -> State:
    """The state that a verification found; a good badge that ends soon says so."""
    tone, word, advice = _VERDICTS[report.verdict]
    word, advice = _(word), _(advice) if advice else ""
    if report.is_good and report.credential is not None:
        by_date = _by_dates(None, report.credential.valid_until, zone, now=now)
        tone, word = by_date.tone, by_date.word
    is_over = report.verdict in _OVER
    return State(
        tone,
        word,
        told(report.sentence),
        advice,
        newer_url=report.superseded_by,
        is_over=is_over,
        sentence_language=left_english(report.sentence) or None,
    )


def of_kept(verdict: Verdict, sentence: str, *, valid_until: datetime | None, now: datetime) -> State:
    """The state of somebody else's badge that is kept here, by the verdict and sentence of its last check.

    Who signed it declared no time zone here: its days are those of UTC.
    """
    if verdict is Verdict.GOOD or (verdict is Verdict.EXPIRED and valid_until is not None and valid_until <= now):
        return _by_dates(None, valid_until, UTC_ZONE, now=now)
    tone, word, advice = _VERDICTS[verdict]
    said = _(advice) if advice else ""
    language = left_english(sentence) or None
    return State(tone, _(word), told(sentence), said, is_over=verdict in _OVER, sentence_language=language)


def of_verdict(verdict: Verdict, *, valid_until: datetime | None, now: datetime) -> Tone:
    """The tone of a verdict that was kept without its report; a good badge that ends soon has that one."""
    return _by_dates(None, valid_until, UTC_ZONE, now=now).tone if verdict is Verdict.GOOD else _VERDICTS[verdict][0]


def word_of(verdict: Verdict) -> str:
    """A verdict in a word."""
    return _(_VERDICTS[verdict][1])


def _withdrawn(award: Award, standing: Standing) -> State:
    issuer, at = standing.issuer_name, award.revoked_at
    if at is None:
        said = _("This badge was withdrawn by %(issuer)s", issuer=issuer)
    else:
        said = _("This badge was withdrawn by %(issuer)s on %(date)s", issuer=issuer, date=date_of(at, standing.zone))
    sentence = said + _because(award.reason)
    return State(Tone.STOPPED, _("Withdrawn"), sentence, _("It does not count any more."), is_over=True)


def _paused(award: Award, standing: Standing) -> State:
    issuer, at = standing.issuer_name, award.suspended_at
    if at is None:
        said = _("This badge is paused by %(issuer)s", issuer=issuer)
    else:
        said = _("This badge is paused by %(issuer)s since %(date)s", issuer=issuer, date=date_of(at, standing.zone))
    sentence = said + _because(award.reason)
    return State(Tone.STOPPED, _("Paused"), sentence, _("It may count again later; ask the issuer."), is_over=True)


def _replaced(award: Award, standing: Standing) -> State:
    issuer = standing.issuer_name
    if award.revoked_at is None:
        sentence = _("%(issuer)s replaced this badge with a newer one.", issuer=issuer)
    else:
        date = date_of(award.revoked_at, standing.zone)
        sentence = _("%(issuer)s replaced this badge with a newer one on %(date)s.", issuer=issuer, date=date)
    advice = "" if standing.newer_url else _("The newer badge is not public; ask the holder for it.")
    word = _("Replaced by a newer badge")
    return State(Tone.ENDED, word, sentence, advice, newer_url=standing.newer_url, is_over=True)


def _by_keys(standing: Standing) -> State | None:
    if all(key is not None and key.revoked_at is None for key in standing.signed_with):
        return None
    sentence = _("The key that signed this badge was withdrawn, so we cannot say whether it is genuine.")
    advice = _("Ask %(issuer)s to sign it anew.", issuer=standing.issuer_name)
    return State(Tone.UNKNOWN, _("Cannot tell"), sentence, advice)


def _in_grace(valid_until: datetime | None, standing: Standing, *, now: datetime) -> State | None:
    grace_until, zone = standing.grace_until, standing.zone
    if valid_until is None or grace_until is None or not valid_until < now <= grace_until:
        return None
    end = end_of(grace_until, zone)
    said = _(
        "This badge was good until %(date)s. It can be renewed until %(end)s as if it were in time; until then it "
        "does not count.",
        date=end_of(valid_until, zone),
        end=end,
    )
    return State(Tone.ENDED, _("Lapsed; in its grace period until %(date)s", date=end), said, is_over=True)


def _by_dates(valid_from: datetime | None, valid_until: datetime | None, zone: ZoneInfo, *, now: datetime) -> State:
    if valid_until is not None and valid_until <= now:
        ended = end_of(valid_until, zone)
        sentence = _("This badge was good until %(date)s.", date=ended)
        return State(Tone.ENDED, _("Ended on %(date)s", date=ended), sentence, is_over=True)
    if valid_from is not None and now < valid_from:
        begins = date_of(valid_from, zone)
        sentence = _("This badge is not good yet. It will be from %(date)s.", date=begins)
        return State(Tone.SOON, _("Good from %(date)s", date=begins), sentence)
    if valid_until is None:
        return State(Tone.GOOD, _("Good, no end date"), _("This badge is good and has no end date."))
    end = end_of(valid_until, zone)
    days = (day_in(valid_until, zone) - day_in(now, zone)).days
    sentence = _("This badge is good until %(date)s.", date=end)
    if days <= SOON_DAYS:
        return State(Tone.SOON, _("Ends soon: %(date)s", date=end), f"{sentence} {_left(days)}")
    return State(Tone.GOOD, _("Good until %(date)s", date=end), sentence)


def _left(days: int) -> str:
    if days == 0:
        return _("Today is its last day.")
    return ngettext("That is tomorrow.", "That is in %(num)s days.", days)


def _because(reason: str | None) -> str:
    text = (reason or "").strip().rstrip(".")
    return f": {text}." if text else "."
