"""The verbs, activity types and extensions that mean something here. Source: ADL vocabulary; cmi5, 7 and 9.

A verb that is not listed is news of no concern: `interacted`, `progressed` and `terminated` are no completions.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.lms.base import ActivityType, CompletionKind

_ADL = "http://adlnet.gov/expapi"
_CMI5 = "https://w3id.org/xapi"

VOIDED = f"{_ADL}/verbs/voided"
WAIVED = f"{_CMI5}/adl/verbs/waived"
SATISFIED = f"{_CMI5}/adl/verbs/satisfied"
ABANDONED = f"{_CMI5}/adl/verbs/abandoned"

VERBS: Mapping[str, CompletionKind] = {
    f"{_ADL}/verbs/completed": CompletionKind.COMPLETED,
    f"{_ADL}/verbs/passed": CompletionKind.PASSED,
    f"{_ADL}/verbs/mastered": CompletionKind.PASSED,
    f"{_ADL}/verbs/failed": CompletionKind.FAILED,
    SATISFIED: CompletionKind.COMPLETED,
    WAIVED: CompletionKind.COMPLETED,
}

ACTIVITY_TYPES: Mapping[str, ActivityType] = {
    f"{_ADL}/activities/course": ActivityType.COURSE,
    f"{_CMI5}/cmi5/activitytype/course": ActivityType.COURSE,
    f"{_ADL}/activities/module": ActivityType.MODULE,
    f"{_ADL}/activities/assessment": ActivityType.ASSESSMENT,
    f"{_CMI5}/cmi5/activitytype/block": ActivityType.BLOCK,
}

MOVE_ON = f"{_CMI5}/cmi5/context/extensions/moveon"
NOT_APPLICABLE = "NotApplicable"
WAIVER_REASON = f"{_CMI5}/cmi5/result/extensions/reason"
