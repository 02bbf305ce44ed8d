"""Mails about renewal: to a holder before a badge ends and when it lapses, and a digest for the issuer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from app.projections.messages import wording
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
) -> MailContent:
    """Say when a badge ends, or that it did, and how it is renewed. `grace_until` None = there is no grace."""
    issuer, what, day = wording.one_line(issuer_name), wording.one_line(achievement), wording.written_date(ends_at)
    if has_lapsed:
        subject, said = f"{what} has lapsed", f"Your badge {what} of {issuer} was good until {day}."
    else:
        subject, said = f"{what} ends on {day}", f"Your badge {what} of {issuer} is good until {day}."
    paragraphs = [said, _WAYS[way]]
    if grace_until is not None:
        until = wording.written_date(grace_until)
        paragraphs.append(f"It can be renewed without a gap in the count until {until}; it does not count meanwhile.")
    return letter(subject, paragraphs, quoted="", url=url, button="See your renewals")


def renewals_digest(*, issuer_name: str, lines: Sequence[tuple[str, int, datetime]], url: str) -> MailContent:
    """Say of each achievement how many badges are to be renewed, and when the first of them ends or ended."""
    number = sum(each[1] for each in lines)
    what = "1 badge is" if number == 1 else f"{number} badges are"
    told = "\n".join(
        f"{wording.one_line(name)}: {count}, the first on {wording.written_date(first)}" for name, count, first in lines
    )
    paragraphs = [f"At {wording.one_line(issuer_name)}, {what} about to end, or lapsed and still to be renewed:"]
    return letter(f"Renewals: {number} to see to", paragraphs, quoted=told, url=url, button="Open the work list")
