"""Pages of a collection, as both versions of Badge Connect ask for them: limit, offset, since; Link and total back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import Request

from app.errors import InvalidSearch
from app.service import Service

MOST = 100  # on one page, also of who asks for more
USUAL = 50
_NUMBER = re.compile(r"[0-9]{1,9}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the collection; `since` None = of any age."""

    limit: int
    offset: int
    since: datetime | None

    def links(self, base: str, total: int) -> str:
        """The `Link` header: `first` and `last` always, `next` and `prev` where there is one (OB 3.0, "Paging").

        `base` is the address without its query.
        """
        last = max(0, (total - 1) // self.limit * self.limit)
        places = {"first": 0, "last": last}
        if self.offset + self.limit < total:
            places["next"] = self.offset + self.limit
        if self.offset > 0:
            places["prev"] = max(0, self.offset - self.limit)
        return ", ".join(f'<{base}?{self._query(offset)}>; rel="{rel}"' for rel, offset in places.items())

    def _query(self, offset: int) -> str:
        kept = {"limit": str(self.limit), "offset": str(offset)}
        return urlencode(kept | ({} if self.since is None else {"since": self.since.strftime("%Y-%m-%dT%H:%M:%SZ")}))


def wanted(request: Request) -> Wanted:
    """What the query asks for. Raises InvalidSearch."""
    asked = request.query_params
    limit, offset = _number(asked.get("limit"), "limit", USUAL), _number(asked.get("offset"), "offset", 0)
    if limit == 0:
        raise InvalidSearch("limit has to be 1 or more")
    return Wanted(min(limit, MOST), offset, _moment(asked.get("since")))


def headers(service: Service, request: Request, page: Wanted, total: int) -> dict[str, str]:
    """The headers of a page."""
    base = f"{service.office.addresses.base_url}{request.url.path}"
    return {"Link": page.links(base, total), "X-Total-Count": str(total), "Cache-Control": "no-store"}


def _number(stated: str | None, name: str, otherwise: int) -> int:
    if stated is None:
        return otherwise
    if not _NUMBER.fullmatch(stated):
        raise InvalidSearch(f"{name} has to be a whole number")
    return int(stated)


def _moment(stated: str | None) -> datetime | None:
    """A moment; without a zone it is UTC. A fraction of a second is let go: ours have none."""
    if stated is None:
        return None
    text = stated.replace(" ", "+")  # a plus that nobody escaped
    sentence = "since has to be a date and time such as 2026-03-01T09:00:00Z"
    if not _MOMENT.fullmatch(text):
        raise InvalidSearch(sentence)
    try:
        found = datetime.fromisoformat(text.upper())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise InvalidSearch(sentence) from error
