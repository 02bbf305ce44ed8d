"""Several resources in one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.projections.fhir.facts import Home, Written, instant


def searchset(
    home: Home, found: Sequence[Written], *, itself: str, following: str | None, total: int | None, now: datetime
) -> dict[str, Any]:
    """One page of a search. `itself` is the search as it was understood; `following` None = this is the last page.

    `total` None = it was not counted.
    """
    links = [{"relation": "self", "url": itself}]
    if following is not None:
        links.append({"relation": "next", "url": following})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "timestamp": instant(now)}
    if total is not None:
        bundle["total"] = total
    bundle["link"] = links
    if found:
        bundle["entry"] = [{**_entry(home, each.resource), "search": {"mode": each.mode}} for each in found]
    return bundle


def collection(home: Home, resources: Sequence[dict[str, Any]], *, now: datetime) -> dict[str, Any]:
    """Resources that belong together."""
    entries = [_entry(home, each) for each in resources]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": instant(now), "entry": entries}


def _entry(home: Home, resource: Mapping[str, object]) -> dict[str, Any]:
    return {"fullUrl": home.of(str(resource["resourceType"]), str(resource["id"])), "resource": resource}
