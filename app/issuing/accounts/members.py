"""Members: who works for an issuer, and what each role may do. The last owner stays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import audit, issuers
from app.issuing.accounts import second_factors, sessions
from app.issuing.accounts.tables import Account, AccountAddress, Member, Role
from app.issuing.issuers import Issuer


class Capability(StrEnum):
    """One kind of thing that staff do; routes ask for one, roles have several."""

    READ = "read"
    DESIGN = "design"  # achievements, images, rules
    AWARD = "award"  # award one or a list of people, revoke, suspend, correct
    REVIEW = "review"  # approve or refuse what waits, assess prior learning
    PEOPLE = "people"  # merge, groups, names, claim links
    CONNECT = "connect"  # sources, endpoints, mail, reports by mail
    AUDIT = "audit"  # the audit log
    MANAGE = "manage"  # profile, members, keys, API keys, erasure


_MAY = {
    Role.OWNER: frozenset(Capability),
    Role.DESIGNER: frozenset({Capability.READ, Capability.DESIGN, Capability.CONNECT}),
    Role.AWARDER: frozenset({Capability.READ, Capability.AWARD, Capability.REVIEW, Capability.PEOPLE}),
    Role.REVIEWER: frozenset({Capability.READ, Capability.REVIEW}),
    Role.AUDITOR: frozenset({Capability.READ, Capability.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member with what a list shows of them."""

    member: Member
    name: str | None
    email: str | None
    has_second_factor: bool


def may(role: Role, capability: Capability) -> bool:
    """Whether the role has it."""
    return capability in _MAY[role]


def role_of(session: Session, issuer_id: str, account_id: str) -> Role | None:
    """What an account is for an issuer; None = nothing."""
    member = session.get(Member, (issuer_id, account_id))
    return None if member is None else Role(member.role)


def issuers_of(session: Session, account_id: str) -> list[tuple[Issuer, Role]]:
    """The issuers that an account works for, by name."""
    query = select(Issuer, Member.role).join(Member, Member.issuer_id == Issuer.id)
    found = session.execute(query.where(Member.account_id == account_id).order_by(Issuer.name, Issuer.id))
    return [(issuer, Role(role)) for issuer, role in found]


def of_issuer(session: Session, issuer: Issuer) -> list[MemberLine]:
    """Its members, the first first."""
    query = select(Member, Account).join(Account, Account.id == Member.account_id)
    rows = session.execute(query.where(Member.issuer_id == issuer.id).order_by(Member.added_at, Member.account_id))
    lines = []
    for member, account in rows.all():
        mine = select(AccountAddress.written).where(AccountAddress.account_id == account.id)
        email = session.scalar(mine.order_by(AccountAddress.added_at, AccountAddress.normalised).limit(1))
        lines.append(MemberLine(member, account.display_name, email, second_factors.has_one(session, account)))
    return lines


def add(session: Session, issuer: Issuer, account: Account, role: Role, *, actor: str) -> Member:
    """Make an account a member. Raises AlreadyExists for one who is."""
    values = {"role": role, "added_at": clock.now()}
    made = claim(session, Member, issuer_id=issuer.id, account_id=account.id, **values)
    if made is None:
        raise AlreadyExists("This account is a member already")
    audit.record(session, issuer.id, actor=actor, action="member.added", object_id=account.id, role=role)
    return made


def change_role(session: Session, issuer: Issuer, account_id: str, role: Role, *, actor: str) -> None:
    """Give a member another role, and sign them out. Raises NotFound, and InvalidInput for the last owner."""
    issuers.take_turn(session, issuer.id)
    member = _member(session, issuer, account_id)
    if member.role == role:
        return
    _keep_an_owner(session, issuer, member)
    before, member.role = member.role, role
    sessions.end_all(session, account_id)
    facts = {"role": role, "before": before}
    audit.record(session, issuer.id, actor=actor, action="member.role-changed", object_id=account_id, **facts)


def remove(session: Session, issuer: Issuer, account_id: str, *, actor: str) -> None:
    """Let somebody go, and sign them out. Raises NotFound, and InvalidInput for the last owner."""
    issuers.take_turn(session, issuer.id)
    member = _member(session, issuer, account_id)
    _keep_an_owner(session, issuer, member)
    session.delete(member)
    sessions.end_all(session, account_id)
    audit.record(session, issuer.id, actor=actor, action="member.removed", object_id=account_id, role=member.role)
    session.flush()


def note_reset(session: Session, issuer: Issuer, account_id: str, *, actor: str) -> None:
    """Write down that a member's second factor was taken away, and sign them out."""
    sessions.end_all(session, account_id)
    audit.record(session, issuer.id, actor=actor, action="member.second-factor-reset", object_id=account_id)


def note(session: Session, account_id: str, action: str, *, actor: str, **facts: object) -> None:
    """Write down that a member changed how they sign in: once for each issuer they work for."""
    for issuer_id in session.scalars(select(Member.issuer_id).where(Member.account_id == account_id)):
        audit.record(session, issuer_id, actor=actor, action=action, object_id=account_id, **facts)


def _member(session: Session, issuer: Issuer, account_id: str) -> Member:
    member = session.get(Member, (issuer.id, account_id), with_for_update=True, populate_existing=True)
    if member is None:
        raise NotFound("There is no such member")
    return member


def _keep_an_owner(session: Session, issuer: Issuer, member: Member) -> None:
    if member.role != Role.OWNER:
        return
    query = select(func.count()).where(Member.issuer_id == issuer.id, Member.role == Role.OWNER)
    if session.scalar(query) == 1:
        raise InvalidInput("This is the last owner; make somebody else an owner first", pointer="/role")
