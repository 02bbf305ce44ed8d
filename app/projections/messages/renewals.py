"""Mails about renewal: to a holder before a badge ends and when it lapses, and a digest for the issuer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.projections.messages import sentences, wording
from app.projections.messages.answers import letter
from app.projections.messages.content import MailContent


class RenewalWay(StrEnum):
    """How a badge is renewed."""

    REASSESSMENT = "reassessment"
    EDUCATION = "education"
    NONE = "none"


_WAYS = {
    RenewalWay.REASSESSMENT: "To renew it, take part again and pass.",
    RenewalWay.EDUCATION: "It is renewed by continuing education. Your ledger shows what counts and what is missing.",
    RenewalWay.NONE: "It is not renewed; it has to be earned anew.",
}


def renewal_mail(
    *,
    issuer_name: str,
    achievement: str,
    way: RenewalWay,
    ends_at: datetime,
    grace_until: datetime | None,
    has_lapsed: bool,
    url: str,
    language: str,
    zone: ZoneInfo,
) -> MailContent:
    """Say when a badge ends, or that it did, and how it is renewed. `grace_until` None = there is no grace.

    Days are those of the issuer's `zone`.
    """
    say, day = sentences.in_language(language), wording.written_end(ends_at, zone, language)
    issuer, what = wording.one_line(issuer_name), wording.one_line(achievement)
    if has_lapsed:
        subject = say("{what} has lapsed", what=what)
        said = say("Your badge {what} of {issuer} was good until {day}.", what=what, issuer=issuer, day=day)
    else:
        subject = say("{what} ends on {day}", what=what, day=day)
        said = say("Your badge {what} of {issuer} is good until {day}.", what=what, issuer=issuer, day=day)
    paragraphs = [said, say(_WAYS[way])]
    if grace_until is not None:
        until = wording.written_end(grace_until, zone, language)
        sentence = "It can be renewed without a gap in the count until {day}; it does not count meanwhile."
        paragraphs.append(say(sentence, day=until))
    return letter(subject, paragraphs, quoted="", url=url, button=say("See your renewals"), language=language)


def renewals_digest(
    *, issuer_name: str, lines: Sequence[tuple[str, int, datetime]], url: str, language: str, zone: ZoneInfo
) -> MailContent:
    """Say of each achievement how many badges are to be renewed, and when the first of them ends or ended."""
    number = sum(each[1] for each in lines)
    say, issuer = sentences.in_language(language), wording.one_line(issuer_name)
    line = "{name}: {number}, the first on {day}"
    told = "\n".join(
        say(line, name=wording.one_line(name), number=count, day=wording.written_end(first, zone, language))
        for name, count, first in lines
    )
    one = "At {issuer}, 1 badge is about to end, or lapsed and still to be renewed:"
    many = "At {issuer}, {number} badges are about to end, or lapsed and still to be renewed:"
    said = [say(one, issuer=issuer) if number == 1 else say(many, issuer=issuer, number=number)]
    subject, button = say("Renewals: {number} to see to", number=number), say("Open the work list")
    return letter(subject, said, quoted=told, url=url, button=button, language=language)
