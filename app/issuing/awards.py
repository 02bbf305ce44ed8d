"""Awards: our decision that a learner earned an achievement, and the signed documents that say so.

`award()` does everything that issuing is, in the caller's transaction: the slot (one award, whatever happens at
once), status indexes, the signature over a linted document, its verification, the audit entry and the mail to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, bindparam, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import model, sign
from app.db import Base, claim
from app.errors import AwardedByPathway, Gone, NotFound, NotPublished
from app.issuing import (
    accreditations,
    achievements,
    announcements,
    attached_endorsements,
    audit,
    issuers,
    learners,
    signed_assertions,
    signing_keys,
    status_lists,
    stored_evidence,
)
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.endpoints import EventType
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office, Sponsorship

ONCE = "once"
AFTER = "after:"  # before the id of the award that it renews
ERASED = "This badge was erased together with everything that said who held it"
# The official schema takes one status entry, as an object; with two, VerifierPlus refuses the badge (decision 0009).
SIGNED_PURPOSE = model.StatusPurpose.REVOCATION


class AwardState(StrEnum):
    """Stored states; *expired* is computed from dates, never stored."""

    PENDING = "pending"
    ISSUED = "issued"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Visibility(StrEnum):
    """Who sees the page: nobody but holder and issuer, whoever has the link, or everybody."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


class Award(Base):
    """One award. `slot` is what makes it the only one: a live award holds `once`; an ended one gives it back."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("learner_id", "achievement_id", "slot"),
        Index("ix_awards_issuer_id_created_at", "issuer_id", "created_at", "id"),
        Index("ix_awards_valid_until", "valid_until", "id"),
        Index("ix_awards_achievement_id", "achievement_id", "learner_id", "state", "valid_until"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("achievement_versions.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"))
    completion_id: Mapped[str | None] = mapped_column(String(22))
    rule_version_id: Mapped[str | None] = mapped_column(String(22))  # None: by hand, or by a mapping
    basis: Mapped[list[Any]]  # ids of the completions that it rests on
    follows_id: Mapped[str | None] = mapped_column(String(22))  # the award before it, which had ended
    unearned_at: Mapped[datetime | None]  # since when it is revoked because its completions were taken back
    slot: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    visibility: Mapped[str] = mapped_column(String(10))
    awarded_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    subject_id: Mapped[str] = mapped_column(String(60))
    evidence: Mapped[list[Any]]
    narrative: Mapped[str | None] = mapped_column(Text)
    sponsor: Mapped[str | None] = mapped_column(String(200))  # who paid for it (SEED-64); never signed
    funding: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[datetime | None]  # when the holder accepted it; None = not yet
    declined_at: Mapped[datetime | None]  # when the holder said no to it; it is private then
    revoked_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("awards.id"))
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("awards.id"))
    revision: Mapped[int] = mapped_column(default=0)
    # Counts what changes the page and not the signed documents: who may see it, what the holder added or hides.
    page_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    results_shown: Mapped[bool] = mapped_column(default=True, server_default=true())  # results, evidence: the holder's
    open_badges_2: Mapped[bool] = mapped_column(default=False)  # whether it was ever published in 2.0 too
    era: Mapped[int] = mapped_column(default=1, server_default="1")  # by whose addresses its documents name things
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]  # the holder's data is gone for good; the id and the status entries stay


class Credential(Base):
    """The signed documents of one revision of an award. Stored bytes; served as they are, never rebuilt."""

    __tablename__ = "credentials"

    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    json: Mapped[bytes]
    jwt: Mapped[bytes]
    valid_from: Mapped[datetime]
    embedded_kid: Mapped[str] = mapped_column(String(80))
    token_kid: Mapped[str] = mapped_column(String(80))


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rule fixes: the award's slot and end, the completions it rests on, the version that says so.

    `version_id` None = a mapping. `follows_id` is the award before it, which had ended; None = there was none.
    """

    slot: str
    valid_until: datetime | None
    basis: tuple[str, ...]
    version_id: str | None
    follows_id: str | None


@dataclass(frozen=True, slots=True)
class Earned:
    """What was earned, by whom and when; everything that `award()` needs to know. `ruled` None = by hand.

    `by_pathway`: a pathway makes it, as it alone makes stacks.
    `visibility` None = as new awards are shown here. `sponsorship` None = as plans and pathways of the learner say.
    `valid_until` is the end of one made by hand; None = as the achievement says.
    """

    achievement: Achievement
    learner: Learner
    awarded_at: datetime
    completion_id: str | None = None
    evidence: tuple[model.Evidence, ...] = ()
    narrative: str | None = None
    ruled: Ruled | None = None
    by_pathway: bool = False
    visibility: str | None = None
    sponsorship: Sponsorship | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The award, and whether this call made it."""

    award: Award
    created: bool


def award(session: Session, office: Office, earned: Earned, *, actor: str, replaces: Award | None = None) -> Outcome:
    """Award, sign and store, or return the award that the learner holds already.

    The caller has taken the issuer's turn (`issuers.take_turn`) before it claimed anything. `replaces` = the award
    whose place it takes. Raises NotPublished, AwardedByPathway, NoSigningKey, KeyUnavailable, LintFailed,
    SelfVerificationFailed; nothing is stored then.
    """
    if earned.achievement.state != AchievementState.PUBLISHED:
        raise NotPublished("This achievement is not published", achievement_id=earned.achievement.id)
    ruled = earned.ruled or _by_hand(session, earned)
    # Both are held here, so that whoever asks the session for them below is not answered by another query.
    issuer = issuers.by_id(session, earned.achievement.issuer_id)
    version = achievements.current(session, earned.achievement)
    _refuse_a_stack(earned, version, replaces)
    made = _claim(session, office, earned, ruled, version)
    if made is None:
        return Outcome(_holder_of_slot(session, earned, ruled.slot), created=False)
    entries = status_lists.reserve_for(session, office, issuer, made.id)
    issue(session, office, issuer, made, entries=entries)
    facts = {"achievement_id": made.achievement_id, "learner_id": made.learner_id, "completion_id": made.completion_id}
    audit.record(session, issuer.id, actor=actor, action="award.issued", object_id=made.id, **facts)
    announcements.badge_earned(session, office, issuer, made, version)
    announcements.award_changed(session, office, made, EventType.BADGE_ISSUED)
    if ruled.slot.startswith(AFTER):
        announcements.award_changed(session, office, made, EventType.BADGE_RENEWED, renews_award_id=ruled.follows_id)
    if replaces is None:  # else whoever replaces it tells, once both stand
        office.follow(session, office, made.learner_id)
    return Outcome(made, created=True)


def _refuse_a_stack(earned: Earned, version: AchievementVersion, replaces: Award | None) -> None:
    is_correction = replaces is not None and replaces.achievement_id == earned.achievement.id
    if version.facts.get("is_stack") and not (earned.by_pathway or is_correction):
        raise AwardedByPathway("This badge is awarded by a pathway when everything that it is built on is there")


def issue(
    session: Session,
    office: Office,
    issuer: Issuer,
    made: Award,
    *,
    entries: tuple[model.StatusEntry, ...],
) -> Credential:
    """Sign the award's next revision: same id and award date, later `validFrom`. The old revision is kept.

    The bytes are linted before and verified after signing; nothing is stored otherwise.
    """
    office, now = office.at(made.era), clock.now()
    valid_from = _valid_from(session, made, now)
    stated = signed_facts(session, office, issuer, made, entries=entries, valid_from=valid_from)
    prepared = attached_endorsements.prepare(session, office, stated)
    pair = signing_keys.active(session, office, issuer)
    signed = sign.sign(prepared, embedded=pair.embedded, token=pair.token, created=now)
    made.revision += 1
    made.state = AwardState.ISSUED if made.state == AwardState.PENDING else made.state
    credential = Credential(
        award_id=made.id,
        revision=made.revision,
        json=signed.json,
        jwt=signed.jwt,
        valid_from=valid_from,
        embedded_kid=pair.embedded.kid,
        token_kid=pair.token.kid,
    )
    session.add(credential)
    if made.open_badges_2:
        signed_assertions.make(
            session,
            office,
            issuer.slug,
            pair.token,
            award_id=made.id,
            revision=made.revision,
            credential=signed.json,
            version=(made.achievement_id, version_of(session, made).number),
        )
    session.flush()
    return credential


def _valid_from(session: Session, made: Award, now: datetime) -> datetime:
    """The moment of signing, unless the award ended before: no badge may end before it begins.

    An ended award that is signed again must still come after its revision before (OB3-78): a second is enough.
    """
    if made.valid_until is None or now < made.valid_until:
        return now
    before = session.get(Credential, (made.id, made.revision))
    later = before.valid_from + timedelta(seconds=1) if before is not None else made.awarded_at
    return later if later < made.valid_until else made.awarded_at


def by_id(session: Session, award_id: str, *, issuer: Issuer | None = None) -> Award:
    """The award with this id, of this issuer if one is named. Raises NotFound."""
    found = session.get(Award, award_id)
    if found is None or (issuer is not None and found.issuer_id != issuer.id):
        raise NotFound("There is no such award")
    return found


def credential_of(session: Session, found: Award) -> Credential:
    """The newest signed documents of an award. Raises NotFound for one never issued, Gone for an erased one."""
    if found.erased_at is not None:
        raise Gone(ERASED)
    credential = session.get(Credential, (found.id, found.revision))
    if credential is None:
        raise NotFound("There is no such badge")
    return credential


def version_of(session: Session, found: Award) -> AchievementVersion:
    """The achievement version that was awarded."""
    return session.get_one(AchievementVersion, found.version_id)


def _claim(session: Session, office: Office, earned: Earned, ruled: Ruled, version: AchievementVersion) -> Award | None:
    learner_id, achievement_id = earned.learner.id, earned.achievement.id
    paid = earned.sponsorship or office.sponsored(session, learner_id, achievement_id, earned.awarded_at)
    return claim(
        session,
        Award,
        id=clock.new_id(),
        issuer_id=earned.achievement.issuer_id,
        achievement_id=achievement_id,
        version_id=version.id,
        learner_id=learner_id,
        completion_id=earned.completion_id,
        rule_version_id=ruled.version_id,
        basis=list(ruled.basis),
        follows_id=ruled.follows_id,
        slot=ruled.slot,
        state=AwardState.PENDING,
        visibility=earned.visibility or office.new_awards,
        awarded_at=earned.awarded_at,
        valid_until=ruled.valid_until,
        subject_id=clock.new_urn(),
        evidence=[stored_evidence.to_json(item) for item in earned.evidence],
        narrative=earned.narrative,
        sponsor=paid.sponsor,
        funding=paid.funding,
        revision=0,
        # Asked anew: since the achievement was read, the caller has waited for its turn.
        open_badges_2=bool(session.scalar(_IS_SWITCHED_ON, {"achievement_id": version.achievement_id})),
        era=office.era,
        created_at=clock.now(),
    )


_IS_SWITCHED_ON = select(Achievement.open_badges_2).where(Achievement.id == bindparam("achievement_id"))


def _by_hand(session: Session, earned: Earned) -> Ruled:
    """As the achievement itself says: one living award, or one after another that had ended by then."""
    query = (
        select(Award)
        .where(
            Award.learner_id == earned.learner.id,
            Award.achievement_id == earned.achievement.id,
            Award.state.in_([AwardState.ISSUED, AwardState.SUSPENDED, AwardState.REVOKED]),
        )
        .order_by(Award.awarded_at.desc(), Award.created_at.desc(), Award.id)
    )
    before = session.scalars(query).all()
    held = next((each for each in before if each.state != AwardState.REVOKED), None)
    slot = _slot(held, earned.awarded_at)
    ended = held if held is not None and slot != held.slot else next(iter(before), None)
    return Ruled(
        slot=slot,
        valid_until=earned.valid_until or achievements.end_of(session, earned.achievement, earned.awarded_at),
        basis=(earned.completion_id,) if earned.completion_id else (),
        version_id=None,
        follows_id=None if ended is None else ended.id,
    )


def _slot(held: Award | None, awarded_at: datetime) -> str:
    """`once`, or a slot after the held award when that one had ended by then: a lapsed holder can earn it again."""
    if held is None:
        return ONCE
    has_ended = held.valid_until is not None and held.valid_until < awarded_at
    return f"{AFTER}{held.id}" if has_ended else held.slot


def _holder_of_slot(session: Session, earned: Earned, slot: str) -> Award:
    query = select(Award).where(
        Award.learner_id == earned.learner.id, Award.achievement_id == earned.achievement.id, Award.slot == slot
    )
    return session.scalars(query).one()


def signed_facts(
    session: Session,
    office: Office,
    issuer: Issuer,
    made: Award,
    *,
    entries: tuple[model.StatusEntry, ...],
    valid_from: datetime,
) -> model.Award:
    """What a document of the award states, as things are now."""
    achievement = achievements.by_id(session, made.achievement_id)
    return model.Award(
        id=office.addresses.badge(made.id),
        issuer=accreditations.signed_profile(session, office, issuer),
        achievement=achievements.version_facts(office, achievement, version_of(session, made)),
        recipient=_recipient(session, made),
        awarded_at=made.awarded_at,
        valid_from=valid_from,
        valid_until=made.valid_until,
        status=tuple(entry for entry in entries if entry.purpose == SIGNED_PURPOSE),
        evidence=stored_evidence.from_json(made.evidence) if made.results_shown else (),
        narrative=made.narrative if made.results_shown else None,
        refresh_url=office.addresses.refresh(made.id) if office.refresh_service else None,
    )


def _recipient(session: Session, made: Award) -> model.Recipient:
    learner = session.get_one(Learner, made.learner_id)
    email = learners.email_of(session, learner)
    return model.Recipient(
        subject_id=made.subject_id,
        email=email.normalised if email else None,
        salt=clock.new_salt() if email else None,
        name=learner.display_name if learner.name_shown else None,
    )
