"""A delivery that came as a form, as the JSON that it would have been: a flat object of texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from app.errors import InvalidInput
from app.lms.reading import load

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 500


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether the Content-Type says that the body is a form."""
    return headers.get("content-type", "").partition(";")[0].strip().casefold() == FORM


def read_form(body: bytes) -> bytes:
    """The form as a JSON object: each field a text, one that comes several times a list of texts.

    A body that is JSON all the same, under the wrong type, is left as it is: no form begins with a bracket.
    Raises InvalidInput for what is not UTF-8 or has more than 500 fields.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return body
    try:
        pairs = parse_qsl(
            body.decode("utf-8-sig"),
            keep_blank_values=True,
            strict_parsing=bool(body.strip()),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise InvalidInput("The body is not a form that can be read", code="malformed-form", pointer="") from error
    found: dict[str, str | list[str]] = {}
    for name, value in pairs:
        before = found.get(name)
        if before is None:
            found[name] = value
        else:
            found[name] = [*before, value] if isinstance(before, list) else [before, value]
    return json.dumps(found, ensure_ascii=False).encode()


def json_or_form(payload: bytes) -> Any:
    """What a body says, for senders whose Content-Type cannot be believed: JSON by its first character, else a form.

    Raises MalformedJson, InvalidInput or TooLarge.
    """
    is_json = payload.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}
    return load(payload if is_json or b"=" not in payload else read_form(payload))
