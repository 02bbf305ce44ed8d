"""Second factors: an authenticator, passkeys, and the codes on paper for the day on which both are lost."""

from __future__ import annotations

import secrets as random_secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing.accounts import passwords
from app.issuing.accounts.tables import Account, Passkey, RecoveryCode
from app.issuing.office import Office

CODES = 10
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another; 32 of them, so 5 bits each
_CODE_LETTERS = 16  # 80 bits
_GROUP = 4
ONLY_ONE = "This is your only second factor; set up another one first"


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has beside its password. `codes_left` are not factors of their own: they stand in for one."""

    has_authenticator: bool
    passkeys: int
    codes_left: int

    @property
    def has_one(self) -> bool:
        """Whether something is asked for after the password."""
        return self.has_authenticator or self.passkeys > 0


def of_account(session: Session, account: Account) -> Factors:
    """What the account has."""
    keys = session.scalar(select(func.count()).where(Passkey.account_id == account.id)) or 0
    codes = session.scalar(select(func.count()).where(RecoveryCode.account_id == account.id)) or 0
    return Factors(account.has_authenticator, keys, codes)


def has_one(session: Session, account: Account) -> bool:
    """Whether something is asked for after the password."""
    if account.has_authenticator:
        return True
    return session.scalar(select(Passkey.id).where(Passkey.account_id == account.id).limit(1)) is not None


def make_codes(session: Session, office: Office, account: Account) -> list[str]:
    """Ten new codes, told once; those of before end. Each works once, in the place of an authenticator's code."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    made, now = [_new_code() for _ in range(CODES)], clock.now()
    session.add_all(
        RecoveryCode(mark=_mark(office, account, code), account_id=account.id, created_at=now) for code in made
    )
    session.flush()
    return made


def accepts_code(session: Session, office: Office, account: Account, code: str) -> bool:
    """Whether it is one of the account's codes, which is used up then."""
    query = delete(RecoveryCode).where(
        RecoveryCode.mark == _mark(office, account, code), RecoveryCode.account_id == account.id
    )
    if session.scalars(query.returning(RecoveryCode.mark)).one_or_none() is None:
        return False
    account.failures = 0
    return True


def is_code(text: str) -> bool:
    """Whether it is written as these codes are, in capitals or not, with blanks and hyphens anywhere."""
    plain = _plain(text)
    return len(plain) == _CODE_LETTERS and all(letter in _LETTERS for letter in plain)


def drop_authenticator(session: Session, account: Account, *, may_have_none: bool) -> None:
    """Ask for no more codes. Raises InvalidInput when nothing would be left, unless there may be nothing."""
    if not may_have_none and not of_account(session, account).passkeys:
        raise InvalidInput(ONLY_ONE)
    passwords.drop_totp(session, account)


def _new_code() -> str:
    letters = "".join(random_secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _CODE_LETTERS, _GROUP))


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").upper()


def _mark(office: Office, account: Account, code: str) -> str:
    return office.sealer.mark("recovery code", account.id, _plain(code))
