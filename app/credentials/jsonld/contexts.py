"""The contexts that documents may name: read from an installed package, pinned by SHA-256 here (T9, T10, OB3-37)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from app.credentials.jsonld.unsafe import UnsafeDocument
from app.errors import UnsafeConfiguration

VC_V2 = "https://www.w3.org/ns/credentials/v2"
OB_3_0_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

_OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
_MAX_CONTEXTS = 8

# URL -> file in the package, SHA-256 of the file. 1EdTech edits its contexts in place, hence the hash.
_PINS = {
    VC_V2: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    _OB + "context-3.0.1.json": (
        "ob-v3p0-context-3.0.1.json",
        "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
    ),
    _OB + "context-3.0.2.json": (
        "ob-v3p0-context-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    OB_3_0_3: ("ob-v3p0-context-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
    # The unversioned address: badges in the field name it and mean the current terms.
    _OB + "context.json": (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    OB_EXTENSIONS: ("ob-v3p0-extensions.json", "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93"),
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json": (
        "clr_context_2.0.1.json",
        "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6",
    ),
    "https://w3id.org/security/data-integrity/v2": (
        "security-data-integrity-v2.json",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    "https://w3id.org/security/multikey/v1": (
        "security-multikey-v1.json",
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    ),
}


@dataclass(frozen=True, eq=False)
class ContextSet:
    """Exactly the contexts that a document may name. `extra` adds to the pinned ones, for a reviewed vocabulary."""

    extra: Mapping[str, dict[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def knows(self, url: str) -> bool:
        """Whether a document may name this context; compared as text, without any normalisation."""
        return url in _PINS or url in self.extra

    def load(self, url: str) -> dict[str, Any]:
        """The context document. Raises UnsafeDocument `context.unknown`; nothing is ever fetched."""
        if url in self.extra:
            return self.extra[url]
        if url not in _PINS:
            raise UnsafeDocument(
                "context.unknown", "/@context", f"The context {url[:200]} is not one that is known here"
            )
        return pinned_context(url)


PINNED = ContextSet()


@cache
def pinned_context(url: str) -> dict[str, Any]:
    """The pinned context of a known URL. Raises UnsafeConfiguration when the installed file is not the pinned one."""
    name, expected = _PINS[url]
    data = (resources.files("openbadgeslib") / "ob3" / "contexts" / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != expected:
        raise UnsafeConfiguration(
            "An installed JSON-LD context is not the one this version was made for; install the locked packages",
            context=url,
        )
    context: dict[str, Any] = json.loads(data)
    return context


def check_structure(document: dict[str, Any], contexts: ContextSet) -> None:
    """Refuse whatever could change the meaning of the words in a document. Raises UnsafeDocument.

    `@context` is at the root only and is a list of known URLs that starts with the credentials context; no other
    member name starts with `@`: an inline context can swap two terms and leave the signature intact (T10).
    """
    named = document.get("@context")
    if not isinstance(named, list) or not named:
        raise UnsafeDocument("context.missing", "/@context", "The document has no list of contexts")
    for position, url in enumerate(named):
        pointer = f"/@context/{position}"
        if not isinstance(url, str):
            raise UnsafeDocument("context.inline", pointer, "A context is written into the document")
        if not contexts.knows(url):
            raise UnsafeDocument("context.unknown", pointer, f"The context {url[:200]} is not one that is known here")
    if named[0] != VC_V2 or len(named) != len(set(named)) or len(named) > _MAX_CONTEXTS:
        raise UnsafeDocument("context.order", "/@context", "The credentials context comes first, and each comes once")
    pending: list[tuple[str, Any]] = [("/" + escape(k), v) for k, v in document.items() if k != "@context"]
    while pending:
        pointer, value = pending.pop()
        if pointer.rpartition("/")[2].startswith("@"):
            raise UnsafeDocument("keyword.forbidden", pointer, "A member name is a keyword of JSON-LD")
        if isinstance(value, dict):
            pending.extend((f"{pointer}/{escape(key)}", item) for key, item in value.items())
        elif isinstance(value, list):
            pending.extend((f"{pointer}/{position}", item) for position, item in enumerate(value))


def escape(member: str) -> str:
    """A member name as a JSON Pointer writes it (RFC 6901)."""
    return member.replace("~", "~0").replace("/", "~1")
