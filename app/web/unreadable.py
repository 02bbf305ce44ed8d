"""What a sender hears whose delivery is authentic and says nothing that can be read. It is in the inbox by then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import DeliveryUnreadable, InvalidInput, TooLarge

MOST_ITEMS = 50


def refuse_unreadable(answer: Mapping[str, Any], *, unprocessable: str = "") -> None:
    """Raise TooLarge or DeliveryUnreadable when the body as a whole could not be read.

    `answer` is the inbox's. `unprocessable` is a code for which InvalidInput is raised instead (422, not 400).
    """
    for item in answer["items"]:
        if item["outcome"] == "unreadable" and "index" not in item:  # what is wrong with one item has its place
            facts = {"delivery": answer["delivery"], "pointer": item.get("pointer", "")}
            if item["reason"] == TooLarge.slug:
                raise TooLarge(item["detail"], delivery=answer["delivery"])
            if unprocessable and item.get("code") == unprocessable:
                raise InvalidInput(item["detail"], **facts)
            raise DeliveryUnreadable(item["detail"], **facts)


def refuse_if_all_unreadable(answer: Mapping[str, Any]) -> None:
    """Raise DeliveryUnreadable when there are items and none of them could be read.

    Of a batch the bad ones fail alone: staff see them in the inbox, and a sender that was refused would send the good
    ones again for ever.
    """
    items = answer["items"]
    bad = [item for item in items if item["outcome"] == "unreadable"]
    if bad and len(bad) == len(items):
        shown = [{name: value for name, value in item.items() if name != "outcome"} for item in bad[:MOST_ITEMS]]
        raise DeliveryUnreadable(bad[0]["detail"], delivery=answer["delivery"], items=shown)
