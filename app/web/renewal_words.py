"""How pages say how a badge stands in its cycle, and how it is renewed."""

from __future__ import annotations

from dataclasses import dataclass

from app.issuing.achievement_facts import RenewalFacts
from app.stacking.cycles import Method, RenewalState
from app.stacking.world import OnLoss
from app.web import words
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.states import Tone

STATES = {
    RenewalState.ACTIVE: (Tone.GOOD, marked("Good")),
    RenewalState.EXPIRING: (Tone.SOON, marked("Ends soon")),
    RenewalState.LAPSED_IN_GRACE: (Tone.ENDED, marked("Lapsed, can be renewed")),
    RenewalState.EXPIRED: (Tone.ENDED, marked("Expired")),
    RenewalState.RENEWED: (Tone.GOOD, marked("Renewed")),
}
_WAYS = {
    Method.REASSESS: marked("To renew it, take part again and pass."),
    Method.CE: marked("It is renewed by continuing education."),
    Method.NONE: marked("It is not renewed; it has to be earned anew."),
}


FAILED_AUDITS = {
    OnLoss.SUSPEND: marked("Samples are audited: a renewal whose continuing education cannot be shown is suspended."),
    OnLoss.REVOKE: marked("Samples are audited: a renewal whose continuing education cannot be shown is withdrawn."),
}


@dataclass(frozen=True, slots=True)
class Pill:
    """A word with its tone, as the macro `pill` shows it."""

    tone: Tone
    word: str


def pill(state: RenewalState) -> Pill:
    """How a badge stands, in a word or two."""
    tone, word = STATES[state]
    return Pill(tone, _(word))


def way(method: Method) -> str:
    """How a badge is renewed, in a sentence."""
    return _(_WAYS[method])


def policy(rule: RenewalFacts) -> list[str]:
    """How badges of an achievement are renewed, in a sentence or three."""
    found = [way(rule.method)]
    if rule.ce is not None:
        asked = words.amount(rule.ce.amount)
        found = [_("It is renewed by continuing education: %(amount)s %(unit)s.", amount=asked, unit=rule.ce.unit)]
        if share := rule.ce.in_domain_min_ratio:
            percent = words.amount(share * 100)
            found.append(_("Of these, %(percent)s %% must be in its own domain.", percent=percent))
    if rule.ce is not None and (becomes := FAILED_AUDITS.get(rule.ce.on_failed_audit or OnLoss.KEEP)):
        found.append(_(becomes))
    if rule.grace_days and rule.method is not Method.NONE:
        days = rule.grace_days
        found.append(
            ngettext(
                "It can be renewed until %(num)s day after its end.",
                "It can be renewed until %(num)s days after its end.",
                days,
            )
        )
    return found
