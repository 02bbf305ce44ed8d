"""`standard_webhooks`: a signature over id, time and body. Source: Standard Webhooks 1.0, "Signature scheme"."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime

from app.lms.auth.proof import MIN_SECRET_BYTES, Headers, Proof, age_problem, holding_secret, one_matches, refusal
from app.lms.base import SourceConfig

MAX_SIGNATURES = 16
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of all such secrets
_MESSAGE_ID = re.compile(r"[!-~]{1,255}")
_SIGNATURE = re.compile(r"(v[0-9]{1,3}[a-z]{0,3}),([A-Za-z0-9+/]{1,1024}={0,2})")


def standard_webhooks(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """HMAC-SHA256 over `id.timestamp.body`, as many signatures and secrets as a rotation needs.

    The version is `v1`; others in the list are passed over.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise refusal("webhook-id is missing or malformed")
    if problem := age_problem(timestamp, now, config.tolerance_seconds):
        raise refusal(f"webhook-timestamp: {problem}")
    signatures = _signatures(headers.get("webhook-signature", ""))
    signed = f"{message_id}.{timestamp}.".encode() + body

    def holds(value: str) -> bool:
        key = webhook_key(value)
        if key is None:
            return False
        return one_matches(hmac.digest(key, signed, hashlib.sha256), signatures)

    key_id = holding_secret(config, now, holds, otherwise="no signature holds with a secret that is valid now")
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
    encoded = value.strip().removeprefix(SECRET_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:  # binascii.Error, or text that is not ASCII
        return None
    return key if len(key) >= MIN_SECRET_BYTES else None
