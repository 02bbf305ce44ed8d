"""Lists in pages: newest first, with an opaque cursor that says where the last page ended, and no counts.

What is added while somebody reads never moves a later page: every row that was there at the start is seen once.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Base, UTCDateTime
from app.errors import InvalidInput
from app.web.deps import service_of

Row = TypeVar("Row", bound=Base)
Item = TypeVar("Item", bound=BaseModel)

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_GREATEST_INTEGER = 2**31 - 1


class PageQuery(BaseModel):
    """Which page: parameters of every list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=200, description="at most so many items")] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = Field(None, description="from `next` of the page before")


class PageOf(BaseModel, Generic[Item]):
    """Some items, newest first. `next` is the address of the next page; null on the last one."""

    items: list[Item]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """Rows of one page; `cursor` leads to the next page, None on the last."""

    rows: Sequence[Row]
    cursor: str | None


def page_of(
    session: Session, query: Select[Any], by: tuple[InstrumentedAttribute[Any], ...], page: PageQuery
) -> Rows[Any]:
    """One page of a query over one table, in falling order of `by`, whose last column is unique.

    Raises InvalidInput for a cursor that was not made here.
    """
    if page.cursor is not None:
        values = _decode(page.cursor, by)
        last = tuple_(*(literal(value, column.type) for column, value in zip(by, values, strict=True)))
        query = query.where(tuple_(*by) < last)
    ordered = query.order_by(*(column.desc() for column in by)).limit(page.limit + 1)
    rows = session.scalars(ordered).all()
    shown = rows[: page.limit]
    if len(rows) <= page.limit:
        return Rows(shown, None)
    return Rows(shown, _encode([getattr(shown[-1], column.key) for column in by]))


def respond(request: Request, items: Sequence[BaseModel], cursor: str | None) -> Response:
    """The page as JSON, with the next one in `next` and in `Link` (RFC 8288)."""
    address = None
    if cursor is not None:
        kept = [pair for pair in parse_qsl(request.url.query) if pair[0] != "cursor"]
        base_url = service_of(request).office.addresses.base_url
        address = f"{base_url}{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
    body = PageOf[Any](items=list(items), next=address).model_dump_json(serialize_as_any=True)
    headers = {"Link": f'<{address}>; rel="next"'} if address else {}
    return Response(body, media_type="application/json", headers=headers)


def _encode(values: list[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str, by: tuple[InstrumentedAttribute[Any], ...]) -> list[Any]:
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_value(value, _kind(column)) for value, column in zip(values, by, strict=True)]
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput("This cursor was not made here; begin with the first page", pointer="/cursor") from error


def _kind(column: InstrumentedAttribute[Any]) -> type[Any]:
    # A type decorator does not say what it decorates.
    return datetime if isinstance(column.type, UTCDateTime) else column.type.python_type


def _value(value: Any, kind: type[Any]) -> Any:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() != timedelta(0):
            raise ValueError("not in UTC")
        return moment
    if kind is int and type(value) is int and 0 <= value <= _GREATEST_INTEGER:
        return value
    if kind is str and isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise ValueError("another kind of value")
