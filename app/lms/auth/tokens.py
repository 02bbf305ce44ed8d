"""A static secret that is sent with every delivery: in `Authorization`, in other headers, or within the body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.errors import ServiceError
from app.lms import encodings
from app.lms.auth.options import Options
from app.lms.auth.proof import PRINTABLE, Headers, Proof, holding_secret, refusal, same, usable_text
from app.lms.base import SourceConfig
from app.lms.reading import load

DEFAULT_PATH = "token"
_BEARER = re.compile(r"bearer +([!-~]{1,1024})", re.IGNORECASE)
_PATH = re.compile(r"[A-Za-z0-9_-]{1,50}(?:\.[A-Za-z0-9_-]{1,50}){0,5}")


def bearer(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """`Authorization: Bearer …` with one of the source's secrets. Source: RFC 6750, 2.1."""
    match = _BEARER.fullmatch(headers.get("authorization", ""))
    if match is None:
        raise refusal("the Authorization header carries no bearer secret")
    return Proof(body, "bearer", _holding(match[1], config, now))


def header_static(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """The secret as the value of the header that `auth_options.headers` names; of each, where it names several."""
    options = Options.of(config.settings, "headers")
    names = options.headers("headers")
    if options.problems:
        raise refusal(f"auth_options: {options.problems[0]}")
    values = [headers.get(name, "") for name in names]
    if not all(PRINTABLE.fullmatch(value) for value in values):
        raise refusal("a header that must carry the secret is missing or malformed")

    def holds(secret: str) -> bool:
        held = [same(secret, value) for value in values]
        return usable_text(secret) and all(held)

    key_id = holding_secret(config, now, holds, otherwise="the headers carry no secret that is valid now")
    return Proof(body, "header_static", key_id)


def header_static_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options of `header_static`, one sentence each."""
    options = Options.of(settings, "headers")
    options.headers("headers")
    return options.problems


def body_token(headers: Headers, body: bytes, config: SourceConfig, now: datetime) -> Proof:
    """The secret as a text within the JSON body, at `auth_options.path`; the payload has it no more.

    The payload is the same after a change of the secret, so that a delivery sent again is known again.
    """
    path, problems = _path(config.settings)
    if problems:
        raise refusal(f"auth_options: {problems[0]}")
    try:
        document = load(encodings.opened(headers, body))
    except ServiceError as error:
        raise refusal("the body is no JSON in which a token could be") from error
    *parents, name = path
    place: Any = document
    for parent in parents:
        place = place.get(parent) if isinstance(place, dict) else None
    token = place.get(name) if isinstance(place, dict) else None
    if not isinstance(token, str) or not PRINTABLE.fullmatch(token):
        raise refusal("the body carries no token")
    key_id = _holding(token, config, now)
    del place[name]
    return Proof(_written(document).encode(), "body_token", key_id, body_holds_secret=True)


def body_token_problems(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options of `body_token`, one sentence each."""
    return _path(settings)[1]


def _path(settings: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    options = Options.of(settings, "path")
    path = options.text("path", default=DEFAULT_PATH, max_characters=300)
    if not options.problems and not _PATH.fullmatch(path):
        options.problems.append("`auth_options.path` must be names joined by points, such as token or meta.token.")
    return path.split("."), options.problems


def _holding(token: str, config: SourceConfig, now: datetime) -> str:
    return holding_secret(
        config,
        now,
        lambda secret: usable_text(secret) and same(secret, token),
        otherwise="the secret that was sent is none that is valid now",
    )


def _written(value: Any) -> str:
    """JSON again, every number with the digits it came with."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_written(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(member) for member in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
