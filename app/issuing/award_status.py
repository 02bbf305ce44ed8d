"""What can happen to an award after it was made: revoke, suspend, reinstate, supersede, re-issue, change visibility.

Each change locks the award, has exactly one audit entry, and publishes the status list in the same transaction, so
that page, list and verification agree from the commit on. Nothing here reads the stored credential: an award whose
bytes cannot be parsed can still be revoked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import clock
from app.credentials.model import StatusPurpose
from app.errors import AlreadyAwarded, AlreadyRevoked, AlreadySuperseded, AlreadySuspended, Gone, NotSuspended
from app.issuing import announcements, audit, awards, issuers, status_lists
from app.issuing.awards import Award, AwardState, Credential, Earned, Visibility
from app.issuing.endpoints import EventType
from app.issuing.hosting import queueing
from app.issuing.learners import sharing
from app.issuing.office import Office, Sponsorship

SUPERSEDED = "superseded"


def revoke(session: Session, office: Office, award: Award, *, reason: str, actor: str) -> None:
    """Take the award back, for good; the learner may earn it again. Raises AlreadyRevoked, AlreadySuperseded."""
    _lock_living(session, award)
    award.state, award.revoked_at, award.reason = AwardState.REVOKED, clock.now(), reason
    _end(session, office, award)
    _record(session, award, "award.revoked", actor)
    announcements.award_changed(session, office, award, EventType.BADGE_REVOKED)
    office.follow(session, office, award.learner_id)


def suspend(session: Session, office: Office, award: Award, *, reason: str, actor: str) -> None:
    """Pause the award. Raises AlreadySuspended, AlreadyRevoked, AlreadySuperseded."""
    _lock_living(session, award)
    if award.state == AwardState.SUSPENDED:
        raise AlreadySuspended("This award is suspended already", suspended_at=_iso(award.suspended_at))
    award.state, award.suspended_at, award.reason = AwardState.SUSPENDED, clock.now(), reason
    _set_bit(session, office, award, StatusPurpose.SUSPENSION, is_set=True)
    _record(session, award, "award.suspended", actor)
    announcements.award_changed(session, office, award, EventType.BADGE_SUSPENDED)
    office.follow(session, office, award.learner_id)


def reinstate(session: Session, office: Office, award: Award, *, actor: str) -> None:
    """Lift the suspension. Raises NotSuspended, AlreadyRevoked, AlreadySuperseded."""
    _lock_living(session, award)
    if award.state != AwardState.SUSPENDED:
        raise NotSuspended("This award is not suspended")
    award.state, award.suspended_at, award.reason = AwardState.ISSUED, None, None
    _set_bit(session, office, award, StatusPurpose.SUSPENSION, is_set=False)
    _record(session, award, "award.reinstated", actor)
    announcements.award_changed(session, office, award, EventType.BADGE_REINSTATED)
    office.follow(session, office, award.learner_id)


def supersede(session: Session, office: Office, old: Award, earned: Earned, *, actor: str) -> Award:
    """Put a new award in the old one's place: linked both ways, the old revoked with the reason `superseded`.

    Who paid for the old one paid for it, unless somebody else is said.

    Raises AlreadyRevoked, AlreadySuperseded, and what `awards.award` raises.
    """
    _lock_living(session, old)
    if earned.sponsorship is None:
        earned = replace(earned, sponsorship=Sponsorship(old.sponsor, old.funding))
    old.state, old.revoked_at, old.reason = AwardState.SUPERSEDED, clock.now(), SUPERSEDED
    _end(session, office, old)
    session.flush()
    outcome = awards.award(session, office, earned, actor=actor, replaces=old)
    new = outcome.award
    if not outcome.created:  # another achievement, which the learner holds already: nothing takes the old one's place
        raise AlreadyAwarded("The learner already holds what should take this award's place", award_id=new.id)
    new.supersedes_id, old.superseded_by_id = old.id, new.id
    _record(session, old, "award.superseded", actor, superseded_by=new.id)
    announcements.award_changed(session, office, old, EventType.BADGE_SUPERSEDED, superseded_by=new.id)
    queueing.followed(session, old.id, new)
    session.flush()
    office.follow(session, office, new.learner_id)
    return new


def reissue(session: Session, office: Office, award: Award, *, actor: str, **facts: str | bool) -> Credential:
    """Sign the award anew under the same id and award date, as after a change of consent to show the name.

    `facts` (ids and codes) say in the audit log what was changed.
    """
    _lock_living(session, award)
    issuer = issuers.by_id(session, award.issuer_id)
    entries = status_lists.entries_of(session, office, award.id)
    credential = awards.issue(session, office, issuer, award, entries=entries)
    queueing.signed_anew(session, award)
    _record(session, award, "award.reissued", actor, revision=award.revision, **facts)
    return credential


def note_sponsorship(session: Session, award: Award, paid: Sponsorship, *, actor: str) -> None:
    """Write down who paid for it and how, for staff and holder to read; nothing is signed. The log holds no words.

    Raises Gone for an award that was erased.
    """
    session.refresh(award, with_for_update=True)
    if award.erased_at is not None:
        raise Gone(awards.ERASED)
    if (award.sponsor, award.funding) != (paid.sponsor, paid.funding):
        award.sponsor, award.funding = paid.sponsor, paid.funding
        _record(session, award, "award.sponsorship-noted", actor)
        session.flush()


def set_visibility(session: Session, award: Award, visibility: Visibility, *, actor: str) -> None:
    """Choose who sees the page and the files. The badge that it replaced names it only while others may see it."""
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    if award.visibility != visibility:
        award.visibility = visibility
        sharing.told_otherwise(session, award.learner_id)
        page_changed(session, award.id, award.supersedes_id)
        _record(session, award, "award.visibility", actor, visibility=visibility)


def page_changed(session: Session, *award_ids: str | None) -> None:
    """Note that the pages of these awards say something else now, although nothing was signed."""
    ids = sorted(each for each in award_ids if each is not None)
    session.flush()
    counted = update(Award).where(Award.id.in_(ids)).values(page_revision=Award.page_revision + 1)
    session.execute(counted)


def resend_mail(session: Session, office: Office, award: Award, *, actor: str) -> None:
    """Tell the learner once more. Raises AlreadyRevoked, AlreadySuperseded."""
    _lock_living(session, award)
    issuer = issuers.by_id(session, award.issuer_id)
    announcements.badge_earned(session, office, issuer, award, awards.version_of(session, award), again=clock.new_id())
    _record(session, award, "award.mailed-again", actor)


def _lock_living(session: Session, award: Award) -> None:
    # The turn comes first: whoever holds an award and waits for a batch that waits for the award waits for ever.
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    if award.state == AwardState.SUPERSEDED:
        raise AlreadySuperseded("Another award took this one's place", superseded_by=award.superseded_by_id)
    if award.state == AwardState.REVOKED:
        raise AlreadyRevoked("This award was revoked earlier", revoked_at=_iso(award.revoked_at))


def _end(session: Session, office: Office, award: Award) -> None:
    award.slot = f"ended:{award.id}"  # gives the slot back: whoever lost an award may earn it again (B73)
    _set_bit(session, office, award, StatusPurpose.REVOCATION, is_set=True)


def _set_bit(session: Session, office: Office, award: Award, purpose: StatusPurpose, *, is_set: bool) -> None:
    issuer = issuers.by_id(session, award.issuer_id)
    status_lists.set_bits(session, office, issuer, {award.id: is_set}, purpose=purpose)


def _record(session: Session, award: Award, action: str, actor: str, **facts: object) -> None:
    audit.record(session, award.issuer_id, actor=actor, action=action, object_id=award.id, **facts)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
