"""All badges of an account, across issuers, private ones and such as still wait included: they are the holder's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, load_only

from app.errors import NotFound
from app.issuing import achievement_facts
from app.issuing.accounts import people
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, Credential
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.signing_keys import SigningKey

NO_SUCH_BADGE = "There is nothing at this address"


@dataclass(frozen=True, slots=True)
class Signature:
    """When the newest form was signed, and with which keys; None stands for one that is not known."""

    valid_from: datetime
    keys: tuple[SigningKey | None, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A badge with what a list shows of it. `signature` None = it is not issued yet."""

    award: Award
    facts: AchievementFacts
    image_sha256: str
    issuer: Issuer
    signature: Signature | None


def of_account(session: Session, account_id: str) -> list[Held]:
    """The badges of an account, the newest first. What was erased is nobody's any more."""
    return of_learners(session, [learner.id for learner in people.learners_of(session, account_id)])


def of_learners(session: Session, learner_ids: Collection[str]) -> list[Held]:
    """The badges of these learners, the newest first."""
    return _held(session, Award.learner_id.in_(learner_ids))


def of_ids(session: Session, award_ids: Collection[str]) -> dict[str, Held]:
    """Badges by the ids of their awards, whoever holds them."""
    return {held.award.id: held for held in _held(session, Award.id.in_(award_ids))}


def mine(session: Session, account_id: str, award_id: str) -> Award:
    """The award, if it is one of the account's. Raises the same NotFound for somebody else's as for none at all."""
    found = session.get(Award, award_id)
    if found is None or found.erased_at is not None:
        raise NotFound(NO_SUCH_BADGE)
    if all(learner.id != found.learner_id for learner in people.learners_of(session, account_id)):
        raise NotFound(NO_SUCH_BADGE)
    return found


def my_learner(session: Session, account_id: str, learner_id: str) -> Learner:
    """The learner, if it is one that the account joins. Raises NotFound as above."""
    for learner in people.learners_of(session, account_id):
        if learner.id == learner_id:
            return learner
    raise NotFound(NO_SUCH_BADGE)


def _held(session: Session, which: object) -> list[Held]:
    newest = and_(Credential.award_id == Award.id, Credential.revision == Award.revision)
    query = (
        select(Award, AchievementVersion, Issuer, Credential.valid_from, Credential.embedded_kid, Credential.token_kid)
        .join(AchievementVersion, AchievementVersion.id == Award.version_id)
        .join(Issuer, Issuer.id == Award.issuer_id)
        .outerjoin(Credential, newest)
        .where(which, Award.erased_at.is_(None))  # type: ignore[arg-type]  # a column expression
        .order_by(Award.awarded_at.desc(), Award.id)
        .options(load_only(AchievementVersion.facts, AchievementVersion.image_sha256, AchievementVersion.number))
    )
    rows = session.execute(query).all()
    kids = {kid for row in rows for kid in (row.embedded_kid, row.token_kid) if kid is not None}
    keys = {key.kid: key for key in session.scalars(select(SigningKey).where(SigningKey.kid.in_(kids)))}
    return [
        Held(
            award,
            achievement_facts.parse(version.facts),
            version.image_sha256,
            issuer,
            None if valid_from is None else Signature(valid_from, (keys.get(embedded), keys.get(token))),
        )
        for award, version, issuer, valid_from, embedded, token in rows
    ]
