"""A rule and a learner's history into a verdict.

The verdict is a function of the *set* of facts (and of the awards that were made): neither order of arrival nor
repetition changes it. What follows from that, in short; each line is a test:

- Facts of one attempt are read by (`occurred_at`, `sequence`, kind), see `standing.py`. A failure older than a pass
  changes nothing. A later failure un-earns only when it is of the same attempt (or when the source has no attempts and
  states one running result); a failed retake un-earns nothing. `revoked`, `expired`, `voided` and a grade that falls
  below what is asked for un-earn.
- Facts that their source took back, of tests, of unknown kind, or more than five minutes ahead do not count. Neither do
  those of unauthenticated sources, for or against the learner, unless the rule allows them.
- `completed` that says `passed: false` or `completed: false` never earns. `progress` earns only where a score is asked
  for and reached. No score is not a low score; zero is a score.
- `awarded_at` is when the last condition came true, by occurrence. What was taken back before it was looked at was
  never earned, and what was completed again since then is earned from then on.
- A worse score never takes anything away. What ends an award, and what earns it again, is in `periods.py` and
  `standings.py`.
- What is not known (no score, no groups) neither earns nor takes away.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from app.stacking.renewal import Validity
from app.stacking.rules.case import Case, prepare
from app.stacking.rules.document import RuleDocument
from app.stacking.rules.explanation import explain
from app.stacking.rules.facts import LIVING, History
from app.stacking.rules.periods import earned, has_ended
from app.stacking.rules.standings import standings
from app.stacking.rules.verdict import Action, Decision, Earning, Standing, Verdict


def evaluate(
    rule: RuleDocument,
    history: History,
    *,
    now: datetime,
    achievement_id: str,
    zone: tzinfo,
    validity: Validity | None = None,
    seed: str = "",
) -> Verdict:
    """What the rule says of a learner at a moment.

    `achievement_id` is what the rule awards: which of `history.awards` are its own. `zone` is the issuer's, in which
    days are counted. `validity` is the achievement's, for rules that have none (None = it never ends). `seed` is of the
    sample that is approved: the rule's id.
    """
    case = prepare(
        rule,
        history,
        now=now,
        achievement_id=achievement_id,
        validity=validity or Validity(),
        zone=zone,
        seed=seed,
    )
    new = earned(case)
    old = standings(case, new)
    clauses, decisive = explain(case, new)
    decision = _decision(case, new)
    told = _told(decision, old) or (decisive.code, decisive.sentence)
    return Verdict(
        decision=decision,
        code=told[0],
        sentence=told[1],
        clauses=clauses,
        earned=new,
        standings=old,
        matched=tuple(sorted(fact.id for fact in case.matched.about)),
    )


def _decision(case: Case, new: tuple[Earning, ...]) -> Decision:
    if new:
        return Decision.EARNED if any(item.not_before <= case.now for item in new) else Decision.WAITING
    if any(held.state in LIVING and not has_ended(held, case.now) for held in case.own):
        return Decision.HELD if case.matched.about else Decision.NO_MATCH
    return Decision.NOT_EARNED if case.matched.about else Decision.NO_MATCH


def _told(decision: Decision, old: tuple[Standing, ...]) -> tuple[str, str] | None:
    """What is asked of an award that is held comes before why nothing new is made."""
    asked = next((item for item in old if item.action is not Action.KEEP or item.supported is False), None)
    return (asked.code, asked.sentence) if asked is not None and decision is Decision.HELD else None
