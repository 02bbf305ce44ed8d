"""A source's settings read once into types, with a sentence for everything that cannot be used.

Reading never fails: what cannot be used has its safe default, and the sentence stops the source from being saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.lms.facts import LearningKind

DEFAULT_MAX_ITEMS = 1_000
LARGEST_MAX_ITEMS = 5_000
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class SettingsReader:
    """Typed access to a mapping of settings; complaints gather in `problems`."""

    settings: Mapping[str, Any]
    problems: list[str]

    def known_names(self, *names: str) -> None:
        """Complain about every setting that has no meaning here: a typing error must not pass unnoticed."""
        self.problems.extend(
            f"There is no setting “{name}” here; known are {', '.join(names)}."
            for name in self.settings
            if name not in names
        )

    def scheme(self, allowed: tuple[str, ...]) -> None:
        """Complain about an authentication scheme that this adapter does not have."""
        if self.settings.get("auth", allowed[0]) not in allowed:
            self.problems.append(f"`auth` must be one of {', '.join(allowed)}.")

    def text(self, name: str) -> str | None:
        """A short text, trimmed."""
        value = self.settings.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip().isprintable() or not 0 < len(value.strip()) <= 255:  # noqa: PLR2004 - the width of such columns
            self.problems.append(f"`{name}` must be text of 1 to 255 printable characters.")
            return None
        return value.strip()

    def choice(self, name: str, kind: type[_E]) -> _E | None:
        """A member of a closed set, by its value."""
        value = self.settings.get(name)
        if value is None:
            return None
        for member in kind:
            if member.value == value:
                return member
        self.problems.append(f"`{name}` must be one of {', '.join(kind)}.")
        return None

    def learning_kind(self) -> LearningKind:
        """How this source's learners learn, unless an item says otherwise; a course by default."""
        return self.choice("learning_kind", LearningKind) or LearningKind.COURSE

    def time_zone(self) -> ZoneInfo | None:
        """The zone of times that are sent without one, as an IANA name like Europe/Vienna."""
        name = self.text("time_zone")
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problems.append("`time_zone` must be an IANA name such as Europe/Vienna.")
            return None

    def max_items(self) -> int:
        """How many items one delivery may have."""
        value = self.settings.get("max_items", DEFAULT_MAX_ITEMS)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_MAX_ITEMS:
            self.problems.append(f"`max_items` must be a whole number from 1 to {LARGEST_MAX_ITEMS}.")
            return DEFAULT_MAX_ITEMS
        return value
