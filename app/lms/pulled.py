"""What was asked for instead of sent: facts that a platform's own interface told, as the payload of a delivery.

They are normalised already when they are written down, so that reading them again gives the same facts whatever
adapter the source has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.credentials import strict_json
from app.errors import InvalidInput
from app.lms.base import Item, Voiding
from app.lms.facts import Completion

METHOD = "pull"
"""How such a delivery was proved: we asked, at an address and with a token that an administrator gave us."""


def write(items: Sequence[Completion | Voiding]) -> bytes:
    """The payload; equal facts give equal bytes."""
    return strict_json.dumps({"pulled": [_written(item) for item in items]})


def read(payload: bytes) -> tuple[Item, ...]:
    """What was written. Raises InvalidInput or MalformedJson for anything else."""
    document = strict_json.loads(payload)
    listed = document.get("pulled") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InvalidInput("This is no list of facts that were asked for", pointer="/pulled")
    return tuple(_read(each, index) for index, each in enumerate(listed))


def _written(item: Completion | Voiding) -> dict[str, Any]:
    if isinstance(item, Completion):
        return {"completion": item.to_dict() | {"index": 0}}
    return {"voiding": {"dedupe_key": item.dedupe_key, "voids": item.voids, "at": item.occurred_at.isoformat()}}


def _read(value: Any, index: int) -> Item:
    try:
        if "completion" in value:
            return Completion.from_dict({**value["completion"], "index": index})
        said = value["voiding"]
        at = datetime.fromisoformat(said["at"])
        return Voiding(dedupe_key=said["dedupe_key"], voids=said["voids"], occurred_at=at, index=index)
    except (KeyError, TypeError, ValueError) as error:
        sentence = "A fact that was asked for is not written as it should be"
        raise InvalidInput(sentence, pointer=f"/pulled/{index}") from error
