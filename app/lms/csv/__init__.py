"""Files of completions: CSV in the forms that spreadsheets write, and workbooks of Excel.

A file is uploaded as an import (`app.issuing.imports`), looked at row by row and confirmed; a system that sends files
by itself may post them to the source's address. docs/integrations/csv.md is the page about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import Authenticated, Item, SourceConfig
from app.lms.csv.row import column_of, read_row
from app.lms.csv.settings import OF_AWARDS, OPTIONS, SCHEMES, CsvSettings
from app.lms.csv.table import MAX_BYTES, MAX_ROWS, Question, Row, Table, open_table
from app.lms.source_settings import LARGEST_MAX_ITEMS
from app.lms.trial import Understanding

__all__ = [
    "ADAPTER",
    "MAX_BYTES",
    "MAX_ROWS",
    "OF_AWARDS",
    "OPTIONS",
    "CsvSettings",
    "Question",
    "Row",
    "Table",
    "column_of",
    "open_table",
    "read_row",
]


class CsvAdapter:
    """The adapter for files. Over the network it takes one file a delivery, with at most 5,000 rows."""

    name = "csv"
    title = "Files (CSV, Excel)"
    auth_schemes: tuple[str, ...] = SCHEMES

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems = [f"`{name}` is said of one file, and not of a source." for name in OF_AWARDS if name in settings]
        CsvSettings.read(settings, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the file by the source's scheme; its delivery key is the sender's own or the file's hash."""
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        key = proof.message_id or headers.get("idempotency-key", "").strip(' "')
        return proof.delivery(key or "sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per row, in order. Raises InvalidInput or TooLarge when the file cannot be read as a whole."""
        return tuple(each.item for each in self.explain(payload, config, received_at=received_at))

    def explain(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Understanding, ...]:
        """As `parse`, with the row of each item."""
        settings = CsvSettings.read(config.settings, [])
        table = open_table(payload, settings)
        if table.questions:
            first = table.questions[0]
            raise InvalidInput(first.sentence, code="unclear", pointer=f"/settings/{first.setting}")
        if table.row_count > LARGEST_MAX_ITEMS:
            raise TooLarge("The file has more rows than are accepted in one delivery", limit_items=LARGEST_MAX_ITEMS)
        return tuple(
            Understanding(read_row(row, table.columns, settings, received_at=received_at), f"/{row.number}")
            for row in table.rows()
        )


ADAPTER = CsvAdapter()
