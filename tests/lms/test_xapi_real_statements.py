"""22,000 real statements of a MOOC, read by the letterbox alone: all are understood, and none is a finished course.

The people in them are pseudonymous. All 636 `completed` are about videos (`completion-sources`, fact 4).
"""

from __future__ import annotations

import gzip
import time
from collections import Counter
from pathlib import Path

import pytest

from app.lms.base import ActivityType, Completion, CompletionKind, Ignored, Item
from tests.lms.xapi_statements import letterbox

BATCH = 500


@pytest.fixture(scope="module")
def items(shared: Path) -> list[Item]:
    """What the letterbox makes of every statement, in batches as a store would send them."""
    with gzip.open(shared / "conformance/lms/xapi/statements.json.gz") as file:
        lines = file.read().splitlines()
    started = time.perf_counter()
    box = letterbox()
    batches = (b"[" + b",".join(lines[first : first + BATCH]) + b"]" for first in range(0, len(lines), BATCH))
    found = [item for batch in batches for item in box.parse(batch)]
    seconds = time.perf_counter() - started
    print(f"{len(found)} statements read in {seconds:.1f} s: {len(found) / seconds:,.0f} a second")  # noqa: T201 - a figure
    return found


def test_every_statement_is_understood(items: list[Item]):
    assert Counter(type(item).__name__ for item in items) == {"Completion": 636, "Ignored": 21_364}
    assert {item.code for item in items if isinstance(item, Ignored)} == {"unknown-verb"}


def test_nobody_finished_a_course(items: list[Item]):
    completions = [item for item in items if isinstance(item, Completion)]

    assert {(each.kind, each.activity.type) for each in completions} == {(CompletionKind.COMPLETED, ActivityType.OTHER)}
    assert len({each.activity.source_id for each in completions}) == 10
    assert len({each.dedupe_key for each in completions}) == 636


def test_68_of_the_finished_videos_were_finished_before(items: list[Item]):
    people = {(item.learner.source_id, item.activity.source_id) for item in items if isinstance(item, Completion)}

    assert len(people) == 568
