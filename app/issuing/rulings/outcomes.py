"""What is told of a completion: one result for each achievement that it concerns, and the state that follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.issuing import award_addresses, deliveries, news
from app.issuing.completion_records import Completion, CompletionState
from app.issuing.endpoints import EventType
from app.issuing.office import Office

AWARDED = "awarded"
# What waits for somebody, or for the worker, the most urgent first: a completion with such a result is parked.
WAITING = {
    "not-published": "The achievement is not published; publish it and replay",
    "awarded-by-pathway": "This badge is a stack, which only its pathway awards; map the course to another badge",
    "not-allowed": "This source may not cause this achievement",
    "rule-switched-off": "The achievement's rules are switched off; switch them on and start a backfill",
    "rule-not-in-force": "The achievement's rule is not in force any more; put a new version and replay",
    "braked": "Rules have made as many awards in this hour as they may; the worker goes on in the next",
    "needs-approval": "Somebody must approve the award",
    "needs-review": "Somebody must say whether the award stays",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What one achievement's rules made of a completion."""

    achievement_id: str
    outcome: str
    reason: str
    detail: str
    award_id: str | None = None

    def to_dict(self, session: Session, office: Office) -> dict[str, Any]:
        """As it is stored and told; `badge` is the award's address, as its documents name it."""
        told: dict[str, Any] = {"achievement": self.achievement_id, "reason": self.reason, "outcome": self.outcome}
        if self.award_id is not None:
            told |= {"award": self.award_id, "badge": award_addresses.badge(session, office, self.award_id)}
        return {**told, "detail": self.detail}


def made(completion: Completion) -> list[dict[str, Any]]:
    """The awards that a completion caused already."""
    return [result for result in completion.outcome.get("awards", []) if result["outcome"] == AWARDED]


def settle(completion: Completion, results: Sequence[dict[str, Any]]) -> None:
    """Give the completion the state that its results call for. What waits comes before what was awarded."""
    reasons = [result["reason"] for result in results if result["outcome"] != AWARDED]
    for reason, detail in WAITING.items():
        if reason in reasons:
            _set(completion, CompletionState.PARKED, reason, detail, results)
            return
    if any(result["outcome"] == AWARDED for result in results):
        _set(completion, CompletionState.AWARDED, "earned", "An award was made", results)
        return
    held = [result for result in results if result["outcome"] == "already-held"]
    said = (held or results)[0]
    _set(completion, CompletionState.RECORDED, said["reason"], said["detail"], results)


def park(session: Session, office: Office, completion: Completion, reason: str, detail: str) -> None:
    """Keep the completion for somebody, with whatever it caused already."""
    _set(completion, CompletionState.PARKED, reason, detail, made(completion))
    tell_if_parked(session, office, completion)


def close(completion: Completion, state: CompletionState, reason: str, detail: str) -> None:
    """Decide a completion that concerns no rule; awards that it caused stay in its outcome."""
    _set(completion, state, reason, detail, made(completion))


def note(session: Session, office: Office, completions: Iterable[Completion], result: Result) -> None:
    """Say of completions that were decided before what came of them now; their deliveries stand anew."""
    told = result.to_dict(session, office)
    changed = set()
    for completion in completions:
        others = [each for each in completion.outcome.get("awards", []) if each["achievement"] != told["achievement"]]
        before = completion.state
        settle(completion, [*others, told])
        completion.decided_at = clock.now()
        if CompletionState.PARKED in {before, completion.state}:
            changed.add(completion.delivery_id)
    deliveries.settle_by_id(session, changed)


def tell_if_parked(session: Session, office: Office, completion: Completion) -> None:
    """Tell the issuer's endpoints of a completion that waits for somebody."""
    if completion.state == CompletionState.PARKED:
        facts = {"completion_id": completion.id, "reason": completion.reason, "source_id": completion.source_id}
        news.publish(session, office, completion.issuer_id, EventType.COMPLETION_QUARANTINED, completion.id, facts)


def _set(
    completion: Completion, state: CompletionState, reason: str, detail: str, results: Sequence[dict[str, Any]]
) -> None:
    completion.state, completion.reason, completion.detail = state, reason, detail
    completion.outcome = {
        "index": completion.item_index,
        "completion": completion.id,
        "outcome": str(state),
        "reason": reason,
        "detail": detail,
        "awards": list(results),
    }
