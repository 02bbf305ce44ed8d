"""The issuers at which somebody is a learner, and where they stand at each: an account may join several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import issuers
from app.issuing.accounts import people
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks import standing
from app.issuing.stacks.standing import Stood
from app.stacking.evaluate import MADE
from app.stacking.holdings import Holding
from app.stacking.world import Kind, World
from app.web.signed_in import Visitor

NOTHING_HERE = "There is nothing at this address"


@dataclass(frozen=True, slots=True)
class Place:
    """A learner at one issuer, as of a day. `currency` None = no badge of the issuer has a price."""

    issuer: Issuer
    learner: Learner
    stood: Stood
    currency: str | None
    day: date

    @property
    def world(self) -> World:
        """What the issuer's stacks are made of."""
        return self.stood.known.world

    def page_of(self, credential: str) -> str:
        """Where a badge of the issuer is described; "" for what somebody else awards."""
        known = self.world.credentials.get(credential)
        is_own = known is not None and known.kind in {Kind.MICRO, Kind.STACK}
        return f"/achievements/{self.stood.known.ids[credential]}" if is_own else ""

    def award_page(self, holding: Holding) -> str:
        """Where the learner finds a badge of theirs; "" for what somebody else awarded, or is not awarded yet."""
        is_made = holding.id.startswith(MADE)
        return f"/me/badges/{holding.id}" if self.page_of(holding.credential) and not is_made else ""


def all_of(session: Session, person: Visitor) -> list[Place]:
    """Every place of whoever is signed in, by the issuer's name."""
    found = [of_learner(session, each) for each in people.learners_of(session, person.account_id)]
    return sorted(found, key=lambda each: (each.issuer.name.casefold(), each.issuer.slug, each.learner.id))


def of_learner(session: Session, learner: Learner) -> Place:
    """One learner's place, as of today."""
    day = issuers.today(session, learner.issuer_id)
    issuer = issuers.by_id(session, learner.issuer_id)
    stood = standing.of_learner(session, issuer.id, learner.id, day)
    return Place(issuer, learner, stood, currency_of(session, issuer.id), day)


def at(session: Session, person: Visitor, issuer_slug: str) -> Place:
    """The place at one issuer. Raises the same NotFound where somebody is no learner as where there is no issuer."""
    for learner in people.learners_of(session, person.account_id):
        if issuers.by_id(session, learner.issuer_id).slug == issuer_slug:
            return of_learner(session, learner)
    raise NotFound(NOTHING_HERE)


def currency_of(session: Session, issuer_id: str) -> str | None:
    """The currency of the issuer's prices: that of the first badge that has one."""
    query = (
        select(AchievementVersion.facts)
        .join(Achievement, AchievementVersion.achievement_id == Achievement.id)
        .where(Achievement.issuer_id == issuer_id, AchievementVersion.number == Achievement.current_version)
        .order_by(Achievement.slug)
    )
    priced = (facts["price"]["currency"] for facts in session.scalars(query) if facts.get("price"))
    return next(priced, None)


def mine(session: Session, person: Visitor, learner_id: str) -> Learner:
    """The learner, if it is one of whoever is signed in. Raises the same NotFound for another's as for none."""
    for learner in people.learners_of(session, person.account_id):
        if learner.id == learner_id:
            return learner
    raise NotFound(NOTHING_HERE)
