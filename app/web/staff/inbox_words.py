"""How deliveries stand and what came of their items, in words, each with a tone and what one can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from app.issuing.inbox import Standing
from app.web.languages import gettext
from app.web.languages import marked as _


@dataclass(frozen=True, slots=True)
class Word:
    """A state in a word; `tone` is one of the five that pages have, `advice` what to do, "" = nothing."""

    word: str
    tone: str
    advice: str = ""


_STANDINGS = {
    Standing.FAILED: (
        _("Failed"),
        "stopped",
        _("Something went wrong on our side. The worker tries again; if it stays, mend what is named and replay."),
    ),
    Standing.UNPARSEABLE: (
        _("Cannot be read"),
        "stopped",
        _("Look at what came, correct the settings of the source, and replay."),
    ),
    Standing.NEEDS_REVIEW: (
        _("Needs review"),
        "soon",
        _("A person must decide: two people with one address, an achievement that is not published, an approval."),
    ),
    Standing.UNKNOWN_PERSON: (
        _("Unknown person"),
        "soon",
        _("The source named somebody and sent no address. Say who it is: what waited is decided at once."),
    ),
    Standing.UNMAPPED: (
        _("No rule"),
        "soon",
        _("No rule says what the activity earns. Map it: what waited is decided at once."),
    ),
    Standing.WAITING: (_("Waiting"), "unknown", _("The worker will come to it.")),
    Standing.PROCESSED: (_("Decided"), "good", ""),
    Standing.DUPLICATE: (_("Said before"), "ended", _("It said only what an earlier delivery had said.")),
    Standing.TEST: (_("Test"), "ended", _("A ping of the platform, or one of its test users. It earns nothing.")),
    Standing.IGNORED: (
        _("Of no concern"),
        "ended",
        _("Nothing in it is a completion, or the person asked to be erased."),
    ),
}
_OUTCOMES = {
    "awarded": (_("Badge awarded"), "good"),
    "recorded": (_("Decided, no new badge"), "good"),
    "parked": (_("Waits for somebody"), "soon"),
    "ignored": (_("Of no concern"), "ended"),
    "erased": (_("Person was erased"), "ended"),
    "unreadable": (_("Cannot be read"), "stopped"),
    "failed": (_("Failed"), "stopped"),
    "test": (_("Test"), "ended"),
    "not-awarded": (_("Not awarded"), "soon"),
    "already-held": (_("Held already"), "good"),
    "waiting": (_("Waits"), "soon"),
    "revoked": (_("Withdrawn"), "stopped"),
}
_UNDERSTOOD = {
    "completion": (_("A completion"), "good"),
    "voiding": (_("A fact is taken back"), "soon"),
    "ignored": (_("Of no concern"), "ended"),
    "unreadable": (_("Cannot be read"), "stopped"),
    "test": (_("Test"), "ended"),
}
ATTENTION = (
    Standing.FAILED,
    Standing.UNPARSEABLE,
    Standing.NEEDS_REVIEW,
    Standing.UNKNOWN_PERSON,
    Standing.UNMAPPED,
)
"""How deliveries stand that somebody should look at."""


def of_standing(standing: str) -> Word:
    """How a delivery stands."""
    word, tone, advice = _STANDINGS[Standing(standing)]
    return Word(gettext(word), tone, gettext(advice) if advice else "")


def of_outcome(outcome: str) -> Word:
    """What came of an item; a word that is not known here stays as it is."""
    word, tone = _OUTCOMES.get(outcome, (outcome, "unknown"))
    return Word(gettext(word), tone)


def of_understanding(understood: str) -> Word:
    """What an item of a sample was understood to be."""
    word, tone = _UNDERSTOOD[understood]
    return Word(gettext(word), tone)
