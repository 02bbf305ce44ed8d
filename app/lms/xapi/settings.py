"""The settings of an xAPI source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from app.lms import auth
from app.lms.base import ActivityType, CompletionKind, LearningKind
from app.lms.moments import Calendar
from app.lms.reading import clean
from app.lms.source_settings import SettingsReader
from app.lms.xapi import vocabulary

_E = TypeVar("_E", bound=StrEnum)
_OWN_VERBS = (CompletionKind.COMPLETED, CompletionKind.PASSED, CompletionKind.FAILED, CompletionKind.PROGRESS)


class Policy(StrEnum):
    """Whether something counts that is formally a completion though nobody need have learned anything."""

    IGNORE = "ignore"
    ACCEPT = "accept"


class Batches(StrEnum):
    """What one bad statement does to its batch: `each` = it fails alone; `all_or_none` = it spoils the batch."""

    EACH = "each"
    ALL_OR_NONE = "all_or_none"


@dataclass(frozen=True, slots=True)
class XapiSettings:
    """How a source of statements is read. `verbs` and `activity_types` hold the standard ones and the source's own."""

    calendar: Calendar
    learning_kind: LearningKind
    verbs: Mapping[str, CompletionKind]
    activity_types: Mapping[str, ActivityType]
    waivers: Policy
    not_applicable: Policy
    batches: Batches
    max_items: int

    @classmethod
    def read(cls, settings: Mapping[str, Any], allowed: tuple[str, ...], problems: list[str]) -> XapiSettings:
        """The settings; a sentence in `problems` for everything that cannot be used."""
        reader = SettingsReader(settings, problems)
        reader.known_names(
            "auth",
            auth.OPTIONS,
            "time_zone",
            "learning_kind",
            "verbs",
            "activity_types",
            "waivers",
            "not_applicable",
            "batches",
            "max_items",
        )
        problems.extend(auth.settings_problems(settings, allowed))
        return cls(
            calendar=Calendar(reader.time_zone()),
            learning_kind=reader.learning_kind(),
            verbs={**vocabulary.VERBS, **_by_iri(reader, "verbs", _OWN_VERBS)},
            activity_types={**vocabulary.ACTIVITY_TYPES, **_by_iri(reader, "activity_types", tuple(ActivityType))},
            waivers=reader.choice("waivers", Policy) or Policy.IGNORE,
            not_applicable=reader.choice("not_applicable", Policy) or Policy.IGNORE,
            batches=reader.choice("batches", Batches) or Batches.EACH,
            max_items=reader.max_items(),
        )


def _by_iri(reader: SettingsReader, name: str, members: tuple[_E, ...]) -> dict[str, _E]:
    """An object from IRIs to one of `members` by its value."""
    value = reader.settings.get(name, {})
    known = {member.value: member for member in members}
    if not isinstance(value, dict):
        reader.problems.append(f"`{name}` must be an object from IRIs to {', '.join(known)}.")
        return {}
    found = {}
    for iri, ours in value.items():
        if isinstance(ours, str) and ours in known and ":" in iri:
            found[iri] = known[ours]
        else:
            reader.problems.append(f"`{name}`: “{clean(iri, 100)}” must be an IRI that leads to {', '.join(known)}.")
    return found
