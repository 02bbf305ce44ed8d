"""What comes before an achievement, and whether somebody had it: told to staff and learner, and no award waits for it.

Prerequisites order plans. Who shows what an achievement asks for has earned it, also where the record lacks what
comes before it, as with what was learned elsewhere or before the record began.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.stacks import held
from app.stacking import wording
from app.stacking.evaluate import Finding, meets
from app.stacking.world import World


@dataclass(frozen=True, slots=True)
class Lacking:
    """What was not there, in the world that says what is asked for."""

    world: World
    finding: Finding

    @property
    def phrases(self) -> tuple[str, ...]:
        """The same in English, one phrase for each thing: "IPES is missing"."""
        return wording.missing(self.world, self.finding)


def lacking(session: Session, learner: Learner, achievement_id: str, at: datetime) -> Lacking | None:
    """What of it the learner had not on the day of a moment, as it is asked for now; None = nothing is missing.

    Of equivalences only those count that hold everywhere.
    """
    known = worlds.of(session, learner.issuer_id)
    credential = known.world.credentials.get(known.slugs.get(achievement_id, ""))
    if credential is None or credential.prerequisites is None:
        return None
    found = meets(known.world, credential.prerequisites, held.of(session, known, learner.id), known.day_of(at))
    return None if found.is_met else Lacking(known.world, found)
