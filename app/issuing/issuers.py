"""Issuers: the organisations that award badges. Each is a tenant of its own."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Boolean, ForeignKey, String, Text, bindparam, column, or_, select, table
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import model
from app.days import day_in
from app.db import Base, claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import audit
from app.issuing.office import Office
from app.issuing.slugs import RESERVED, check_slug


class Issuer(Base):
    """An organisation; its profile is signed into every badge as it is at that moment."""

    __tablename__ = "issuers"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500))
    email: Mapped[str | None] = mapped_column(String(320))
    description: Mapped[str | None] = mapped_column(Text)
    image_sha256: Mapped[str | None] = mapped_column(ForeignKey("images.sha256"))
    parent_name: Mapped[str | None] = mapped_column(String(200))
    parent_url: Mapped[str | None] = mapped_column(String(500))
    timezone: Mapped[str] = mapped_column(String(60), default="UTC", server_default="UTC")  # whose days are its days
    awards_per_hour: Mapped[int | None]  # made by rules; None: what the settings say
    created_at: Mapped[datetime]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the issuer declared: its days are counted and said in it."""
        return ZoneInfo(self.timezone)


# The tables of `achievements.py`, which is built on this file.
_achievements = table("achievements", column("id"), column("issuer_id"), column("open_badges_2", Boolean))
_versions = table("achievement_versions", column("achievement_id"), column("open_badges_2", Boolean))

PROFILE_FIELDS = frozenset(
    {"name", "url", "email", "description", "image_sha256", "parent_name", "parent_url", "timezone"}
)


_TURN = select(Issuer).where(Issuer.id == bindparam("issuer_id")).with_for_update(key_share=True)


def create(session: Session, *, slug: str, name: str, url: str, actor: str, **profile: str | None) -> Issuer:
    """Add an issuer. Raises AlreadyExists when the slug is taken, InvalidInput when it is no slug."""
    check_slug(slug)
    if slug in RESERVED:
        raise InvalidInput("This short name is kept for pages of the service; choose another", pointer="/slug")
    _check_profile(profile)
    values = {"slug": slug, "name": name, "url": url, "created_at": clock.now(), **profile}
    issuer = claim(session, Issuer, id=clock.new_id(), **values)
    if issuer is None:
        raise AlreadyExists(f"There is an issuer named {slug} already", slug=slug)
    audit.record(session, issuer.id, actor=actor, action="issuer.created", object_id=issuer.id)
    return issuer


def zone_of(session: Session, issuer_id: str) -> ZoneInfo:
    """The time zone that an issuer declared. The issuer must be there."""
    return session.get_one(Issuer, issuer_id).zone


def today(session: Session, issuer_id: str) -> date:
    """The day that it is in an issuer's time zone."""
    return day_in(clock.now(), zone_of(session, issuer_id))


def update(session: Session, issuer: Issuer, *, actor: str, **profile: str | None) -> Issuer:
    """Change the profile. Badges signed before keep the profile that they were signed with.

    Raises InvalidInput when it would take the e-mail address away that published Open Badges 2.0 need.
    """
    _check_profile(profile)
    take_turn(session, issuer.id)  # as the switch of Open Badges 2.0 does, which asks for the address
    session.refresh(issuer)
    if issuer.email and not profile.get("email", issuer.email) and has_open_badges_2(session, issuer):
        raise InvalidInput(
            "Open Badges 2.0, which is published, asks for the issuer's e-mail address", pointer="/email"
        )
    changed = sorted(field for field, value in profile.items() if getattr(issuer, field) != value)
    for field in changed:
        setattr(issuer, field, profile[field])
    if changed:
        audit.record(session, issuer.id, actor=actor, action="issuer.changed", object_id=issuer.id, fields=changed)
    return issuer


def by_slug(session: Session, slug: str) -> Issuer:
    """The issuer with this slug. Raises NotFound."""
    issuer = session.scalars(select(Issuer).where(Issuer.slug == slug)).one_or_none()
    if issuer is None:
        raise NotFound("There is no such issuer")
    return issuer


def by_id(session: Session, issuer_id: str) -> Issuer:
    """The issuer with this id. Raises NotFound."""
    issuer = session.get(Issuer, issuer_id)
    if issuer is None:
        raise NotFound("There is no such issuer")
    return issuer


def has_open_badges_2(session: Session, issuer: Issuer) -> bool:
    """Whether anything of the issuer was ever published as Open Badges 2.0: its documents answer from then on."""
    published = select(_versions.c.achievement_id).where(_versions.c.open_badges_2)
    of_issuer = select(_achievements.c.id).where(
        _achievements.c.issuer_id == issuer.id,
        or_(_achievements.c.open_badges_2, _achievements.c.id.in_(published)),
    )
    return bool(session.scalar(select(of_issuer.exists())))


def take_turn(session: Session, issuer_id: str) -> Issuer:
    """The issuer, once no other transaction awards for it; the turn ends with the transaction.

    Awards of one issuer queue at its status list in any case. Queueing before anything else is claimed keeps two
    batches that name the same people in another order from waiting for each other (a deadlock on PostgreSQL).
    """
    return session.scalars(_TURN, {"issuer_id": issuer_id}).one()


def every(session: Session) -> list[Issuer]:
    """All issuers, by slug."""
    return list(session.scalars(select(Issuer).order_by(Issuer.slug)))


def facts(office: Office, issuer: Issuer) -> model.Issuer:
    """The profile as it is signed into a badge."""
    return model.Issuer(
        id=office.addresses.did(issuer.slug),
        name=issuer.name,
        url=issuer.url,
        email=issuer.email,
        description=issuer.description,
        image_url=office.addresses.image(issuer.image_sha256) if issuer.image_sha256 else None,
        parent_name=issuer.parent_name,
        parent_url=issuer.parent_url,
    )


def _check_profile(profile: dict[str, str | None]) -> None:
    unknown = set(profile) - PROFILE_FIELDS
    if unknown:
        field = min(unknown)
        raise InvalidInput(f"An issuer has no field {field}", pointer=f"/{field}")
    if (zone := profile.get("timezone")) is not None and zone not in available_timezones():
        raise InvalidInput("This is not a time zone, such as Europe/Madrid or UTC", pointer="/timezone")
