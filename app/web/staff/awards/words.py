"""How the staff pages say how an award stands, who sees it, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.issuing.actors import Actor
from app.issuing.award_search import Standing
from app.issuing.award_story import Event
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.bulk_acts import BulkKind
from app.issuing.stacks.prerequisites import Lacking
from app.issuing.views import ViewKind
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.learner.ways import words as ways
from app.web.staff import who
from app.web.staff.local import Local
from app.web.states import SOON_DAYS, Tone

STANDINGS = {
    Standing.GOOD: marked("Good"),
    Standing.UNCLAIMED: marked("Not accepted yet"),
    Standing.ENDED: marked("Ended"),
    Standing.SUSPENDED: marked("Paused"),
    Standing.REVOKED: marked("Withdrawn"),
    Standing.SUPERSEDED: marked("Replaced"),
}
VISIBILITIES = {
    Visibility.PRIVATE: marked("Private"),
    Visibility.UNLISTED: marked("With the link"),
    Visibility.PUBLIC: marked("Public"),
}
REFUSALS = {
    "already-revoked": marked("was withdrawn meanwhile"),
    "already-superseded": marked("was replaced meanwhile"),
    "already-suspended": marked("was paused meanwhile"),
    "not-suspended": marked("was not paused"),
    "failed": marked("failed for a reason of ours, which the log of the service has"),
}
_EVENTS = {
    "award.issued": marked("Awarded by %(who)s"),
    "award.revoked": marked("Withdrawn by %(who)s"),
    "award.suspended": marked("Paused by %(who)s"),
    "award.reinstated": marked("Reinstated by %(who)s"),
    "award.superseded": marked("Replaced by a newer badge, by %(who)s"),
    "award.reissued": marked("Signed anew by %(who)s"),
    "award.renewed": marked("Renewed by %(who)s: a new badge follows it"),
    "award.visibility": marked("Shown otherwise, by %(who)s"),
    "award.mailed-again": marked("Mail asked for again by %(who)s"),
    "award.sponsorship-noted": marked("Who paid for it was noted by %(who)s"),
    "award.moved": marked("Given to the person with the right address by %(who)s"),
    "approval.award.approved": marked("Approved by %(who)s"),
    "approval.award.rejected": marked("Refused by %(who)s"),
    "approval.revocation.approved": marked("Withdrawal agreed to by %(who)s"),
    "approval.revocation.rejected": marked("Kept by %(who)s: the withdrawal was refused"),
    "claimed": marked("Accepted by the holder"),
    "declined": marked("Declined by the holder"),
}


@dataclass(frozen=True, slots=True)
class Pill:
    """A word with its tone, as the macro `pill` shows it."""

    tone: Tone
    word: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a story, in a sentence, with a second one where there is more to say."""

    at: datetime
    sentence: str
    more: str = ""


def pill(award: Award, *, now: datetime) -> Pill:
    """How an award stands, in one word."""
    match AwardState(award.state):
        case AwardState.REVOKED:
            return Pill(Tone.STOPPED, _("Erased") if award.erased_at else _("Withdrawn"))
        case AwardState.SUSPENDED:
            return Pill(Tone.STOPPED, _("Paused"))
        case AwardState.SUPERSEDED:
            return Pill(Tone.ENDED, _("Replaced"))
        case AwardState.PENDING:
            return Pill(Tone.UNKNOWN, _("Not issued"))
        case AwardState.ISSUED:
            return _by_date(award, now)


def _by_date(award: Award, now: datetime) -> Pill:
    if award.valid_until is not None and award.valid_until <= now:
        return Pill(Tone.ENDED, _("Ended"))
    if award.valid_until is not None and award.valid_until <= now + timedelta(days=SOON_DAYS):
        return Pill(Tone.SOON, _("Ends soon"))
    return Pill(Tone.GOOD, _("Good"))


def visibility(award: Award) -> str:
    """Who sees the badge."""
    return _(VISIBILITIES[Visibility(award.visibility)])


def lacking(found: Lacking | None) -> list[str]:
    """What comes before a badge and is not there, as phrases; none where nothing is missing."""
    return [] if found is None else ways.missing(found.world, found.finding)


def told(event: Event, actors: Mapping[str, Actor], local: Local) -> Told:
    """An event as the page says it."""
    doer = who.words(actors.get(event.actor)) if event.actor else ""
    match event.code:
        case "completion":
            return _completion(event, local)
        case "mail.sent" | "mail.parked" | "mail.pending":
            return _mail(event, local)
        case _ if event.code.startswith("views."):
            return Told(event.at, _looks(event))
        case "approval.award.approved" | "approval.award.rejected" | "approval.revocation.approved":
            return Told(event.at, _(_EVENTS[event.code], who=doer), str(event.facts.get("reason") or ""))
        case _ if event.code in _EVENTS:
            return Told(event.at, _(_EVENTS[event.code], who=doer))
        case _:
            return Told(event.at, f"{event.code} · {doer}")


def _completion(event: Event, local: Local) -> Told:
    facts = event.facts
    sentence = _("%(source)s said: completed “%(activity)s”", source=facts["source"], activity=facts["activity"])
    more = _("on %(day)s", day=local.day(facts["occurred_at"]))
    if facts["score"] is not None:
        more += _(", with %(percent)s %%", percent=f"{facts['score'] * 100:.4g}")
    return Told(event.at, sentence, more)


def _mail(event: Event, local: Local) -> Told:
    facts: dict[str, Any] = event.facts
    to = facts["to"] or _("an address that was erased")
    match event.code:
        case "mail.sent":
            sentence = _("Mail handed over for %(to)s", to=to)
        case "mail.parked":
            sentence = _("Mail to %(to)s did not get through", to=to)
        case _:
            sentence = _("Mail to %(to)s waits, to go out on %(at)s", to=to, at=local.moment(facts["due_at"]))
    more = [str(facts["why"])] if facts["why"] and event.code != "mail.sent" else []
    if facts["is_digest"]:
        more.append(_("together with other badges of the same person"))
    return Told(event.at, sentence, "; ".join(more))


def _looks(event: Event) -> str:
    number = int(event.facts["number"])
    match ViewKind(event.code.removeprefix("views.")):
        case ViewKind.PAGE:
            return ngettext("Looked at %(num)s time until this day", "Looked at %(num)s times until this day", number)
        case ViewKind.FILE:
            return ngettext("Downloaded %(num)s time until this day", "Downloaded %(num)s times until this day", number)
        case ViewKind.EMBED:
            return ngettext(
                "Seen within another page %(num)s time until this day",
                "Seen within another page %(num)s times until this day",
                number,
            )
        case ViewKind.CHECK:
            return ngettext("Checked %(num)s time until this day", "Checked %(num)s times until this day", number)


def bulk_title(kind: str, count: int) -> str:
    """`Revoke 3 badges`: what an act does, and to how many."""
    match BulkKind(kind):
        case BulkKind.REVOKE:
            return ngettext("Revoke %(num)s badge", "Revoke %(num)s badges", count)
        case BulkKind.SUSPEND:
            return ngettext("Suspend %(num)s badge", "Suspend %(num)s badges", count)
        case BulkKind.REINSTATE:
            return ngettext("Reinstate %(num)s badge", "Reinstate %(num)s badges", count)
