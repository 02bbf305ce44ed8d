"""JSON without surprises: one parser for credentials, tokens, deliveries and API bodies (T13, T14)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any

from app.errors import MalformedJson, TooLarge

MAX_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_SAFE_INTEGER = 2**53 - 1

_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_WITHOUT_OTHERS = {code: None for code in range(128) if chr(code) not in _STEPS}
_ALIKE = str.maketrans("{}", "[]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # maybe one of a proper pair


def loads(
    data: bytes | str,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_nodes: int = MAX_NODES,
    exact_numbers: bool = False,
) -> Any:
    """Parse strict JSON: UTF-8, no duplicate keys, no NaN, no lone surrogates, bounded size, depth and numbers.

    `exact_numbers` gives Decimal instead of float, for scores. A leading byte order mark is accepted, as senders on
    Windows write one. Raises MalformedJson or TooLarge, never anything else.
    """
    if isinstance(data, bytes):
        if len(data) > max_bytes:
            raise TooLarge("The document is larger than is accepted", limit_bytes=max_bytes)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise MalformedJson("The document is not UTF-8 text", offset=error.start) from error
    else:
        text = data
        if len(text) > max_bytes:
            raise TooLarge("The document is larger than is accepted", limit_bytes=max_bytes)
    _refuse_deep_nesting(text, max_depth)
    try:
        value = (_EXACT_READER if exact_numbers else _READER).decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"The document is not JSON: {error.msg}", line=error.lineno, column=error.colno) from error
    except RecursionError as error:  # pragma: no cover - the depth check comes first
        raise MalformedJson("The document is nested too deeply", limit_depth=max_depth) from error
    _check_tree(value, text, max_nodes)
    return value


def dumps(value: Any) -> bytes:
    """Compact, ASCII-only JSON bytes. ASCII, because un-baking tools have read UTF-8 as Latin-1 (B15)."""
    return _WRITER.encode(value).encode("ascii")


def _refuse_deep_nesting(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    # Without its escapes, every second piece between quotation marks is outside of texts. In what is no JSON that may
    # be wrong behind its first error, where no reader arrives.
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2]).translate(_WITHOUT_OTHERS)
    if _is_shallow(outside.translate(_ALIKE), max_depth):
        return
    steps = (_STEPS.get(character, 0) for character in outside)
    deepest = max(accumulate(steps), default=0)
    if deepest > max_depth:
        raise MalformedJson("The document is nested too deeply", limit_depth=max_depth)


def _is_shallow(brackets: str, max_depth: int) -> bool:
    """Whether brackets come in pairs within so many layers: each layer taken off is one level less. Quick where so."""
    for _ in range(max_depth):
        inner = brackets.replace("[]", "")
        if not inner or len(inner) == len(brackets):
            return not inner
        brackets = inner
    return False


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise MalformedJson("A member name appears twice in one object", member=name[:100])
            seen.add(name)
    return result


def _refuse_constant(name: str) -> Any:
    raise MalformedJson(f"{name} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(value := int(digits)) > MAX_SAFE_INTEGER:  # noqa: PLR2004 - sign and 16 digits
        raise MalformedJson("An integer is beyond the range that all JSON readers agree on")
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise MalformedJson("A number is too large")
    return value


def _decimal(digits: str) -> Decimal:
    if len(digits) > 64:  # noqa: PLR2004 - far beyond any score
        raise MalformedJson("A number has too many digits")
    try:
        value = Decimal(digits)
    except InvalidOperation as error:  # an exponent beyond what Decimal holds
        raise MalformedJson("A number is too large or too small") from error
    if not math.isfinite(float(value)):
        raise MalformedJson("A number is too large")
    return value


def _reader(parse_float: Callable[[str], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object_without_duplicates,
        parse_constant=_refuse_constant,
        parse_float=parse_float,
        parse_int=_integer,
    )


_WRITER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))
_READER, _EXACT_READER = _reader(_float), _reader(_decimal)


def _check_tree(value: Any, text: str, max_nodes: int) -> None:
    if _is_small(text, max_nodes) and not _may_hold_surrogates(text):
        return
    nodes = 0
    pending = [value]
    while pending:
        item = pending.pop()
        nodes += 1
        if nodes > max_nodes:
            raise MalformedJson("The document has too many parts", limit_nodes=max_nodes)
        if isinstance(item, str):
            _refuse_lone_surrogates(item)
        elif isinstance(item, dict):
            for key in item:
                _refuse_lone_surrogates(key)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _is_small(text: str, max_nodes: int) -> bool:
    # A value stands at the beginning, behind a comma or a bracket: most documents are small enough by that alone.
    return len(text) < max_nodes or 1 + text.count(",") + text.count("[") + text.count("{") <= max_nodes


def _may_hold_surrogates(text: str) -> bool:
    if "\\u" in text and _ESCAPED_SURROGATE.search(text):
        return True
    return not text.isascii() and _SURROGATE.search(text) is not None


def _refuse_lone_surrogates(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedJson("A text holds half of a surrogate pair") from error
