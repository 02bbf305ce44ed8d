"""What a catalogue file comes to: everything that there should be, each with the line on which it stands. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from app.credentials.model import Accreditation
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.catalog.lines import Problem
from app.issuing.definitions.kinds import AnyFacts, Kind
from app.issuing.pathways.facts import PathwayFacts


@dataclass(frozen=True, slots=True)
class PlannedIssuer:
    """An issuer that the catalogue describes. `signs`: it has something to sign, and so needs keys."""

    slug: str
    name: str
    url: str
    parent_name: str | None
    parent_url: str | None
    line: int
    signs: bool = False
    accreditations: tuple[Accreditation, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedAchievement:
    """An achievement that the catalogue describes; a stack is one too."""

    slug: str
    issuer_slug: str
    facts: AchievementFacts
    line: int


@dataclass(frozen=True, slots=True)
class PlannedDefinition:
    """A skill, a unit, a role and so on, of the home issuer."""

    kind: Kind
    slug: str
    facts: AnyFacts
    line: int


@dataclass(frozen=True, slots=True)
class PlannedPathway:
    """A pathway with the number of its version. `is_draft`: it is not to be published yet."""

    slug: str
    issuer_slug: str
    number: int
    facts: PathwayFacts
    is_draft: bool
    line: int


@dataclass(frozen=True, slots=True)
class PlannedEndorsement:
    """What one issuer says of another, or of its `achievement`. The last day of `valid_until` counts."""

    id: str
    endorser: str
    issuer_slug: str
    achievement: str | None
    comment: str
    issued: date
    valid_until: date | None
    line: int


@dataclass(frozen=True, slots=True)
class PlannedAward:
    """Something that a learner earned once; `is_recognised`: somebody else's credential."""

    credential: str
    issued: date
    is_revoked: bool
    is_recognised: bool
    line: int


@dataclass(frozen=True, slots=True)
class PlannedLearner:
    """A learner of the home issuer, with what they hold and what they are on."""

    id: str
    name: str
    unit: str | None
    role: str | None
    target_role: str | None
    programmes: tuple[str, ...]
    pathways: tuple[str, ...]
    awards: tuple[PlannedAward, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would see to. With problems, nothing is imported.

    `home` is the short name of the issuer that has everything which belongs to nobody else; None = there is no such
    thing. `skipped` has a sentence for everything that is left out.
    """

    issuers: tuple[PlannedIssuer, ...] = ()
    achievements: tuple[PlannedAchievement, ...] = ()
    definitions: tuple[PlannedDefinition, ...] = ()
    pathways: tuple[PlannedPathway, ...] = ()
    endorsements: tuple[PlannedEndorsement, ...] = ()
    learners: tuple[PlannedLearner, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: tuple[str, ...] = ()
    home: str | None = None
    reference_date: date | None = None

    def counts(self) -> dict[str, int]:
        """How many there are of each kind of thing, as `Change.kind` names them."""
        found = Counter[str]()
        found["issuer"] = len(self.issuers)
        found["achievement"] = sum(not each.facts.is_stack for each in self.achievements)
        found["stack"] = len(self.achievements) - found["achievement"]
        found.update(each.kind.value for each in self.definitions)
        found["pathway"] = len(self.pathways)
        found["endorsement"] = len(self.endorsements)
        found["learner"] = len(self.learners)
        return {kind: count for kind, count in found.items() if count}
