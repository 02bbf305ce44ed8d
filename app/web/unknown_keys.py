"""A token names a key that is not here: the platform's key set is asked for once, before any transaction.

Canvas publishes its next key a month ahead, so a worker's refresh has it long before; this is for the first delivery of
a source, and for a key that was exchanged in a hurry.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from app.errors import FetchFailed
from app.issuing import key_sets
from app.lms.auth import scheme_of
from app.lms.jwt_body import named_key, public_key
from app.outbound.key_sets import fetch_key_set
from app.outbound.network import Network
from app.service import Service
from app.web.taking_in import Opened

log = structlog.get_logger()


def with_named_key(service: Service, opened: Opened, body: bytes, *, network: Network | None) -> Opened:
    """The source, with the key that the body names where that can be had.

    Fetches at most once a minute for an address, whoever names how many unknown keys; a caller without the turn goes
    on with the keys that are here, and its sender tries again later. `network` None = the internet.
    """
    url = opened.config.settings.get("jwks_url")
    if not isinstance(url, str) or scheme_of(opened.config.settings, opened.adapter.auth_schemes) != "jwt_body":
        return opened
    kid = named_key(body)
    if kid is None or public_key(opened.config.jwks or {}, kid) is not None:
        return opened
    with service.database.write() as session:
        if not key_sets.take_turn(session, url):
            return opened
    try:
        fetched = fetch_key_set(url, network)
    except FetchFailed as error:
        log.warning("key set not fetched", source_id=opened.source_id, reason=error.reason)
        with service.database.write() as session:
            key_sets.keep_failure(session, url, error.reason)
        return opened
    with service.database.write() as session:
        key_sets.keep(session, url, fetched)
    return replace(opened, config=replace(opened.config, jwks=fetched))
