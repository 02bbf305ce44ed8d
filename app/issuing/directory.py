"""A directory that staff upload: who is behind the ids of a system. CSV with `namespace`, `id`, `email`, `name`.

A column `groups` may say which groups somebody is in.

Each line stands alone: one that cannot be used says why and spoils no other. The same file again changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from app.errors import InvalidInput, LearnerErased, LearnerUnclear, NotAPerson, TooLarge
from app.issuing import audit, groups, learners
from app.issuing.identification import Via, give_address
from app.issuing.inbox import parked
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office

MOST_LINES = 50_000
MOST_GROUPS = 50  # of one line
LONGEST = {"namespace": 255, "id": 320, "email": 320, "name": 200}
_COLUMNS = {
    "namespace": "namespace",
    "system": "namespace",
    "id": "id",
    "source_id": "id",
    "user_id": "id",
    "userid": "id",
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "email_address": "email",
    "name": "name",
    "display_name": "name",
    "full_name": "name",
    "groups": "groups",
    "group": "groups",
}
_DELIMITERS = ",;\t"


class Verdict(StrEnum):
    """What came of a line. `unchanged`: all of it was known."""

    ADDED = "added"
    IDENTIFIED = "identified"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what a system calls somebody, their address, and groups to put them into.

    `line` counts from 1, headings included.
    """

    line: int
    namespace: str
    id: str
    email: str
    name: str | None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a line, and why when it was refused."""

    line: int
    verdict: Verdict
    reason: str | None = None
    learner_id: str | None = None


def read(content: bytes, *, namespace: str | None = None) -> list[Entry]:
    """The lines of a file: UTF-8 with or without a mark, or UTF-16 with one; comma, semicolon or tab.

    `namespace` stands for a column that is not there. Raises InvalidInput with the line, TooLarge above 50,000 lines.
    """
    text = _decoded(content)
    headings, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=headings.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_COLUMNS.get(cell.strip().lower().replace(" ", "_"), "") for cell in next(rows, [])]
        _check_headings(names, namespace)
        found: list[Entry] = []
        for row in rows:
            if any(cell.strip() for cell in row):
                if len(found) == MOST_LINES:
                    raise TooLarge(f"A directory has at most {MOST_LINES} lines; split it", limit_items=MOST_LINES)
                found.append(_entry(dict(zip(names, row, strict=False)), rows.line_num, namespace))
    except csv.Error as error:
        raise InvalidInput(f"Line {rows.line_num} is not CSV: {error}", line=rows.line_num) from error
    return found


def take(session: Session, office: Office, issuer: Issuer, entry: Entry, *, actor: str) -> Result:
    """Note one line: a new person, an address for somebody pending, or one more address of somebody known.

    What waited for the person is decided. The caller has taken the issuer's turn; nothing stays of a refused line.
    """
    try:
        with session.begin_nested():
            result = _take(session, office, issuer, entry, actor=actor)
            return _put_into_groups(session, office, entry, result, actor=actor)
    except (InvalidInput, LearnerErased, LearnerUnclear, NotAPerson) as error:
        learners.newly_known(session)  # of the line that was taken back
        return Result(entry.line, Verdict.REFUSED, error.detail)


def counted(results: Sequence[Result]) -> dict[str, int]:
    """How many lines had each verdict; those that none had are left out."""
    found = [result.verdict for result in results]
    return {str(verdict): found.count(verdict) for verdict in Verdict if verdict in found}


def _take(session: Session, office: Office, issuer: Issuer, entry: Entry, *, actor: str) -> Result:
    _check(entry)
    found = learners.find_by_identity(session, issuer, entry.namespace, entry.id)
    owner = learners.find_by_email(session, issuer, entry.email)
    if found is not None and owner is not None and owner.id == found.id:
        learners.learn_name(found, entry.name)
        return Result(entry.line, Verdict.UNCHANGED, learner_id=found.id)
    if found is not None:
        was_pending = learners.is_pending(found)
        known = give_address(
            session, office, found, entry.email, via=Via.DIRECTORY, actor=actor, display_name=entry.name
        )
        verdict = Verdict.IDENTIFIED if was_pending else Verdict.CHANGED
        return Result(entry.line, verdict, learner_id=known.id)
    learner = learners.resolve(
        session,
        issuer,
        namespace=entry.namespace,
        source_id=entry.id,
        email=entry.email,
        display_name=entry.name,
        sealer=office.sealer,
    )
    if learner is None:  # pragma: no cover - an identity and an address always name somebody
        raise InvalidInput("This line names nobody")
    audit.record(
        session, issuer.id, actor=actor, action="learner.directory", object_id=learner.id, via=str(Via.DIRECTORY)
    )
    parked.catch_up(session, office)
    return Result(entry.line, Verdict.ADDED if owner is None else Verdict.CHANGED, learner_id=learner.id)


def _put_into_groups(session: Session, office: Office, entry: Entry, result: Result, *, actor: str) -> Result:
    """Add the memberships that the line states; none is taken away."""
    if not entry.groups:
        return result
    learner = session.get_one(Learner, result.learner_id)
    added = [groups.add(session, office, learner, name, actor=actor, is_bulk=True) for name in entry.groups]
    is_news = any(added) and result.verdict is Verdict.UNCHANGED
    return replace(result, verdict=Verdict.CHANGED) if is_news else result


def _check(entry: Entry) -> None:
    for name, longest in LONGEST.items():
        value = getattr(entry, name) or ""
        if len(value) > longest or any(not letter.isprintable() for letter in value):
            raise InvalidInput(f"The {name} is longer than {longest} characters, or not on one line")
    if len(entry.groups) > MOST_GROUPS:
        raise InvalidInput(f"A line puts somebody into {MOST_GROUPS} groups at most")
    for name in entry.groups:
        groups.name_of(name)
    if not entry.namespace or not entry.id:
        raise InvalidInput("The line lacks an id or its namespace")
    if learners.address_of(entry.email) is None:
        raise InvalidInput("The line lacks an address at which a person can be reached")


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidInput('The file is not UTF-8; save it as "CSV UTF-8"') from error
    if "\0" in text:
        raise InvalidInput("The file holds the character NUL; it is no CSV")
    return text


def _check_headings(names: Sequence[str], namespace: str | None) -> None:
    needed = {"id", "email"} | (set() if namespace else {"namespace"})
    if missing := sorted(needed - set(names)):
        raise InvalidInput(f"The first line names the columns, and lacks: {', '.join(missing)}", line=1)
    if doubled := sorted({name for name in names if name and names.count(name) > 1}):
        raise InvalidInput(f"Two columns are called {doubled[0]}", line=1)


def _entry(row: dict[str, str], line: int, namespace: str | None) -> Entry:
    return Entry(
        line=line,
        namespace=row.get("namespace", "").strip() or (namespace or ""),
        id=row.get("id", "").strip(),
        email=row.get("email", "").strip(),
        name=row.get("name", "").strip() or None,
        groups=tuple(name.strip() for name in re.split("[;|]", row.get("groups", "")) if name.strip()),
    )
