"""Keeps the key sets of platforms fresh, so that a delivery hardly ever has to wait for one."""

from __future__ import annotations

import structlog

from app.db import Database
from app.errors import FetchFailed
from app.issuing import key_sets
from app.outbound.key_sets import fetch_key_set
from app.outbound.network import Network

log = structlog.get_logger()


def refresh_one(database: Database, network: Network | None = None) -> str | None:
    """Fetch one set that is due; its address, or None when nothing is due. `network` None = the internet.

    One at a time, as an address that hangs holds a worker up for eight seconds. Several workers may do this at once.
    """
    with database.read() as session:
        urls = key_sets.wanted(session)
    if not urls:
        return None
    with database.write() as session:
        url = key_sets.lease_due(session, urls)
    if url is None:
        return None
    try:
        fetched = fetch_key_set(url, network)
    except FetchFailed as error:
        log.warning("key set not fetched", url=url, reason=error.reason)
        with database.write() as session:
            key_sets.keep_failure(session, url, error.reason)
    else:
        with database.write() as session:
            key_sets.keep(session, url, fetched)
    return url
