"""What a verb and a result say together. The result is the stronger: `success: false` is no completion of any verb."""

from __future__ import annotations

from app.lms.base import CompletionKind
from app.lms.reading import Fields, clean, wrong
from app.lms.xapi import vocabulary

Outcome = tuple[CompletionKind, bool | None, bool | None, tuple[str, ...]]
"""Kind, completed, passed, and notes for staff."""


def read_outcome(kind: CompletionKind, result: Fields) -> Outcome:
    """Kind, completed and passed that agree with each other. Raises InvalidInput for a failure that succeeded."""
    completed, passed = result.boolean("completion"), result.boolean("success")
    earns = kind in {CompletionKind.COMPLETED, CompletionKind.PASSED}
    if earns and passed is False:
        note = f"The verb says {kind.value}, but `success` is false: read as failed"
        completed = True if kind is CompletionKind.COMPLETED and completed is None else completed
        return CompletionKind.FAILED, completed, False, (note,)
    if earns and completed is False:
        note = f"The verb says {kind.value}, but `completion` is false: read as progress"
        return CompletionKind.PROGRESS, False, passed, (note,)
    if kind is CompletionKind.FAILED and passed is True:
        raise wrong("The verb says failed, and `success` says true", code="contradiction", pointer=result.at("success"))
    if kind is CompletionKind.COMPLETED:
        completed = True
    elif kind is CompletionKind.PASSED:
        passed = True
    elif kind is CompletionKind.FAILED:
        passed = False
    return kind, completed, passed, ()


def waiver_notes(statement: Fields) -> tuple[str, ...]:
    """That a requirement was waived, and why, as far as the statement says."""
    if statement.members["verb"]["id"] != vocabulary.WAIVED:
        return ()
    extensions = (statement.members.get("result") or {}).get("extensions") or {}
    reason = extensions.get(vocabulary.WAIVER_REASON)
    because = f": {clean(reason, 100)}" if isinstance(reason, str) else ""
    return (f"The requirement was waived{because}",)
