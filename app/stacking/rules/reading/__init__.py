"""A rule document from JSON values or YAML text, with every problem at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from app.stacking.renewal import ValidityKind
from app.stacking.rules.document import (
    Approval,
    Condition,
    EvidencePart,
    Match,
    OnBetterScore,
    OnUnearn,
    Repeat,
    RepeatKind,
    RuleDocument,
    ValidityPolicy,
)
from app.stacking.rules.durations import Duration
from app.stacking.rules.reading import conditions, matching, policies, yaml_text
from app.stacking.rules.reading.places import Place, Problems

__all__ = ["read"]

MEMBERS = (
    "badge", "match", "require", "combine", "approval", "validity", "repeat", "on_unearn", "on_better_score", "delay",
    "evidence", "unauthenticated_sources",
)  # fmt: skip
_T = TypeVar("_T")


def read(document: Mapping[str, Any] | str) -> RuleDocument:
    """The rule that JSON values or YAML text state; equal for both.

    Raises InvalidInput with `problems` (for each `pointer`, a JSON Pointer, `sentence`, and of text `line`) and the
    first one's `pointer` and `line`; TooLarge for text above 65,536 characters.
    """
    value, lines = yaml_text.load(document) if isinstance(document, str) else (document, yaml_text.Lines())
    problems = Problems(lines)
    found = Place(value, "", problems).members(*MEMBERS)
    problems.raise_if_any()  # a name that is spelled wrongly makes everything else beside the point
    rule = _document(_Members(found or {}), problems)
    problems.raise_if_any()
    return rule


class _Members(dict[str, Place]):
    def read(self, name: str, reader: Callable[[Place], _T], default: _T) -> _T:
        return reader(self[name]) if name in self else default


def _document(found: _Members, problems: Problems) -> RuleDocument:
    if "match" not in found:
        problems.add("", "A rule says in “match” which completions it is about")
    what = found.read("match", matching.match, Match())
    combine, within = _combine(found.get("combine"), what)
    rule = RuleDocument(
        match=what,
        badge=found.read("badge", lambda place: place.text(longest=200), None),
        require=found.read("require", conditions.requirement, None),
        combine=combine,
        within=within,
        approval=found.read("approval", policies.approval, Approval()),
        validity=found.read("validity", policies.validity, ValidityPolicy()),
        repeat=found.read("repeat", policies.repeat, Repeat()),
        on_unearn=found.read("on_unearn", policies.on_unearn, OnUnearn()),
        on_better_score=found.read("on_better_score", policies.on_better_score, OnBetterScore()),
        delay=found.read("delay", _optional_duration, None),
        evidence=found.read("evidence", policies.evidence, (EvidencePart.LINKS,)),
        allow_unauthenticated=found.read("unauthenticated_sources", _allow, default=False),
    )
    _check_together(rule, problems)
    return rule


def _combine(place: Place | None, what: Match) -> tuple[Condition | None, Duration | None]:
    if place is None or place.value is None:
        return None, None
    names = tuple(activity.name for activity in what.activities)
    if not names:
        place.wrong("“combine” names activities of “match”, and there are none")
        return None, None
    if not isinstance(place.value, Mapping):
        return conditions.combination(place, names), None
    within = place.value.get("within")
    duration = None if within is None else place.step("within", within).duration()
    rest = {name: value for name, value in place.value.items() if name != "within"}
    combine = conditions.combination(Place(rest, place.pointer, place.problems), names)
    idle = [name for name in names if combine is not None and name not in conditions.members_of(combine)]
    for name in idle[:1]:
        place.wrong(f"“{name}” of “match” stands in no part of “combine”; it would count for nothing")
    return combine, duration


def _check_together(rule: RuleDocument, problems: Problems) -> None:
    if rule.repeat.kind is RepeatKind.PER_ATTEMPT and rule.combine is not None:
        problems.add("/repeat", "An award for each attempt goes with single activities, not with “combine”")
    own = rule.validity.own
    if rule.repeat.kind is RepeatKind.RENEWAL and own is not None and own.kind is ValidityKind.NONE:
        problems.add("/repeat", "What never ends cannot be renewed")


def _optional_duration(place: Place) -> Duration | None:
    return None if place.value is None else place.duration()


def _allow(place: Place) -> bool:
    if place.value not in ("deny", "allow"):
        place.wrong("This is deny or allow")
    return bool(place.value == "allow")
