"""How pages say where an application stands, and what happened to it."""

from __future__ import annotations

from app.issuing.applications import ApplicationState, LearningKind
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.states import State, Tone

_STATES = {
    ApplicationState.SUBMITTED: (Tone.SOON, marked("Waits for the assessor")),
    ApplicationState.NEEDS_MORE: (Tone.SOON, marked("More is asked for")),
    ApplicationState.APPROVED: (Tone.GOOD, marked("Approved")),
    ApplicationState.REFUSED: (Tone.STOPPED, marked("Not approved")),
    ApplicationState.WITHDRAWN: (Tone.ENDED, marked("Taken back")),
}
_EVENTS = {
    "submitted": marked("The application was handed in"),
    "resubmitted": marked("The application was handed in again"),
    "added": marked("Evidence was added"),
    "took-back": marked("Evidence was taken back"),
    "needs-more": marked("The assessor asked for more"),
    "approved": marked("The assessor approved it"),
    "refused": marked("The assessor did not approve it"),
    "withdrawn": marked("The applicant took it back"),
}
_KINDS = {
    LearningKind.FORMAL: marked("Formal: a course that ends with a qualification"),
    LearningKind.NON_FORMAL: marked("Non-formal: courses, workshops, training at work"),
    LearningKind.INFORMAL: marked("Informal: from work, from others, on my own"),
}


def state_of(state: str) -> State:
    """Where an application stands, with a tone and a word."""
    tone, words = _STATES[ApplicationState(state)]
    return State(tone, _(words), "")


def states() -> list[tuple[str, str]]:
    """Every state with its word, to choose from."""
    return [(str(state), _(words)) for state, (_tone, words) in _STATES.items()]


def event(action: str) -> str:
    """What happened, as a sentence without its end."""
    return _(_EVENTS[action])


def kind(learning: str) -> str:
    """How it was learned."""
    return _(_KINDS[LearningKind(learning)])


def kinds() -> list[tuple[str, str, str]]:
    """The ways of learning to choose from, each with a hint; informal learning counts like any other."""
    return [(str(each), _(words), "") for each, words in _KINDS.items()]
