"""Tokens of cookies and links: 256 random bits, told once, kept as SHA-256."""

from __future__ import annotations

import hashlib
import secrets as random_secrets


def new() -> str:
    """A fresh token, URL-safe."""
    return random_secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
