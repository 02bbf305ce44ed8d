"""Passkeys (WebAuthn): a key in the person's phone or computer signs a challenge of ours, after it knew the person.

Each challenge is random, for one purpose, good once and for five minutes. The authenticator must have verified its
user (a finger, a face, a PIN), so that a passkey alone is as good as password and code together.
"""

from __future__ import annotations

import ipaddress
import json
import secrets as random_secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app import clock
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotAuthenticated, NotFound
from app.issuing.accounts import members, second_factors, tokens
from app.issuing.accounts.tables import Account, Passkey, PasskeyChallenge

MINUTES = 5
MOST_PASSKEYS = 20
LONGEST_NAME = 100
LONGEST_CREDENTIAL = 50_000
_CHALLENGE_BYTES = 32
NOT_RIGHT = "The passkey could not be checked; try it once more, or sign in with your password"
TOO_OLD = "This took longer than five minutes, or was sent twice; try it once more"


class ChallengePurpose(StrEnum):
    """What the signature over a challenge is good for."""

    REGISTER = "register"
    SIGN_IN = "sign-in"
    CONFIRM = "confirm"  # that it is still the person who signed in


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who we are to a passkey: its `id` is a host name, and for ever the one that a passkey works for."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A challenge that was made: the options for the browser as JSON, and the token that comes back with the answer."""

    token: str
    options: str


def party_of(base_url: str) -> RelyingParty | None:
    """Who we are to passkeys; None where browsers offer none: without https, or without a name."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(host, base_url) if parts.scheme == "https" or host == "localhost" else None
    return None


def begin_registration(session: Session, party: RelyingParty, account: Account, *, user_name: str) -> Begun:
    """A challenge for a new passkey of this account."""
    challenge = random_secrets.token_bytes(_CHALLENGE_BYTES)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Lanyard",
        user_id=account.id.encode(),
        user_name=user_name,
        user_display_name=account.display_name or user_name,
        challenge=challenge,
        timeout=MINUTES * 60_000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(session, account),
    )
    token = _keep(session, ChallengePurpose.REGISTER, challenge, account_id=account.id)
    return Begun(token, options_to_json(options))


def register(
    session: Session, party: RelyingParty, account: Account, *, challenge: bytes, credential: str, name: str
) -> Passkey:
    """Keep a new passkey. Raises NotAuthenticated, InvalidInput, and AlreadyExists for one that is known."""
    if len(of_account(session, account)) >= MOST_PASSKEYS:
        raise InvalidInput(f"An account has at most {MOST_PASSKEYS} passkeys; remove one first")
    try:
        found = verify_registration_response(
            credential=_readable(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotAuthenticated(NOT_RIGHT) from error
    made = claim(
        session,
        Passkey,
        id=bytes_to_base64url(found.credential_id),
        account_id=account.id,
        name=_checked_name(name),
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        created_at=clock.now(),
    )
    if made is None:
        raise AlreadyExists("This passkey is known already")
    members.note(session, account.id, "member.passkey-added", actor=f"account:{account.id}")
    return made


def begin_sign_in(session: Session, party: RelyingParty, *, account: Account | None = None) -> Begun:
    """A challenge to sign in with whichever passkey the person has here; with `account`, one of its own."""
    challenge = random_secrets.token_bytes(_CHALLENGE_BYTES)
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=MINUTES * 60_000,
        allow_credentials=None if account is None else _descriptors(session, account),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    purpose = ChallengePurpose.SIGN_IN if account is None else ChallengePurpose.CONFIRM
    token = _keep(session, purpose, challenge, account_id=account.id if account else None)
    return Begun(token, options_to_json(options))


def sign_in(
    session: Session, party: RelyingParty, *, challenge: bytes, credential: str, account: Account | None = None
) -> Account:
    """The account whose passkey signed the challenge. Raises NotAuthenticated, in the same words for every reason.

    With `account`, only its own passkeys count. A passkey whose counter did not grow may have been copied: refused.
    """
    stated = _readable(credential)
    key = session.get(Passkey, str(stated.get("id"))[:1400], with_for_update=True)
    if key is None or (account is not None and key.account_id != account.id):
        raise NotAuthenticated(NOT_RIGHT)
    try:
        _refuse_other_user(stated, key)
        found = verify_authentication_response(
            credential=stated,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotAuthenticated(NOT_RIGHT) from error
    key.sign_count, key.last_used_at = found.new_sign_count, clock.now()
    return session.get_one(Account, key.account_id)


def take(session: Session, token: str, purpose: ChallengePurpose, *, account_id: str | None = None) -> bytes:
    """Use a challenge up, in a transaction of its own: what fails afterwards does not bring it back.

    Raises NotAuthenticated for one that is over, was used, or was made for something else or somebody else.
    """
    query = delete(PasskeyChallenge).where(PasskeyChallenge.token_sha256 == tokens.digest(token))
    found = session.execute(
        query.returning(
            PasskeyChallenge.purpose,
            PasskeyChallenge.account_id,
            PasskeyChallenge.challenge,
            PasskeyChallenge.expires_at,
        )
    ).one_or_none()
    if found is None or (found.purpose, found.account_id) != (purpose, account_id) or found.expires_at <= clock.now():
        raise NotAuthenticated(TOO_OLD)
    return bytes(found.challenge)


def of_account(session: Session, account: Account) -> list[Passkey]:
    """The account's passkeys, the first first."""
    query = select(Passkey).where(Passkey.account_id == account.id)
    return list(session.scalars(query.order_by(Passkey.created_at, Passkey.id)))


def rename(session: Session, account: Account, passkey_id: str, name: str) -> None:
    """Call it something else. Raises NotFound and InvalidInput."""
    _own(session, account, passkey_id).name = _checked_name(name)


def remove(session: Session, account: Account, passkey_id: str, *, may_have_none: bool) -> None:
    """Sign in with it no more. Raises NotFound, and InvalidInput for the last second factor where one is required."""
    session.refresh(account, with_for_update=True)  # two at once would each leave the other's
    found = _own(session, account, passkey_id)
    factors = second_factors.of_account(session, account)
    if not may_have_none and not factors.has_authenticator and factors.passkeys == 1:
        raise InvalidInput(second_factors.ONLY_ONE)
    session.delete(found)
    session.flush()
    members.note(session, account.id, "member.passkey-removed", actor=f"account:{account.id}")


def _own(session: Session, account: Account, passkey_id: str) -> Passkey:
    found = session.get(Passkey, passkey_id)
    if found is None or found.account_id != account.id:
        raise NotFound("There is no such passkey")
    return found


def _checked_name(name: str) -> str:
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= LONGEST_NAME:
        raise InvalidInput("Give the passkey a name by which you know it again, such as My phone", pointer="/name")
    return plain


def _descriptors(session: Session, account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in of_account(session, account)]


def _refuse_other_user(stated: dict[str, object], key: Passkey) -> None:
    """What the authenticator says whose passkey it is, if it says it, is the account's id (WebAuthn, 7.2, step 6)."""
    response = stated.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    if handle and base64url_to_bytes(str(handle)) != key.account_id.encode():
        raise ValueError("the passkey is of another user")


def _readable(credential: str) -> dict[str, object]:
    if len(credential) > LONGEST_CREDENTIAL:
        raise NotAuthenticated(NOT_RIGHT)
    try:
        stated = json.loads(credential)
    except (ValueError, RecursionError) as error:
        raise NotAuthenticated(NOT_RIGHT) from error
    if not isinstance(stated, dict):
        raise NotAuthenticated(NOT_RIGHT)
    return stated


def _keep(session: Session, purpose: ChallengePurpose, challenge: bytes, *, account_id: str | None) -> str:
    token = tokens.new()
    session.add(
        PasskeyChallenge(
            token_sha256=tokens.digest(token),
            purpose=purpose,
            account_id=account_id,
            challenge=challenge,
            expires_at=clock.now() + timedelta(minutes=MINUTES),
        )
    )
    session.flush()
    return token
