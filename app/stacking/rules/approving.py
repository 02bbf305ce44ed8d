"""Whether a member of staff decides before an award is made. A sample is drawn by a hash, always the same one."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from app.stacking.rules.document import Approval, ApprovalKind
from app.stacking.rules.verdict import ApprovalNeed
from app.stacking.rules.wording import percent

_ALL = 2**64


def need(approval: Approval, *, fact_ids: tuple[str, ...], score: Decimal | None, seed: str) -> ApprovalNeed:
    """Whether approval is needed. The same facts and the same seed always give the same answer."""
    match approval.kind:
        case ApprovalKind.NONE:
            return ApprovalNeed(needed=False, code="no-approval", sentence="No approval is asked for")
        case ApprovalKind.ALWAYS:
            return ApprovalNeed(
                needed=True, code="approval-always", sentence="Every award of this rule is approved first"
            )
        case ApprovalKind.SAMPLE:
            return _sampled(approval.percent or Decimal(100), fact_ids, seed)
        case ApprovalKind.WHEN:
            return _by_score(approval.score_lt or Decimal(0), score)


def _sampled(share: Decimal, fact_ids: tuple[str, ...], seed: str) -> ApprovalNeed:
    digest = hashlib.sha256("\n".join([seed, *sorted(fact_ids)]).encode()).digest()
    drawn = int.from_bytes(digest[:8]) * 100 < share * _ALL
    if drawn:
        sentence = f"{share:f} % of the awards are approved first, and this one was drawn"
        return ApprovalNeed(needed=True, code="approval-drawn", sentence=sentence)
    sentence = f"{share:f} % of the awards are approved first, and this one was not drawn"
    return ApprovalNeed(needed=False, code="approval-not-drawn", sentence=sentence)


def _by_score(below: Decimal, score: Decimal | None) -> ApprovalNeed:
    if score is None:
        sentence = f"Scores below {percent(below)} are approved first, and none was stated"
        return ApprovalNeed(needed=True, code="approval-score-missing", sentence=sentence)
    if score < below:
        sentence = f"The score of {percent(score)} is below {percent(below)}, so it is approved first"
        return ApprovalNeed(needed=True, code="approval-score-low", sentence=sentence)
    sentence = f"The score of {percent(score)} is not below {percent(below)}"
    return ApprovalNeed(needed=False, code="approval-score-enough", sentence=sentence)
