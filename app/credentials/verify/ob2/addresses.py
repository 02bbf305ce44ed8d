"""Addresses on the web as identifiers: what is one, which two are one, and where to ask."""

from __future__ import annotations

import re
from typing import Any, TypeGuard
from urllib.parse import SplitResult, unquote, urlsplit

from app.credentials.verify.shape import is_uri

_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1", re.ASCII)


def is_address(value: Any) -> TypeGuard[str]:
    """Whether a value is an http or https address with a host that has one spelling.

    A user name in front of the host looks like another host, and `..` leaves the path that it seems to be in.
    """
    parts = _split(value) if is_uri(value) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return False
    path = unquote(parts.path)
    return not {".", ".."} & set(path.split("/")) and "\\" not in path and value.isprintable()


def to_ask(address: str) -> str:
    """Where to ask for what is at an address: over https, without the fragment.

    Older badges have http addresses, whose answers anybody on the way could write. The same place is asked in a way
    that nobody can; only this machine itself is asked over http.
    """
    plain = address.partition("#")[0]
    if plain.startswith("http://") and not _LOOPBACK.fullmatch(host_of(plain)):
        return "https://" + plain.removeprefix("http://")
    return plain


def same(one: Any, other: Any) -> bool:
    """Whether two identifiers are one: the same text, or one address over http and https."""
    if one == other:
        return isinstance(one, str)
    if not is_address(one) or not is_address(other):
        return False
    return (to_ask(one), one.partition("#")[2]) == (to_ask(other), other.partition("#")[2])


def host_of(address: str) -> str:
    """The host of an address, lower case, without its port; "" when there is none."""
    parts = _split(address)
    return parts.hostname or "" if parts else ""


def authority_of(address: str) -> str:
    """Host and port of an address, lower case; "" when there is none."""
    parts = _split(address)
    return parts.netloc.lower() if parts else ""


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    return parts
