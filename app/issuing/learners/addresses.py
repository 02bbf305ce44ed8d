"""Which addresses are a person's: what platforms put where they know none is no address, and a test is nobody."""

from __future__ import annotations

import hashlib
import re

from app.credentials.identity import clean_email, normalise_email
from app.errors import InvalidInput

# What administrators and platforms write into a field that must not stay empty.
_PLACEHOLDERS = re.compile(
    r"no[-_.]?e?mail|no[-_.]?reply|do[-_]?not[-_]?reply|none|null|nobody|unknown|dummy|invalid|placeholder|changeme"
    r"|not[-_]?available|n/?a"
)
_NO_HOST = re.compile(r"(?:.*\.)?(?:localhost|localdomain|invalid)")
_TEST_PREFIX = "[TEST]"


def address_of(written: str | None) -> str | None:
    """The normalised form of an address that can be a person's; None for none, a broken one and a placeholder."""
    if not written or not written.strip():
        return None
    try:
        normalised = normalise_email(written)
    except InvalidInput:
        return None
    return None if is_placeholder(normalised) else normalised


def is_placeholder(normalised: str) -> bool:
    """Whether an address stands where none is known: `noemail@…`, `…@localhost`, `…@….invalid`."""
    local, _, domain = normalised.rpartition("@")
    return _PLACEHOLDERS.fullmatch(local.partition("+")[0]) is not None or _NO_HOST.fullmatch(domain) is not None


def is_marked_as_test(*stated: str | None) -> bool:
    """Whether a platform's test send marked what it states: `[TEST] ana@x.example` (Thinkific)."""
    return any(text is not None and text.lstrip().upper().startswith(_TEST_PREFIX) for text in stated)


def mbox_sha1sum(address: str) -> str:
    """The hash that xAPI knows an address by: hex SHA-1 of the whole `mailto:` IRI, its domain in lower case."""
    local, at, domain = address.rpartition("@")
    return hashlib.sha1(f"mailto:{local}{at}{domain.lower()}".encode(), usedforsecurity=False).hexdigest()


def hashes_of(normalised: str, written: str) -> dict[str, str]:
    """The columns of an address that an xAPI hash is looked for in."""
    return {"mbox_sha1sum": mbox_sha1sum(normalised), "written_sha1sum": mbox_sha1sum(clean_email(written))}
