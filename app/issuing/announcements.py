"""What is told to people after something happened: rendered now, put into the outbox, sent by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.issuing import achievement_facts, learners, outbox
from app.issuing.achievements import AchievementVersion
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.projections import markdown, messages

if TYPE_CHECKING:
    from app.issuing.awards import Award

EMAIL = "email"


def badge_earned(
    session: Session,
    office: Office,
    issuer: Issuer,
    award: Award,
    version: AchievementVersion,
    *,
    again: str = "",
) -> None:
    """Tell the learner by mail that a badge is there; nothing when no address is known.

    Once per award, however often it is called; `again` (a fresh id) asks for one more mail.
    """
    learner = session.get_one(learners.Learner, award.learner_id)
    email = learners.email_of(session, learner)
    if email is None:
        return
    facts = achievement_facts.parse(version.facts)
    content = messages.award_mail(
        learner_name=learner.display_name,
        achievement_name=facts.name,
        abbreviation=facts.abbreviation,
        issuer_name=issuer.name,
        badge_url=office.addresses.badge(award.id),
        image_url=office.addresses.image(version.image_sha256),
        awarded_at=award.awarded_at,
        valid_until=award.valid_until,
        criteria=markdown.to_text(facts.criteria_narrative) if facts.criteria_narrative else None,
        language=facts.language,
    )
    outbox.put(
        session,
        channel=EMAIL,
        subject_id=award.id,
        event=f"award.issued:{again}" if again else "award.issued",
        payload={
            "to": email.written,
            "subject": content.subject,
            "text": content.text,
            "html": content.html,
            "language": facts.language,
        },
    )
