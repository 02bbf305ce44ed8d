"""The settings of an Open edX source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.lms import auth
from app.lms.facts import LearningKind
from app.lms.source_settings import DEFAULT_MAX_ITEMS, SettingsReader

MAX_MODES = 20


@dataclass(frozen=True, slots=True)
class OpenEdxSettings:
    """`host` names the site whose users and courses these are.

    `certificate_modes` are the enrolment modes whose certificates count; empty = all.
    """

    host: str
    certificate_modes: frozenset[str] = frozenset()
    learning_kind: LearningKind = LearningKind.COURSE
    max_items: int = DEFAULT_MAX_ITEMS

    @classmethod
    def read(cls, settings: Mapping[str, Any], schemes: tuple[str, ...], problems: list[str]) -> OpenEdxSettings:
        """The settings with safe defaults; every complaint is added to `problems`."""
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", auth.OPTIONS, "host", "certificate_modes", "learning_kind", "max_items")
        problems.extend(auth.settings_problems(settings, schemes))
        host = reader.text("host")
        if settings.get("host") is None:
            problems.append("`host` must name your site, such as courses.example.org: events name only a container.")
        elif host is not None and ("/" in host or " " in host):
            problems.append("`host` must be the site's host name alone, such as courses.example.org.")
        return cls(
            host=(host or "").lower(),
            certificate_modes=_modes(settings.get("certificate_modes", []), problems),
            learning_kind=reader.learning_kind(),
            max_items=reader.max_items(),
        )


def _modes(value: Any, problems: list[str]) -> frozenset[str]:
    if not isinstance(value, list) or len(value) > MAX_MODES or not all(isinstance(one, str) and one for one in value):
        problems.append("`certificate_modes` must be a list of enrolment modes, such as verified.")
        return frozenset()
    return frozenset(one.strip().lower() for one in value)
