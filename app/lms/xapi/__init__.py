"""xAPI statements, 1.0.3 and 2.0, with cmi5 and Learning Locker's records: as a learning record store forwards them.

`validation.py` says what a statement must be, `statement.py` what it says. The door with the standard's own addresses
is `app.web.xapi`; a forwarder that posts to any address can use `/hooks` as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import Authenticated, Item, SourceConfig, TestPing, Unreadable
from app.lms.reading import load
from app.lms.xapi import identifiers
from app.lms.xapi.settings import Batches, XapiSettings
from app.lms.xapi.statement import Reading, read_statement

STATEMENT_ID = ":statement-id"
"""The name under which a door adds the id that a PUT names to the headers. No client can send this name."""

ALONE = "statement:"
"""How the keys of deliveries begin that hold one statement."""


class XapiAdapter:
    """The adapter for whatever speaks xAPI: learning record stores, Moodle's logstore, cmi5 players."""

    name = "xapi"
    title = "xAPI (learning record store, cmi5)"
    auth_schemes: tuple[str, ...] = ("basic", "bearer", "header_static", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        XapiSettings.read(settings, self.auth_schemes, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body.

        One statement is known by its id, and its payload is written in one way, without what a store adds: so the same
        id with another content is found out. A batch is known by the hash of its body.
        """
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        record = _single(proof.payload)
        if record is None:
            return proof.delivery("sha256:" + hashlib.sha256(proof.payload).hexdigest())
        record = _with_id(record, headers.get(STATEMENT_ID))
        key = ALONE + identifiers.id_of(identifiers.opened(record))
        return replace(proof, payload=_plain_record(record)).delivery(key)

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per statement, in order. Raises MalformedJson, InvalidInput or TooLarge."""
        settings = XapiSettings.read(config.settings, self.auth_schemes, [])
        document = load(payload)
        if document == {}:
            return (TestPing("An empty object was sent"),)
        if not isinstance(document, dict | list):
            raise InvalidInput("The body must be a statement or an array of statements", pointer="")
        statements = document if isinstance(document, list) else [document]
        if len(statements) > settings.max_items:
            raise TooLarge("The batch has more statements than are accepted at once", limit_items=settings.max_items)
        pointers = (f"/{index}" if isinstance(document, list) else "" for index in range(len(statements)))
        reading = Reading(settings, received_at)
        items = tuple(
            read_statement(value, pointer, index, reading)
            for index, (pointer, value) in enumerate(zip(pointers, statements, strict=True))
        )
        bad = next((item for item in items if isinstance(item, Unreadable)), None)
        if bad is not None and settings.batches is Batches.ALL_OR_NONE:
            raise InvalidInput(f"Statement {bad.index}: {bad.detail}", code=bad.code, pointer=bad.pointer)
        return items


def _single(payload: bytes) -> dict[str, Any] | None:
    """The one statement or record that a body is; None for a batch, nothing, and what cannot be read."""
    if not payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        document = load(payload)
    except (InvalidInput, TooLarge):
        return None
    return document if isinstance(document, dict) and document else None


def _with_id(record: dict[str, Any], statement_id: str | None) -> dict[str, Any]:
    """The statement with the id that the request's address gives it, if it has none of its own."""
    if statement_id is None or "id" in record or identifiers.opened(record) is not record:
        return record
    return record | {"id": statement_id}


def _plain_record(record: dict[str, Any]) -> bytes:
    statement = identifiers.opened(record)
    plain = identifiers.plain(statement)
    if statement is not record and record.get("voided") is True:
        plain = {"statement": plain, "voided": True}
    return identifiers.canonical(plain).encode()


ADAPTER = XapiAdapter()
