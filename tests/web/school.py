"""A school with a ladder for the tests of pages: two badges make a base; the base and one more badge make the top."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.issuing import achievements, awards, definitions, learners, pathways, stacks
from app.issuing.achievement_facts import parse
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned, Visibility
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.pathways import PathwayRow
from app.service import Service
from tests import ladder

ACTOR = "test"
EMAIL = "mira.holm@hospital.test"
LADDER: dict[str, Any] = ladder.LADDER | {
    "name": "Ladder to the top",
    "nodes": [ladder.BASE, ladder.top({"credential": "st-base"}, "vit", "ext-vit")],
}


@dataclass
class School:
    """An issuer with badges by short name, a ladder over them, and a learner."""

    service: Service
    issuer: Issuer
    achievements: dict[str, Achievement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Define and publish everything but the ladder."""
        self.define(Kind.SKILL, "sk-care", name="Care")
        self.define(Kind.SKILL, "sk-bls", name="Life support")
        outside = {"name": "Vital Signs Licence", "abbreviation": "VLIC", "issued_by": "The Board", "evidence": "none"}
        self.define(Kind.RECOGNISED, "ext-vit", **outside)
        priced = {"amount": "10", "currency": "EUR"}
        for slug, hours in (("bls", 4), ("ipc", 2), ("vit", 3)):
            skill = {"name": slug, "url": f"https://skills.example/{slug}", "level": 3, "code": f"sk-{slug}"}
            self.publish(slug, hours=hours, price=priced, skills=[skill])
        for slug in ("st-base", "st-top"):
            self.publish(slug, is_stack=True, achievement_type="Certificate", assessment_method="rule", skills=[])

    def publish(self, slug: str, **facts: Any) -> Achievement:
        """A published achievement, called by its short name."""
        stated = {
            "name": f"{slug.upper()} badge",
            "abbreviation": slug.upper(),
            "description": "What it is.",
            "criteria_narrative": "Do it.",
            "assessment_method": "observed",
            "skills": [{"name": slug, "url": f"https://skills.example/{slug}", "level": 2}],
            **facts,
        }
        with self.service.database.write() as session:
            made = achievements.create(session, self.issuer, slug=slug, facts=parse(stated), actor=ACTOR)
            achievements.publish(session, self.service.office, made, actor=ACTOR)
        self.achievements[slug] = made
        return made

    def define(self, kind: Kind, slug: str, **facts: Any) -> None:
        """Put a definition."""
        with self.service.database.write() as session:
            definitions.put(session, self.issuer, kind, slug, definitions.parse(kind, facts), actor=ACTOR)

    def pathway(self, slug: str = "ladder", **changes: Any) -> PathwayRow:
        """The ladder, with changes, published: the next version where there is one already."""
        facts = pathways.parse({**LADDER, **changes})
        with self.service.database.write() as session:
            known = session.scalars(select(PathwayRow).where(PathwayRow.slug == slug)).one_or_none()
            if known is None:
                known = pathways.create(session, self.issuer, slug=slug, facts=facts, actor=ACTOR)
            else:
                pathways.change(session, known, facts=facts, actor=ACTOR)
            pathways.publish(session, known, actor=ACTOR)
            return known

    def award(self, slug: str, at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC), visibility: str = "") -> Award:
        """A badge of the learner, who is on the ladder, so that stacks come by themselves."""
        with self.service.database.write() as session:
            who = {"namespace": None, "source_id": None, "email": EMAIL, "display_name": "Mira Holm"}
            learner = learners.resolve(session, self.issuer, **who)
            assert learner is not None
            row = session.scalars(select(PathwayRow).where(PathwayRow.slug == "ladder")).one_or_none()
            if row is not None:
                stacks.enrolling.enrol(session, self.service.office, learner, row, actor=ACTOR)
            earned = Earned(self.achievements[slug], learner, at)
            made = awards.award(session, self.service.office, earned, actor=ACTOR).award
            if visibility:
                made.visibility = Visibility(visibility)
            return made

    def held(self, slug: str) -> Award:
        """The learner's award of something."""
        with self.service.database.read() as session:
            return session.scalars(select(Award).where(Award.achievement_id == self.achievements[slug].id)).one()

    def see(self, award: Award, **changes: Any) -> None:
        """Change what a row of an award says, as its holder's choices do."""
        with self.service.database.write() as session:
            found = awards.by_id(session, award.id)
            for name, value in changes.items():
                setattr(found, name, value)
