"""Who an account is at an identity provider (OIDC). Bound by issuer and subject; an address alone binds no member.

A learner may come by a confirmed address that the provider vouches for, as by a mailed link. A member of staff must
have been linked before, by themselves or with an invitation: otherwise whoever gets an address at the provider would
get the rights of its former owner (T33).
"""

from __future__ import annotations

import json
import secrets as random_secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.id_tokens import IdToken
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotFound, SignInRefused
from app.issuing import issuers
from app.issuing.accounts import invitations, members, people, tokens
from app.issuing.accounts.tables import Account, AccountIdentity, Member, ProviderQuestion
from app.issuing.issuers import Issuer
from app.issuing.office import Office

MINUTES = 10
MOST_IDENTITIES = 5
_PLACE = "provider question"
OVER = "This sign-in has ended or was used already; begin it once more"
NOT_LINKED = (
    "This sign-in belongs to no member of staff here. Sign in with your password and link it under “My account”, "
    "or ask an owner for an invitation"
)
NOT_CONFIRMED = "Your provider does not say that your e-mail address is confirmed. Sign in with a link by mail instead"
ANOTHER_S = "This sign-in belongs to another account here"
SIGN_IN_FIRST = "There is an account for you already; sign in, then open the invitation again"


class QuestionPurpose(StrEnum):
    """What the provider's answer is good for."""

    LEARNER = "learner"
    STAFF = "staff"
    JOIN = "join"  # with an invitation
    LINK = "link"  # with the account that is signed in
    CONFIRM = "confirm"  # that it is still the person who signed in


@dataclass(frozen=True, slots=True)
class Question:
    """What goes to the provider and what is needed for its answer. `state` is told once; `verifier` never leaves us."""

    purpose: QuestionPurpose
    nonce: str
    verifier: str
    next_path: str
    account_id: str | None = None
    invitation: str | None = None


def begin(
    session: Session,
    office: Office,
    purpose: QuestionPurpose,
    *,
    next_path: str,
    account_id: str | None = None,
    invitation: str | None = None,
) -> tuple[str, Question]:
    """Begin a question; its state and what it is."""
    state = tokens.new()
    asked = Question(
        purpose, random_secrets.token_urlsafe(32), random_secrets.token_urlsafe(48), next_path, account_id, invitation
    )
    kept = {"nonce": asked.nonce, "verifier": asked.verifier, "next": next_path, "invitation": invitation}
    digest = tokens.digest(state)
    session.add(
        ProviderQuestion(
            state_sha256=digest,
            purpose=purpose,
            account_id=account_id,
            sealed=office.sealer.seal(json.dumps(kept), place=f"{_PLACE}:{digest}"),
            expires_at=clock.now() + timedelta(minutes=MINUTES),
        )
    )
    session.flush()
    return state, asked


def take(session: Session, office: Office, state: str) -> Question:
    """Use a question up, in a transaction of its own: whatever comes of the answer, it comes once.

    Raises NotFound for one that is over or was answered.
    """
    digest = tokens.digest(state)
    query = delete(ProviderQuestion).where(ProviderQuestion.state_sha256 == digest)
    found = session.execute(
        query.returning(
            ProviderQuestion.purpose, ProviderQuestion.account_id, ProviderQuestion.sealed, ProviderQuestion.expires_at
        )
    ).one_or_none()
    if found is None or found.expires_at <= clock.now():
        raise NotFound(OVER)
    kept = json.loads(office.sealer.unseal(found.sealed, place=f"{_PLACE}:{digest}"))
    purpose = QuestionPurpose(found.purpose)
    return Question(purpose, kept["nonce"], kept["verifier"], kept["next"], found.account_id, kept["invitation"])


def of_learner(session: Session, said: IdToken) -> Account:
    """The account of somebody who comes to see their badges. Raises SignInRefused for an address nobody confirmed."""
    found = _find(session, said)
    if found is not None:
        return _used(session, found)
    if not said.email or not said.is_email_verified:
        raise SignInRefused(NOT_CONFIRMED, reason="the address is not verified")
    account = people.of_confirmed_address(session, said.email)
    _bind(session, said, account, is_for_staff=False)
    return account


def of_staff(session: Session, said: IdToken) -> Account:
    """The account that was linked for staff before. Raises SignInRefused."""
    found = _find(session, said)
    if found is None or not found.is_for_staff:
        raise SignInRefused(NOT_LINKED, reason="not linked")
    return _used(session, found)


def confirms(session: Session, said: IdToken, account_id: str) -> bool:
    """Whether it is the account's own identity, linked for staff."""
    found = _find(session, said)
    return found is not None and found.is_for_staff and found.account_id == account_id


def link(session: Session, account: Account, said: IdToken) -> None:
    """Let the account sign in this way, as staff too. Raises AlreadyExists for another account's, InvalidInput."""
    number = session.scalar(select(func.count()).where(AccountIdentity.account_id == account.id)) or 0
    found = _find(session, said)
    if found is not None and found.account_id != account.id:
        raise AlreadyExists(ANOTHER_S)
    if found is None and number >= MOST_IDENTITIES:
        raise InvalidInput(f"An account has at most {MOST_IDENTITIES} of these; take one away first")
    if found is not None:
        found.is_for_staff = True
    else:
        _bind(session, said, account, is_for_staff=True)
    members.note(session, account.id, "member.identity-linked", actor=f"account:{account.id}")


def unlink(session: Session, account: Account, iss: str, sub: str) -> None:
    """Let the account sign in this way no more. Raises NotFound, InvalidInput for the only way that it has."""
    found = session.get(AccountIdentity, (iss, sub))
    if found is None or found.account_id != account.id:
        raise NotFound("There is no such sign-in")
    if account.password_hash is None:
        raise InvalidInput("Set a password first: without one, this is the only way to sign in as staff")
    session.delete(found)
    session.flush()
    members.note(session, account.id, "member.identity-unlinked", actor=f"account:{account.id}")


def of_account(session: Session, account: Account) -> list[AccountIdentity]:
    """Who the account is at providers, the first first."""
    query = select(AccountIdentity).where(AccountIdentity.account_id == account.id)
    return list(session.scalars(query.order_by(AccountIdentity.linked_at, AccountIdentity.iss, AccountIdentity.sub)))


def join(session: Session, office: Office, token: str, said: IdToken) -> tuple[Account, Issuer]:
    """Take up a mailed invitation without a password of ours: the member and whom they work for.

    An account that can do something already is never taken over this way: it signs in first. Raises as
    `invitations.by_token`, InvalidInput for an invitation that was handed over, SignInRefused, AlreadyExists.
    """
    invitation = invitations.by_token(session, token)
    email = invitations.email_of(office, invitation)
    if invitation.issuer_id is None or email is None:
        raise InvalidInput("This invitation was handed over by hand; choose a password for it")
    issuer = issuers.by_id(session, invitation.issuer_id)
    account = _account_to_join(session, said, email)
    account.display_name = account.display_name or said.name or email.partition("@")[0]
    found = _find(session, said)
    if found is None:
        _bind(session, said, account, is_for_staff=True)
    else:
        found.is_for_staff = True
    invitations.accept(session, office, token, account, issuer)
    return account, issuer


def _account_to_join(session: Session, said: IdToken, email: str) -> Account:
    found = _find(session, said)
    if found is not None:
        account = session.get_one(Account, found.account_id)
        if not found.is_for_staff and _has_rights(session, account):
            raise SignInRefused(SIGN_IN_FIRST, reason="a learner's identity of a member of staff")
        return account
    known = people.of_confirmed_address(session, email)  # the invitation was mailed: whoever has it reads the address
    if _has_rights(session, known):
        raise SignInRefused(SIGN_IN_FIRST, reason="the address belongs to an account with rights")
    return known


def _has_rights(session: Session, account: Account) -> bool:
    if account.password_hash is not None:
        return True
    return session.scalar(select(Member.issuer_id).where(Member.account_id == account.id).limit(1)) is not None


def _find(session: Session, said: IdToken) -> AccountIdentity | None:
    return session.get(AccountIdentity, (said.iss, said.sub))


def _used(session: Session, found: AccountIdentity) -> Account:
    found.last_used_at = clock.now()
    return session.get_one(Account, found.account_id)


def _bind(session: Session, said: IdToken, account: Account, *, is_for_staff: bool) -> None:
    facts = {"is_for_staff": is_for_staff, "linked_at": clock.now(), "last_used_at": clock.now()}
    made = claim(session, AccountIdentity, iss=said.iss, sub=said.sub, account_id=account.id, **facts)
    if made is None and session.get_one(AccountIdentity, (said.iss, said.sub)).account_id != account.id:
        raise AlreadyExists(ANOTHER_S)  # two answers at once, for two accounts
