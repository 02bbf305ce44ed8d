"""The settings of a Moodle source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.errors import InvalidInput
from app.lms import auth
from app.lms.facts import LearningKind
from app.lms.reading import Fields, clean
from app.lms.source_settings import DEFAULT_MAX_ITEMS, SettingsReader

GUEST_USER_ID = "1"  # of every Moodle that was not moved from another system


@dataclass(frozen=True, slots=True)
class MoodleSettings:
    """`host` names the site, whose ids learners and courses have; None = each event must bring it.

    `grade_maximums` are the points that are everything, by the id of the grade item: Moodle's events do not say.
    """

    host: str | None = None
    grade_maximums: Mapping[str, Decimal] = field(default_factory=dict)
    guest_user_id: str = GUEST_USER_ID
    learning_kind: LearningKind = LearningKind.COURSE
    max_items: int = DEFAULT_MAX_ITEMS

    @classmethod
    def read(cls, settings: Mapping[str, Any], schemes: tuple[str, ...], problems: list[str]) -> MoodleSettings:
        """The settings with safe defaults; every complaint is added to `problems`."""
        reader = SettingsReader(settings, problems)
        reader.known_names(
            "auth", auth.OPTIONS, "host", "grade_maximums", "guest_user_id", "learning_kind", "max_items"
        )
        problems.extend(auth.settings_problems(settings, schemes))
        host = reader.text("host")
        if host is not None and ("/" in host or " " in host):
            problems.append("`host` must be the site's host name alone, such as lms.example.org.")
        return cls(
            host=None if host is None else host.lower(),
            grade_maximums=_maximums(settings.get("grade_maximums"), problems),
            guest_user_id=reader.text("guest_user_id") or GUEST_USER_ID,
            learning_kind=reader.learning_kind(),
            max_items=reader.max_items(),
        )


def _maximums(value: Any, problems: list[str]) -> Mapping[str, Decimal]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append("`grade_maximums` must be an object from ids of grade items to points.")
        return {}
    found = {}
    for item in value:
        try:
            points = Fields({"points": str(value[item])}).number("points")
        except InvalidInput:
            points = None
        if points is None or points <= 0 or isinstance(value[item], bool):
            problems.append(f"`grade_maximums`: the points of grade item “{clean(item, 40)}” must be a number above 0.")
        else:
            found[item.strip()] = points
    return found
