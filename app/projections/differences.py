"""What differs between two texts or two lists, in pieces that can be read: kept, taken out, put in. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# With more pairs of equal words than these, paragraphs are compared instead, so that no text keeps a page waiting.
MOST_PAIRS = 25_000
MOST_PARTS = 3_000
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_PARAGRAPHS = re.compile(r"[^\n]*\n+|[^\n]+")
_LEAST_ALIKE = 0.35  # below it, two texts are told as one instead of another, not woven into each other


class Kind(StrEnum):
    """What became of a piece."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words with what became of them."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list; a kept one whose text changed has several pieces."""

    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything of it differs."""
        return any(piece.kind is not Kind.KEPT for piece in self.pieces)


def of_texts(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one, word by word. Kept and removed pieces make the old text, kept and added ones the new."""
    if old == new:
        return (Piece(Kind.KEPT, old),) if old else ()
    before, after = _split(old, new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if before and after and matcher.ratio() < _LEAST_ALIKE:
        return Piece(Kind.REMOVED, old), Piece(Kind.ADDED, new)
    pieces: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            _add(pieces, Kind.KEPT, before[a:b])
        else:
            _add(pieces, Kind.REMOVED, before[a:b])
            _add(pieces, Kind.ADDED, after[c:d])
    return _merged(pieces)


def of_items(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Item, ...]:
    """Two lists as one: entries of the same key are compared, the others came or went. In the order of the new list."""
    found = [
        Item(Kind.KEPT, of_texts(old[key], text)) if key in old else Item(Kind.ADDED, (Piece(Kind.ADDED, text),))
        for key, text in new.items()
    ]
    gone = [Item(Kind.REMOVED, (Piece(Kind.REMOVED, text),)) for key, text in old.items() if key not in new]
    return (*found, *gone)


def _split(old: str, new: str) -> tuple[list[str], list[str]]:
    for parts in (_WORDS, _PARAGRAPHS):
        before, after = parts.findall(old), parts.findall(new)
        counts = Counter(after)
        pairs = sum(number * counts[part] for part, number in Counter(before).items())
        if pairs <= MOST_PAIRS and max(len(before), len(after)) <= MOST_PARTS:
            return before, after
    return [old], [new]


def _add(pieces: list[Piece], kind: Kind, parts: list[str]) -> None:
    if parts:
        pieces.append(Piece(kind, "".join(parts)))


def _merged(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Runs of changes as one removed and one added piece, with the white space between two changes in them."""
    found: list[Piece] = []
    run: dict[Kind, str] = {}
    for piece in [*pieces, Piece(Kind.KEPT, "")]:
        is_island = piece.kind is Kind.KEPT and run and piece.text and not piece.text.strip()
        if piece.kind is not Kind.KEPT or is_island:
            for kind in (Kind.REMOVED, Kind.ADDED) if is_island else (piece.kind,):
                run[kind] = run.get(kind, "") + piece.text
            continue
        found += [Piece(kind, run[kind]) for kind in (Kind.REMOVED, Kind.ADDED) if run.get(kind)]
        run = {}
        if piece.text:
            found.append(piece)
    return tuple(found)
