"""A user name and a password: in `Authorization` (`basic`), or as fields of a form (`form_fields`)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime

from app.errors import ServiceError
from app.lms import encodings
from app.lms.auth.proof import MIN_SECRET_BYTES, Headers, Proof, holding_secret, refusal, same
from app.lms.base import SourceConfig
from app.lms.forms import read_form
from app.lms.reading import load

_BASIC = re.compile(r"basic +([A-Za-z0-9+/]{4,2000}={0,2})", re.IGNORECASE)
_PAIR = re.compile(rf"[!-9;-~]{{1,100}}:[!-~]{{{MIN_SECRET_BYTES},1000}}")


def usable_pair(secret: str) -> bool:
    """Whether a secret is `user:password`, both without blanks and the password long enough."""
    return _PAIR.fullmatch(secret) is not None


def basic(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """`Authorization: Basic …`; the secret is `user:password`. Source: RFC 7617."""
    match = _BASIC.fullmatch(headers.get("authorization", ""))
    if match is None:
        raise refusal("the Authorization header carries no user and password")
    plain = match[1].rstrip("=")
    try:
        sent = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise refusal("the Authorization header is not base64 of text") from error
    return Proof(body, "basic", _holding(sent, config, now))


def form_fields(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """A form with `userName`, `password` and `data`; the payload is the JSON in `data`, without the secret.

    Source: SCORM Cloud, "Registration Postback Guide", authentication type `form`.
    """
    try:
        fields = load(read_form(encodings.opened(headers, body)))
    except ServiceError as error:
        raise refusal("the body is no form") from error
    # What comes twice is a list there; such a form means two things, and proves none.
    named = {name.lower(): value for name, value in fields.items() if isinstance(value, str)}
    if len(named) != len(fields) or not {"data", "username", "password"} <= named.keys():
        raise refusal("the form has not the fields data, userName and password")
    key_id = _holding(f"{named['username']}:{named['password']}", config, now)
    return Proof(named["data"].encode(), "form_fields", key_id, body_holds_secret=True)


def _holding(sent: str, config: SourceConfig, now: datetime) -> str:
    return holding_secret(
        config,
        now,
        lambda secret: usable_pair(secret) and same(secret, sent),
        otherwise="user and password are none that are valid now",
    )
