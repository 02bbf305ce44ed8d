"""Who signs in: accounts with confirmed addresses, sessions, mailed links, passwords, and the members of issuers.

An account joins the learners of several issuers only through addresses that the person has confirmed.
"""

from app.issuing.accounts import (
    identities,
    invitations,
    links,
    members,
    passkeys,
    passwords,
    people,
    second_factors,
    sessions,
)
from app.issuing.accounts.members import Capability
from app.issuing.accounts.sessions import SignedIn
from app.issuing.accounts.tables import (
    Account,
    AccountAddress,
    AccountIdentity,
    CalendarFeed,
    Invitation,
    LinkPurpose,
    Member,
    Passkey,
    PasskeyChallenge,
    ProviderQuestion,
    RecoveryCode,
    Role,
    SignInLink,
    Strength,
    WebSession,
)

__all__ = [
    "Account",
    "AccountAddress",
    "AccountIdentity",
    "CalendarFeed",
    "Capability",
    "Invitation",
    "LinkPurpose",
    "Member",
    "Passkey",
    "PasskeyChallenge",
    "ProviderQuestion",
    "RecoveryCode",
    "Role",
    "SignInLink",
    "SignedIn",
    "Strength",
    "WebSession",
    "identities",
    "invitations",
    "links",
    "members",
    "passkeys",
    "passwords",
    "people",
    "second_factors",
    "sessions",
]
