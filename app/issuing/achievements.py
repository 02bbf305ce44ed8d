"""Achievements: what can be earned. Draft → published version (frozen) → archived; nothing is ever deleted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import model, ob2, ob3, strict_json
from app.db import Base, claim
from app.errors import AlreadyExists, AwardedByPathway, NotFound, NotPublishable, NotPublished
from app.issuing import (
    achievement_documents,
    achievement_facts,
    achievement_images,
    audit,
    definitions,
    images,
    issuers,
    listing,
    skill_alignments,
    trial,
)
from app.issuing.achievement_facts import AchievementFacts, AssessmentMethod
from app.issuing.folding import fold
from app.issuing.images import Picture
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.slugs import check_slug
from app.stacking import renewal

LONGEST_KEY = 600
# The order of code points, the same on both databases, as in the list of what can be earned.
_Key = String(LONGEST_KEY).with_variant(String(LONGEST_KEY, collation="C"), "postgresql")


class AchievementState(StrEnum):
    """A draft cannot be awarded; an archived one neither, but its versions stay at their addresses."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Achievement(Base):
    """One achievement over all its versions. `draft` holds changes that are not published yet."""

    __tablename__ = "achievements"
    __table_args__ = (
        UniqueConstraint("issuer_id", "slug"),
        Index("ix_achievements_issuer_id_name_key", "issuer_id", "name_key", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(_Key, default="", server_default="")  # to sort by, and to search in
    state: Mapped[str] = mapped_column(String(10))
    draft: Mapped[dict[str, Any] | None]
    draft_image_sha256: Mapped[str | None] = mapped_column(ForeignKey("images.sha256"))
    current_version: Mapped[int | None]
    open_badges_2: Mapped[bool] = mapped_column(default=False)  # whether new versions and awards come in 2.0 too
    # Whether people may apply for it by what they learned elsewhere.
    takes_applications: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # None = not since it was created
    archived_at: Mapped[datetime | None]


class AchievementVersion(Base):
    """What was published. `document` is the JSON that goes into every badge of this version, byte for byte.

    Its id is that of its era, also in badges of later ones.
    """

    __tablename__ = "achievement_versions"
    __table_args__ = (UniqueConstraint("achievement_id", "number"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    number: Mapped[int]
    facts: Mapped[dict[str, Any]]
    creator: Mapped[dict[str, Any]]
    document: Mapped[bytes]
    image_sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"))
    open_badges_2: Mapped[bool] = mapped_column(default=False)  # whether its BadgeClass was ever published
    era: Mapped[int] = mapped_column(default=1, server_default="1")
    published_at: Mapped[datetime]


_VERSION = select(AchievementVersion).filter_by(achievement_id=bindparam("achievement"), number=bindparam("number"))


def create(session: Session, issuer: Issuer, *, slug: str, facts: AchievementFacts, actor: str) -> Achievement:
    """Add a draft. Raises AlreadyExists when the issuer has one of that slug."""
    check_slug(slug)
    achievement = claim(
        session,
        Achievement,
        id=clock.new_id(),
        issuer_id=issuer.id,
        slug=slug,
        state=AchievementState.DRAFT,
        name_key=name_key(facts, slug),
        draft=facts.to_json(),
        created_at=clock.now(),
    )
    if achievement is None:
        raise AlreadyExists(f"{issuer.name} has an achievement named {slug} already", slug=slug)
    audit.record(session, issuer.id, actor=actor, action="achievement.created", object_id=achievement.id)
    return achievement


def change(session: Session, achievement: Achievement, *, facts: AchievementFacts, actor: str) -> bool:
    """Put new facts into the draft; False when they are the facts already. Published versions stay as they are.

    The same facts are new once a skill refers to other entries of frameworks than the published version says.
    """
    if current_facts(session, achievement) == facts and not _is_aligned_anew(session, achievement, facts):
        return False
    achievement.draft = facts.to_json()
    achievement.name_key, achievement.changed_at = name_key(facts, achievement.slug), clock.now()
    audit.record(session, achievement.issuer_id, actor=actor, action="achievement.changed", object_id=achievement.id)
    return True


def name_key(facts: AchievementFacts, slug: str) -> str:
    """What lists sort by and search in: names, abbreviation and short name, without capitals and accents."""
    others = "".join(f"\n{fold(facts.translations[tag].name)}" for tag in sorted(facts.translations))
    return f"{fold(facts.name)}\n{fold(facts.abbreviation)}\n{slug}{others}"[:LONGEST_KEY]


def put_image(session: Session, achievement: Achievement, picture: Picture, *, actor: str) -> str:
    """Use an uploaded picture from the next version on; the SHA-256 of its PNG."""
    facts = current_facts(session, achievement)
    sha256 = images.keep(session, picture)
    achievement.draft = facts.to_json()
    achievement.draft_image_sha256, achievement.changed_at = sha256, clock.now()
    audit.record(
        session,
        achievement.issuer_id,
        actor=actor,
        action="achievement.image",
        object_id=achievement.id,
        sha256=sha256,
    )
    return sha256


def draw_image(session: Session, achievement: Achievement, *, actor: str) -> bool:
    """Use the drawn image again from the next version on; False when it is drawn already."""
    if achievement.draft_image_sha256 is None:
        return False
    achievement.draft = current_facts(session, achievement).to_json()
    achievement.draft_image_sha256, achievement.changed_at = None, clock.now()
    audit.record(session, achievement.issuer_id, actor=actor, action="achievement.image", object_id=achievement.id)
    return True


def duplicate(
    session: Session, issuer: Issuer, original: Achievement, *, slug: str, name: str, abbreviation: str, actor: str
) -> Achievement:
    """A new draft that says what the original says now, under names of its own. Raises AlreadyExists, InvalidInput."""
    stated = current_facts(session, original).to_json() | {"name": name, "abbreviation": abbreviation}
    made = create(session, issuer, slug=slug, facts=achievement_facts.parse(stated), actor=actor)
    made.draft_image_sha256 = original.draft_image_sha256
    return made


def problems(facts: AchievementFacts) -> list[str]:
    """What keeps a draft from being published: a sentence each."""
    found = []
    if not facts.criteria_narrative and not facts.criteria_url:
        found.append("Say what it takes: criteria as text, or an address where they are (OB3-12).")
    if facts.achievement_type == "MicroCredential":
        if facts.assessment_method in {None, AssessmentMethod.NONE}:
            found.append("A micro-credential is assessed learning: name the assessment method (SEED-11).")
        if not facts.skills:
            found.append("A micro-credential lists at least one skill with a level (SEED-10).")
    return found


def publish(session: Session, office: Office, achievement: Achievement, *, actor: str) -> AchievementVersion:
    """Freeze the draft as the next version. Raises NotPublishable, LintFailed; returns the current one if no draft."""
    session.flush()  # a draft of this very transaction would be lost in the next line
    # No key of the row: an award that refers to it need not wait. A switch that is turned at this moment does.
    session.refresh(achievement, with_for_update={"key_share": True})
    if achievement.draft is None:
        return current(session, achievement)
    facts = achievement_facts.parse(achievement.draft)
    if found := problems(facts):
        raise NotPublishable(" ".join(found), problems=found)
    version = _freeze(session, office, achievement, facts)
    achievement.draft = None
    achievement.state = AchievementState.PUBLISHED
    achievement.current_version = version.number
    achievement.changed_at = clock.now()
    audit.record(
        session,
        achievement.issuer_id,
        actor=actor,
        action="achievement.published",
        object_id=achievement.id,
        version=version.number,
    )
    named = {"issuer_id": achievement.issuer_id, "achievement_id": achievement.id, "version_id": version.id}
    listing.put(session, **named, facts=facts)
    definitions.touched(session, achievement.issuer_id)
    return version


def next_version(
    session: Session, office: Office, achievement: Achievement, facts: AchievementFacts, *, image_sha256: str
) -> model.Achievement:
    """What the next version would say if it were published now, with these facts."""
    number = (achievement.current_version or 0) + 1
    url = office.addresses.achievement_version(achievement.id, number)
    others = achievement_documents.in_other_languages(facts, url=url, number=number)
    return document_facts(
        office,
        achievement,
        facts,
        number=number,
        image_sha256=image_sha256,
        creator=issuers.facts(office, issuers.by_id(session, achievement.issuer_id)),
        related=(*_badge_class(office, achievement, number), *others),
        alignments=skill_alignments.of(session, achievement.issuer_id, facts),
    )


def try_out(session: Session, office: Office, achievement: Achievement, stated: model.Achievement) -> None:
    """Raise LintFailed when no badge could be signed that says this of the achievement."""
    facts = current_facts(session, achievement)
    issuer = issuers.by_id(session, achievement.issuer_id)
    ends = renewal.valid_until(clock.now(), facts.validity.rule(), issuer.zone)
    trial.check_achievement(office, issuer=issuers.facts(office, issuer), achievement=stated, valid_until=ends)


def _freeze(session: Session, office: Office, achievement: Achievement, facts: AchievementFacts) -> AchievementVersion:
    """The facts as the next version, after a trial that a badge of it could be signed."""
    number = (achievement.current_version or 0) + 1
    image_sha256 = achievement.draft_image_sha256 or images.keep(session, achievement_images.drawn(facts))
    stated = next_version(session, office, achievement, facts, image_sha256=image_sha256)
    try_out(session, office, achievement, stated)
    version = claim(
        session,
        AchievementVersion,
        id=clock.new_id(),
        achievement_id=achievement.id,
        number=number,
        facts=facts.to_json(),
        creator={"id": stated.creator_id, "name": stated.creator_name},
        document=strict_json.dumps(ob3.achievement_document(stated)),
        image_sha256=image_sha256,
        open_badges_2=achievement.open_badges_2,
        era=office.era,
        published_at=clock.now(),
    )
    if version is None:
        raise AlreadyExists("This version was published at the same moment by someone else", number=number)
    return version


def archive(session: Session, achievement: Achievement, *, actor: str) -> None:
    """Take it out of use: no new awards; everything awarded stays as it is, at its address."""
    if achievement.state == AchievementState.ARCHIVED:
        return
    achievement.state, achievement.archived_at = AchievementState.ARCHIVED, clock.now()
    achievement.changed_at = achievement.archived_at
    session.flush()  # waits for a rival that publishes, so that the next line sees what it listed
    listing.remove(session, achievement.id)
    definitions.touched(session, achievement.issuer_id)
    audit.record(session, achievement.issuer_id, actor=actor, action="achievement.archived", object_id=achievement.id)


def restore(session: Session, achievement: Achievement, *, actor: str) -> None:
    """Take it out of the archive: it is published again as it was, or a draft if it never was."""
    if achievement.state != AchievementState.ARCHIVED:
        return
    achievement.state = AchievementState.DRAFT
    achievement.archived_at, achievement.changed_at = None, clock.now()
    if achievement.current_version is not None:
        achievement.state, version = AchievementState.PUBLISHED, current(session, achievement)
        session.flush()  # waits for a rival that archives, so that the list ends as the state does
        named = {"issuer_id": achievement.issuer_id, "achievement_id": achievement.id, "version_id": version.id}
        listing.put(session, **named, facts=achievement_facts.parse(version.facts))
    definitions.touched(session, achievement.issuer_id)
    audit.record(session, achievement.issuer_id, actor=actor, action="achievement.restored", object_id=achievement.id)


def current(session: Session, achievement: Achievement) -> AchievementVersion:
    """The newest published version. Raises NotPublished."""
    if achievement.current_version is None:
        raise NotPublished("This achievement has not been published yet", achievement_id=achievement.id)
    return version_of(session, achievement, achievement.current_version)


def version_of(session: Session, achievement: Achievement, number: int) -> AchievementVersion:
    """One published version. Raises NotFound."""
    found = session.scalars(_VERSION, {"achievement": achievement.id, "number": number}).one_or_none()
    if found is None:
        raise NotFound("There is no such version of this achievement")
    return found


def id_of(office: Office, version: AchievementVersion) -> str:
    """The id of a version in signed documents, which is its address."""
    return office.at(version.era).addresses.achievement_version(version.achievement_id, version.number)


def refuse_a_stack(session: Session, achievement: Achievement) -> None:
    """Raise AwardedByPathway for an achievement that only pathways award."""
    if achievement.current_version is not None and current(session, achievement).facts.get("is_stack"):
        raise AwardedByPathway("This is a stack: its pathway awards it, and no rule or mapping can")


def current_facts(session: Session, achievement: Achievement) -> AchievementFacts:
    """The draft if there is one, else the newest version."""
    stored = achievement.draft if achievement.draft is not None else current(session, achievement).facts
    return achievement_facts.parse(stored)


def end_of(session: Session, achievement: Achievement, awarded_at: datetime) -> datetime | None:
    """Until when an award of the newest version is good; None = it never ends. Raises NotPublished."""
    validity = achievement_facts.parse(current(session, achievement).facts).validity.rule()
    return renewal.valid_until(awarded_at, validity, issuers.zone_of(session, achievement.issuer_id))


def by_id(session: Session, achievement_id: str, *, issuer: Issuer | None = None) -> Achievement:
    """The achievement with this id, of this issuer if one is named. Raises NotFound."""
    achievement = session.get(Achievement, achievement_id)
    if achievement is None or (issuer is not None and achievement.issuer_id != issuer.id):
        raise NotFound("There is no such achievement")
    return achievement


def by_slug(session: Session, issuer: Issuer, slug: str) -> Achievement:
    """The issuer's achievement with this short name. Raises NotFound."""
    achievement = session.scalars(select(Achievement).filter_by(issuer_id=issuer.id, slug=slug)).one_or_none()
    if achievement is None:
        raise NotFound(f"{issuer.name} has no achievement named {slug}")
    return achievement


def version_facts(office: Office, achievement: Achievement, version: AchievementVersion) -> model.Achievement:
    """A published version as the workshop takes it; always the same for the same version (B65)."""
    return document_facts(
        office.at(version.era),
        achievement,
        achievement_facts.parse(version.facts),
        number=version.number,
        image_sha256=version.image_sha256,
        creator=model.Issuer(id=version.creator["id"], name=version.creator["name"]),
        related=achievement_documents.frozen_related(version.document),
        says_assessment=achievement_documents.says_assessment(version.document),
        alignments=skill_alignments.frozen(version.document),
    )


def document_facts(
    office: Office,
    achievement: Achievement,
    facts: AchievementFacts,
    *,
    number: int,
    image_sha256: str,
    creator: model.Issuer,
    related: tuple[model.Related, ...] = (),
    says_assessment: bool = True,
    alignments: tuple[model.Alignment, ...] | None = None,
) -> model.Achievement:
    """Facts with the addresses of one version."""
    return achievement_documents.document_facts(
        facts,
        url=office.addresses.achievement_version(achievement.id, number),
        number=number,
        image_url=office.addresses.image(image_sha256),
        creator=creator,
        related=related,
        says_assessment=says_assessment,
        alignments=alignments,
    )


def _badge_class(office: Office, achievement: Achievement, number: int) -> tuple[model.Related, ...]:
    """The link to the 2.0 form, for a version that is published while the switch is on."""
    if not achievement.open_badges_2:
        return ()
    return (ob2.badge_class_link(office.addresses.ob2_badge_class(achievement.id, number)),)


def _is_aligned_anew(session: Session, achievement: Achievement, facts: AchievementFacts) -> bool:
    if achievement.draft is not None or achievement.current_version is None:
        return False
    frozen = skill_alignments.frozen(current(session, achievement).document)
    return frozen != skill_alignments.of(session, achievement.issuer_id, facts)
