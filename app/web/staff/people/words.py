"""How the staff pages say who somebody is, and what is known of them."""

from __future__ import annotations

from app.issuing.learners import Learner, LearnerState
from app.issuing.people_search import PersonLine
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.staff.awards.words import Pill
from app.web.states import Tone

STATES = {
    LearnerState.KNOWN: (Tone.GOOD, marked("Known")),
    LearnerState.PENDING: (Tone.SOON, marked("Not known yet")),
    LearnerState.MERGED: (Tone.ENDED, marked("Merged into another")),
    LearnerState.ERASED: (Tone.STOPPED, marked("Erased")),
}
MOVED = {
    "awards": marked("awards"),
    "completions": marked("completions"),
    "learner_emails": marked("addresses"),
    "learner_identities": marked("ids of systems"),
    "learner_groups": marked("groups"),
    "approvals": marked("requests for approval"),
    "scheduled_awards": marked("scheduled awards"),
}


def pill(learner: Learner) -> Pill:
    """How somebody stands here."""
    tone, word = STATES[LearnerState(learner.state)]
    return Pill(tone, _(word))


def name_of(line: PersonLine) -> str:
    """What people call them: a name, an address, or what a system calls them."""
    learner = line.learner
    if learner.display_name or line.emails:
        return learner.display_name or line.emails[-1]
    if line.identities:
        return line.identities[0][1]
    return _("Erased") if learner.state == LearnerState.ERASED else _("No name")
