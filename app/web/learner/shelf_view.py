"""What lists of somebody's badges show of each: name, state, who sees it, and what there is to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.holding import choices
from app.issuing.holding.shelf import Held
from app.web import states, tongues
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.states import State, Tone

TONES = (
    (Tone.GOOD, marked("Good")),
    (Tone.SOON, marked("Ends soon")),
    (Tone.ENDED, marked("Ended")),
    (Tone.STOPPED, marked("Withdrawn or paused")),
    (Tone.UNKNOWN, marked("Cannot tell")),
)


@dataclass(frozen=True, slots=True)
class BadgeCard:
    """A badge in a list of its holder. `task` is what there is to do; "" = nothing."""

    id: str
    name: str
    abbreviation: str
    language: str
    image_path: str
    alt: str
    issuer_name: str
    issuer_slug: str
    awarded_at: datetime
    valid_until: datetime | None
    zone: ZoneInfo  # the issuer's
    state: State
    seen_by: str
    task: str


def card_of(held: Held, *, now: datetime) -> BadgeCard:
    """The card of a badge, for its holder."""
    award, facts = held.award, held.facts
    told = tongues.told(facts)
    state = state_of(held, now=now)
    return BadgeCard(
        id=award.id,
        name=told.name,
        abbreviation=facts.abbreviation,
        language=told.language,
        image_path=f"/images/{held.image_sha256}.png",
        alt=facts.image_alt or _("Badge: %(name)s", name=told.name),
        issuer_name=held.issuer.name,
        issuer_slug=held.issuer.slug,
        awarded_at=award.awarded_at,
        valid_until=award.valid_until,
        zone=held.issuer.zone,
        state=state,
        seen_by=seen_by(award),
        task=_task(award, state),
    )


def state_of(held: Held, *, now: datetime) -> State:
    """The state as its page says it; a badge that is not issued yet waits."""
    if held.signature is None:
        sentence = _("%(issuer)s has not issued this badge yet.", issuer=held.issuer.name)
        return State(Tone.SOON, _("Not issued yet"), sentence)
    newer = f"/me/badges/{held.award.superseded_by_id}" if held.award.superseded_by_id else None
    standing = states.Standing(
        held.issuer.name, held.signature.valid_from, held.signature.keys, newer, held.issuer.zone
    )
    return states.of_award(held.award, standing, now=now)


def seen_by(award: Award) -> str:
    """Who sees the badge, in a few words."""
    match Visibility(award.visibility):
        case Visibility.PRIVATE:
            return _("Only you see it")
        case Visibility.UNLISTED:
            return _("Whoever has the link sees it")
        case Visibility.PUBLIC:
            return _("Everybody may see it")


def _task(award: Award, state: State) -> str:
    if award.state == AwardState.SUPERSEDED:
        return _("A newer badge took its place.")
    if not choices.is_living(award):
        return ""
    if award.declined_at is not None:
        return _("You declined it. You can still accept it.")
    if choices.waits(award):
        return _("Waits for your answer: accept or decline it.")
    return _later(award, state)


def _later(award: Award, state: State) -> str:
    if award.state == AwardState.SUSPENDED:
        return _("Ask the issuer why it is paused.")
    if state.tone == Tone.SOON and award.valid_until is not None:
        return _("Renew it before it ends; the issuer says how.")
    return _("It can be earned again.") if state.tone == Tone.ENDED else ""
