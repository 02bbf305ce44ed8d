"""How the pages of pathways call things: states, kinds, what happens on loss and on a new version."""

from __future__ import annotations

from app.issuing.pathways import PathwayFacts, PathwayRow, PathwayState
from app.issuing.stacks import Enrolment
from app.stacking.world import Mode, OnLoss, OnNewVersion, StackType
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.staff.awards.words import Pill
from app.web.states import Tone

Options = list[tuple[str, str]]

STACK_TYPES = {
    StackType.VERTICAL: marked("Vertical: one step upon the other"),
    StackType.HORIZONTAL: marked("Horizontal: steps side by side, with a choice among them"),
    StackType.VALUE_ADDED: marked("Value added: a specialism on top of a degree or of another stack"),
}
MODES = {
    Mode.PROGRESSIVE: marked("In order: people are led from one step to the next"),
    Mode.INDEPENDENT: marked("In any order"),
}
ON_LOSS = {
    OnLoss.KEEP: marked("The stack stays"),
    OnLoss.SUSPEND: marked("The stack is paused until something takes its place"),
    OnLoss.REVOKE: marked("The stack is withdrawn"),
}
ON_NEW_VERSION = {
    OnNewVersion.GRANDFATHER: marked("People on the way keep their version for some months"),
    OnNewVersion.MIGRATE: marked("People on the way go on under the new version at once"),
}


def pill(row: PathwayRow) -> Pill:
    """How a pathway stands, in a word."""
    match PathwayState(row.state):
        case PathwayState.DRAFT:
            return Pill(Tone.UNKNOWN, _("Draft"))
        case PathwayState.PUBLISHED if row.draft is not None:
            return Pill(Tone.SOON, _("Version %(number)s, changes not published", number=row.current_version))
        case PathwayState.PUBLISHED:
            return Pill(Tone.GOOD, _("Published, version %(number)s", number=row.current_version))
        case PathwayState.ARCHIVED:
            return Pill(Tone.ENDED, _("Archived"))


def choices() -> dict[str, Options]:
    """What the selects of the editor offer."""
    return {
        "stack_type": [(key.value, _(said)) for key, said in STACK_TYPES.items()],
        "mode": [(key.value, _(said)) for key, said in MODES.items()],
        "on_component_loss": [(key.value, _(said)) for key, said in ON_LOSS.items()],
        "on_new_version": [(key.value, _(said)) for key, said in ON_NEW_VERSION.items()],
    }


def on_loss(facts: PathwayFacts) -> str:
    """What becomes of a stack when something that it rests on is withdrawn, as a sentence."""
    sentences = {
        OnLoss.KEEP: marked("When a badge that a stack rests on is withdrawn, the stack stays."),
        OnLoss.SUSPEND: marked(
            "When a badge that a stack rests on is withdrawn and nothing takes its place, the stack is paused until"
            " something does."
        ),
        OnLoss.REVOKE: marked(
            "When a badge that a stack rests on is withdrawn and nothing takes its place, the stack is withdrawn too."
        ),
    }
    by_date = _("A badge that ends by its date takes nothing away.")
    return f"{_(sentences[facts.on_component_loss])} {by_date}"


def on_new_version(facts: PathwayFacts) -> str:
    """What publishing this version means to those who are on the way, as a sentence."""
    if facts.on_new_version is OnNewVersion.MIGRATE:
        return _("Whoever is on the pathway goes on under this version at once. What was awarded stays.")
    if not facts.grandfather_months:
        return _("Whoever is on the pathway keeps their version on this day, and goes on under this one tomorrow.")
    return ngettext(
        "Whoever is on the pathway keeps their version for %(num)s month, unless they ask to move.",
        "Whoever is on the pathway keeps their version for %(num)s months, unless they ask to move.",
        facts.grandfather_months,
    )


def progress(enrolment: Enrolment, *, is_complete: bool) -> Pill | None:
    """How somebody stands, in a word; None = under way. Who completed it once has, whatever has ended since."""
    if enrolment.ended_at is not None:
        return Pill(Tone.ENDED, _("Taken off"))
    if is_complete or enrolment.completed_at is not None:
        return Pill(Tone.GOOD, _("Completed"))
    return None
