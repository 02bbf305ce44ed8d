"""What is told to people and programs after something happened: rendered now, put into the outbox, sent later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievement_facts, issuers, learners, mail, mail_languages, news, tongues
from app.issuing.achievements import AchievementVersion
from app.issuing.endpoints import Endpoint, EventType
from app.issuing.hosting import queueing
from app.issuing.issuers import Issuer
from app.issuing.mail.composing import line_to_json
from app.issuing.mail.configuring import put
from app.issuing.office import Office
from app.issuing.tongues import Told
from app.issuing.watching import telling
from app.projections import markdown, messages

if TYPE_CHECKING:
    from app.issuing.awards import Award

EMAIL = mail.EMAIL
BULK_MINUTES = 10  # a backfill makes several awards of one person, some minutes apart
_GATHERED = "minutes for which mails are gathered"
NOTICE = "award.issued"
PRIVATE = "private"  # `awards.Visibility`, which is built on this file


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

    Once per award, however often it is called; `again` (a fresh id) asks for one more mail. In bulk, and for an issuer
    that gathers mails, it waits a while, and one mail tells of everything that waits for the same person then.
    """
    learner = session.get_one(learners.Learner, award.learner_id)
    email = learners.email_of(session, learner)
    if email is None:
        return
    settings = mail.settings_of(session, issuer.id)
    language = mail_languages.of_learner(session, learner, settings=settings)
    badge = _badge(office, award, version, told=_told(session, issuer, version, language))
    content = mail.badge_mail(session, issuer, badge, learner_name=learner.display_name, language=language)
    minutes = settings.digest_minutes or session.info.get(_GATHERED, 0)
    joinable = {
        "line": line_to_json(badge.line),
        "line_language": badge.language,
        "reader_language": language,
        "learner_name": learner.display_name,
    }
    put(
        session,
        issuer.id,
        content,
        to=email.written,
        key=mail.recipient_key(office, issuer.id, email.normalised),
        subject_id=award.id,
        event=f"{NOTICE}:{again}" if again else NOTICE,
        due_at=clock.now() + timedelta(minutes=minutes) if minutes and not again else None,
        settings=settings,
        **({} if again else joinable),
    )


def gather(session: Session) -> None:
    """Say that this transaction is a part of much work, an import or a backfill: its mails wait for each other."""
    session.info[_GATHERED] = BULK_MINUTES


def endpoint_disabled(session: Session, office: Office, endpoint: Endpoint, *, reason: str) -> None:
    """Tell the issuer's contact by mail that an endpoint gets no more news; nothing when no address is known."""
    issuer = issuers.by_id(session, endpoint.issuer_id)
    if issuer.email is None:
        return
    content = messages.endpoint_disabled_mail(
        issuer_name=issuer.name,
        endpoint_name=endpoint.name,
        endpoint_id=endpoint.id,
        reason=reason,
        language=mail_languages.of_mailbox(session, issuer.id, issuer.email),
    )
    put(
        session,
        issuer.id,
        content,
        to=issuer.email,
        key=mail.recipient_key(office, issuer.id, issuer.email),
        subject_id=endpoint.id,
        event=f"endpoint.disabled:{clock.new_id()}",
    )


def award_changed(
    session: Session, office: Office, award: Award, event_type: EventType, **facts: str | int | None
) -> None:
    """Tell the issuer's endpoints, and whoever watches it, what became of an award: ids, state and addresses.

    One that renews another goes to the hosts that have the other.
    """
    data = {
        "award_id": award.id,
        "achievement_id": award.achievement_id,
        "learner_id": award.learner_id,
        "completion_id": award.completion_id,
        "state": str(award.state),
        "credential_url": office.at(award.era).addresses.badge(award.id),
        "awarded_at": written_moment(award.awarded_at),
        "valid_until": None if award.valid_until is None else written_moment(award.valid_until),
    }
    news.publish(session, office, award.issuer_id, event_type, award.id, {**data, **facts})
    renewed = facts.get("renews_award_id")
    telling.tell(session, office, award, event_type, watched_id=None if renewed is None else str(renewed))
    if renewed is not None:
        queueing.followed(session, str(renewed), award)


def written_moment(moment: datetime) -> str:
    """A moment as it stands in news, RFC 3339 in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(session: Session, issuer: Issuer, version: AchievementVersion, language: str) -> Told:
    """What a badge is called in the language of its mail: the reader's, or that of the issuer's own words."""
    facts = achievement_facts.parse(version.facts)
    told = tongues.told(facts, (language,))
    if not facts.translations:
        return told
    own = mail.chosen(session, issuer.id, mail.Purpose.BADGE_EARNED, told.language)
    return told if own is None else tongues.told(facts, (own.locale,))


def _badge(office: Office, award: Award, version: AchievementVersion, *, told: Told) -> mail.Badge:
    facts = achievement_facts.parse(version.facts)
    # A private badge has no page but the holder's, behind the sign-in.
    is_private = award.visibility == PRIVATE
    url = office.addresses.mine(f"badges/{award.id}") if is_private else office.addresses.badge(award.id)
    return mail.Badge(
        name=told.name,
        abbreviation=facts.abbreviation,
        url=url,
        image_url=office.addresses.image(version.image_sha256),
        awarded_at=award.awarded_at,
        valid_until=award.valid_until,
        criteria=markdown.to_text(told.criteria) if told.criteria else None,
        language=told.language,
        criteria_language=told.criteria_language,
    )
