"""A signed statement inside a file that speaks of that file: which bytes it covers, and whether they are so. Pure.

The statement is an EndorsementCredential whose subject is named `urn:lanyard:file:sha-256:DIGEST:OFFSET:LENGTH`. The
digest is that of the whole file without `LENGTH` bytes from `OFFSET` on, where the statement itself stands: nothing
else of the file, not even what is appended to it, is left uncovered (decision 0025).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from app.credentials import pdf, strict_json
from app.credentials.report import Caution, Check, Outcome, Report, Verdict
from app.errors import ServiceError, TooLarge

CHECK = "file"
_PREFIX = "urn:lanyard:file:sha-256:"
_NAME = re.compile(rf"{re.escape(_PREFIX)}([0-9a-f]{{64}}):([0-9]{{1,9}}):([0-9]{{1,7}})")
UNCHANGED = "This file has not been changed"
"""How the sentence about a whole file begins, so that paper can say what to look for."""
_UNCHANGED = Check(CHECK, Outcome.PASSED, "file_unchanged", f"{UNCHANGED}: it is as it was signed, to the last byte")
_CHANGED = Check(CHECK, Outcome.FAILED, "file_changed", "The file was changed after it was signed")
_NOT_HERE = Check(
    CHECK, Outcome.UNKNOWN, "file_not_here", "This speaks of a file that was not handed in; hand in the whole file"
)

_PAGES = Caution(
    "pages_not_signed",
    "Only the document attached to this PDF is signed, and this is what it says. Nothing says that the pages "
    "of the PDF are as they were.",
)


def name_of(file: bytes, *, offset: int, length: int) -> str:
    """The name of a file by its bytes, those where the statement will stand left out."""
    return f"{_PREFIX}{_digest(file, offset, length)}:{offset}:{length}"


def filled(file: bytes, statement: bytes, *, offset: int, length: int) -> bytes:
    """The file with the statement in its place, and blanks behind it. Raises TooLarge when it does not fit."""
    if len(statement) > length:
        raise TooLarge("The signed statement is larger than the room that was left for it", limit_bytes=length)
    return file[:offset] + statement.ljust(length) + file[offset + length :]


def checked(report: Report, document: bytes) -> Report:
    """The report of a statement together with whether the file that was handed in is the one that it speaks of.

    What is not the whole file cannot be told. Anything else that is attached to a PDF says nothing of its pages, which
    the report then cautions of: whoever edits them could attach any good document. Other reports are given back as
    they are.
    """
    found = _NAME.fullmatch((report.credential.subject_id if report.credential else None) or "")
    is_pdf = document.startswith(pdf.SIGNATURE)
    if found is None:
        return replace(report, warnings=(*report.warnings, _PAGES)) if is_pdf and report.credential else report
    digest, offset, length = found[1], int(found[2]), int(found[3])
    if not is_pdf:
        return _with(report, _NOT_HERE, Verdict.CANNOT_TELL)
    if _digest(document, offset, length) == digest and _holds(document[offset : offset + length], report):
        return replace(report, checks=(*report.checks, _UNCHANGED))
    return replace(_with(report, _CHANGED, Verdict.BROKEN), credential=None)


def _with(report: Report, check: Check, verdict: Verdict) -> Report:
    """The report with one more check, which decides unless something else did."""
    checks = (*report.checks, check)
    is_decided = not report.is_good and check.outcome is Outcome.UNKNOWN
    return (
        replace(report, checks=checks)
        if is_decided
        else replace(report, checks=checks, verdict=verdict, sentence=check.sentence)
    )


def _holds(room: bytes, report: Report) -> bool:
    """Whether there is nothing in the room of the statement but the statement itself."""
    try:
        return bool(strict_json.loads(room) == report.document)
    except ServiceError:
        return False


def _digest(file: bytes, offset: int, length: int) -> str:
    return hashlib.sha256(file[:offset] + file[offset + length :]).hexdigest()
