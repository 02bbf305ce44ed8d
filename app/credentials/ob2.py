"""Facts -> Open Badges 2.0 documents. One function per class; absent facts leave no member.

An Assertion is made from the signed 3.0 credential and from nothing else: both generations then say the same, and the
recipient's hash and salt are the ones that were signed. The other documents are made from the facts that the 3.0 ones
are made from. Signed badges get an issuer document for each key, because the official validator refuses an issuer
with more than one `publicKey`, and a badge that a retired key signed must verify for as long as it lives.
Source: Open Badges 2.0, sections "Open Badges Vocabulary" and "Open Badges Verification".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization

from app.credentials.keys import public_key_of
from app.credentials.model import Achievement, Alignment, Issuer, Related
from app.errors import InvalidInput

CONTEXT = "https://w3id.org/openbadges/v2"
BADGE_CLASS = "https://w3id.org/openbadges#BadgeClass"
VERSION, NEWER_VERSION = "Open Badges v2p0", "Open Badges v3p0"

_NEWER = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
# What RFC 3986 lets stand in an address beside letters and digits; the official validator refuses anything else.
_STANDS = "!#$%&'()*+,/:;=?@[]~"
_WEB_OR_UUID = re.compile(r"https?://\S+|urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f-]{16}")


@dataclass(frozen=True, slots=True)
class Revoked:
    """A badge that does not count: its id in the list, and why, in words that everybody may read."""

    id: str
    reason: str


def hosted_assertion(credential: dict[str, Any], *, address: str, badge: str) -> dict[str, Any]:
    """The Assertion that is true because it stands at its address. Raises InvalidInput as `recipient_of` does."""
    return _assertion(credential, address, badge, {"type": "HostedBadge"})


def signed_assertion(credential: dict[str, Any], *, urn: str, badge: str, key: str) -> dict[str, Any]:
    """The Assertion that is true because the key at `key` signed it. Raises InvalidInput as `recipient_of` does."""
    return _assertion(credential, urn, badge, {"type": "SignedBadge", "creator": key})


def revoked_assertion(revoked: Revoked) -> dict[str, Any]:
    """What stands in the place of an assertion that does not count.

    Nothing of the assertion is left in it: the official validator does not look at `revoked` and would accept the
    rest (openbadges-validator-core issue 212).
    """
    return {
        "@context": CONTEXT,
        "id": revoked.id,
        "type": "Assertion",
        "revoked": True,
        "revocationReason": revoked.reason,
    }


def recipient_of(credential: dict[str, Any]) -> dict[str, Any]:
    """Whose badge it is: the hash and salt of the e-mail address, as they were signed.

    Raises InvalidInput for a credential that names no address: 2.0 has no other way to say whose badge it is.
    """
    for each in credential["credentialSubject"].get("identifier", []):
        if each.get("identityType") == "emailAddress" and each.get("hashed") is True:
            return _present({"type": "email", "hashed": True, "identity": each["identityHash"], "salt": each["salt"]})
    raise InvalidInput("Open Badges 2.0 names the recipient by e-mail address, and this badge holds none")


def badge_class(achievement: Achievement, *, address: str, issuer: str, same_as: str | None = None) -> dict[str, Any]:
    """The BadgeClass of one published version. `same_as` is the plain one, when this one belongs to a key."""
    related = [_related(achievement.id, "Achievement")]
    if same_as is not None:
        related.append({"id": same_as, "type": BADGE_CLASS, "version": VERSION})
    return _present(
        {
            "@context": CONTEXT,
            "id": address,
            "type": "BadgeClass",
            "name": achievement.name,
            "description": achievement.description,
            "image": achievement.image_url,
            "criteria": _criteria(achievement),
            "issuer": issuer,
            "alignment": [_alignment(alignment) for alignment in achievement.alignments],
            "tags": list(achievement.tags),
            "version": achievement.version,
            "related": related,
        }
    )


def issuer_profile(
    issuer: Issuer, *, address: str, page: str, assertions: str, revocations: str, key: str | None = None
) -> dict[str, Any]:
    """The Issuer. `assertions` is how the addresses of its hosted badges begin; `page` is the 3.0 profile.

    A hosted badge is as good as the host that it stands on, so the document narrows it to one folder of that host.
    With `key` it is the document for signed badges of that key. Raises InvalidInput without an e-mail address, which
    the official validator asks of every issuer (OB3-73).
    """
    if not issuer.email or not issuer.url:
        raise InvalidInput("An issuer of Open Badges 2.0 has a website and an e-mail address", pointer="/email")
    return _present(
        {
            "@context": CONTEXT,
            "id": address,
            "type": "Issuer",
            "name": issuer.name,
            "url": uri(issuer.url),
            "email": issuer.email,
            "description": issuer.description,
            "image": issuer.image_url,
            "verification": {"type": "VerificationObject", "startsWith": assertions},
            "publicKey": key,
            "revocationList": revocations,
            "related": [_related(page, "Profile")],
        }
    )


def cryptographic_key(public_jwk: dict[str, Any], *, address: str, owner: str) -> dict[str, Any]:
    """The public key as PEM; `owner` is the Issuer whose `publicKey` it is. Raises InvalidInput for an unsafe key."""
    pem = public_key_of(public_jwk).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "CryptographicKey",
        "owner": owner,
        "publicKeyPem": pem.decode("ascii"),
    }


def revocation_list(revoked: list[Revoked], *, address: str, issuer: str) -> dict[str, Any]:
    """The RevocationList of an issuer's signed badges, never with fewer than two entries.

    JSON-LD compaction makes a bare object of an array of one, and the official validator then finds no match in it:
    one revoked badge would pass. Hence two entries that name no badge, for ever: their ids are parts of this very
    list's address, which no assertion can have, and each says what it is.
    """
    held = [Revoked(f"{address}#no-badge-{number}", "No badge: keeps this list at two entries.") for number in (1, 2)]
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "RevocationList",
        "issuer": issuer,
        "revokedAssertions": [{"id": each.id, "revocationReason": each.reason} for each in (*held, *revoked)],
    }


def badge_class_link(address: str) -> Related:
    """How a 3.0 achievement names the BadgeClass of the same version (OB3-76)."""
    return Related(id=address, types=(BADGE_CLASS,), version=VERSION)


def uri(address: str) -> str:
    """An address in the characters of RFC 3986: other letters are percent-encoded, those of the host as IDN."""
    try:
        scheme, rest = address.split("://", 1)
        host = re.split("[/?#]", rest, maxsplit=1)[0]
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return quote(address, safe=_STANDS)
    return quote(f"{scheme}://{ascii_host}{rest.removeprefix(host)}", safe=_STANDS)


def _assertion(credential: dict[str, Any], identity: str, badge: str, verification: dict[str, Any]) -> dict[str, Any]:
    return _present(
        {
            "@context": CONTEXT,
            "id": identity,
            "type": "Assertion",
            "recipient": recipient_of(credential),
            "badge": badge,
            "verification": verification,
            "issuedOn": credential.get("awardedDate", credential["validFrom"]),
            "expires": credential.get("validUntil"),
            "evidence": [_evidence(each) for each in credential.get("evidence", [])],
            "narrative": credential["credentialSubject"].get("narrative"),
            "related": [_related(credential["id"], "OpenBadgeCredential")],
        }
    )


def _evidence(stated: dict[str, Any]) -> dict[str, Any]:
    """The members are those of 3.0; an id that is no web address and no UUID is left out, as it would be refused."""
    identity = uri(str(stated.get("id", "")))
    kept = {name: stated.get(name) for name in ("narrative", "name", "description", "genre")}
    return _present({"id": identity if _WEB_OR_UUID.fullmatch(identity) else None, "type": "Evidence", **kept})


def _criteria(achievement: Achievement) -> dict[str, Any]:
    address = achievement.criteria_url
    return _present(
        {"id": address and uri(address), "type": "Criteria", "narrative": achievement.criteria_narrative},
    )


def _alignment(alignment: Alignment) -> dict[str, Any]:
    return _present(
        {
            "type": "AlignmentObject",
            "targetName": alignment.target_name,
            "targetUrl": uri(alignment.target_url),
            "targetDescription": alignment.target_description,
            "targetFramework": alignment.target_framework,
            "targetCode": alignment.target_code,
        }
    )


def _related(address: str, kind: str) -> dict[str, Any]:
    """The same thing in the newer generation; its types stand in their full form, for this context has no short one."""
    return {"id": address, "type": _NEWER + kind, "version": NEWER_VERSION}


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None and value not in ("", [], {})}
