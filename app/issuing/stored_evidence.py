"""Evidence as awards keep it, and those that will be awarded: objects of what was stated, in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.credentials import model

_MEMBERS = ("id", "name", "narrative", "description", "genre")


def to_json(item: model.Evidence) -> dict[str, str]:
    """One piece of evidence as it is stored."""
    return {name: value for name in _MEMBERS if (value := getattr(item, name)) is not None}


def from_json(stored: Iterable[Mapping[str, str]]) -> tuple[model.Evidence, ...]:
    """What was stored, as the workshop takes it."""
    return tuple(model.Evidence(**item) for item in stored)
