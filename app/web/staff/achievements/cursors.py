"""Where a page of the list ended, as its address carries it on to the next page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from app.errors import InvalidInput
from app.issuing.achievement_lists import Order

_LONGEST = 5_000
_NOT_OURS = "This page's address is not one of ours; begin with the first page"


def written(place: tuple[str | datetime, str]) -> str:
    """A place in the list, for an address."""
    value, last_id = place
    plain = [value.isoformat() if isinstance(value, datetime) else value, last_id]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def read(cursor: str, order: Order) -> tuple[str | datetime, str] | None:
    """The place that an address carries; None = the beginning. Raises InvalidInput for one that is not ours."""
    if not cursor:
        return None
    try:
        value, last_id = _texts(cursor)
        return (value if order is Order.NAME else _moment(value)), last_id
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput(_NOT_OURS, pointer="/after") from error


def _texts(cursor: str) -> tuple[str, str]:
    if len(cursor) > _LONGEST:
        raise ValueError(cursor[:20])
    value, last_id = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not isinstance(value, str) or not isinstance(last_id, str) or "\x00" in value + last_id:
        raise TypeError(type(value))
    (value + last_id).encode()  # a lone surrogate is no text
    return value, last_id


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.utcoffset() != timedelta(0):
        raise ValueError(text)
    return found
