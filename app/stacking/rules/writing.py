"""A rule as plain JSON values. Every default is spelled out, so that a changed default changes no old rule."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from app.credentials.timestamps import rfc3339
from app.stacking.renewal import Validity, ValidityKind
from app.stacking.rules.document import (
    Activity,
    AllOf,
    AnyOf,
    Approval,
    ApprovalKind,
    Condition,
    HasBadge,
    LearnerIn,
    Match,
    Member,
    NOf,
    Not,
    OccurredBetween,
    OnBetterScore,
    OnUnearn,
    Outcome,
    Repeat,
    RepeatKind,
    RuleDocument,
    ScoreAtLeast,
    UnearnKind,
    ValidityPolicy,
)
from app.stacking.rules.durations import Duration

_REQUIRE_NAMES = ("all", "any")
_COMBINE_NAMES = ("all_of", "any_of")


def to_dict(rule: RuleDocument) -> dict[str, Any]:
    """The canonical form: `read` makes an equal rule of it. What is absent by its nature has no member."""
    combine = None if rule.combine is None else _condition(rule.combine, _COMBINE_NAMES)
    if isinstance(combine, dict) and rule.within is not None:
        combine["within"] = str(rule.within)
    return _present(
        {
            "badge": rule.badge,
            "match": _match(rule.match),
            "require": None if rule.require is None else _condition(rule.require, _REQUIRE_NAMES),
            "combine": combine,
            "approval": _approval(rule.approval),
            "validity": _validity(rule.validity),
            "repeat": _repeat(rule.repeat),
            "on_unearn": _on_unearn(rule.on_unearn),
            "on_better_score": _on_better_score(rule.on_better_score),
            "delay": _text(rule.delay),
            "evidence": {"include": [part.value for part in rule.evidence]},
            "unauthenticated_sources": "allow" if rule.allow_unauthenticated else "deny",
        }
    )


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _text(value: Duration | Decimal | None) -> str | None:
    return None if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else rfc3339(value)


def _match(match: Match) -> dict[str, Any]:
    return _present(
        {
            "connections": list(match.connections) or None,
            "activities": [_activity(activity) for activity in match.activities] or None,
            "types": [kind.value for kind in match.types],
        }
    )


def _activity(activity: Activity) -> dict[str, Any]:
    return _present(
        {
            "name": activity.name,
            "id": activity.id,
            "pattern": activity.pattern,
            "namespace": activity.namespace,
        }
    )


def _condition(condition: Condition, names: tuple[str, str]) -> dict[str, Any] | str:
    match condition:
        case AllOf(of):
            return {names[0]: [_condition(part, names) for part in of]}
        case AnyOf(of):
            return {names[1]: [_condition(part, names) for part in of]}
        case NOf(n, of):
            return {"n_of": [n, [_condition(part, names) for part in of]]}
        case Not(of):
            return {"not": _condition(of, names)}
        case Member(name):
            return name
        case _:
            return _leaf(condition)


def _leaf(condition: Outcome | ScoreAtLeast | OccurredBetween | LearnerIn | HasBadge) -> dict[str, Any]:
    match condition:
        case Outcome(result):
            return {"outcome": result.value}
        case ScoreAtLeast(minimum):
            return {"score_gte": f"{minimum:f}"}
        case OccurredBetween(start, end):
            return {"occurred_between": [_moment(start), _moment(end)]}
        case LearnerIn(group):
            return {"learner_in": group}
        case HasBadge(achievement, valid):
            return {"has_badge": achievement, "valid": valid}


def _approval(approval: Approval) -> Any:
    match approval.kind:
        case ApprovalKind.SAMPLE:
            return {"sample": f"{_text(approval.percent)} %"}
        case ApprovalKind.WHEN:
            return {"when": {"score_lt": _text(approval.score_lt)}}
        case ApprovalKind.NONE | ApprovalKind.ALWAYS:
            return approval.kind.value


def _validity(policy: ValidityPolicy) -> Any:
    own = policy.own
    if own is not None and own.kind is ValidityKind.NONE:
        return "none"
    members = _present(
        {
            "grace": _text(policy.grace),
            "remind": [str(duration) for duration in policy.remind] or None,
        }
    )
    return ({} if own is None else _own(own, end_of_year=policy.end_of_year)) | members or None


def _own(own: Validity, *, end_of_year: bool) -> dict[str, Any]:
    if own.until is not None:
        return {"anchor": "fixed", "until": own.until.isoformat()}
    anchor = "end_of_year" if end_of_year else "end_of_month" if own.end_of_month else "completed_at"
    return {"anchor": anchor} | ({own.kind.value: own.amount} if own.amount else {})


def _repeat(repeat: Repeat) -> Any:
    if repeat.kind is not RepeatKind.RENEWAL:
        return repeat.kind.value
    return {"renewal": _present({"open": _text(repeat.open), "stack": repeat.stack.value})}


def _on_unearn(policy: OnUnearn) -> Any:
    if policy.kind is UnearnKind.REVOKE_AFTER:
        return {"revoke_after": _text(policy.grace)}
    return policy.kind.value


def _on_better_score(policy: OnBetterScore) -> Any:
    if not policy.supersede:
        return "keep"
    if policy.difference is not None:
        return {"supersede": {"difference": _text(policy.difference)}}
    return {"supersede": {"bands": [f"{band:f}" for band in policy.bands]}} if policy.bands else "supersede"
