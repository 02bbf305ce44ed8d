"""Webhooks to an issuer's endpoints: signed by Standard Webhooks 1.0 and sent once, to a checked address (T53)."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.errors import FetchFailed, InvalidInput
from app.issuing.endpoints import SigningSecrets
from app.outbound import fetch
from app.outbound.network import Network

MOST_RESPONSE_BYTES = 65_536  # read, so that a receiver that answers much is not cut off
KEPT_RESPONSE_BYTES = 1_024
LONGEST_WAIT_SECONDS = 86_400  # a Retry-After beyond that is a day
THROTTLED = frozenset({429, 502, 503, 504})
BLOCKED = "blocked"
NO_ANSWER = "no answer"
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Webhook:
    """One message to one address. `id` is the same at every try, and holds no dot."""

    url: str
    id: str
    content_type: str
    body: bytes
    secrets: SigningSecrets


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try. `status` None = no answer, and `error` says why; `response` is at most 1 KiB of the body."""

    status: int | None
    error: str | None
    response: str | None
    duration_ms: int
    retry_after_seconds: int | None = None

    @property
    def is_success(self) -> bool:
        """2xx alone: a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - what 2xx means

    @property
    def is_gone(self) -> bool:
        """410: the receiver wants nothing more."""
        return self.status == 410  # noqa: PLR2004 - Gone


def check(url: str, *, is_local_allowed: bool, network: Network | None = None) -> None:
    """Refuse an address that nothing may be sent to. It is looked at again at every try: names change.

    `is_local_allowed` lets addresses of this machine through, for demonstrations and development.
    Raises InvalidInput, with one sentence for every cause (T8).
    """
    try:
        fetch.check_address(url, allow_origin=_own_origin(url, is_local_allowed), network=network or Network())
    except FetchFailed as error:
        raise InvalidInput(
            "Nothing can be sent to this address: it must be https, on port 443 of a public host", pointer="/url"
        ) from error


def send(
    webhook: Webhook,
    *,
    at: datetime,
    timeout_seconds: float,
    is_local_allowed: bool = False,
    network: Network | None = None,
) -> Answer:
    """POST it once, signed for this moment, and say what came of it. Whatever the receiver does, nothing is raised."""
    began = time.perf_counter()
    try:
        answered = fetch.deliver(
            webhook.url,
            content=webhook.body,
            headers={"Content-Type": webhook.content_type, **headers(webhook, at)},
            max_bytes=MOST_RESPONSE_BYTES,
            timeout_seconds=timeout_seconds,
            allow_origin=_own_origin(webhook.url, is_local_allowed),
            network=network or Network(),
        )
    except FetchFailed as error:
        return Answer(None, BLOCKED if error.blocked else NO_ANSWER, None, _milliseconds(began))
    status = answered.status
    return Answer(
        status,
        None if 200 <= status < 300 else f"answered {status}",  # noqa: PLR2004 - what 2xx means
        _excerpt(answered.content),
        _milliseconds(began),
        _retry_after(answered.headers.get("retry-after", ""), at) if status in THROTTLED else None,
    )


def headers(webhook: Webhook, at: datetime) -> dict[str, str]:
    """The three headers. Signed is `id.timestamp.body`; each secret that holds has a signature in the list.

    Source: Standard Webhooks 1.0, "Signature scheme": `v1` HMAC-SHA256 with the decoded secret, `v1a` ed25519.
    """
    moment = str(int(at.timestamp()))
    signed = f"{webhook.id}.{moment}.".encode() + webhook.body
    signatures = [
        f"v1,{_base64(hmac.digest(b64decode(secret.removeprefix('whsec_')), signed, hashlib.sha256))}"
        for secret in webhook.secrets.shared
    ]
    if webhook.secrets.ed25519_seed is not None:
        key = Ed25519PrivateKey.from_private_bytes(webhook.secrets.ed25519_seed)
        signatures.append(f"v1a,{_base64(key.sign(signed))}")
    return {"webhook-id": webhook.id, "webhook-timestamp": moment, "webhook-signature": " ".join(signatures)}


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _own_origin(url: str, is_local_allowed: bool) -> str | None:  # noqa: FBT001 - a private function of two callers
    """The origin of an address of this machine, where that is allowed; None = the guard decides."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if is_local_allowed and parts.hostname in _LOOPBACK else None


def _excerpt(content: bytes) -> str | None:
    return _CONTROL.sub(" ", content[:KEPT_RESPONSE_BYTES].decode(errors="replace")) or None


def _retry_after(stated: str, now: datetime) -> int | None:
    """Seconds, from a number or a date (RFC 9110, 10.2.3); None when nothing useful is said."""
    text = stated.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a day or a year of twenty digits is too long for any number there
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0, min(int((aware - now).total_seconds()), LONGEST_WAIT_SECONDS))


def _milliseconds(began: float) -> int:
    return int((time.perf_counter() - began) * 1000)
