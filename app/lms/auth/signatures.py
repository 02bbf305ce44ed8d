"""Signatures over the body in the manner of many vendors: `hmac` (to be configured), `github` and `stripe`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac as digests
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.lms.auth.options import Options
from app.lms.auth.proof import Headers, Proof, age_problem, holding_secret, one_matches, refusal, usable_text
from app.lms.auth.webhooks import MAX_SIGNATURES, webhook_key
from app.lms.base import SourceConfig

TEMPLATES = ("{body}", "{ts}.{body}", "{id}.{ts}.{body}")
LONGEST_TOLERANCE_SECONDS = 3_600
_DIGESTS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "sha512": hashlib.sha512}
_ENCODINGS = ("hex", "base64", "base64url")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,128}")
_BASE64 = {
    "base64": re.compile(r"[A-Za-z0-9+/]{20,172}={0,2}"),
    "base64url": re.compile(r"[A-Za-z0-9_-]{20,172}={0,2}"),
}
_MESSAGE_ID = re.compile(r"[!-~]{1,255}")
_STRIPE_PART = re.compile(r"(t|v[0-9]{1,3}[a-z]{0,3})=([!-+\--~]{1,256})")
_OPTIONS = (
    "header", "algorithm", "encoding", "prefix", "template",
    "timestamp_header", "id_header", "tolerance_seconds", "secret_encoding",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HmacOptions:
    """How a vendor signs. `tolerance_seconds` None = as everywhere; a template without {ts} has no replay window."""

    header: str
    algorithm: str
    encoding: str
    prefix: str
    template: str
    timestamp_header: str
    id_header: str
    tolerance_seconds: int | None
    base64_secret: bool

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> tuple[HmacOptions, list[str]]:
        """The options with their defaults, and every problem with them."""
        options = Options.of(settings, *_OPTIONS)
        found = cls(
            header=options.required_header("header"),
            algorithm=options.choice("algorithm", tuple(_DIGESTS)),
            encoding=options.choice("encoding", _ENCODINGS),
            prefix=options.text("prefix"),
            template=options.choice("template", TEMPLATES),
            timestamp_header=options.header("timestamp_header"),
            id_header=options.header("id_header"),
            tolerance_seconds=options.seconds("tolerance_seconds", most=LONGEST_TOLERANCE_SECONDS),
            base64_secret=options.choice("secret_encoding", ("raw", "base64")) == "base64",
        )
        for placeholder, name in (("{ts}", "timestamp_header"), ("{id}", "id_header")):
            if (placeholder in found.template) != (name in options.members):
                options.problems.append(
                    f"`auth_options.{name}` goes with a `template` that has {placeholder}: set both or neither."
                )
        return found, options.problems

    def key(self, secret: str) -> bytes | None:
        """The key that a secret stands for; None when it cannot be used."""
        if self.base64_secret:
            return webhook_key(secret)
        return secret.encode() if usable_text(secret) else None

    def signature(self, headers: Headers) -> bytes | None:
        """The bytes of the signature in its header; None when there is none that can be read."""
        text = headers.get(self.header, "")
        if not text.startswith(self.prefix):
            return None
        text = text.removeprefix(self.prefix)
        if self.encoding == "hex":
            return bytes.fromhex(text) if _HEX.fullmatch(text) else None
        if not _BASE64[self.encoding].fullmatch(text):
            return None
        plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except binascii.Error:
            return None


def hmac(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """One HMAC in a header, over the body, or over a time (and an id) and the body, as `auth_options` say.

    An id is the delivery's only where the signature covers it; else anybody could send one body under many ids.
    """
    options, problems = HmacOptions.read(config.settings)
    if problems:
        raise refusal(f"auth_options: {problems[0]}")
    signature = options.signature(headers)
    if signature is None:
        raise refusal(f"{options.header} has no signature that can be read")
    timestamp = headers.get(options.timestamp_header, "") if options.timestamp_header else ""
    message_id = headers.get(options.id_header, "") if options.id_header else ""
    tolerance_seconds = options.tolerance_seconds or config.tolerance_seconds
    if options.timestamp_header and (problem := age_problem(timestamp, now, tolerance_seconds)):
        raise refusal(f"{options.timestamp_header}: {problem}")
    if options.id_header and not _MESSAGE_ID.fullmatch(message_id):
        raise refusal(f"{options.id_header} is missing or malformed")
    signed = b".".join([*(part.encode() for part in (message_id, timestamp) if part), body])

    def holds(value: str) -> bool:
        key = options.key(value)
        return key is not None and one_matches(digests.digest(key, signed, _DIGESTS[options.algorithm]), [signature])

    key_id = holding_secret(config, now, holds, otherwise="the signature holds with no secret that is valid now")
    return Proof(body, "hmac", key_id, message_id or None)


def hmac_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options of `hmac`, one sentence each."""
    return HmacOptions.read(settings)[1]


def github(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """`X-Hub-Signature-256: sha256=…`, hexadecimal, over the body. Source: GitHub, "Validating webhook deliveries".

    The signature covers neither a time nor `X-GitHub-Delivery`, so a repeat is known by its body.
    """
    header = headers.get("x-hub-signature-256", "")
    text = header.removeprefix("sha256=")
    if text == header or not _HEX.fullmatch(text):
        raise refusal("x-hub-signature-256 has no signature that can be read")
    signature = bytes.fromhex(text)
    key_id = holding_secret(
        config,
        now,
        lambda value: _signs(value, body, [signature]),
        otherwise="the signature holds with no secret that is valid now",
    )
    return Proof(body, "github", key_id)


def stripe(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """`Stripe-Signature: t=…,v1=…` over `t.body`, `v1` as often as a rotation needs. Source: Stripe, "Verify manually".

    The secret is the literal text, `whsec_` and all: the prefix of Standard Webhooks with another meaning.
    """
    times, signatures = [], []
    parts = headers.get("stripe-signature", "").split(",")
    if len(parts) > MAX_SIGNATURES:
        raise refusal("stripe-signature has too many parts")
    for part in parts:
        match = _STRIPE_PART.fullmatch(part.strip())
        if match is None:
            raise refusal("stripe-signature is missing or malformed")
        if match[1] == "t":
            times.append(match[2])
        elif match[1] == "v1" and _HEX.fullmatch(match[2]):
            signatures.append(bytes.fromhex(match[2]))
    if len(times) != 1:
        raise refusal("stripe-signature has no time, or more than one")
    if problem := age_problem(times[0], now, config.tolerance_seconds):
        raise refusal(f"stripe-signature: {problem}")
    signed = times[0].encode() + b"." + body
    key_id = holding_secret(
        config,
        now,
        lambda value: _signs(value, signed, signatures),
        otherwise="no signature holds with a secret that is valid now",
    )
    return Proof(body, "stripe", key_id)


def _signs(secret: str, signed: bytes, signatures: list[bytes]) -> bool:
    if not usable_text(secret):
        return False
    return one_matches(digests.digest(secret.encode(), signed, hashlib.sha256), signatures)
