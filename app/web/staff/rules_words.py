"""A rule in plain words: one sentence for each thing that it says, in the order of its members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from app.stacking.renewal import Validity, ValidityKind
from app.stacking.rules import RuleDocument
from app.stacking.rules.document import (
    DEFAULT_TYPES,
    Activity,
    AllOf,
    AnyOf,
    ApprovalKind,
    Condition,
    EvidencePart,
    HasBadge,
    LearnerIn,
    Member,
    NOf,
    Not,
    OccurredBetween,
    Outcome,
    RepeatKind,
    Result,
    ScoreAtLeast,
    Stack,
    UnearnKind,
)
from app.stacking.rules.durations import Duration
from app.stacking.rules.wording import percent
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.words import UTC_ZONE, date_of, end_of, moment_of

_MOST_NAMED = 12


def sentences(rule: RuleDocument, source_names: Mapping[str, str]) -> list[str]:
    """What the rule says. `source_names` leads ids of sources to their names."""
    return [
        *_match(rule, source_names),
        *_require(rule),
        *_combine(rule),
        *_approval(rule),
        *_validity(rule),
        *_repeat(rule),
        _on_unearn(rule),
        _on_better_score(rule),
        *_rest(rule),
    ]


def _match(rule: RuleDocument, source_names: Mapping[str, str]) -> list[str]:
    match = rule.match
    activities = _listed([_activity(each) for each in match.activities])
    connections = _listed([source_names.get(each, each) for each in match.connections])
    if activities and connections:
        found = [
            _("It looks at completions of %(activities)s from %(sources)s.", activities=activities, sources=connections)
        ]
    elif activities:
        found = [_("It looks at completions of %(activities)s, whatever source they come from.", activities=activities)]
    else:
        found = [_("It looks at every completion from %(sources)s.", sources=connections)]
    if match.types != DEFAULT_TYPES and any(each.id is None for each in match.activities or (Activity(""),)):
        types = _listed([each.value for each in match.types])
        found.append(_("Of these, activities of the types %(types)s count.", types=types))
    return found


def _activity(activity: Activity) -> str:
    if activity.pattern is not None:
        return _("everything like “%(pattern)s”", pattern=activity.pattern)
    return f"“{activity.id}”"


def _require(rule: RuleDocument) -> list[str]:
    if rule.require is None:
        return [_("It must have been completed, and not failed.")]
    return [_("What is asked for: %(condition)s.", condition=_condition(rule.require, {}))]


def _combine(rule: RuleDocument) -> list[str]:
    if rule.combine is None:
        return [_("Any one of them is enough.")] if len(rule.match.activities) > 1 else []
    called = {each.name: _activity(each) for each in rule.match.activities}
    found = [_("Counted together: %(condition)s.", condition=_condition(rule.combine, called))]
    if rule.within is not None:
        found.append(_("All of it must be done within %(time)s.", time=_time(rule.within)))
    return found


def _condition(condition: Condition, called: Mapping[str, str]) -> str:
    match condition:
        case AllOf(of):
            return _joined(_("and"), of, called)
        case AnyOf(of):
            return _joined(_("or"), of, called)
        case NOf(n, of):
            parts = "; ".join(_condition(each, called) for each in of)
            return _("at least %(number)s of these: %(parts)s", number=n, parts=parts)
        case Not(of):
            return _("not: %(condition)s", condition=_condition(of, called))
        case Member(name):
            return called.get(name, name)
        case _:
            return _leaf(condition)


def _joined(word: str, of: Sequence[Condition], called: Mapping[str, str]) -> str:
    told = [_condition(each, called) for each in of]
    nested = [f"({text})" if isinstance(each, AllOf | AnyOf) else text for each, text in zip(of, told, strict=True)]
    return f" {word} ".join(nested)


def _leaf(condition: Outcome | ScoreAtLeast | OccurredBetween | LearnerIn | HasBadge) -> str:
    match condition:
        case Outcome(result):
            return _("it was passed") if result is Result.PASSED else _("it was completed, and not failed")
        case ScoreAtLeast(minimum):
            return _("a score of at least %(score)s", score=percent(minimum))
        case OccurredBetween(start, end):
            return _between(start, end)
        case LearnerIn(group):
            return _("the learner is in the group “%(group)s”", group=group)
        case HasBadge(achievement, valid):
            if valid:
                return _("the learner holds “%(badge)s”, and it is good on that day", badge=achievement)
            return _("the learner holds or once held “%(badge)s”", badge=achievement)


def _between(start: datetime | None, end: datetime | None) -> str:
    if start is not None and end is not None:
        return _(
            "it was done between %(start)s and %(end)s", start=moment_of(start, UTC_ZONE), end=moment_of(end, UTC_ZONE)
        )
    if start is not None:
        return _("it was done on or after %(start)s", start=date_of(start, UTC_ZONE))
    return _("it was done by %(end)s", end=end_of(end, UTC_ZONE)) if end is not None else _("it was done at any time")


def _approval(rule: RuleDocument) -> list[str]:
    match rule.approval.kind:
        case ApprovalKind.NONE:
            return [_("The badge is awarded by itself; nobody has to approve it.")]
        case ApprovalKind.ALWAYS:
            return [_("Somebody approves each award before it is made.")]
        case ApprovalKind.SAMPLE:
            share = f"{(rule.approval.percent or Decimal(0)).normalize():f}"
            return [_("Of all awards, %(share)s %% are drawn, and somebody approves those first.", share=share)]
        case ApprovalKind.WHEN:
            score = percent(rule.approval.score_lt or Decimal(0))
            return [_("Somebody approves awards with a score below %(score)s, or with none, first.", score=score)]


def _validity(rule: RuleDocument) -> list[str]:
    policy = rule.validity
    own = policy.own
    found = [_("It is good as long as the achievement says.") if own is None else _own_validity(own, rule)]
    if policy.grace is not None:
        found.append(_("After its end there are %(time)s of grace.", time=_time(policy.grace)))
    if policy.remind:
        times = _listed([_time(each) for each in policy.remind])
        found.append(_("The learner is reminded %(times)s before the end.", times=times))
    return found


def _own_validity(own: Validity, rule: RuleDocument) -> str:
    match own.kind:
        case ValidityKind.NONE:
            return _("It is good without an end.")
        case ValidityKind.FIXED_DATE:
            return _("It is good until %(day)s.", day="" if own.until is None else own.until.isoformat())
        case ValidityKind.DAYS:
            length = ngettext("%(num)s day", "%(num)s days", own.amount or 0)
        case ValidityKind.MONTHS:
            length = ngettext("%(num)s month", "%(num)s months", own.amount or 0)
    if rule.validity.end_of_year:
        return _("It is good for %(length)s, to the end of that year.", length=length)
    if own.end_of_month:
        return _("It is good for %(length)s, to the end of that month.", length=length)
    return _("It is good for %(length)s from the day it was earned.", length=length)


def _repeat(rule: RuleDocument) -> list[str]:
    match rule.repeat.kind:
        case RepeatKind.ONCE:
            return [_("It is earned once.")]
        case RepeatKind.PER_ATTEMPT:
            return [_("It is earned anew with each attempt that the source tells apart.")]
        case RepeatKind.RENEWAL:
            opens = _time(rule.repeat.open) if rule.repeat.open is not None else ""
            found = [_("It can be renewed by doing everything anew, from %(time)s before its end.", time=opens)]
            if rule.repeat.stack is Stack.EXTEND:
                found.append(_("A renewal in time follows the old end."))
            return found


def _on_unearn(rule: RuleDocument) -> str:
    match rule.on_unearn.kind:
        case UnearnKind.IGNORE:
            return _("When the source takes a completion back, the badge stays.")
        case UnearnKind.REVIEW:
            return _("When the source takes a completion back, somebody decides whether the badge stays.")
        case UnearnKind.REVOKE:
            return _("When the source takes a completion back, the badge is revoked.")
        case UnearnKind.REVOKE_AFTER:
            time = _time(rule.on_unearn.grace) if rule.on_unearn.grace is not None else ""
            return _("When the source takes a completion back, the badge is revoked after %(time)s.", time=time)


def _on_better_score(rule: RuleDocument) -> str:
    policy = rule.on_better_score
    if not policy.supersede:
        return _("A better score later on changes nothing.")
    if policy.bands:
        bands = _listed([percent(each) for each in policy.bands])
        return _("A better score that reaches the next of %(bands)s supersedes the badge.", bands=bands)
    if policy.difference is not None:
        return _("A score that is better by %(score)s supersedes the badge.", score=percent(policy.difference))
    return _("A better score supersedes the badge.")


def _rest(rule: RuleDocument) -> list[str]:
    found = []
    if rule.delay is not None:
        found.append(_("The award waits %(time)s, so that corrections can arrive.", time=_time(rule.delay)))
    if rule.evidence != (EvidencePart.LINKS,):
        parts = _listed([each.value for each in rule.evidence])
        found.append(_("The badge says as evidence: %(parts)s.", parts=parts))
    if rule.allow_unauthenticated:
        found.append(_("Sources that prove nothing about themselves count."))
    return found


def _time(duration: Duration) -> str:
    years, months = divmod(duration.months, 12)
    hours, rest = divmod(duration.seconds, 3600)
    parts = [
        ngettext("%(num)s year", "%(num)s years", years) if years else "",
        ngettext("%(num)s month", "%(num)s months", months) if months else "",
        ngettext("%(num)s day", "%(num)s days", duration.days) if duration.days else "",
        ngettext("%(num)s hour", "%(num)s hours", hours) if hours else "",
        ngettext("%(num)s minute", "%(num)s minutes", rest // 60) if rest // 60 else "",
        ngettext("%(num)s second", "%(num)s seconds", rest % 60) if rest % 60 else "",
    ]
    return _listed([part for part in parts if part])


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMED:
        others = len(names) - _MOST_NAMED
        return _("%(names)s and %(number)s more", names=", ".join(names[:_MOST_NAMED]), number=others)
    if len(names) > 1:
        return _("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1])
    return "".join(names)
