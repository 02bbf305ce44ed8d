"""How a delivery proves that it is from its source. One function per scheme and one line in SCHEMES.

Every scheme works on the raw bytes, compares in constant time, and answers every failure with the same words
(T26). The reason is a note on the exception: it reaches the log, never the sender. docs/integrations/authentication.md
is the page about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.lms import encodings
from app.lms.auth import networks, options, passwords, signatures, tokens, webhooks
from app.lms.auth.proof import MIN_SECRET_BYTES, Headers, Proof, Prove, refusal, usable_text
from app.lms.auth.webhooks import webhook_key
from app.lms.base import Secret, SourceConfig
from app.lms.jwt_body import InvalidToken, claims_of

__all__ = [
    "MENU",
    "OPTIONS",
    "SCHEMES",
    "Proof",
    "Scheme",
    "SecretForm",
    "prove",
    "refusal",
    "scheme_of",
    "secret_form",
    "secret_problems",
    "settings_problems",
    "webhook_key",
]

OPTIONS = options.SETTING
"""The setting in which a scheme's own options are."""


class SecretForm(StrEnum):
    """What a scheme's secret looks like; NOTHING for schemes that share none."""

    WEBHOOK_KEY = "webhook-key"
    TEXT = "text"
    PAIR = "pair"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to prove a delivery: the proof itself, the form of its secret, and what may be wrong with its options."""

    prove: Prove
    secret: SecretForm
    problems: Callable[[Mapping[str, Any]], list[str]] = lambda settings: options.Options.of(settings).problems


def jwt_body(_headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """The body is one compact JWT, RS256, of a key in the source's key set; its claims are the payload."""
    try:
        token = claims_of(body, config.jwks or {}, now=now, tolerance_seconds=config.tolerance_seconds)
    except InvalidToken as error:
        raise refusal(str(error)) from error
    return Proof(token.claims, "jwt_body", token.kid)


SCHEMES: dict[str, Scheme] = {
    "standard_webhooks": Scheme(webhooks.standard_webhooks, SecretForm.WEBHOOK_KEY),
    "hmac": Scheme(signatures.hmac, SecretForm.TEXT, signatures.hmac_problems),
    "github": Scheme(signatures.github, SecretForm.TEXT),
    "stripe": Scheme(signatures.stripe, SecretForm.TEXT),
    "bearer": Scheme(tokens.bearer, SecretForm.TEXT),
    "basic": Scheme(passwords.basic, SecretForm.PAIR),
    "header_static": Scheme(tokens.header_static, SecretForm.TEXT, tokens.header_static_problems),
    "body_token": Scheme(tokens.body_token, SecretForm.TEXT, tokens.body_token_problems),
    "form_fields": Scheme(passwords.form_fields, SecretForm.PAIR),
    "jwt_body": Scheme(jwt_body, SecretForm.NOTHING),
    "none": Scheme(networks.none, SecretForm.NOTHING, networks.none_problems),
}

MENU = tuple(name for name in SCHEMES if name != "jwt_body")
"""Every scheme that any sender of JSON may use, the default first; a key set needs an adapter that says whose it is."""


def scheme_of(settings: Mapping[str, Any], allowed: Sequence[str]) -> str | None:
    """The scheme that the settings choose by `auth` (default: the first allowed), or None if that may not be."""
    chosen = settings.get("auth", allowed[0])
    return chosen if isinstance(chosen, str) and chosen in allowed and chosen in SCHEMES else None


def prove(headers: Headers, body: bytes, config: SourceConfig, *, allowed: Sequence[str], now: datetime) -> Proof:
    """Run the source's scheme on the bytes as they came; the payload of the proof is decompressed.

    Raises DeliveryNotAuthentic, and once that is settled TooLarge or UnsupportedMediaType for a compressed body.
    """
    scheme = scheme_of(config.settings, allowed)
    if scheme is None:
        raise refusal("the settings choose no scheme that this adapter allows")
    proof = SCHEMES[scheme].prove(headers, body, config, now)
    if proof.payload is not body:
        return proof  # it was made by the scheme, of the opened body
    return replace(proof, payload=encodings.opened(headers, body))


def settings_problems(settings: Mapping[str, Any], allowed: Sequence[str]) -> list[str]:
    """What is wrong with `auth` and `auth_options`, one sentence each; an empty list when they can be used."""
    scheme = scheme_of(settings, allowed)
    if scheme is None:
        return [f"`auth` must be one of {', '.join(allowed)}."]
    return SCHEMES[scheme].problems(settings)


def secret_form(scheme: str, settings: Mapping[str, Any]) -> SecretForm:
    """What a secret for this scheme looks like, by the options where they decide."""
    if scheme == "hmac" and signatures.HmacOptions.read(settings)[0].base64_secret:
        return SecretForm.WEBHOOK_KEY
    return SCHEMES[scheme].secret


def secret_problems(scheme: str, secret: Secret, settings: Mapping[str, Any] | None = None) -> list[str]:
    """What is wrong with a secret for a scheme, one sentence each; an empty list when it can be used."""
    match secret_form(scheme, settings or {}):
        case SecretForm.WEBHOOK_KEY if webhook_key(secret.value) is None:
            least = f"base64 of at least {MIN_SECRET_BYTES} random bytes (24 to 64 are usual)"
            return [f"A webhook secret is whsec_ and {least}."]
        case SecretForm.TEXT if not usable_text(secret.value):
            return [f"A {scheme} secret has {MIN_SECRET_BYTES} to 1024 printable ASCII characters and no blanks."]
        case SecretForm.PAIR if not passwords.usable_pair(secret.value):
            return [f"A {scheme} secret is user:password; the password has at least {MIN_SECRET_BYTES} characters."]
        case SecretForm.NOTHING:
            return [f"The scheme {scheme} shares no secret."]
        case SecretForm.WEBHOOK_KEY | SecretForm.TEXT | SecretForm.PAIR:
            return []
