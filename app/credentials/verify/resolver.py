"""What a verification has to ask the outside world, as one Protocol. This room itself never calls the network."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.credentials.keys import public_key_of
from app.credentials.model import StatusEntry
from app.credentials.multibase import base64url

_THUMBPRINT_URI = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
_THUMBPRINT_MEMBERS = frozenset({"crv", "kty", "x", "y", "n", "e"})


@dataclass(frozen=True, slots=True)
class KeyFound:
    """A public key that an issuer publishes for signing. `revoked_at` None = it was never withdrawn.

    `controller` is the identifier that the key's document names as its owner, as the resolver read it there.
    `listed` are the thumbprint URIs of all keys that were published beside it. `absent_at` is when the resolver last
    looked at the issuer's keys and this one was not among them; None = it was there at the first look (T24).
    """

    public_jwk: dict[str, Any]
    controller: str
    revoked_at: datetime | None = None
    listed: frozenset[str] = field(default=frozenset(), compare=False)
    absent_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ListFound:
    """What a status list's address answered with: JSON or a compact token, as received."""

    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentFound:
    """What an address answered with, as received. `content_type` is lower case, without parameters; "" = not stated.

    `is_gone` says that the answer was 410: whoever publishes there took the thing back (OB 2.0 hosted badges). `url` is
    where the answer came from when the address led elsewhere by a redirect; None = from the address that was asked.
    """

    content: bytes
    content_type: str = ""
    is_gone: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """There was an answer, and there is nothing: no such key for signing credentials, no such document (404).

    `listed` are the thumbprint URIs of the keys that are published instead, `seen_until` is when the resolver last saw
    a key of this name there; None = never.
    """

    listed: frozenset[str] = field(default=frozenset(), compare=False)
    seen_until: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There was no answer, or none that can be read. Says nothing for or against the badge."""


class Resolver(Protocol):
    """Finds keys, status lists and newer badges; every address guard and limit is the implementation's."""

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """The key of this name among those that the issuer publishes under `assertionMethod`.

        Look the name up among the issuer's keys; never fetch it for its own sake (T17). For a token it is the `kid`
        header, or, when the token only carries a `jwk`, that key's thumbprint URI (RFC 9278). did:key is not asked.
        """

    def status_list(self, url: str) -> ListFound | Unreachable:
        """The status list at this address, which stands in a badge whose signature already held."""

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        """Any other document at this address: a hosted badge, its class or issuer, a revocation list, a newer form.

        The address stands in a badge; what may be trusted of the answer is for whoever asks.
        """

    def superseded_by(self, credential_id: str) -> str | None:
        """The address of the badge that took this one's place; None = none, or the badge is not ours.

        "" = there is one, and where it is is not for everybody to know.
        """

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        """Places in status lists that the issuer keeps for this badge beside those signed into it (decision 0009).

        Known for our own badges only; () for every other.
        """


def thumbprint_uri(public_jwk: dict[str, Any]) -> str:
    """The name that a public key gives itself, from its numbers alone. Raises InvalidInput for an unsafe key.

    Source: RFC 9278, "JWK Thumbprint URI", with SHA-256.
    """
    public_key_of(public_jwk)
    members = {name: value for name, value in public_jwk.items() if name in _THUMBPRINT_MEMBERS}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return _THUMBPRINT_URI + base64url(hashlib.sha256(text.encode()).digest())
