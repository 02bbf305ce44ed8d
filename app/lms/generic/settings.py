"""The settings of a generic source, and what its names for events mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.lms import auth
from app.lms.facts import CompletionKind, LearningKind, ScoreUnit
from app.lms.generic.mapping import FieldMapping
from app.lms.moments import Calendar, EpochUnit
from app.lms.reading import clean
from app.lms.source_settings import DEFAULT_MAX_ITEMS, SettingsReader

_KINDS = {kind.value: kind for kind in CompletionKind if kind not in {CompletionKind.TEST, CompletionKind.UNKNOWN}}


@dataclass(frozen=True, slots=True)
class GenericSettings:
    """The settings of a generic source. `namespace` names the system that gave out learner and activity ids."""

    namespace: str | None = None
    calendar: Calendar = field(default_factory=Calendar)
    score_unit: ScoreUnit | None = None
    learning_kind: LearningKind = LearningKind.COURSE
    event_names: Mapping[str, CompletionKind] = field(default_factory=dict)
    max_items: int = DEFAULT_MAX_ITEMS
    mapping: FieldMapping | None = None

    @classmethod
    def read(cls, settings: Mapping[str, Any], schemes: tuple[str, ...], problems: list[str]) -> GenericSettings:
        """The settings with safe defaults; every complaint is added to `problems`."""
        reader = SettingsReader(settings, problems)
        reader.known_names(
            *(
                "auth",
                "namespace",
                "time_zone",
                "epoch_unit",
                "score_unit",
                "learning_kind",
                "event_names",
                "max_items",
            ),
            "mapping",
            auth.OPTIONS,
        )
        problems.extend(auth.settings_problems(settings, schemes))
        if settings.get("namespace") is None:
            problems.append("`namespace` must name the system whose ids are sent, for example lms.example.org.")
        score_unit = reader.choice("score_unit", ScoreUnit)
        if score_unit is ScoreUnit.POINTS:
            problems.append("`score_unit` cannot be points: points need their own maximum in every item.")
        return cls(
            namespace=reader.text("namespace"),
            calendar=Calendar(reader.time_zone(), reader.choice("epoch_unit", EpochUnit)),
            score_unit=None if score_unit is ScoreUnit.POINTS else score_unit,
            learning_kind=reader.learning_kind(),
            event_names=_event_names(settings.get("event_names", {}), problems),
            max_items=reader.max_items(),
            mapping=None if settings.get("mapping") is None else FieldMapping.read(settings["mapping"], problems),
        )


def _event_names(value: Any, problems: list[str]) -> Mapping[str, CompletionKind]:
    if not isinstance(value, dict):
        problems.append("`event_names` must be an object from the sender's names to ours.")
        return {}
    names = {}
    for name, ours in value.items():
        if isinstance(ours, str) and ours in _KINDS:
            names[name.strip().casefold()] = _KINDS[ours]
        else:
            problems.append(f"`event_names`: “{clean(name, 100)}” must lead to one of {', '.join(_KINDS)}.")
    return names


def event_kind(name: str, settings: GenericSettings) -> CompletionKind | None:
    """The kind that an event's name means: by the settings, or ours with or without `completion.` before it."""
    plain = name.strip().casefold()
    return settings.event_names.get(plain) or _KINDS.get(plain.removeprefix("completion."))
