"""`relatedResource`: documents that a credential depends on, each with a digest that tells whether it was changed.

Source: VC Data Model 2.0, section 5.3.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from app.credentials.multibase import from_base58btc, from_base64url
from app.credentials.vc.refusal import refused
from app.credentials.verify.resolver import DocumentFound, Resolver
from app.credentials.verify.shape import is_uri
from app.errors import InvalidInput

MAX_RESOURCES = 8
_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
_MULTIHASHES = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}

Resource = tuple[str, dict[str, Any]]  # JSON Pointer and object


def check(resources: list[Resource]) -> None:
    """Refuse a resource without an address of its own or without a digest that can be one. Raises CredentialRefused."""
    if len(resources) > MAX_RESOURCES:
        raise refused("related_resource", "/relatedResource", "There are too many related resources")
    seen: set[str] = set()
    for pointer, resource in resources:
        identifier = resource.get("id")
        if not isinstance(identifier, str) or not is_uri(identifier):
            raise refused("related_resource", f"{pointer}/id", "A related resource needs its address as id")
        if identifier in seen:
            raise refused("related_resource", f"{pointer}/id", "Each related resource is named once")
        seen.add(identifier)
        if not list(_digests(pointer, resource)):
            raise refused("related_resource", pointer, "A related resource needs a digestSRI or a digestMultibase")


def compare(resources: list[Resource], resolve: Resolver) -> None:
    """Refuse a credential of which a related resource was changed. Raises CredentialRefused.

    One that cannot be reached is not compared: nothing is known of it.
    """
    for pointer, resource in resources:
        match resolve.document(resource["id"]):
            case DocumentFound(content=content, is_gone=False):
                for algorithm, expected in _digests(pointer, resource):
                    if not hmac.compare_digest(hashlib.new(algorithm, content).digest(), expected):
                        raise refused("related_resource.changed", pointer, "This resource is not what it was")
            case _:
                pass


def _digests(pointer: str, resource: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Name of the hash and digest, of each that the resource states. Raises CredentialRefused for one that is none."""
    for member, read in (("digestSRI", _integrity), ("digestMultibase", _multihash)):
        stated = resource.get(member, [])
        for text in stated if isinstance(stated, list) else [stated]:
            try:
                yield from read(text if isinstance(text, str) else "")
            except (InvalidInput, ValueError, binascii.Error) as error:
                raise refused("related_resource", f"{pointer}/{member}", "This is not a digest") from error


def _integrity(text: str) -> Iterator[tuple[str, bytes]]:
    """Subresource Integrity: `sha256-` and base64, several separated by blanks.

    The W3C's own examples put multibase's letter M before the base64, which no base64 of that length could begin with
    and still fit; that is read too.
    """
    parts = text.split()
    if not parts:
        raise ValueError("no digest")
    for part in parts:
        algorithm, _, encoded = part.partition("-")
        size = _SIZES.get(algorithm, 0)
        length = len(base64.b64encode(bytes(size)))
        digest = base64.b64decode(encoded[len(encoded) == length + 1 and encoded[:1] == "M" :], validate=True)
        if not size or len(digest) != size:
            raise ValueError("not the digest of this hash")
        yield algorithm, digest


def _multihash(text: str) -> Iterator[tuple[str, bytes]]:
    """Multibase (base64url or base58btc) of a multihash."""
    data = from_base58btc(text) if text.startswith("z") else from_base64url(text[1:] if text[:1] == "u" else "!")
    algorithm = _MULTIHASHES.get(data[:2])
    if algorithm is None or len(data) != 2 + _SIZES[algorithm]:
        raise ValueError("not a multihash that is known here")
    yield algorithm, data[2:]
