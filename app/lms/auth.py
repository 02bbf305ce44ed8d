"""How a delivery proves that it is from its source. One function per scheme and one line in SCHEMES.

Every scheme works on the raw bytes, compares in constant time, and answers every failure with the same words
(T26). The reason is a note on the exception: it reaches the log, never the sender.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.errors import DeliveryNotAuthentic
from app.lms.base import Secret, SourceConfig
from app.lms.jwt_body import InvalidToken, claims_of

MIN_SECRET_BYTES = 16
MAX_SIGNATURES = 16
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of all such secrets
_MESSAGE_ID = re.compile(r"[!-~]{1,255}")
_WHOLE_SECONDS = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"(v[0-9]{1,3}[a-z]{0,3}),([A-Za-z0-9+/]{1,1024}={0,2})")
_BEARER = re.compile(r"bearer +([!-~]{1,1024})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a scheme has proved. `message_id` is the sender's own, covered by the proof, or None."""

    payload: bytes = field(repr=False)
    method: str
    key_id: str
    message_id: str | None = None


Scheme = Callable[[Mapping[str, str], bytes, SourceConfig, datetime], Proof]


def scheme_of(settings: Mapping[str, Any], allowed: Sequence[str]) -> str | None:
    """The scheme that the settings choose by `auth` (default: the first allowed), or None if that may not be."""
    chosen = settings.get("auth", allowed[0])
    return chosen if isinstance(chosen, str) and chosen in allowed and chosen in SCHEMES else None


def prove(
    headers: Mapping[str, str], body: bytes, config: SourceConfig, *, allowed: Sequence[str], now: datetime
) -> Proof:
    """Run the source's scheme. Raises DeliveryNotAuthentic and nothing else."""
    scheme = scheme_of(config.settings, allowed)
    if scheme is None:
        raise refusal("the settings choose no scheme that this adapter allows")
    return SCHEMES[scheme](headers, body, config, now)


def refusal(reason: str) -> DeliveryNotAuthentic:
    """The one answer to everything that is not authentic; `reason` is a note for the log only."""
    error = DeliveryNotAuthentic("The delivery could not be authenticated")
    error.add_note(reason)
    return error


def standard_webhooks(headers: Mapping[str, str], body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """HMAC-SHA256 over `id.timestamp.body`, as many signatures and secrets as a rotation needs.

    Source: Standard Webhooks 1.0, "Signature scheme", `v1`. Other versions in the list are passed over.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _MESSAGE_ID.fullmatch(message_id) or not _WHOLE_SECONDS.fullmatch(timestamp):
        raise refusal("webhook-id or webhook-timestamp is missing or malformed")
    age_seconds = int(now.timestamp()) - int(timestamp)
    if abs(age_seconds) > config.tolerance_seconds:
        raise refusal(f"webhook-timestamp is {age_seconds} s old")
    signatures = _signatures(headers.get("webhook-signature", ""))
    signed = f"{message_id}.{timestamp}.".encode() + body
    key_id = None
    for secret in config.secrets:
        key = webhook_key(secret.value)
        if key is None or not secret.holds_at(now):
            continue
        expected = hmac.digest(key, signed, hashlib.sha256)
        # Every pair is compared, so that the time taken does not say which one held.
        held = [hmac.compare_digest(expected, signature) for signature in signatures]
        key_id = secret.id if any(held) and key_id is None else key_id
    if key_id is None:
        raise refusal("no signature holds with a secret that is valid now")
    return Proof(body, "standard_webhooks", key_id, message_id)


def _signatures(header: str) -> list[bytes]:
    entries = header.split()
    if not 0 < len(entries) <= MAX_SIGNATURES:
        raise refusal("webhook-signature has no or too many entries")
    signatures = []
    for entry in entries:
        match = _SIGNATURE.fullmatch(entry)
        if match is None:
            raise refusal("webhook-signature is malformed")
        if match[1] == "v1":
            try:
                signatures.append(base64.b64decode(match[2], validate=True))
            except binascii.Error as error:
                raise refusal("webhook-signature is not base64") from error
    return signatures


def webhook_key(value: str) -> bytes | None:
    """The key of a `whsec_…` secret (base64, with or without prefix and padding), or None if it is not a usable one."""
    encoded = value.strip().removeprefix(_SECRET_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:  # binascii.Error, or text that is not ASCII
        return None
    return key if len(key) >= MIN_SECRET_BYTES else None


def bearer(headers: Mapping[str, str], body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """`Authorization: Bearer …` with one of the source's secrets. Source: RFC 6750, 2.1."""
    match = _BEARER.fullmatch(headers.get("authorization", ""))
    if match is None:
        raise refusal("the Authorization header carries no bearer secret")
    token = match[1].encode()
    key_id = None
    for secret in config.secrets:
        if len(secret.value) < MIN_SECRET_BYTES or not secret.holds_at(now):
            continue
        held = hmac.compare_digest(secret.value.encode("utf-8", "surrogatepass"), token)
        key_id = secret.id if held and key_id is None else key_id
    if key_id is None:
        raise refusal("the bearer secret is none that is valid now")
    return Proof(body, "bearer", key_id)


def jwt_body(_headers: Mapping[str, str], body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """The body is one compact JWT, RS256, of a key in the source's key set; its claims are the payload."""
    try:
        token = claims_of(body, config.jwks or {}, now=now, tolerance_seconds=config.tolerance_seconds)
    except InvalidToken as error:
        raise refusal(str(error)) from error
    return Proof(token.claims, "jwt_body", token.kid)


SCHEMES: dict[str, Scheme] = {
    "standard_webhooks": standard_webhooks,
    "bearer": bearer,
    "jwt_body": jwt_body,
}


def secret_problems(scheme: str, secret: Secret) -> list[str]:
    """What is wrong with a secret for a scheme, one sentence each; an empty list when it can be used."""
    if scheme == "standard_webhooks" and webhook_key(secret.value) is None:
        return [
            f"A webhook secret is whsec_ and base64 of at least {MIN_SECRET_BYTES} random bytes (24 to 64 are usual)."
        ]
    if scheme == "bearer" and (
        len(secret.value) < MIN_SECRET_BYTES or not re.fullmatch(r"[!-~]{1,1024}", secret.value)
    ):
        return [f"A bearer secret has {MIN_SECRET_BYTES} to 1024 printable ASCII characters and no blanks."]
    return []
