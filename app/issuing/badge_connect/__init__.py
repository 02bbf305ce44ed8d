"""Badge Connect: programs of others that a holder lets read badges, and add some (OB 3.0, section 6; OB 2.1)."""

from app.issuing.badge_connect import clients, grants, profiles, scopes, tokens
from app.issuing.badge_connect.scopes import V3_SCOPES, V21_SCOPES, May
from app.issuing.badge_connect.tables import (
    ConnectClient,
    ConnectGrant,
    ConnectProfile,
    ConnectQuestion,
    ConnectToken,
    TokenKind,
)

__all__ = [
    "V3_SCOPES",
    "V21_SCOPES",
    "ConnectClient",
    "ConnectGrant",
    "ConnectProfile",
    "ConnectQuestion",
    "ConnectToken",
    "May",
    "TokenKind",
    "clients",
    "grants",
    "profiles",
    "scopes",
    "tokens",
]
