"""A heap of badges as NDJSON: one badge a line; a line that is none is an entry with a problem, and ends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.credentials import strict_json
from app.errors import InvalidInput, ServiceError, TooLarge

MAX_LINE_BYTES = 524_288
MAX_LINES = 10_000
_MOST_CHARACTERS_OF_AN_ID = 200
_MEMBERS = frozenset({"id", "credential", "recipient"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One badge of a heap: where it stood, and either the document or what is wrong with the line.

    `line` None = it was a file of its own. `id` is what the sender calls it, given back with the answer.
    """

    source: str
    line: int | None = None
    document: bytes | None = None
    recipient: str | None = None
    id: str | None = None
    problem: ServiceError | None = None


def read(stream: BinaryIO, *, source: str = "", max_lines: int | None = MAX_LINES) -> Iterator[Entry]:
    """The entries of a stream, in order, with memory for one line. Empty lines are passed over.

    After `max_lines` (None = no limit) comes one entry with a problem, and no more.
    """
    number = entries = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
            problem: ServiceError = TooLarge("The line is longer than is accepted", limit_bytes=MAX_LINE_BYTES)
            entry = Entry(source, number, problem=problem)
        elif not line.strip():
            continue
        else:
            entry = _entry(line, Entry(source, number))
        entries += 1
        if max_lines is not None and entries > max_lines:
            sentence = "There are more badges than are checked at once; this one and those after it were not"
            yield Entry(source, number, problem=TooLarge(sentence, limit_items=max_lines))
            return
        yield entry


def _skip_line(stream: BinaryIO) -> None:
    while (piece := stream.readline(MAX_LINE_BYTES)) and not piece.endswith(b"\n"):
        pass


def _entry(line: bytes, place: Entry) -> Entry:
    """The badge on a line: the badge itself, a token, or `{"credential": …, "recipient": …, "id": …}`."""
    text = line.strip().removeprefix(b"\xef\xbb\xbf")
    if text.startswith(b"eyJ"):
        return Entry(place.source, place.line, document=text)
    try:
        value = strict_json.loads(text)
        return _of_value(value, text, place)
    except ServiceError as problem:
        return Entry(place.source, place.line, problem=problem)


def _of_value(value: Any, text: bytes, place: Entry) -> Entry:
    if isinstance(value, str):
        return Entry(place.source, place.line, document=value.encode())
    if not isinstance(value, dict):
        raise InvalidInput('A line must be a badge, a token, or an object like {"credential": …}')
    if "credential" not in value:
        if "address" in value and "@context" not in value:
            raise InvalidInput("Addresses are not looked up here: hand in the badge itself", pointer="/address")
        return Entry(place.source, place.line, document=text)
    if unknown := sorted(set(value) - _MEMBERS):
        raise InvalidInput(f"There is no member {unknown[0][:80]} here", pointer=f"/{unknown[0][:80]}")
    for member in ("id", "recipient"):
        if not isinstance(value.get(member, ""), str):
            raise InvalidInput(f"{member} must be text", pointer=f"/{member}")
    credential = value["credential"]
    if not isinstance(credential, str | dict):
        raise InvalidInput("credential must be an object or text", pointer="/credential")
    document = credential.encode() if isinstance(credential, str) else strict_json.dumps(credential)
    recipient, name = value.get("recipient", "").strip() or None, value.get("id")
    named = None if name is None else str(name)[:_MOST_CHARACTERS_OF_AN_ID]
    return Entry(place.source, place.line, document=document, recipient=recipient, id=named)
