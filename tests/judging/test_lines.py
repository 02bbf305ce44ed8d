"""NDJSON in: every line stands for itself."""

from __future__ import annotations

import io
import json

import pytest

from app.judging import lines
from app.judging.lines import Entry

BADGE = b'{"@context": [], "id": "urn:x:1"}'


def read(content: bytes, **more: int) -> list[Entry]:
    return list(lines.read(io.BytesIO(content), **more))


@pytest.mark.parametrize(
    ("line", "document"),
    [
        (BADGE, BADGE),
        (b'  {"a": 1}\t\r', b'{"a": 1}'),
        (b'\xef\xbb\xbf{"a": 1}', b'{"a": 1}'),
        (b"eyJh.eyJi.c", b"eyJh.eyJi.c"),
        (b'"eyJh.eyJi.c"', b"eyJh.eyJi.c"),
        (b'{"credential": {"a": 1}}', b'{"a":1}'),
        (b'{"credential": "eyJh.eyJi.c"}', b"eyJh.eyJi.c"),
    ],
)
def test_a_badge_on_a_line_is_found_in_each_form(line: bytes, document: bytes):
    assert [entry.document for entry in read(line + b"\n")] == [document]


def test_the_senders_name_and_the_recipient_come_along():
    line = json.dumps({"credential": {"a": 1}, "recipient": " ana@x.example ", "id": "row 7"}).encode()

    (entry,) = read(line)

    assert (entry.line, entry.id, entry.recipient) == (1, "row 7", "ana@x.example")


@pytest.mark.parametrize(
    "line",
    [
        b"{", b"[]", b"5", b"null", b"\xff\xfe", b'{"credential": 5}', b'{"credential": {}, "admin": true}',
        b'{"credential": {}, "recipient": 5}', b'{"credential": {}, "id": []}', b'{"address": "https://x.example/"}',
        b'{"credential": {}, "credential": {}}', b"x" * 600_000, b"[" * 100_000, b'{"a": 1e999}',
    ],
    ids=range(14),
)  # fmt: skip
def test_a_line_that_is_no_badge_is_a_problem_of_its_own(line: bytes):
    entries = read(BADGE + b"\n" + line + b"\n" + BADGE)

    assert [(entry.line, entry.document is None, entry.problem is None) for entry in entries] == [
        (1, False, True), (2, True, False), (3, False, True),
    ]  # fmt: skip


def test_empty_lines_are_passed_over_and_counted():
    assert [entry.line for entry in read(b"\n\n" + BADGE + b"\n  \n" + BADGE)] == [3, 5]


def test_beyond_the_limit_one_entry_says_so_and_no_more_are_read():
    entries = read((BADGE + b"\n") * 5, max_lines=2)

    assert [entry.problem is None for entry in entries] == [True, True, False]
    assert entries[-1].problem is not None
    assert entries[-1].problem.facts == {"limit_items": 2}
