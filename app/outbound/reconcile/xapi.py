"""An xAPI Learning Record Store: every statement that was stored since the last run.

One step is one page of statements, read by the adapter that reads those that are sent; a statement's id is its key.
Source: xAPI 1.0.3, "Communication", 2.1.3 (GET statements) and 4.2 (StatementResult, `more`).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.credentials import strict_json
from app.errors import FetchFailed, InvalidInput, Throttled, TooLarge
from app.issuing.identification import FoundPerson
from app.issuing.reconciling import PullConfig
from app.lms import ADAPTERS
from app.lms.base import Item, Unreadable
from app.outbound.reconcile.asking import Asker
from app.outbound.reconcile.base import Page

VERSION = "1.0.3"
PER_PAGE = 200
MOST_PAGES = 10_000
OVERLAP = timedelta(hours=1)  # stores take their time to show what they have
FIRST_LOOK = timedelta(days=30)


class XapiReconciler:
    """Asks an LRS. The token is `user:password` for Basic, or a bearer token without a colon."""

    source_type = "xapi"
    tells_keys = True

    def namespace(self, config: PullConfig) -> str | None:
        """None: statements name people of many systems."""
        del config
        return None

    def headers(self, token: str) -> dict[str, str]:
        """The proof, and the version without which an LRS answers nothing."""
        is_basic = ":" in token
        proof = f"Basic {b64encode(token.encode()).decode()}" if is_basic else f"Bearer {token}"
        return {"Authorization": proof, "X-Experience-API-Version": VERSION}

    def pages(
        self, config: PullConfig, asker: Asker, *, place: dict[str, Any] | None, kept: dict[str, Any], now: datetime
    ) -> Iterator[Page]:
        """One page of statements each, oldest first."""
        more = None if place is None else place.get("more")
        since = (place or {}).get("since") or kept.get("since") or (now - FIRST_LOOK).isoformat()
        for number in range(MOST_PAGES):
            found = _page(config, asker, since, more)
            statements = found.get("statements") if isinstance(found, dict) else None
            if not isinstance(statements, list):
                raise FetchFailed("the LRS answered with something else than statements")
            more = found.get("more") or None
            items = tuple(item for each in statements for item in _items(config, each, now))
            yield Page(items, {"since": since, "more": more, "ended": more is None}, f"page {number + 1}")
            if more is None:
                return
        raise FetchFailed(f"the LRS' answer has more than {MOST_PAGES} pages")

    def kept(self, config: PullConfig, place: dict[str, Any] | None, *, started_at: datetime) -> dict[str, Any]:
        """Since when to ask the next time: a little before this run began."""
        del config, place
        return {"since": (started_at - OVERLAP).isoformat()}

    def find(self, asker: Asker, config: PullConfig, source_id: str) -> FoundPerson | None:
        """Nobody: an LRS knows people only as statements name them."""
        del asker, config, source_id
        return None


def _page(config: PullConfig, asker: Asker, since: str, more: str | None) -> Any:
    """The page that `more` names. A store forgets it after a while: then from `since` again, which repeats nothing."""
    if more is not None:
        try:
            return asker.get(more)[0]
        except FetchFailed as error:
            if error.status is None or not 400 <= error.status < 500 or isinstance(error, Throttled):  # noqa: PLR2004
                raise
    # The `more` of a store begins at its root; its statements are below the base address.
    return asker.get(config.base_url + "/statements", since=since, ascending="true", limit=PER_PAGE)[0]


def _items(config: PullConfig, statement: Any, now: datetime) -> tuple[Item, ...]:
    """One statement alone, so that none spoils another and the limits of a push are no limits here."""
    try:
        return ADAPTERS["xapi"].parse(strict_json.dumps(statement), config.lms, received_at=now)
    except (InvalidInput, TooLarge) as error:
        return (Unreadable(error.slug, error.detail, ""),)
