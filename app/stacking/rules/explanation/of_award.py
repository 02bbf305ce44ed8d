"""What stands between a rule that is met and an award: earlier awards, the end, the delay and the approval."""

from __future__ import annotations

from datetime import datetime

from app.stacking.rules.case import Case
from app.stacking.rules.document import ApprovalKind, RepeatKind
from app.stacking.rules.facts import LIVING, Held, HeldState
from app.stacking.rules.periods import has_ended, newest, opens_at
from app.stacking.rules.verdict import MET, UNMET, Clause, Earning
from app.stacking.rules.wording import day, minute


def of_earning(case: Case, earning: Earning) -> list[Clause]:
    """Repeat, validity, delay and approval of an award that is earned."""
    clauses = [_first_or_next(case, earning)]
    if earning.valid_until is not None:
        clauses.append(Clause("/validity", MET, "ends", f"It is good until {day(earning.valid_until, case.zone)}"))
    if case.rule.delay is not None:
        is_over = earning.not_before <= case.now
        code, verb = ("delay-over", "could") if is_over else ("waiting", "can")
        sentence = f"Corrections {verb} arrive until {minute(earning.not_before)}"
        clauses.append(Clause("/delay", is_over, code, sentence))
    if case.rule.approval.kind is not ApprovalKind.NONE:
        approval = earning.approval
        clauses.append(Clause("/approval", None if approval.needed else True, approval.code, approval.sentence))
    return clauses


def why_none(case: Case) -> list[Clause]:
    """Why a rule that is met makes no award now: one is held, or what counted before does not count again."""
    held = newest(case, case.own)
    if held is not None:
        return [_of_held(case, held)]
    refused = [item for item in case.own if item.state is HeldState.REJECTED]
    if refused:
        done = day(refused[-1].awarded_at, case.zone)
        sentence = f"The approval of what was done on {done} was refused; it counts when done anew"
        return [Clause("/repeat", UNMET, "approval-refused", sentence)]
    sentence = "The end of such an award would come before its beginning, or before now it was taken back"
    return [Clause("/validity", UNMET, "over-before-it-begins", sentence)]


def _first_or_next(case: Case, earning: Earning) -> Clause:
    before = next((held for held in case.own if held.award_id == earning.previous), None)
    if before is None:
        sentence = "It follows the award before" if earning.slot is None else "The learner has no such award yet"
        return Clause("/repeat", MET, "follows" if earning.slot is None else "first", sentence)
    if before.state is HeldState.REVOKED:
        sentence = f"It follows the award of {day(before.awarded_at, case.zone)}, which was revoked"
    else:
        sentence = f"It follows the award of {day(before.awarded_at, case.zone)}"
        sentence += "" if before.valid_until is None else f", which is good until {day(before.valid_until, case.zone)}"
    return Clause("/repeat", MET, "follows", sentence)


def _of_held(case: Case, held: Held) -> Clause:
    since = f"The award of {day(held.awarded_at, case.zone)}"
    if held.state not in LIVING:
        ended = "ended" if held.ended_at is None else f"ended on {day(held.ended_at, case.zone)}"
        return Clause("/repeat", UNMET, "not-done-anew", f"{since} {ended}; what is done after that counts again")
    if held.state is HeldState.PENDING:
        return Clause("/repeat", UNMET, "already-held", f"{since} waits to be decided")
    if held.valid_until is None:
        return Clause(
            "/repeat", UNMET, "already-held", f"The learner holds the award since {day(held.awarded_at, case.zone)}"
        )
    return _of_limited(case, held, held.valid_until, since)


def _of_limited(case: Case, held: Held, end: datetime, since: str) -> Clause:
    until = f"{since} is good until {day(end, case.zone)}"
    if case.rule.repeat.kind is RepeatKind.RENEWAL:
        opened = opens_at(case, end, held.awarded_at)
        if opened > case.now:
            return Clause(
                "/repeat", UNMET, "renewal-not-open", f"{until} and can be renewed from {day(opened, case.zone)} on"
            )
        sentence = f"{until}; it can be renewed since {day(opened, case.zone)} by what is done anew"
        return Clause("/repeat", UNMET, "not-done-anew", sentence)
    if has_ended(held, case.now):
        sentence = f"{since} was good until {day(end, case.zone)}; what is done after that earns it again"
        return Clause("/repeat", UNMET, "not-done-anew", sentence)
    return Clause("/repeat", UNMET, "already-held", until)
