"""The settings of a Caliper source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.lms import auth
from app.lms.base import LearningKind
from app.lms.source_settings import SettingsReader


@dataclass(frozen=True, slots=True)
class CaliperSettings:
    """How a sensor's envelopes are read. `namespace` is whose ids they carry; None = the envelope's `sensor`."""

    namespace: str | None
    learning_kind: LearningKind
    max_items: int

    @classmethod
    def read(cls, settings: Mapping[str, Any], allowed: tuple[str, ...], problems: list[str]) -> CaliperSettings:
        """The settings; a sentence in `problems` for everything that cannot be used."""
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", auth.OPTIONS, "namespace", "learning_kind", "max_items")
        problems.extend(auth.settings_problems(settings, allowed))
        return cls(reader.text("namespace"), reader.learning_kind(), reader.max_items())
