"""The contexts that documents may name: read from installed packages, pinned by SHA-256 here (T9, T10, OB3-37)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from app.credentials.jsonld import status_list_2021
from app.credentials.jsonld.unsafe import UnsafeDocument
from app.errors import UnsafeConfiguration

VC_V2 = "https://www.w3.org/ns/credentials/v2"
VC_V1 = "https://www.w3.org/2018/credentials/v1"  # data model 1.1
OB_3_0_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

_OB = "https://purl.imsglobal.org/spec/ob/v3p0/"

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
    # The unversioned address: records of the first data model name it.
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json": (
        "clr_context_2.0.1.json",
        "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6",
    ),
    VC_V1: ("credentials-v1.jsonld", "00d7dd6d3ad8b920e3e550dd3a3d9090bffcac84cdbf943da6924b3e0a5c8bb8"),
    "https://w3id.org/security/data-integrity/v2": (
        "security-data-integrity-v2.json",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    "https://w3id.org/security/multikey/v1": (
        "security-multikey-v1.json",
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    ),
    ED25519_2020: (
        "security-ed25519-2020-v1.jsonld",
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    ),
}
# No package carries these.
_WRITTEN_HERE = {status_list_2021.STATUS_LIST_2021: status_list_2021.CONTEXT}
# Where the files lie, by the end of their names: what openbadgeslib does not carry, PyLD does.
_FOLDERS = {".json": ("openbadgeslib", "ob3/contexts"), ".jsonld": ("pyld", "documentloader/frozen/bundled")}


@dataclass(frozen=True, eq=False)
class ContextSet:
    """Exactly the contexts that a document may name. `extra` adds to the pinned ones, for a reviewed vocabulary."""

    extra: Mapping[str, dict[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def knows(self, url: str) -> bool:
        """Whether a document may name this context; compared as text, without any normalisation."""
        return url in _PINS or url in _WRITTEN_HERE or url in self.extra

    def names(self) -> list[str]:
        """The address of every one of them."""
        return sorted({*_PINS, *_WRITTEN_HERE, *self.extra})

    def load(self, url: str) -> dict[str, Any]:
        """The context document. Raises UnsafeDocument `context.unknown`; nothing is ever fetched."""
        if url in self.extra:
            return self.extra[url]
        if url in _WRITTEN_HERE:
            return _WRITTEN_HERE[url]
        if url not in _PINS:
            raise UnsafeDocument(
                "context.unknown", "/@context", f"The context {url[:200]} is not one that is known here"
            )
        return pinned_context(url)


PINNED = ContextSet()


@cache
def pinned_context(url: str) -> dict[str, Any]:
    """The pinned context of a known URL. Raises UnsafeConfiguration when the installed file is not the pinned one."""
    context: dict[str, Any] = json.loads(_pinned_file(url))
    return context


def context_file(url: str) -> bytes:
    """The context of a known URL as a file: of a pinned one the very bytes. Raises as `pinned_context` does."""
    if url in _PINS:
        return _pinned_file(url)
    return json.dumps(PINNED.load(url), ensure_ascii=False, indent=2).encode()


def _pinned_file(url: str) -> bytes:
    name, expected = _PINS[url]
    package, folder = _FOLDERS[name[name.rindex(".") :]]
    data = resources.files(package).joinpath(folder, name).read_bytes()
    if hashlib.sha256(data).hexdigest() != expected:
        raise UnsafeConfiguration(
            "An installed JSON-LD context is not the one this version was made for; install the locked packages",
            context=url,
        )
    return data
