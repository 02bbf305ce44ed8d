"""What a platform's gradebook answers about our own columns: a result a learner, never more than news of a grade.

Source: Assignment and Grade Services 2.0, 3.3 "Result service"; the score is of `resultMaximum`, which is 1 if absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.errors import InvalidInput
from app.lms.base import Ignored, Item
from app.lms.facts import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    LearnerFacts,
    LearningKind,
    MomentSource,
    Score,
    ScoreUnit,
)
from app.lms.reading import Fields, bounded_key, unreadable, wrong


def read_results(
    document: Any, *, namespace: str, learning_kind: LearningKind, received_at: datetime
) -> tuple[Item, ...]:
    """One item a result of `{"line_item": {…}, "results": […]}`, as `app.worker` writes down what it asked for.

    Raises InvalidInput when the document is no such thing; a bad result alone is an Unreadable.
    """
    whole = Fields.of(document, "")
    line_item = whole.object("line_item")
    listed = whole.require("results")
    if not isinstance(listed, list):
        raise wrong("`results` must be an array", code="ill-typed", pointer="/results")
    activity = _activity(line_item, namespace)
    column = line_item.required_identifier("id")
    items: list[Item] = []
    for index, each in enumerate(listed):
        try:
            result = Fields.of(each, f"/results/{index}")
            items.append(_item(result, index, activity, column, learning_kind=learning_kind, received_at=received_at))
        except InvalidInput as error:
            items.append(unreadable(error, index))
    return tuple(items)


def _activity(line_item: Fields, namespace: str) -> ActivityFacts:
    return ActivityFacts(
        namespace=namespace,
        source_id=line_item.identifier("resource_id") or line_item.required_identifier("id"),
        type=ActivityType.ASSESSMENT,
        name=line_item.text("label"),
        parent_source_id=line_item.identifier("context_id"),
    )


def _item(
    result: Fields,
    index: int,
    activity: ActivityFacts,
    column: str,
    *,
    learning_kind: LearningKind,
    received_at: datetime,
) -> Item:
    learner = result.required_identifier("userId")
    raw, maximum = result.number("resultScore"), result.number("resultMaximum")
    if raw is None:
        return Ignored("no-score", "The gradebook holds no score for this learner yet", "result", index)
    most = Decimal(1) if maximum is None else maximum
    if most <= 0:
        raise wrong("`resultMaximum` must be above zero", code="out-of-range", pointer=result.at("resultMaximum"))
    return Completion(
        kind=CompletionKind.PROGRESS,
        dedupe_key=bounded_key(f"{column}:{learner}:{raw.normalize():f}:{most.normalize():f}"),
        learner=LearnerFacts(namespace=activity.namespace, source_id=learner),
        activity=activity,
        occurred_at=received_at,
        occurred_at_source=MomentSource.RECEIVED,
        learning_kind=learning_kind,
        score=Score(scaled=raw / most, raw=raw, maximum=most, unit=ScoreUnit.POINTS),
        comment=result.text("comment", 1_000),
        index=index,
    )


def _learns(roles: Any) -> bool:
    """Whether somebody learns in the course; true where nothing is said of roles."""
    if not isinstance(roles, list) or not roles:
        return True
    return any(isinstance(role, str) and role.endswith(("#Learner", "#Student", "Learner")) for role in roles)


def learners_of(members: Mapping[str, Any], *, namespace: str) -> tuple[LearnerFacts, ...]:
    """The learners of a membership container who are active and whose address is told. Source: NRPS 2.0, 2.2."""
    listed = members.get("members")
    found = []
    for each in listed if isinstance(listed, list) else []:
        fields = Fields(each) if isinstance(each, dict) else Fields({})
        try:
            learner, address = fields.identifier("user_id"), fields.text("email", 320)
            name = fields.text("name")
        except InvalidInput:
            continue
        is_active = fields.members.get("status", "Active") == "Active"
        if learner is None or address is None or not is_active or not _learns(fields.members.get("roles")):
            continue
        found.append(LearnerFacts(namespace=namespace, source_id=learner, email=address, display_name=name))
    return tuple(found)
