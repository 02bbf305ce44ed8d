"""Days in files of awards that were issued elsewhere: one until which an award is good counts in full (B26)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.lms.base import Completion
from app.lms.csv.row import read_row
from app.lms.csv.settings import CsvSettings
from app.lms.csv.table import open_table

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STATED = {"namespace": "hr.example.org", "time_zone": "Europe/Vienna", "course_id": "bls", "issued_by": "Elsewhere"}


@pytest.mark.parametrize(
    ("stated", "end"),
    [
        ("2027-03-31", "2027-03-31T21:59:59Z"),  # until that day ends in the zone that the import declares
        ("2026-12-31", "2026-12-31T22:59:59Z"),
        ("2027-03-31T12:00:00Z", "2027-03-31T12:00:00Z"),
        ("2027-03-31 00:00:00", "2027-03-30T22:00:00Z"),  # a moment that was stated stays that moment
    ],
)
def test_a_date_alone_until_which_an_award_is_good_counts_in_full(stated: str, end: str):
    problems: list[str] = []
    read = CsvSettings.read(STATED, problems)
    table = open_table(f"email,completed_at,valid_until\na@x.example,2026-03-02,{stated}\n".encode(), read)

    (item,) = [read_row(row, table.columns, read, received_at=NOW) for row in table.rows()]

    assert problems == []
    assert isinstance(item, Completion)
    assert f"{item.valid_until:%Y-%m-%dT%H:%M:%SZ}" == end
