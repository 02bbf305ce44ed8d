"""Passwords by Argon2id, and codes from an authenticator (TOTP). Wrong ones lock the account for a while."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotAuthenticated, RateLimited
from app.issuing.accounts import sessions
from app.issuing.accounts.tables import Account
from app.issuing.office import Office

SHORTEST, LONGEST = 12, 200
MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)
STEP_SECONDS = 30
WRONG = "The address, the password or the code is not right"
_SECRET = re.compile(r"[A-Z2-7]{32}")  # what `new_totp` makes
_hasher = PasswordHasher()  # Argon2id with the library's parameters, which follow RFC 9106
_NOBODY = _hasher.hash("nobody has this password")  # whoever is unknown takes as long as whoever is wrong (T35)


def set_password(session: Session, account: Account, password: str, *, keep_session: str | None = None) -> None:
    """Set it, and sign every other browser out. Raises InvalidInput for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"A password has {SHORTEST} to {LONGEST} characters", pointer="/password")
    account.password_hash, account.password_changed_at = _hasher.hash(password), clock.now()
    account.failures, account.locked_until = 0, None
    sessions.end_all(session, account.id, but=keep_session)
    session.flush()


def matches(account: Account | None, password: str) -> bool:
    """Whether it is the account's password; takes the same time whether or not there is such an account."""
    kept = account.password_hash if account is not None and account.password_hash else None
    try:
        return _hasher.verify(kept or _NOBODY, password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def refuse_locked(account: Account) -> None:
    """Raise RateLimited while an account is locked after too many wrong passwords or codes."""
    now = clock.now()
    if account.locked_until is not None and account.locked_until > now:
        wait = int((account.locked_until - now).total_seconds()) + 1
        raise RateLimited("Too many passwords or codes were wrong; wait a while", retry_after_seconds=wait)


def note_wrong(session: Session, account: Account) -> None:
    """Count a wrong password or code; the tenth in a row locks the account for a quarter of an hour."""
    session.refresh(account, with_for_update=True)
    account.failures += 1
    if account.failures >= MOST_FAILURES:
        account.failures, account.locked_until = 0, clock.now() + LOCKED_FOR


def new_totp() -> str:
    """A fresh secret for an authenticator, in base32."""
    return pyotp.random_base32()


def is_totp(secret: str) -> bool:
    """Whether it is written as `new_totp` writes one: a form brings it back."""
    return _SECRET.fullmatch(secret) is not None


def totp_address(secret: str, *, name: str) -> str:
    """The `otpauth:` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Lanyard")


def set_totp(session: Session, office: Office, account: Account, secret: str, code: str) -> None:
    """Ask for codes of this secret from now on, once one was shown. Raises NotAuthenticated, InvalidInput."""
    if not is_totp(secret):
        raise InvalidInput("This key was not made here; open the page again")
    step = _step_of(secret, code, after=None)
    if step is None:
        raise NotAuthenticated("The code is not right; wait for the next one and enter it within half a minute")
    account.sealed_totp = office.sealer.seal(secret, place=f"totp:{account.id}")
    account.totp_confirmed_at, account.totp_last_step = clock.now(), step
    session.flush()


def drop_totp(session: Session, account: Account) -> None:
    """Ask for no more codes."""
    account.sealed_totp = account.totp_confirmed_at = account.totp_last_step = None
    session.flush()


def accepts(session: Session, office: Office, account: Account, code: str) -> bool:
    """Whether it is the authenticator's code now, or half a minute around, and was not used before."""
    if account.sealed_totp is None:
        return False
    session.refresh(account, with_for_update=True)
    secret = office.sealer.unseal(account.sealed_totp, place=f"totp:{account.id}")
    step = _step_of(secret, code, after=account.totp_last_step)
    if step is None:
        return False
    account.totp_last_step, account.failures = step, 0
    return True


def _step_of(secret: str, code: str, *, after: int | None) -> int | None:
    """The step of time whose code this is; people put spaces into codes, and nothing else (TOB-26-9)."""
    digits = code.replace(" ", "")
    present = int(clock.now().timestamp()) // STEP_SECONDS
    if not (digits.isascii() and digits.isdigit()):
        return None
    for step in (present, present - 1, present + 1):
        if pyotp.TOTP(secret).verify(digits, for_time=step * STEP_SECONDS, valid_window=0):
            return step if after is None or step > after else None
    return None
