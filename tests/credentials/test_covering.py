"""A statement about the file that it stands in: every byte but its own place is covered, and nothing else is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.credentials import covering
from app.credentials.report import Report, Verdict, VerifiedFacts
from app.errors import TooLarge

ROOM = 40
FILE = b"%PDF-1.7 before " + b"." * ROOM + b" after"
AT = FILE.index(b".")
STATEMENT = b'{"says": "so"}'


def report(subject: str, verdict: Verdict = Verdict.GOOD) -> Report:
    nothing = dict.fromkeys(VerifiedFacts.__slots__)
    facts = VerifiedFacts(**nothing | {"subject_id": subject, "valid_from": datetime(2026, 1, 1, tzinfo=UTC)})  # type: ignore[arg-type]
    return Report((), verdict, "Good", facts, document={"says": "so"})


@pytest.fixture
def file() -> bytes:
    return covering.filled(FILE, STATEMENT, offset=AT, length=ROOM)


@pytest.fixture
def found() -> Report:
    return report(covering.name_of(FILE, offset=AT, length=ROOM))


def test_the_file_as_it_was_signed_passes(file: bytes, found: Report):
    said = covering.checked(found, file)

    assert (said.verdict, said[covering.CHECK].code) == (Verdict.GOOD, "file_unchanged")


@pytest.mark.parametrize(
    "change",
    [lambda f: f + b"x", lambda f: b"%PDF-2.0" + f[8:], lambda f: f[:-1], lambda f: f.replace(b"}   ", b"} x ")],
)
def test_a_change_anywhere_breaks_it_and_shows_nothing_as_verified(file: bytes, found: Report, change):
    said = covering.checked(found, change(file))

    assert (said.verdict, said.credential) == (Verdict.BROKEN, None)


def test_a_withdrawn_statement_stays_withdrawn(file: bytes, found: Report):
    assert covering.checked(replace(found, verdict=Verdict.REVOKED), file).verdict is Verdict.REVOKED


def test_what_speaks_of_no_file_is_left_as_it_is():
    said = report("https://x.example/1")

    assert covering.checked(said, STATEMENT) is said


def test_a_pdf_with_something_else_attached_keeps_its_verdict_and_says_that_its_pages_are_not_signed():
    said = covering.checked(report("https://x.example/1"), FILE)

    assert (said.verdict, [each.code for each in said.warnings]) == (Verdict.GOOD, ["pages_not_signed"])


def test_a_file_that_is_covered_and_a_document_that_is_not_proven_get_no_such_caution(file: bytes, found: Report):
    broken = replace(found, verdict=Verdict.BROKEN, credential=None)

    assert covering.checked(found, file).warnings == ()
    assert covering.checked(broken, FILE) is broken


def test_the_statement_alone_cannot_be_told(found: Report):
    assert covering.checked(found, STATEMENT).verdict is Verdict.CANNOT_TELL


def test_a_statement_that_does_not_fit_is_refused():
    with pytest.raises(TooLarge):
        covering.filled(FILE, b"x" * (ROOM + 1), offset=AT, length=ROOM)
