"""YAML with line numbers: lists of named entries, each knowing where it stands in the file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.errors import InvalidInput

MAX_CHARACTERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a catalogue: the line (1-based) and a sentence."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section, with the line it begins on."""

    values: CommentedMap

    @property
    def line(self) -> int:
        """The first line of the entry, 1-based."""
        return int(self.values.lc.line) + 1

    def line_of(self, key: str) -> int:
        """The line of a key, or of the entry when the key is not there."""
        try:
            return int(self.values.lc.key(key)[0]) + 1
        except KeyError:  # not there, or merged in from another place
            return self.line

    def line_at(self, key: str, parts: Sequence[str]) -> int:
        """The line of what stands that deep under a key: the innermost map on the way there, or the key."""
        line, found = self.line_of(key), self.get(key)
        for part in parts:
            if isinstance(found, list) and part.isdecimal() and int(part) < len(found):
                found = found[int(part)]
            elif isinstance(found, CommentedMap) and part in found:
                found = found[part]
            else:
                break
            if isinstance(found, CommentedMap):
                line = Entry(found).line
        return line

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key."""
        return self.values.get(key, default)


def load(text: str) -> CommentedMap:
    """The document. Raises InvalidInput (`line`) for what is no YAML map, or repeats a key."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput("The catalogue is too large", limit_characters=MAX_CHARACTERS)
    try:
        document = YAML(typ="rt").load(io.StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput(f"This is not YAML: {_first_line(error.problem)}", line=line) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise InvalidInput("The file is not YAML", line=1) from error
    if not isinstance(document, CommentedMap):
        raise InvalidInput("A catalogue is a map of sections", line=1)
    return document


def entries(document: CommentedMap, section: str, problems: list[Problem]) -> list[Entry]:
    """The entries of a section; one that is no map is a problem with its line."""
    items = document.get(section) or []
    line = int(document.lc.key(section)[0]) + 1 if section in document else 1
    if not isinstance(items, list):
        problems.append(Problem(line, f"{section} is a list of entries"))
        return []
    found = []
    for item in items:
        if isinstance(item, CommentedMap):
            found.append(Entry(item))
        else:
            problems.append(Problem(line, f"An entry of {section} is no map of names and values"))
    return found


def maps_of(entry: Entry, key: str, problems: list[Problem]) -> list[Entry]:
    """The maps in a list of an entry, none when it has no such list; anything else is a problem with its line."""
    items = entry.get(key)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, CommentedMap) for item in items):
        problems.append(Problem(entry.line_of(key), f"{entry.get('id', key)}: {key} is a list of names and values"))
        return []
    return [Entry(item) for item in items]


def plain(value: Any) -> Any:
    """The value without what the reader of YAML hung on it; days as they are written."""
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def number(value: Any) -> str | None:
    """A number as text, so that 4.5 hours stay 4.5 and become no float on the way."""
    return None if value is None else str(value)


def _first_line(text: str | None) -> str:
    return (text or "it cannot be read").strip().splitlines()[0]
