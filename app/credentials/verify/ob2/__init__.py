"""Verification of Open Badges 2.0 (and 2.1), hosted and signed, and of hosted Open Badges 1.0 and 1.1.

A hosted badge is what stands at its own address, today; a copy of it proves nothing and is only compared. A signed
badge is proven by its signature, its key by links in both directions between key and issuer. Objects are read in their
compact form without JSON-LD processing, and no context is ever fetched.
Source: Open Badges 2.0, "Badge Verification"; Open Badges 1.0 and 1.1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.credentials.report import Report
from app.credentials.verify.ob2.generations import Generation, generation_of
from app.credentials.verify.ob2.judgement import Case, Registries
from app.credentials.verify.recipient import Names
from app.credentials.verify.resolver import Resolver

__all__ = ["Generation", "generation_of", "judge"]


def judge(
    badge: dict[str, Any] | str,
    *,
    now: datetime,
    resolve: Resolver,
    recipient: Names | None = None,
    known_in: Registries | None = None,
) -> Report:
    """Judge an assertion given as parsed JSON, as a compact token, or as the address where a hosted one is kept.

    Never raises for a bad badge; has the checks, in the order, of `verify`. Of the resolver, `document` is asked for
    every object, and `superseded_by`.
    """
    case = Case(now=now, resolve=resolve, recipient=recipient, known_in=known_in)
    if isinstance(badge, dict):
        return case.report(lambda case: case.judge_copy(badge))
    if badge.startswith(("http://", "https://")):
        # What says nothing of its own generation there is read as the one that had no way to.
        return case.report(lambda case: case.judge_hosted(badge, generation=Generation.OB_1_0))
    return case.report(lambda case: case.judge_token(badge))
