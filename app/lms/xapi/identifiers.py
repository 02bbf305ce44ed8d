"""Which statements a body holds, and the id of each. A statement without one gets an id made of what it says.

So the same statement sent again has the same id, without anybody remembering it. Source: xAPI 1.0.3, Data, 2.4.1.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms.reading import load

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_ALL_DIGITS = Context(prec=70)  # more than a number of a body may have
_SET_BY_STORES = ("authority", "version")


def opened(record: Any) -> Any:
    """The statement within a Learning Locker record ("send full database record"); anything else as it is."""
    is_record = isinstance(record, dict) and "actor" not in record and isinstance(record.get("statement"), dict)
    return record["statement"] if is_record else record


def id_of(statement: Any) -> str:
    """The statement's own id in lower case; without a usable one an id that is made of its SHA-256."""
    stated = statement.get("id") if isinstance(statement, dict) else None
    if isinstance(stated, str) and _UUID.fullmatch(stated):
        return stated.lower()
    digits = hashlib.sha256(canonical(plain(statement)).encode("utf-8", "surrogatepass")).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    # A UUID of version 5: one that is made of a name (RFC 9562, 5.5), though of another hash of it.
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def ids_in(payload: bytes) -> list[str] | None:
    """The id of every statement of a body, in order; None when the body is no statement or array of statements."""
    try:
        document = load(payload)
    except (InvalidInput, TooLarge):
        return None
    if isinstance(document, list):
        return [id_of(opened(value)) for value in document]
    return [id_of(opened(document))] if isinstance(document, dict) and document else None


def plain(statement: Any) -> Any:
    """The statement without what a store adds on the way, so that it can be compared with itself.

    `stored` stays where there is no `timestamp`: then it is the only time of the fact.
    """
    if not isinstance(statement, Mapping):
        return statement
    added = (*_SET_BY_STORES, "stored") if statement.get("timestamp") is not None else _SET_BY_STORES
    return {name: value for name, value in statement.items() if name not in added}


def canonical(value: Any) -> str:
    """JSON with one spelling for one meaning: members in order, no blanks, 1.0 and 1.00 and 1 alike."""
    match value:
        case dict():
            members = (f"{json.dumps(name)}:{canonical(member)}" for name, member in sorted(value.items()))
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(canonical(member) for member in value) + "]"
        case bool() | None | str():
            return json.dumps(value)
        case _:
            return str(_ALL_DIGITS.normalize(Decimal(value)))
