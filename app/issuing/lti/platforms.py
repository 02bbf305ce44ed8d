"""Platforms in which this tool is registered, and the one-time invitations to register it."""

from __future__ import annotations

import hashlib
import secrets as random_secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import audit, sources
from app.issuing.issuers import Issuer
from app.issuing.lti import keys
from app.issuing.lti.keys import KeyPair
from app.issuing.lti.tables import LtiInvitation, LtiPlatform, PlatformState
from app.issuing.office import Office
from app.issuing.sources import SourceState
from app.lms.lti import ADAPTER

INVITATION_HOURS = 72
ASK_EVERY_HOURS = 24
MAX_URL_CHARACTERS = 2_000
MAX_ID_CHARACTERS = 255
MAX_DEPLOYMENTS = 100


@dataclass(frozen=True, slots=True)
class Registration:
    """What a platform's administrator reads off its page, or the platform says itself by dynamic registration."""

    name: str
    iss: str
    client_id: str
    login_url: str
    token_url: str
    jwks_url: str
    deployments: tuple[str, ...] = ()


def register(
    session: Session, office: Office, issuer: Issuer, stated: Registration, *, actor: str, fresh: KeyPair
) -> LtiPlatform:
    """Connect a platform, with the source to which its results belong. Raises InvalidInput, AlreadyExists.

    `fresh` (`keys.generate()`, called before the transaction) becomes this tool's key when it has none yet.
    """
    _check(stated)
    if keys.signer(session) is None:
        keys.keep(session, office, fresh)
    settings = {"namespace": stated.iss, "jwks_url": stated.jwks_url}
    made = sources.create(
        session, office, issuer, name=stated.name, source_type=ADAPTER.name, settings=settings, actor=actor
    )
    platform = claim(
        session,
        LtiPlatform,
        id=clock.new_id(),
        issuer_id=issuer.id,
        source_id=made.source.id,
        name=stated.name,
        iss=stated.iss,
        client_id=stated.client_id,
        login_url=stated.login_url,
        token_url=stated.token_url,
        jwks_url=stated.jwks_url,
        deployments=list(stated.deployments),
        state=PlatformState.ACTIVE,
        ask_at=clock.now() + timedelta(hours=ASK_EVERY_HOURS),
        created_at=clock.now(),
    )
    if platform is None:
        raise AlreadyExists("This platform with this client id is connected already", iss=stated.iss)
    audit.record(session, issuer.id, actor=actor, action="lti.platform-connected", object_id=platform.id)
    return platform


def invite(session: Session, issuer: Issuer, *, actor: str) -> str:
    """A fresh token for one registration, good for three days; told once."""
    token = random_secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        LtiInvitation(
            token_sha256=_hash(token),
            issuer_id=issuer.id,
            created_at=now,
            expires_at=now + timedelta(hours=INVITATION_HOURS),
        )
    )
    audit.record(session, issuer.id, actor=actor, action="lti.invited", object_id=issuer.id)
    return token


def invitation(session: Session, token: str) -> LtiInvitation:
    """The invitation of this token, if it can still be used. Raises NotFound, in the same words for every reason."""
    found = session.get(LtiInvitation, _hash(token))
    if found is None or found.platform_id is not None or found.expires_at <= clock.now():
        raise NotFound("This invitation does not exist, has ended or was used; ask for a new one")
    return found


def use(session: Session, token: str, platform: LtiPlatform) -> None:
    """Use an invitation up. Raises NotFound when somebody else was quicker."""
    found = invitation(session, token)
    query = update(LtiInvitation).where(
        LtiInvitation.token_sha256 == found.token_sha256, LtiInvitation.platform_id.is_(None)
    )
    if session.execute(query.values(platform_id=platform.id).returning(LtiInvitation.token_sha256)).first() is None:
        raise NotFound("This invitation does not exist, has ended or was used; ask for a new one")


def by_id(session: Session, platform_id: str, *, issuer: Issuer | None = None) -> LtiPlatform:
    """The platform with this id, of this issuer if one is named. Raises NotFound."""
    platform = session.get(LtiPlatform, platform_id)
    if platform is None or (issuer is not None and platform.issuer_id != issuer.id):
        raise NotFound("There is no such platform")
    return platform


def named(session: Session, issuer: Issuer, iss: str, client_id: str | None) -> LtiPlatform:
    """The active platform of an issuer that begins a launch; without `client_id` the only one. Raises NotFound."""
    query = select(LtiPlatform).where(
        LtiPlatform.issuer_id == issuer.id, LtiPlatform.iss == iss, LtiPlatform.state == PlatformState.ACTIVE
    )
    if client_id is not None:
        query = query.where(LtiPlatform.client_id == client_id)
    found = session.scalars(query.limit(2)).all()
    if len(found) != 1:
        raise NotFound("This platform is not connected here, or does not say which of its tools was opened")
    return found[0]


def take_due(session: Session) -> str | None:
    """A platform that has not been asked for a day; nobody else gets it until tomorrow. None = there is none."""
    now = clock.now()
    query = select(LtiPlatform).where(LtiPlatform.ask_at <= now, LtiPlatform.state == PlatformState.ACTIVE)
    query = query.order_by(LtiPlatform.ask_at, LtiPlatform.id).limit(1).with_for_update(skip_locked=True)
    platform = session.scalars(query).one_or_none()
    if platform is None:
        return None
    platform.ask_at = now + timedelta(hours=ASK_EVERY_HOURS)
    return platform.id


def hurry(session: Session, platform: LtiPlatform) -> None:
    """Have the worker ask a platform now and not only when a day is over."""
    session.refresh(platform, with_for_update=True)
    platform.ask_at = clock.now()


def of_issuer(session: Session, issuer: Issuer) -> list[LtiPlatform]:
    """The issuer's platforms, by name."""
    query = select(LtiPlatform).where(LtiPlatform.issuer_id == issuer.id).order_by(LtiPlatform.name, LtiPlatform.id)
    return list(session.scalars(query))


def set_state(session: Session, platform: LtiPlatform, state: PlatformState, *, actor: str) -> None:
    """Switch a platform and its source on or off."""
    if platform.state == state:
        return
    platform.state = state
    source = sources.by_id(session, platform.source_id)
    source.state = SourceState.ACTIVE if state is PlatformState.ACTIVE else SourceState.DISABLED
    audit.record(session, platform.issuer_id, actor=actor, action=f"lti.platform-{state}", object_id=platform.id)


def takes(session: Session, platform: LtiPlatform, deployment_id: str) -> bool:
    """Whether a launch of this deployment is ours. Where none was told yet, the first that comes is remembered."""
    if deployment_id in platform.deployments:
        return True
    if platform.deployments:
        return False
    session.refresh(platform, with_for_update=True)
    if not platform.deployments:
        platform.deployments = [deployment_id]
        audit.record(session, platform.issuer_id, actor="lti", action="lti.deployment-learned", object_id=platform.id)
    return deployment_id in platform.deployments


def add_deployment(session: Session, platform: LtiPlatform, deployment_id: str, *, actor: str) -> None:
    """Take launches of one more deployment. Raises InvalidInput."""
    if not 0 < len(deployment_id) <= MAX_ID_CHARACTERS or not deployment_id.isprintable():
        raise InvalidInput("A deployment id has 1 to 255 printable characters", pointer="/deployment_id")
    session.refresh(platform, with_for_update=True)
    if deployment_id in platform.deployments:
        return
    if len(platform.deployments) >= MAX_DEPLOYMENTS:
        raise InvalidInput(f"A platform has at most {MAX_DEPLOYMENTS} deployments", pointer="/deployment_id")
    platform.deployments = [*platform.deployments, deployment_id]
    audit.record(session, platform.issuer_id, actor=actor, action="lti.deployment-added", object_id=platform.id)


def _check(stated: Registration) -> None:
    for name in ("iss", "client_id"):
        value = getattr(stated, name)
        if not 0 < len(value) <= MAX_ID_CHARACTERS or not value.isprintable():
            raise InvalidInput(f"{name} has 1 to {MAX_ID_CHARACTERS} printable characters", pointer=f"/{name}")
    for name in ("login_url", "token_url", "jwks_url"):
        value = getattr(stated, name)
        if not _is_https(value):
            raise InvalidInput(f"{name} must be an https address", pointer=f"/{name}")
    if not 0 < len(stated.name.strip()) <= 200 or not stated.name.isprintable():  # noqa: PLR2004 - the column's width
        raise InvalidInput("The name has 1 to 200 printable characters", pointer="/name")
    good = all(0 < len(each) <= MAX_ID_CHARACTERS and each.isprintable() for each in stated.deployments)
    if len(stated.deployments) > MAX_DEPLOYMENTS or not good:
        raise InvalidInput("A deployment id has 1 to 255 printable characters", pointer="/deployments")


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return len(url) <= MAX_URL_CHARACTERS and url.isprintable() and parts.scheme == "https" and bool(parts.hostname)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
