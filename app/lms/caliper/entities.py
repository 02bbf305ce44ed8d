"""Entities and where they are described: a Caliper event may hold an entity, or only its IRI.

An envelope may describe the entity beside the events, so an IRI is looked up there. Source: Caliper 1.1, 3 and 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.lms.reading import MAX_KEY_CHARACTERS, Fields, clean, wrong


@dataclass(frozen=True, slots=True)
class Entities:
    """What an envelope describes, by IRI."""

    described: Mapping[str, Fields]

    @classmethod
    def of(cls, data: Iterable[Fields]) -> Entities:
        """Whatever has an id; an event has one too, and no entity is named by it."""
        named = ((fields.members.get("id"), fields) for fields in data)
        return cls({name: fields for name, fields in named if isinstance(name, str)})

    def get(self, fields: Fields, name: str) -> Fields | None:
        """The entity at a member: held, described elsewhere in the envelope, or known by its IRI alone."""
        value: Any = fields.members.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            return self.described.get(value) or Fields({"id": value}, fields.at(name))
        return Fields.of(value, fields.at(name))

    def require(self, fields: Fields, name: str) -> Fields:
        """The same for a member that must be there."""
        entity = self.get(fields, name)
        if entity is None:
            raise wrong(f"`{name}` is missing", code="missing", pointer=fields.at(name))
        return entity


def is_event(fields: Fields) -> bool:
    """Whether a member of `data` is an event: those have an action and a time, which descriptions have not."""
    return "action" in fields.members or "eventTime" in fields.members


def extension(fields: Fields, name: str) -> str | None:
    """A value of an entity's extensions, at their top or one object below, as Canvas and Blackboard place theirs."""
    extensions = fields.members.get("extensions")
    if not isinstance(extensions, dict):
        return None
    for place in (extensions, *(value for value in extensions.values() if isinstance(value, dict))):
        value = place.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return clean(str(value), MAX_KEY_CHARACTERS) or None
    return None
