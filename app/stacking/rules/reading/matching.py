"""What `match` says: sources, activities and types."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.stacking.rules.document import DEFAULT_TYPES, Activity, Match
from app.stacking.rules.facts import ActivityType
from app.stacking.rules.reading.places import Place

MOST_CONNECTIONS = 50
MOST_ACTIVITIES = 500
LONGEST_ID = 500
LONGEST_PATTERN = 200
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)


def match(place: Place) -> Match:
    """The completions that the rule is about. A match that names neither source nor activity is a problem."""
    found = place.members("connections", "sources", "activities", "types")
    if found is None:
        return Match()
    if "connections" in found and "sources" in found:
        place.wrong("“connections” and “sources” mean the same; write one of them")
    connections = _texts(found.get("connections") or found.get("sources"), most=MOST_CONNECTIONS)
    activities = _activities(found.get("activities"))
    if len(found) == len(place.value) and not {"connections", "sources", "activities"} & set(found):
        place.wrong("A rule without a condition matches nobody: name an activity or a source")
    return Match(connections, activities, _types(found.get("types")))


def _texts(place: Place | None, *, most: int) -> tuple[str, ...]:
    if place is None:
        return ()
    texts = [item.text(longest=200) for item in place.items(most=most) or []]
    return tuple(dict.fromkeys(text for text in texts if text is not None))


def _types(place: Place | None) -> tuple[ActivityType, ...]:
    if place is None:
        return DEFAULT_TYPES
    types = [item.choice(ActivityType) for item in place.items(most=len(ActivityType)) or []]
    return tuple(dict.fromkeys(found for found in types if found is not None))


def _activities(place: Place | None) -> tuple[Activity, ...]:
    if place is None:
        return ()
    items = place.items(most=MOST_ACTIVITIES) or []
    read = [_activity(item, f"a{number}") for number, item in enumerate(items, 1)]
    taken: set[str] = set()
    for item, activity in zip(items, read, strict=True):
        if activity is not None and activity.name in taken:
            item.wrong(f"Two activities are called “{activity.name}”")
        taken |= {activity.name} if activity else set()
    return tuple(activity for activity in read if activity is not None)


def _activity(place: Place, name: str) -> Activity | None:
    if not isinstance(place.value, Mapping):
        return _exact(place, name)
    found = place.members("id", "pattern", "name", "namespace")
    if found is None:
        return None
    if ("id" in found) == ("pattern" in found):
        place.wrong("An activity has an id or a pattern")
        return None
    if "name" in found and (given := found["name"].text(longest=40)) is not None:
        if not _NAME.fullmatch(given):
            found["name"].wrong("A name has letters, digits, - and _, and begins with a letter")
        name = given
    namespace = found["namespace"].text() if "namespace" in found else None
    if "id" in found:
        activity_id = found["id"].text(longest=LONGEST_ID)
        return None if activity_id is None else Activity(name, id=activity_id, namespace=namespace)
    pattern = found["pattern"].text(longest=LONGEST_PATTERN)
    if pattern is not None and not pattern.strip("*?"):
        found["pattern"].wrong("A pattern without a letter would match everything; leave “activities” out instead")
    return None if pattern is None else Activity(name, pattern=pattern, namespace=namespace)


def _exact(place: Place, name: str) -> Activity | None:
    activity_id = place.text(longest=LONGEST_ID)
    if activity_id is None:
        return None
    if "*" in activity_id:
        place.wrong(f"This is an exact id; a pattern is written {{pattern: “{activity_id[:60]}”}}")
    return Activity(name, id=activity_id)
