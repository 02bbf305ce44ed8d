"""The issuer's own words for a status of the purpose `message`. Source: Bitstring Status List v1.0, "statusMessage"."""

from __future__ import annotations

import re
from typing import Any

MAX_CHARACTERS = 200
_HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]{1,4}", re.ASCII)


def message(entry: dict[str, Any], value: int) -> str | None:
    """What a signed entry says that this value means; printable and short. None when it does not say.

    A list of messages must name every value once; one that does not is not believed at all (OB3-61).
    """
    size = entry.get("statusSize", 1)
    named = entry.get("statusMessage")
    if not isinstance(named, list) or len(named) != 1 << size:
        return None
    meanings = {_value_of(item): item.get("message") for item in named if isinstance(item, dict)}
    if set(meanings) != set(range(1 << size)):
        return None
    text = meanings[value]
    if not isinstance(text, str):
        return None
    return "".join(character for character in text if character.isprintable())[:MAX_CHARACTERS] or None


def _value_of(item: dict[str, Any]) -> int | None:
    """The value that an item is about: a hexadecimal text with the prefix 0x."""
    status = item.get("status")
    return int(status, 0) if isinstance(status, str) and _HEXADECIMAL.fullmatch(status) else None
