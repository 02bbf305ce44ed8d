"""Short names in addresses: stable, chosen by people, never made from a title (B17)."""

from __future__ import annotations

import re

from app.errors import InvalidInput

# Pages of ours that stand where an issuer's short name does: `/staff/account` belongs to no issuer.
RESERVED = frozenset({"account", "confirm", "forgotten", "second-factor", "sign-in", "welcome"})
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")


def check_slug(slug: str) -> None:
    """Raise InvalidInput unless the text is 1 to 80 of a-z, 0-9 and hyphen, with no hyphen at an end."""
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            "A short name has 1 to 80 characters from a-z, 0-9 and hyphen, and no hyphen at either end",
            pointer="/slug",
        )
