"""Open Badges 2.0 beside 3.0, switched on for one achievement at a time: what stands at the `/ob2/` addresses.

Once published, an address keeps answering: switching off ends new versions and new awards, never old ones. The rows
remember it (`open_badges_2` of a version and of an award), and no clock decides it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.credentials import ob2, strict_json
from app.credentials.model import Algorithm
from app.errors import Gone, InvalidInput, NotFound
from app.issuing import achievements, audit, awards, issuers, signed_assertions, signing_keys
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.awards import Award, AwardState
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signed_assertions import SignedAssertion
from app.issuing.signing_keys import SigningKey

NOTHING_HERE = "There is nothing at this address"
_ENDED = (AwardState.REVOKED, AwardState.SUPERSEDED)
# The list is for everybody, and what staff wrote about one badge is for whoever has the badge's address.
_PUBLIC_REASONS = {
    AwardState.REVOKED: "Withdrawn by the issuer.",
    AwardState.SUPERSEDED: "Replaced by a newer badge.",
    AwardState.SUSPENDED: "Paused by the issuer; it may count again later.",
}


class Counts(StrEnum):
    """Whether a hosted badge counts: yes, not at present, or never again."""

    YES = "yes"
    PAUSED = "paused"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class HostedAssertion:
    """What stands at the address of a hosted badge at this moment."""

    document: dict[str, Any]
    counts: Counts


def switch(session: Session, achievement: Achievement, *, on: bool, actor: str) -> bool:
    """Publish an achievement, its versions and its awards as Open Badges 2.0 too, or end that for new ones.

    Switched on, it holds for everything there is of the achievement; what is private stays private. False when it
    stands so already. Raises InvalidInput for an issuer without an e-mail address, which 2.0 asks for (OB3-73).
    """
    issuers.take_turn(session, achievement.issuer_id)  # an award that is being made would be overlooked
    session.flush()
    session.refresh(achievement, with_for_update={"key_share": True})
    if achievement.open_badges_2 == on:
        return False
    issuer = issuers.by_id(session, achievement.issuer_id)
    session.refresh(issuer)
    if on and not issuer.email:
        raise InvalidInput(
            f"Open Badges 2.0 asks for the issuer's e-mail address, and {issuer.name} has none",
            pointer="/open_badges_2",
        )
    achievement.open_badges_2 = on
    if on:
        for rows in (AchievementVersion, Award):
            session.execute(update(rows).where(rows.achievement_id == achievement.id).values(open_badges_2=True))
    action = f"achievement.open-badges-2-{'on' if on else 'off'}"
    audit.record(session, issuer.id, actor=actor, action=action, object_id=achievement.id)
    session.flush()
    return True


def hosted_assertion(session: Session, office: Office, award: Award) -> HostedAssertion:
    """The hosted badge, or what 2.0 says in its place. Raises NotFound for an award that has no 2.0 form.

    2.0 has no suspension. A paused badge is told as one that does not count, with words that it may count again:
    every 2.0 reader refuses it then, which for a licence to treat people harms least; and the door does not answer
    410 for it, which would say for good.
    """
    if not award.open_badges_2:
        raise NotFound(NOTHING_HERE)
    office = office.at(award.era)  # readers of 2.0 ask that a badge, its class and its issuer are at one host
    address = office.addresses.ob2_assertion(award.id)
    match AwardState(award.state):
        case AwardState.REVOKED | AwardState.SUPERSEDED:
            return HostedAssertion(ob2.revoked_assertion(ob2.Revoked(address, _reason(award))), Counts.NEVER)
        case AwardState.SUSPENDED:
            return HostedAssertion(ob2.revoked_assertion(ob2.Revoked(address, _reason(award))), Counts.PAUSED)
        case AwardState.ISSUED | AwardState.PENDING:
            version = awards.version_of(session, award)
            badge = office.addresses.ob2_badge_class(award.achievement_id, version.number)
            credential = strict_json.loads(awards.credential_of(session, award).json)
            try:
                return HostedAssertion(ob2.hosted_assertion(credential, address=address, badge=badge), Counts.YES)
            except InvalidInput as error:
                raise NotFound("Open Badges 2.0 cannot say whose badge this is: it names no e-mail address") from error


def signed_assertion(session: Session, award: Award) -> bytes:
    """The signed badge as it was stored, also when it does not count: the issuer's list says so. Raises NotFound."""
    found = signed_assertions.newest(session, award.id)
    if found is None:
        raise NotFound(NOTHING_HERE)
    return found.jws


def badge_class(
    session: Session, office: Office, achievement: Achievement, version: AchievementVersion, *, kid: str | None = None
) -> dict[str, Any]:
    """The BadgeClass of one version; with `kid` the one that badges signed with this key name. Raises NotFound."""
    if not version.open_badges_2:
        raise NotFound(NOTHING_HERE)
    issuer, addresses = issuers.by_id(session, achievement.issuer_id), office.addresses
    facts = achievements.version_facts(office, achievement, version)
    plain = addresses.ob2_badge_class(achievement.id, version.number)
    if kid is None:
        return ob2.badge_class(facts, address=plain, issuer=addresses.ob2_issuer(issuer.slug))
    key = _rsa_key(session, issuer, kid)
    return ob2.badge_class(
        facts,
        address=addresses.ob2_badge_class_of_key(achievement.id, version.number, key.kid),
        issuer=addresses.ob2_issuer_of_key(issuer.slug, key.kid),
        same_as=plain,
    )


def issuer_profile(session: Session, office: Office, issuer: Issuer, *, kid: str | None = None) -> dict[str, Any]:
    """The Issuer; with `kid` the one whose `publicKey` this key is. Raises NotFound, Gone for a compromised key."""
    _check_takes_part(session, issuer)
    addresses = office.addresses
    key = None if kid is None else _trusted_key(session, issuer, kid).kid
    return ob2.issuer_profile(
        issuers.facts(office, issuer),
        address=addresses.ob2_issuer(issuer.slug) if key is None else addresses.ob2_issuer_of_key(issuer.slug, key),
        page=addresses.issuer(issuer.slug),
        assertions=addresses.ob2_assertion(""),
        revocations=addresses.ob2_revocations(issuer.slug),
        key=None if key is None else addresses.ob2_key(issuer.slug, key),
    )


def cryptographic_key(session: Session, office: Office, issuer: Issuer, *, kid: str) -> dict[str, Any]:
    """A key that signed badges name. Raises NotFound, and Gone for a compromised one."""
    _check_takes_part(session, issuer)
    key, addresses = _trusted_key(session, issuer, kid), office.addresses
    return ob2.cryptographic_key(
        key.public_jwk,
        address=addresses.ob2_key(issuer.slug, key.kid),
        owner=addresses.ob2_issuer_of_key(issuer.slug, key.kid),
    )


def revocation_list(session: Session, office: Office, issuer: Issuer) -> dict[str, Any]:
    """The issuer's signed badges that do not count at this moment, paused ones too. Raises NotFound."""
    _check_takes_part(session, issuer)
    query = (
        select(SignedAssertion.urn, Award.state)
        .join(Award, Award.id == SignedAssertion.award_id)
        .where(Award.issuer_id == issuer.id, Award.state.in_([*_ENDED, AwardState.SUSPENDED]))
        .order_by(SignedAssertion.urn)
        .distinct()
    )
    revoked = [ob2.Revoked(row.urn, _PUBLIC_REASONS[AwardState(row.state)]) for row in session.execute(query)]
    addresses = office.addresses
    return ob2.revocation_list(
        revoked, address=addresses.ob2_revocations(issuer.slug), issuer=addresses.ob2_issuer(issuer.slug)
    )


def _check_takes_part(session: Session, issuer: Issuer) -> None:
    if not issuers.has_open_badges_2(session, issuer):
        raise NotFound(NOTHING_HERE)


def _rsa_key(session: Session, issuer: Issuer, kid: str) -> SigningKey:
    found = signing_keys.by_kid(session, issuer, kid)
    if found.algorithm != Algorithm.RS256:
        raise NotFound("This issuer has no such key")
    return found


def _trusted_key(session: Session, issuer: Issuer, kid: str) -> SigningKey:
    found = _rsa_key(session, issuer, kid)
    if found.revoked_at is not None:
        raise Gone("This key was withdrawn by its issuer; nothing that it signed can be trusted any more")
    return found


def _reason(award: Award) -> str:
    """The words of the badge's page, for whoever has its address."""
    if award.state == AwardState.SUPERSEDED or not award.reason:
        return _PUBLIC_REASONS[AwardState(award.state)]
    if award.state == AwardState.SUSPENDED:
        return f"Paused by the issuer: {award.reason.rstrip('.')}. It may count again later."
    return award.reason
