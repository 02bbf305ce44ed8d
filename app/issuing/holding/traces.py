"""What goes of a holder's own doings when the person is erased: words, files, links, places on pages."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing.applications.tables import Application, ApplicationEvent, ApplicationEvidence, ApplicationState
from app.issuing.holding.tables import HolderEvidence, NameRequest, PortfolioBadge, ShareLink
from app.issuing.stacks.tables import (
    Career,
    Enrolment,
    MassEnrolmentPerson,
    ProgrammeEnrolment,
    Recognition,
    SkillRating,
)

_WAIT = (ApplicationState.SUBMITTED, ApplicationState.NEEDS_MORE)


def forget(session: Session, learner_ids: Collection[str], award_ids: Collection[str]) -> None:
    """Empty what these learners wrote and handed in; of an application stay its ids, states and moments."""
    # Links stay as ids and moments: whoever still has one is told that it is over.
    links = ShareLink.award_id.in_(award_ids)
    session.execute(update(ShareLink).where(links, ShareLink.revoked_at.is_(None)).values(revoked_at=clock.now()))
    session.execute(update(ShareLink).where(links).values(label=None))
    for model in (HolderEvidence, PortfolioBadge):
        session.execute(delete(model).where(model.award_id.in_(award_ids)))
    session.execute(delete(NameRequest).where(NameRequest.learner_id.in_(learner_ids)))
    # Enrolments stay as ids, dates and progress, as awards do; what was written or said of the person goes.
    session.execute(update(Enrolment).where(Enrolment.learner_id.in_(learner_ids)).values(sponsor=None))
    asked = delete(MassEnrolmentPerson).where(MassEnrolmentPerson.learner_id.in_(learner_ids))
    session.execute(asked.execution_options(synchronize_session=False))
    ended = update(Enrolment).where(Enrolment.learner_id.in_(learner_ids), Enrolment.ended_at.is_(None))
    session.execute(ended.values(ended_at=clock.now()))
    said = {"evidence_url": None, "evidence_text": None, "verified_how": None, "reason": None}
    session.execute(update(Recognition).where(Recognition.learner_id.in_(learner_ids)).values(**said))
    session.execute(delete(Career).where(Career.learner_id.in_(learner_ids)))
    session.execute(delete(ProgrammeEnrolment).where(ProgrammeEnrolment.learner_id.in_(learner_ids)))
    session.execute(delete(SkillRating).where(SkillRating.learner_id.in_(learner_ids)))
    theirs = Application.learner_id.in_(learner_ids)
    ids = select(Application.id).where(theirs)
    session.execute(delete(ApplicationEvidence).where(ApplicationEvidence.application_id.in_(ids)))
    session.execute(update(ApplicationEvent).where(ApplicationEvent.application_id.in_(ids)).values(text=None))
    withdrawn = {"state": ApplicationState.WITHDRAWN, "slot": Application.id}
    session.execute(update(Application).where(theirs, Application.state.in_(_WAIT)).values(**withdrawn))
    session.execute(update(Application).where(theirs).values(statement=""))
