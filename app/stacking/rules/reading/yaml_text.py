"""YAML text into plain values, each with the line it stands on. Nothing is constructed but texts, numbers and maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.errors import InvalidInput, TooLarge

MAX_CHARACTERS = 65_536
MOST_SIGNS = 5_000  # of what separates entries: reading costs about a millisecond for five of them
DEEPEST_BRACKETS = 30
MOST_DIGITS = 40
_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Lines:
    """Where what stands: JSON Pointer -> line, 1-based. Empty for what was no text."""

    by_pointer: dict[str, int] = field(default_factory=dict)

    def of(self, pointer: str) -> int | None:
        """The line of a place, or of the nearest place around it; None = there are no lines."""
        while pointer and pointer not in self.by_pointer:
            pointer = pointer.rpartition("/")[0]
        return self.by_pointer.get(pointer)


def escape(name: str) -> str:
    """A member's name as a step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def load(text: str) -> tuple[Any, Lines]:
    """The values and their lines. Numbers with a point are Decimal, dates stay text, 007 stays text.

    Raises InvalidInput (`line`) for what is no YAML, repeats a name or uses anchors and tags; TooLarge.
    """
    _refuse_excess(text)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(f"This is not YAML: {_first_line(error.problem)}", line) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise _wrong("This is not YAML", 1) from error
    lines = Lines()
    if root is None:
        return None, lines
    try:
        return _value(root, "", lines, set()), lines
    except RecursionError as error:
        raise _wrong("The rule is nested too deeply", 1) from error


def _refuse_excess(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise TooLarge("A rule is shorter than this", limit_characters=MAX_CHARACTERS)
    if sum(map(text.count, "[{,:\n")) > MOST_SIGNS:
        raise TooLarge("A rule has fewer entries than this", limit_items=MOST_SIGNS)
    steps = (1 if sign in "[{" else -1 for sign in text if sign in "[]{}")
    if max(accumulate(steps), default=0) > DEEPEST_BRACKETS:
        raise _wrong("The rule is nested too deeply", 1)


def _value(node: Node, pointer: str, lines: Lines, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.by_pointer.setdefault(pointer, line)
    if id(node) in seen:
        raise _wrong("Anchors and aliases are not used in rules; write it out", line)
    seen.add(id(node))
    match node:
        case MappingNode() if node.tag == f"{_TAG}map":
            return _mapping(node, pointer, lines, seen)
        case SequenceNode() if node.tag == f"{_TAG}seq":
            return [_value(item, f"{pointer}/{index}", lines, seen) for index, item in enumerate(node.value)]
        case ScalarNode():
            return _scalar(node, line)
        case _:
            raise _wrong(f"Tags such as {str(node.tag)[:60]} are not used in rules", line)


def _mapping(node: MappingNode, pointer: str, lines: Lines, seen: set[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise _wrong("A name is a text", line)
        name = str(key.value)
        if name in found:
            raise _wrong(f"“{name[:60]}” stands here twice", line)
        place = f"{pointer}/{escape(name)}"
        lines.by_pointer[place] = line
        found[name] = _value(value, place, lines, seen)
    return found


def _scalar(node: ScalarNode, line: int) -> Any:
    text = str(node.value)
    match str(node.tag):
        case tag if tag == f"{_TAG}null":
            return None
        case tag if tag == f"{_TAG}bool":
            return text.lower() == "true"
        case tag if tag == f"{_TAG}int":
            plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and str(int(text)) == text
            return int(text) if plain else text  # 0565 is somebody's course, not a number
        case tag if tag == f"{_TAG}float":
            return _decimal(text)
        case tag if tag in {f"{_TAG}str", f"{_TAG}timestamp"}:
            return text
        case tag:
            raise _wrong(f"Tags such as {tag[:60]} are not used in rules", line)


def _decimal(text: str) -> Any:
    try:
        return Decimal(text) if len(text) <= MOST_DIGITS else text
    except InvalidOperation:
        return text


def _wrong(sentence: str, line: int) -> InvalidInput:
    return InvalidInput(sentence, pointer="", line=line, problems=[{"pointer": "", "sentence": sentence, "line": line}])


def _first_line(text: str | None) -> str:
    return (text or "it cannot be read").strip().splitlines()[0]
