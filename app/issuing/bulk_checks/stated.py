"""What somebody hands in to have it checked, as rows: pasted lines, files of badges, a staff list."""

from __future__ import annotations

import io
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from app.credentials import strict_json
from app.credentials.report import domain_of
from app.errors import InvalidInput, ServiceError, TooLarge
from app.lms.csv import text_file, workbook
from app.lms.csv.cells import Formula, is_empty, text_of
from app.lms.csv.settings import CsvSettings

MOST_ROWS = 5_000
LONGEST_NAME, LONGEST_IDENTIFIER, LONGEST_ASKED = 200, 320, 2_000
MAX_DOCUMENT_BYTES = 5_242_880
MOST_PEEKED_BYTES = 262_144

_LISTS, _LINES = (".csv", ".tsv", ".xlsx"), (".txt", ".ndjson", ".jsonl")
_HEADINGS = {
    "name": {"name", "full name", "holder", "holder name", "employee", "person", "nombre", "nombre completo"},
    "identifier": {
        "e-mail", "email", "mail", "e-mail address", "email address", "identifier", "id", "staff id", "employee id",
        "correo", "correo electrónico", "identificador",
    },
    "asked": {
        "link", "url", "badge", "badge link", "badge url", "credential", "credential url", "file", "file name",
        "filename", "enlace", "archivo", "insignia",
    },
}  # fmt: skip
_PARTS = re.compile(r"[,;\t]")
_COLUMNS = "Name the columns in the first row: name, e-mail, and link (or file)"


@dataclass(frozen=True, slots=True)
class Stated:
    """One badge that is to be checked, and whose it should be. None = nothing was said.

    `asked` is a link, or the name of a file whose bytes are `document`.
    """

    name: str | None = None
    identifier: str | None = None
    asked: str | None = None
    document: bytes | None = None

    @property
    def link(self) -> str | None:
        """The address to be looked up."""
        return self.asked if self.document is None and is_link(self.asked or "") else None


def is_link(text: str) -> bool:
    """Whether a text is an address, and nothing else."""
    return text.lower().startswith(("https://", "http://")) and len(text.split()) == 1


def of_text(text: str) -> list[Stated]:
    """The rows of what was pasted: a badge, or a line each with a link or a token, or cells of a staff list.

    A line may name the person beside the link: `Ana Ortiz, ana@hospital.example, https://…`.
    Raises TooLarge as soon as there are more lines than are checked at once, and InvalidInput.
    """
    stripped = text.strip()
    if stripped.startswith("{") and _json(stripped.encode(errors="replace")) is not None:
        return [Stated(document=stripped.encode(errors="replace"))]
    every = (line.strip() for line in io.StringIO(stripped, newline=None))
    lines = list(islice(filter(None, every), MOST_ROWS + 1))
    if lines and _places([*_PARTS.split(lines[0])]).get("asked") is not None and not is_link(lines[0]):
        return of_list(stripped.encode(errors="replace"))
    _refuse_many(lines)
    return [_line(line) for line in lines]


def of_list(data: bytes) -> list[Stated]:
    """The rows of a staff list, CSV or .xlsx, with a row of headings.

    Raises InvalidInput when no column says where the badges are, and TooLarge.
    """
    is_book = data.startswith(workbook.MAGIC)
    source = workbook.read(data, None) if is_book else text_file.read(data, CsvSettings.read({}, []))
    rows = ([_text(cell) for cell in cells] for _number, cells in source.rows() if not all(map(is_empty, cells)))
    places = _places(next(rows, []))
    if "asked" not in places:
        raise InvalidInput(f"No column of the list says where the badges are. {_COLUMNS}", pointer="/file")
    found = []
    for cells in rows:
        said = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        found.append(_checked(said.get("name"), said.get("identifier"), said["asked"]))
        _refuse_many(found)
    return found


def of_files(files: Iterable[tuple[str, bytes]]) -> list[Stated]:
    """The rows of files: lists and lines as they stand, and each other file as a badge that a list may name.

    Files that a list names are its rows'; the others are rows of their own. Raises InvalidInput and TooLarge.
    """
    rows: list[Stated] = []
    badges: dict[str, Stated] = {}
    for name, content in files:
        lowered = name.lower()
        if lowered.endswith(_LISTS):
            rows += of_list(content)
        elif lowered.endswith(_LINES):
            rows += of_text(content.decode("utf-8-sig", errors="replace"))
        elif len(content) > MAX_DOCUMENT_BYTES:
            raise TooLarge(f"The file {name[:80]} is larger than a badge may be", limit_bytes=MAX_DOCUMENT_BYTES)
        else:
            badges[_plain(name)] = Stated(asked=name[:LONGEST_ASKED], document=content)
        _refuse_many(rows)
    named = {_plain(each.asked) for each in rows if each.asked is not None}
    return [_with_file(each, badges) for each in rows] + [each for key, each in badges.items() if key not in named]


def host_of(stated: Stated) -> str:
    """Whose host will be asked for a row, as far as it can be seen without checking; "" = nobody's that we know of."""
    if stated.link is not None:
        try:
            return (urlsplit(stated.link).hostname or "")[:253]
        except ValueError:
            return ""
    issuer = _issuer_in(stated.document or b"")
    return domain_of(issuer)[:253] if issuer.startswith(("did:web:", "https://", "http://")) else ""


def _refuse_many(rows: Sequence[object]) -> None:
    if len(rows) > MOST_ROWS:
        raise TooLarge("There are more badges than are checked at once", limit_items=MOST_ROWS)


def _line(line: str) -> Stated:
    if line.startswith(("{", "eyJ")):
        return Stated(document=line.encode(errors="replace"))
    parts = [part for each in _PARTS.split(line) if (part := each.strip())] if not is_link(line) else [line]
    link = next((part for part in parts if is_link(part)), None)
    if link is None:
        return _checked(None, None, line)
    identifier = next((part for part in parts if "@" in part and part != link), None)
    others = [part for part in parts if part not in {link, identifier}]
    return _checked(others[0] if others else None, identifier, link)


def _checked(name: str | None, identifier: str | None, asked: str | None) -> Stated:
    """Words as they are kept; a text that is too long to be one is cut, and found to be none when it is checked."""
    return Stated(_cut(name, LONGEST_NAME), _cut(identifier, LONGEST_IDENTIFIER), _cut(asked, LONGEST_ASKED))


def _cut(text: str | None, most: int) -> str | None:
    clean = "".join(each for each in (text or "") if each.isprintable()).strip()
    return clean[:most] or None


def _places(headings: Sequence[str]) -> Mapping[str, int]:
    said = [heading.strip().strip('"').casefold() for heading in headings]
    return {
        name: place
        for name, known in _HEADINGS.items()
        if (place := next((number for number, each in enumerate(said) if each in known), None)) is not None
    }


def _text(cell: Any) -> str:
    return "" if isinstance(cell, Formula) else text_of(cell)


def _with_file(row: Stated, badges: Mapping[str, Stated]) -> Stated:
    found = badges.get(_plain(row.asked)) if row.asked is not None and row.link is None else None
    return row if found is None else Stated(row.name, row.identifier, found.asked, found.document)


def _plain(name: str | None) -> str:
    return re.split(r"[/\\]", name or "")[-1].strip().casefold()


def _issuer_in(document: bytes) -> str:
    """The issuer that a document names, unproven: only to ask nobody's host too often. "" when it cannot be seen."""
    if len(document) > MOST_PEEKED_BYTES:
        return ""
    text = document.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"eyJ"):
        payload = text.split(b".")[1] if text.count(b".") else b""
        try:
            text = urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
        except ValueError:
            return ""
    found = _json(text)
    for holder in (found, (found or {}).get("vc")):
        issuer = holder.get("issuer", holder.get("iss")) if isinstance(holder, dict) else None
        issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
        if isinstance(issuer, str):
            return issuer
    return ""


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        found = strict_json.loads(data)
    except (ServiceError, json.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
