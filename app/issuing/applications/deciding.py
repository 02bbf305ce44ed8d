"""Deciding applications: an assessor asks for more, approves, or refuses, always with reasons that the learner reads.

Approval and badge are one transaction, and the application's row is locked before: there is one badge, whatever
happens at once. Nobody assesses themselves.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.errors import AlreadyAwarded, AlreadyDecided, InvalidInput, NotAllowed
from app.issuing import achievements, awards, issuers, letters, mail_languages, tongues
from app.issuing.accounts import people
from app.issuing.applications import histories, papers
from app.issuing.applications.tables import Application, ApplicationState
from app.issuing.awards import Award, Earned
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.rulings import rule_on
from app.projections import messages
from app.projections.messages import Step

LONGEST_REASON = 10_000
ASSESSED = "Assessment of prior learning"


def ask_for_more(session: Session, office: Office, application: Application, *, text: str, account_id: str) -> None:
    """Ask the applicant for more. Raises InvalidInput without a word, AlreadyDecided, NotAllowed."""
    _begin(session, application, text, account_id)
    application.state = ApplicationState.NEEDS_MORE
    _tell(session, office, application, Step.NEEDS_MORE, text, account_id=account_id)


def approve(session: Session, office: Office, application: Application, *, reason: str, account_id: str) -> Award:
    """Award the achievement, with the evidence that the applicant agreed to show; rules that ask for it go on.

    Raises AlreadyAwarded when the learner came to hold it meanwhile, what `awards.award` raises, and as above.
    """
    issuers.take_turn(session, application.issuer_id)
    _begin(session, application, reason, account_id)
    achievement = achievements.by_id(session, application.achievement_id)
    learner = session.get_one(Learner, application.learner_id)
    actor = _actor(account_id)
    earned = Earned(achievement, learner, clock.now(), evidence=_evidence(session, application))
    outcome = awards.award(session, office, earned, actor=actor)
    if not outcome.created:
        raise AlreadyAwarded("The learner holds this badge already; refuse the application", award_id=outcome.award.id)
    application.award_id = outcome.award.id
    _settle(application, ApplicationState.APPROVED)
    _tell(session, office, application, Step.APPROVED, reason, account_id=account_id)
    rule_on(session, office, learner, achievement, actor=actor, cascade=True)
    return outcome.award


def refuse(session: Session, office: Office, application: Application, *, reason: str, account_id: str) -> None:
    """Refuse it. The learner may apply again. Raises as `ask_for_more`."""
    _begin(session, application, reason, account_id)
    _settle(application, ApplicationState.REFUSED)
    _tell(session, office, application, Step.REFUSED, reason, account_id=account_id)


def is_own(session: Session, application: Application, account_id: str) -> bool:
    """Whether this account is the applicant."""
    return any(each.id == application.learner_id for each in people.learners_of(session, account_id))


def _begin(session: Session, application: Application, text: str, account_id: str) -> None:
    if not text.strip():
        raise InvalidInput("Write what the applicant is to read", pointer="/reason")
    if is_own(session, application, account_id):
        raise NotAllowed("This is your own application; a colleague has to decide it")
    session.refresh(application, with_for_update=True)
    if application.state != ApplicationState.SUBMITTED:
        raise AlreadyDecided("This application does not wait for you any more", state=application.state)


def _settle(application: Application, state: ApplicationState) -> None:
    application.state, application.slot, application.decided_at = state, application.id, clock.now()


def _tell(
    session: Session, office: Office, application: Application, step: Step, text: str, *, account_id: str
) -> None:
    histories.note(session, application, step, actor=_actor(account_id), by_applicant=False, text=text)
    achievement = achievements.by_id(session, application.achievement_id)
    learner = session.get_one(Learner, application.learner_id)
    language = mail_languages.of_learner(session, learner)
    name, _tag = tongues.name_in(achievements.current(session, achievement).facts, (language,))
    mail = messages.application_mail(
        step,
        issuer_name=issuers.by_id(session, application.issuer_id).name,
        achievement=name,
        said=text,
        url=office.addresses.mine(f"applications/{application.id}"),
        language=language,
    )
    letters.send(session, office, learner, mail, subject_id=application.id, event=f"application.{step}")


def _evidence(session: Session, application: Application) -> tuple[model.Evidence, ...]:
    """What the badge says: how it was earned, and the links and texts that the applicant agreed to show."""
    day = messages.written_date(clock.now(), issuers.zone_of(session, application.issuer_id))
    said = f"What was learned elsewhere was assessed on {day}, on the evidence that the holder handed in."
    agreed = [each for each in papers.of(session, application) if each.may_be_signed and each.file_name is None]
    return (
        model.Evidence(name=ASSESSED, narrative=said),
        *(model.Evidence(id=each.url, name=each.name, narrative=each.text) for each in agreed),
    )


def _actor(account_id: str) -> str:
    return f"account:{account_id}"
