"""Which awards are earned, one after the other: the repeat policy.

Each award opens the next period: `once` after its end, `renewal` from its opening window on, and nothing while it is
good for ever. What counted for an ended award does not count again:

- after an expired award, everything that the rule asks for is done anew, after the end;
- after a revoked one, likewise, after the revocation, unless the source had taken the completion back: then the rule
  has to come true anew, and what was never taken back counts;
- after an approval that was refused, everything is done anew after what was refused.

A completion older than the newest award changes nothing: no period is put in before it.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.stacking.rules.approving import need
from app.stacking.rules.case import Case
from app.stacking.rules.document import RepeatKind
from app.stacking.rules.ends import end_of, in_grace_until, reminders
from app.stacking.rules.facts import LIVING, Held, HeldState
from app.stacking.rules.runs import Run, facts_of, lowest_score
from app.stacking.rules.standing import Track, ended_marks
from app.stacking.rules.verdict import Earning

ONCE = "once"
MOST_PERIODS = 100
_INSTANT = timedelta(microseconds=1)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def slot_after(award_id: str) -> str:
    """The slot of the award that follows this one."""
    return f"after:{award_id}"


def slot_of_attempt(track: Track) -> str:
    """The slot of an attempt's first award; the same for the same activity and attempt, at most 40 characters."""
    key = "\n".join([*track.activity, "" if track.attempt is None else f"+{track.attempt}"])
    return "attempt:" + urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:16]).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Last:
    """The end of the chain so far: an award, or an earning of this very evaluation (`award_id` None)."""

    award_id: str | None
    valid_until: datetime | None
    is_living: bool
    awarded_at: datetime
    held: Held | None = None


def earned(case: Case) -> tuple[Earning, ...]:
    """Everything that is to be made, by `awarded_at`."""
    if case.rule.repeat.kind is not RepeatKind.PER_ATTEMPT:
        return tuple(_chain(case, case.own, ONCE))
    found = [
        earning
        for track, of_track in case.of_tracks()
        for earning in _chain(of_track, awards_of(case, track), slot_of_attempt(track))
    ]
    return tuple(sorted(found, key=lambda earning: (earning.awarded_at, earning.slot or "~")))


def awards_of(case: Case, track: Track) -> tuple[Held, ...]:
    """The awards of one attempt: by their slot, or by the facts that they rest on."""
    key = (track.activity, track.attempt)
    return tuple(
        held
        for held in case.own
        if held.slot == slot_of_attempt(track)
        or any(
            (known.activity, known.attempt) == key for fact_id in held.fact_ids if (known := case.facts.get(fact_id))
        )
    )


def opens_at(case: Case, end: datetime, awarded_at: datetime) -> datetime:
    """From when on what is done anew earns the award that follows one with this end."""
    opening = case.rule.repeat.open
    if case.rule.repeat.kind is not RepeatKind.RENEWAL or opening is None:
        return end + _INSTANT
    return max(opening.before(end, case.zone), awarded_at + _INSTANT)


def newest(case: Case, awards: Sequence[Held]) -> Held | None:
    """The award that decides what comes next: the one that is good longest, else the newest."""
    made = [held for held in awards if held.state is not HeldState.REJECTED]
    current = [held for held in made if held.state in LIVING and not has_ended(held, case.now)]
    if current:
        return max(current, key=lambda held: (held.valid_until is None, held.valid_until or held.awarded_at))
    return next((held for held in reversed(made) if held.state is not HeldState.SUPERSEDED), made[-1] if made else None)


def has_ended(held: Held, now: datetime) -> bool:
    """Whether the award's time is over."""
    return held.valid_until is not None and held.valid_until < now


def _chain(case: Case, awards: Sequence[Held], first_slot: str) -> Iterator[Earning]:
    held = newest(case, awards)
    last = None if held is None else _Last(
        held.award_id, held.valid_until, held.state in LIVING, held.awarded_at, held
    )  # fmt: skip
    refused = max((item.awarded_at for item in awards if item.state is HeldState.REJECTED), default=None)
    for _ in range(MOST_PERIODS):
        found = next((run for run in _candidates(case, last, refused) if _is_good(case, run, last)), None)
        if found is None:
            return
        earning = _earning(case, found, last, first_slot)
        yield earning
        last = _Last(None, earning.valid_until, is_living=True, awarded_at=earning.awarded_at)


def _candidates(case: Case, last: _Last | None, refused: datetime | None) -> list[Run]:
    """The runs from which the next award may be made, in order."""
    after_refusal = None if refused is None else refused + _INSTANT
    if last is None:
        return case.runs(after_refusal)
    if last.is_living:
        if last.valid_until is None:
            return []
        opened = opens_at(case, last.valid_until, last.awarded_at)
        return case.runs(max(opened, after_refusal or opened))
    return _after_revocation(case, last, after_refusal)


def _after_revocation(case: Case, last: _Last, after_refusal: datetime | None) -> list[Run]:
    held = last.held
    if held is None:  # pragma: no cover - only an award can have been revoked
        return []
    if (taken_back := taken_back_at(case, held)) is not None:
        renewed = [
            run
            for run in case.runs(after_refusal)
            if run.start >= taken_back and not set(facts_of(run.chosen)) <= set(held.fact_ids)
        ]
        if renewed:
            return renewed
    if held.ended_at is None:
        return []  # not known since when it is over, so nothing is known to have come later
    since = held.ended_at + _INSTANT
    return case.runs(max(since, after_refusal or since))


def taken_back_at(case: Case, held: Held) -> datetime | None:
    """Since when the source has taken back what an award rests on; None = it has not.

    A fact that was voided counts as never said: whatever else was said counts, also from before.
    """
    facts = [case.facts[fact_id] for fact_id in held.fact_ids if fact_id in case.facts]
    if any(fact.voided for fact in facts):
        return _LONG_AGO
    ends = [mark.until for mark in ended_marks(case.tracks, held.fact_ids) if mark.until is not None]
    return min(ends, default=None)


def _is_good(case: Case, run: Run, last: _Last | None) -> bool:
    """Whether the award would stand: not taken back while it is good, and not over before it begins."""
    end = _end(case, run, last)
    if end is not None and end < run.start:
        return False
    return run.covers(case.horizon if end is None else max(run.start, min(case.horizon, end)))


def _end(case: Case, run: Run, last: _Last | None) -> datetime | None:
    renews = last.valid_until if last is not None and last.is_living else None
    if case.rule.repeat.kind is not RepeatKind.RENEWAL:
        renews = None
    return end_of(case.rule, run.start, of_achievement=case.of_achievement, zone=case.zone, renews=renews)


def _earning(case: Case, run: Run, last: _Last | None, first_slot: str) -> Earning:
    end = _end(case, run, last)
    if last is None:
        slot: str | None = first_slot
    else:
        slot = None if last.award_id is None else slot_after(last.award_id)
    return earning_of(case, run, end, slot=slot, previous=None if last is None else last.award_id)


def earning_of(
    case: Case,
    run: Run,
    end: datetime | None,
    *,
    slot: str | None,
    previous: str | None = None,
    supersedes: str | None = None,
) -> Earning:
    """The award that a run earns, with everything that follows from the rule."""
    fact_ids, score = facts_of(run.chosen), lowest_score(run.chosen)
    policy = case.rule.validity
    return Earning(
        slot=slot,
        awarded_at=run.start,
        valid_until=end,
        fact_ids=fact_ids,
        approval=need(case.rule.approval, fact_ids=fact_ids, score=score, seed=case.seed),
        not_before=min(run.start, case.now) if case.rule.delay is None else case.rule.delay.after(run.start),
        score=score,
        previous=previous,
        supersedes=supersedes,
        grace_until=None if end is None or policy.grace is None else in_grace_until(policy, end, case.zone),
        remind_at=reminders(policy, run.start, end, case.zone),
    )
