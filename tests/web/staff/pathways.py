"""A small academy for the pages of pathways: badges, stacks, a ladder, and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app import clock
from app.issuing import awards, definitions, issuers, learners, pathways, stacks
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.pathways import PathwayFacts, PathwayRow
from app.issuing.stacks import Enrolment
from app.service import Service
from tests import ladder

ACTOR = "test"
MIRA = "mira.holm@hospital.test"
BASE = {name: value for name, value in ladder.BASE.items() if name != "condition"}
TOP = {"id": "top", "name": "Top", "level": 2, "awards": "st-top"}
LADDER: dict[str, Any] = ladder.LADDER | {"nodes": [ladder.BASE, ladder.top({"node": "base"}, "vit", "ecg")]}
FORM = {
    "name": "Ladder",
    "description": "From the base to the top.",
    "stack_type": "vertical",
    "mode": "progressive",
    "on_component_loss": "suspend",
    "on_new_version": "grandfather",
    "grandfather_months": "18",
    "node-0-id": "base",
    "node-0-name": "Base",
    "node-0-level": "1",
    "node-0-required": "yes",
    "node-0-awards": "st-base",
    "node-0-condition": "BLS and IPC",
    "node-1-id": "top",
    "node-1-name": "Top",
    "node-1-level": "2",
    "node-1-required": "yes",
    "node-1-awards": "st-top",
    "node-1-condition": "node base and any of (VIT, ECG)",
    "completion": "1",
}


@dataclass
class Academy:
    """The issuer's badges by short name, and what one does there."""

    service: Service
    issuer: Issuer
    achievements: dict[str, Achievement]

    def define(self, kind: Kind, slug: str, /, **facts: Any) -> None:
        """Put a definition."""
        with self.service.database.write() as session:
            issuer = issuers.by_id(session, self.issuer.id)
            definitions.put(session, issuer, kind, slug, definitions.parse(kind, facts), actor=ACTOR)

    def pathway(self, slug: str = "ladder", *, is_published: bool = True, **changes: Any) -> PathwayRow:
        """A pathway: the ladder, with changes."""
        with self.service.database.write() as session:
            issuer, facts = issuers.by_id(session, self.issuer.id), pathways.parse(LADDER | changes)
            row = pathways.create(session, issuer, slug=slug, facts=facts, actor=ACTOR)
            if is_published:
                pathways.publish(session, row, actor=ACTOR)
        return row

    def facts(self, slug: str = "ladder") -> PathwayFacts:
        """What a pathway says now, its draft first."""
        with self.service.database.read() as session:
            issuer = issuers.by_id(session, self.issuer.id)
            return pathways.current_facts(session, pathways.by_slug(session, issuer, slug))

    def row(self, slug: str = "ladder") -> PathwayRow:
        """A pathway as it is now."""
        with self.service.database.read() as session:
            return pathways.by_slug(session, issuers.by_id(session, self.issuer.id), slug)

    def learner(self, email: str = MIRA, name: str = "Mira Holm") -> Learner:
        """Somebody, who is made if they are not there."""
        with self.service.database.write() as session:
            issuer = issuers.by_id(session, self.issuer.id)
            found = learners.resolve(session, issuer, namespace=None, source_id=None, email=email, display_name=name)
            assert found is not None
        return found

    def enrol(self, email: str = MIRA, name: str = "Mira Holm", slug: str = "ladder", **more: Any) -> Enrolment:
        """Put somebody on a pathway."""
        id_ = self.learner(email, name).id
        with self.service.database.write() as session:
            row = pathways.by_slug(session, issuers.by_id(session, self.issuer.id), slug)
            learner = session.get_one(Learner, id_)
            return stacks.enrolling.enrol(session, self.service.office, learner, row, actor=ACTOR, **more).enrolment

    def award(self, slug: str, email: str = MIRA) -> Award:
        """Award a badge by hand."""
        id_ = self.learner(email).id
        with self.service.database.write() as session:
            earned = Earned(self.achievements[slug], session.get_one(Learner, id_), clock.now())
            return awards.award(session, self.service.office, earned, actor=ACTOR).award
