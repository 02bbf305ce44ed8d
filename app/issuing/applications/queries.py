"""Finding applications: the applicant's own, and those of an issuer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing.accounts import people
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.applications.tables import Application, ApplicationState
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner

NOTHING_HERE = "There is nothing at this address"
WAITING = (ApplicationState.SUBMITTED, ApplicationState.NEEDS_MORE)


@dataclass(frozen=True, slots=True)
class Line:
    """An application as a list shows it; `achievement` is the name of what was applied for, as it is now.

    `facts` are those that say so, as they are stored.
    """

    application: Application
    achievement: str
    issuer: Issuer
    learner: Learner
    facts: dict[str, Any]


def mine(session: Session, account_id: str, application_id: str) -> Application:
    """The application, if it is one of the account's. Raises the same NotFound for another's as for none at all."""
    found = session.get(Application, application_id)
    if found is None or all(each.id != found.learner_id for each in people.learners_of(session, account_id)):
        raise NotFound(NOTHING_HERE)
    return found


def by_id(session: Session, application_id: str, *, issuer: Issuer) -> Application:
    """The issuer's application with this id. Raises NotFound."""
    found = session.get(Application, application_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound(NOTHING_HERE)
    return found


def of_account(session: Session, account_id: str) -> list[Line]:
    """The applications of an account, the newest first."""
    ids = [learner.id for learner in people.learners_of(session, account_id)]
    query = lines().where(Application.learner_id.in_(ids))
    return read(session, query.order_by(Application.created_at.desc(), Application.id))


def of_issuer(issuer_id: str, state: str | None) -> Select[Application]:
    """The query of an issuer's applications, in one state or in all."""
    query = select(Application).where(Application.issuer_id == issuer_id)
    return query if state is None else query.where(Application.state == state)


def lines() -> Select[Application, dict[str, Any], Issuer, Learner]:
    """The query of applications with what a list shows of each."""
    return (
        select(Application, AchievementVersion.facts, Issuer, Learner)
        .join(Achievement, Achievement.id == Application.achievement_id)
        .join(AchievementVersion, AchievementVersion.achievement_id == Achievement.id)
        .join(Issuer, Issuer.id == Application.issuer_id)
        .join(Learner, Learner.id == Application.learner_id)
        .where(AchievementVersion.number == Achievement.current_version)
    )


def read(session: Session, query: Select[Application, dict[str, Any], Issuer, Learner]) -> list[Line]:
    """The lines of such a query."""
    return [
        Line(application, str(facts["name"]), issuer, learner, facts)
        for application, facts, issuer, learner in session.execute(query)
    ]


def count_waiting(session: Session, issuer_id: str) -> int:
    """How many applications wait for an assessor of this issuer."""
    query = select(func.count()).where(
        Application.issuer_id == issuer_id, Application.state == ApplicationState.SUBMITTED
    )
    return session.scalar(query) or 0
